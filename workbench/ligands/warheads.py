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

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.molecules import WarheadMatch, WarheadVerdict, pattern
from workbench.tables import Warhead, warheads

RANKING = (
    "classes known on Cys528 of XPO1 first, then by how readily thiols add (the table's priority), "
    "then in the table's order"
)

Edit = tuple[int, int, int]
"""Two atoms and what is added to the order of the bond between them."""

_ORDERS = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
_FLIPPED = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: Chem.ChiralType.CHI_TETRAHEDRAL_CCW,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: Chem.ChiralType.CHI_TETRAHEDRAL_CW,
}


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


def bond_edits(match: WarheadMatch) -> tuple[Edit, ...]:
    """Return the table's edits of a warhead with the drug atoms of a match."""
    return placed_edits(match.warhead.edits, match.atom_indices)


def placed_edits(edits: Sequence[str], atoms: Sequence[int]) -> tuple[Edit, ...]:
    """Return edits such as ``0-6:-1`` with the atoms that stand at these positions."""
    placed = []
    for text in edits:
        pair, change = text.split(":")
        first, second = (atoms[int(position)] for position in pair.split("-"))
        placed.append((first, second, int(change)))
    return tuple(placed)


def edited(
    mol: Chem.Mol, edits: Iterable[Edit], new_bond: tuple[int, int] | None = None
) -> Chem.RWMol:
    """Return a sanitised copy with changed bond orders (0 takes a bond out; a new one is made).

    Hydrogens follow the valences; an aromatic bond counts as single where an order is added, double
    where one is taken. ``new_bond`` joins attacked atom and nucleophile; where the atom is a
    stereocentre and loses a neighbour, its configuration is inverted.

    Raises
    ------
    LigandError
        When no Kekule structure of the molecule has the bonds that the edits need.
    """
    edits = tuple(edits)
    copy = _kekule_form(mol, edits)
    before = _neighbours(copy.GetAtomWithIdx(new_bond[0])) if new_bond else []
    for first, second, change in edits:
        _change(copy, first, second, change)
    if new_bond is not None:
        copy.AddBond(*new_bond, Chem.BondType.SINGLE)
        _invert(copy, *new_bond, before)
    return Chem.RWMol(sanitised(copy))


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


def _kekule_form(mol: Chem.Mol, edits: tuple[Edit, ...]) -> Chem.RWMol:
    """Return the Kekule structure in which the edited aromatic bonds have the needed order."""
    needed = {}
    for first, second, change in edits:
        bond = mol.GetBondBetweenAtoms(first, second)
        if bond is not None and bond.GetIsAromatic():
            needed[bond.GetIdx()] = _ORDERS[1 if change > 0 else 2]
    copy = Chem.RWMol(mol)
    Chem.Kekulize(copy, clearAromaticFlags=True)
    if all(copy.GetBondWithIdx(i).GetBondType() == order for i, order in needed.items()):
        return copy
    for form in Chem.ResonanceMolSupplier(mol, Chem.KEKULE_ALL):
        if all(form.GetBondWithIdx(i).GetBondType() == order for i, order in needed.items()):
            for bond in mol.GetBonds():
                if bond.GetIsAromatic():
                    order = form.GetBondWithIdx(bond.GetIdx()).GetBondType()
                    copy.GetBondWithIdx(bond.GetIdx()).SetBondType(order)
            return copy
    raise LigandError(f"no Kekule structure of {Chem.MolToSmiles(mol)} fits the warhead's edits")


def _change(mol: Chem.RWMol, first: int, second: int, change: int) -> None:
    """Change one bond's order; its ends take up or give hydrogens."""
    bond = mol.GetBondBetweenAtoms(first, second)
    order = change if bond is None else int(bond.GetBondTypeAsDouble()) + change
    if bond is None:
        mol.AddBond(first, second, _ORDERS[order])
    elif order == 0:
        mol.RemoveBond(first, second)
    else:
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondType(_ORDERS[order])
    for index in (first, second):
        atom = mol.GetAtomWithIdx(index)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)


def _neighbours(atom: Chem.Atom) -> list[int]:
    return [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]


def _invert(mol: Chem.RWMol, attacked: int, nucleophile: int, before: list[int]) -> None:
    """Turn a stereocentre over whose leaving group the nucleophile has replaced."""
    atom = mol.GetAtomWithIdx(attacked)
    after = _neighbours(atom)
    gone = [index for index in before if index not in after]
    if atom.GetChiralTag() not in _FLIPPED or len(gone) != 1:
        return
    # the nucleophile in the leaving group's place would be retention
    retained = [nucleophile if index == gone[0] else index for index in before]
    places = [after.index(index) for index in retained]
    if sum(a > b for a, b in combinations(places, 2)) % 2 == 0:
        atom.SetChiralTag(_FLIPPED[atom.GetChiralTag()])
