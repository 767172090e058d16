"""Where a thiol adds to a drug: the table's warheads, found and ranked.

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

from typing import NamedTuple

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.molecules import WarheadMatch, WarheadVerdict
from workbench.ligands.patterns import pattern
from workbench.tables import Warhead, warheads

RANKING = (
    "classes known on Cys528 of XPO1 first, then by how readily thiols add (the table's priority), "
    "then in the table's order"
)


class WarheadFinding(NamedTuple):
    """What ``find_warheads`` saw: ranked matches, or the problem and the verdict that follows."""

    matches: tuple[WarheadMatch, ...]
    refused: tuple[Warhead, ...]
    problem: str
    verdict: WarheadVerdict


def find_warheads(mol: Chem.Mol) -> WarheadFinding:
    """Return the places of a drug where a thiol adds, the likeliest first.

    Parameters
    ----------
    mol
        A sanitised molecule with heavy atoms only.

    Returns
    -------
    WarheadFinding
        One match for each attacked atom and bond; places that symmetry makes equal count once.
        ``refused`` are electrophiles that are recognised but not modelled.
    """
    matches = _distinct(mol, _matches(mol))
    order = {id(row): place for place, row in enumerate(warheads())}
    modelled = sorted(
        (match for match in matches if match.warhead.modelled),
        key=lambda match: (match.warhead.priority, order[id(match.warhead)], match.atom_indices),
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


def chosen_warhead(matches: tuple[WarheadMatch, ...], choice: str, where: str) -> WarheadMatch:
    """Return the match that a user asked for.

    Parameters
    ----------
    choice
        A warhead's name, or the index of the attacked atom (in the canonical SMILES).

    Raises
    ------
    LigandError
        When none or several fit.
    """
    wanted = choice.strip().casefold()
    fitting = [
        match
        for match in matches
        if wanted in (match.name.casefold(), str(match.reactive_atom_index))
    ]
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
