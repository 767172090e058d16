"""Where a thiol adds to a drug, and which bonds change there.

What the patterns leave out, because a thiol adds too slowly to call it a warhead: C=C of an
aromatic-like ring (coumarin, chromone, 2-pyridone, uracil, tropolone); an attacked carbon
without hydrogen (steroid 4-en-3-ones; maleimides and azolyl vinyls excepted), one beside a
quaternary ring carbon (prednisolone, finasteride), or one that bears N, O or S (enaminones,
vinylogous acids and esters; azoles excepted); cinnamates and cinnamides; esters and amides with
an alkyl group on both carbons (oseltamivir); free acids but 2-methylene ones. Plain ketones
and plain alkyl or aryl nitriles are no warheads: a nitrile counts on nitrogen, next to an amino
group's carbon, or beside the nitrogen of a six-membered heteroarene. A beta-lactam counts when
it is fused or its nitrogen carries an acyl or sulfonyl group. An epoxide without a CH2 or an
activating group counts unless a quaternary ring carbon stands beside it (eplerenone) or it
bridges a bicycle (scopolamine).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdChemReactions

from workbench.errors import LigandError
from workbench.ligands.molecules import WarheadMatch, WarheadVerdict, map_numbers, pattern
from workbench.tables import Warhead, warheads

RANKING = (
    "classes known on Cys528 of XPO1 first, then by how readily thiols add (the table's priority), "
    "then in the table's order"
)

Bond = tuple[int, int]
"""The two atoms of a bond."""


class WarheadFinding(NamedTuple):
    """What ``find_warheads`` saw: ranked matches, or the problem and the verdict that follows."""

    matches: tuple[WarheadMatch, ...]
    refused: tuple[Warhead, ...]
    problem: str
    verdict: WarheadVerdict


def find_warheads(mol: Chem.Mol) -> WarheadFinding:
    """Return the places of a drug where a thiol adds, the likeliest first.

    One match for each attacked atom and bond of a sanitised molecule with heavy atoms only; places
    that symmetry makes equal count once. ``refused`` are recognised but not modelled.
    """
    matches = _distinct(mol, _matches(mol))
    modelled = sorted(
        (match for match in matches if match.warhead.modelled),
        key=lambda m: (m.warhead.priority, warheads().index(m.warhead), m.atom_indices),
    )
    taken = {index for match in modelled for index in match.atom_indices}
    refused = tuple(
        dict.fromkeys(
            match.warhead
            for match in matches
            if not match.warhead.modelled and not taken.intersection(match.atom_indices)
        )
    )
    if modelled:
        return WarheadFinding(tuple(modelled), refused, "", "adduct")
    if refused:
        problem = f"{refused[0].name}: {refused[0].refusal}"
        return WarheadFinding((), refused, problem, "unsupported_warhead")
    problem = "no electrophile that could take up the thiol of cysteine was found"
    return WarheadFinding((), (), problem, "no_warhead")


def fitting_warheads(matches: tuple[WarheadMatch, ...], choice: str) -> tuple[WarheadMatch, ...]:
    """Return the matches that a choice may mean, a warhead's name or attacked atom; blank: all."""
    wanted = choice.strip().casefold()
    return tuple(
        match
        for match in matches
        if not wanted or wanted in (match.name.casefold(), str(match.reactive_atom_index))
    )


def chosen_warhead(matches: tuple[WarheadMatch, ...], choice: str, where: str) -> WarheadMatch:
    """Return the match of a name or of an attacked atom's index in the canonical SMILES.

    Raises
    ------
    LigandError
        When none or several fit.
    """
    fitting = fitting_warheads(matches, choice)
    if len(fitting) == 1:
        return fitting[0]
    offered = ", ".join(f"{m.name} at atom {m.reactive_atom_index}" for m in matches) or "none"
    problem = "fits more than one warhead" if fitting else "is none of its warheads"
    raise LigandError(
        f"{where}: {choice[:60]!r} {problem} ({offered}); give a name or an atom index of these"
    )


def _matches(mol: Chem.Mol) -> list[WarheadMatch]:
    """Return the first row's match for every pair of attacked atom and partner."""
    found: dict[tuple[int, int], WarheadMatch] = {}
    for warhead in warheads():
        # uniquify is off: two matches over the same atoms may name another carbon
        for atoms in mol.GetSubstructMatches(pattern(warhead.smarts), uniquify=False):
            match = WarheadMatch(warhead, atoms)
            found.setdefault((match.reactive_atom_index, match.partner_atom_index), match)
    return list(found.values())


def _distinct(mol: Chem.Mol, matches: list[WarheadMatch]) -> list[WarheadMatch]:
    """Return one match of those that the molecule's symmetry makes equal."""
    if len(matches) < 2:
        return matches
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    kept: dict[tuple[Warhead, int, int], WarheadMatch] = {}
    for match in matches:
        ends = ranks[match.reactive_atom_index], ranks[match.partner_atom_index]
        kept.setdefault((match.warhead, *ends), match)
    return list(kept.values())


@cache
def _reaction(smarts: str) -> rdChemReactions.ChemicalReaction:
    """Return the compiled reaction (it is only read)."""
    reaction = rdChemReactions.ReactionFromSmarts(smarts)
    reaction.Initialize()
    return reaction


def reacted(mol: Chem.Mol, smarts: str, atoms: Sequence[int]) -> tuple[Chem.RWMol, list[Bond]]:
    """Return a molecule after a reaction at matched atoms, and the bonds that changed or broke.

    Atoms and bonds keep their order, new ones stand behind the others, what leaves is still there,
    and nothing is sanitised.

    Raises
    ------
    LigandError
        When the reaction does not happen at these atoms.
    """
    product = _product(mol, smarts, atoms)
    made = Chem.RWMol(mol)
    for atom in product.GetAtoms():
        if atom.HasProp("old_mapno"):
            old = made.GetAtomWithIdx(atom.GetIdx())
            old.SetFormalCharge(atom.GetFormalCharge())
            old.SetIsAromatic(atom.GetIsAromatic())
        elif atom.GetIdx() >= mol.GetNumAtoms():
            made.AddAtom(Chem.Atom(atom.GetAtomicNum()))
    changed: list[Bond] = []
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        kept = product.GetBondBetweenAtoms(*ends)
        if kept is None:
            made.RemoveBond(*ends)
        elif kept.GetBondType() != bond.GetBondType():
            altered = made.GetBondBetweenAtoms(*ends)
            altered.SetStereo(Chem.BondStereo.STEREONONE)
            altered.SetBondType(kept.GetBondType())
            altered.SetIsAromatic(kept.GetIsAromatic())
        else:
            continue
        changed.append(ends)
    formed: list[Bond] = []
    for bond in product.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if made.GetBondBetweenAtoms(*ends) is None:
            made.AddBond(*ends, bond.GetBondType())
            formed.append(ends)
    for atom in (made.GetAtomWithIdx(index) for ends in changed + formed for index in ends):
        # hydrogens follow the valences
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
    return made, changed


def _product(mol: Chem.Mol, smarts: str, atoms: Sequence[int]) -> Chem.Mol:
    """Return what RDKit's reaction makes at matched atoms, in the order of the atoms before."""
    wanted = dict(zip(map_numbers(smarts.partition(">>")[0]), atoms, strict=True))
    for (product,) in _reaction(smarts).RunReactants((mol,)):
        old = [atom for atom in product.GetAtoms() if atom.HasProp("react_atom_idx")]
        origin = {atom.GetIdx(): atom.GetIntProp("react_atom_idx") for atom in old}
        mapped = (atom for atom in old if atom.HasProp("old_mapno"))
        if wanted == {atom.GetIntProp("old_mapno"): origin[atom.GetIdx()] for atom in mapped}:
            places = range(product.GetNumAtoms())
            # new atoms stand behind the others
            order = sorted(places, key=lambda place: origin.get(place, len(places)))
            return Chem.RenumberAtoms(product, order)
    raise LigandError(f"{Chem.MolToSmiles(mol)} does not react at atoms {list(atoms)} as {smarts}")


def sanitised(mol: Chem.Mol) -> Chem.Mol:
    """Return a sanitised copy with its stereo perceived anew."""
    copy = Chem.Mol(mol)
    # the directions that belonged to a C=C that is gone must go, those of others come back;
    # a C=C without them would lose its stereo when it is perceived
    for bond in copy.GetBonds():
        bond.SetBondDir(Chem.BondDir.NONE)
    Chem.SetDoubleBondNeighborDirections(copy)
    Chem.SanitizeMol(copy)
    Chem.AssignStereochemistry(copy, cleanIt=True, force=True)
    return copy
