"""A ligand beside a reference: what they share, what changed, what it does to the properties."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from rdkit import Chem
from rdkit.Chem import rdFMCS

from workbench.ligands.geometry import CIS, TRANS
from workbench.ligands.molecules import Ligand
from workbench.ligands.properties import (
    brain_estimate,
    comparison,
    drug_properties,
    measured_of,
    told_apart,
)

MCS_TIMEOUT_SECONDS = 10

AtomPair = tuple[int, int]
"""An atom of the reference and the ligand's atom in its place."""

BondPair = tuple[AtomPair, AtomPair]
"""The two ends of a bond that both have."""


class Change(NamedTuple):
    """What hung on the common core and what hangs there now, as SMILES with ``*`` at each bond.

    ``[*:3]`` is core atom 3 (the reference's atom index); a blank side has hydrogen only.
    """

    taken_out: str
    put_in: str


@dataclass(frozen=True)
class MatchedPair:
    """How a ligand differs from a reference; ``complete`` unless the search ran out of time.

    ``core`` is the largest common substructure in one piece (same elements and bond orders, rings
    whole), atom by atom; stereo is not compared. ``turned_bonds`` and ``kept_bonds`` are its double
    bonds whose neighbours in the core lie differently, or alike, in both (by geometry: E and Z
    depend on the neighbours' ranks). ``property_changes`` are ligand minus reference.
    """

    reference: Ligand
    ligand: Ligand
    core: tuple[AtomPair, ...]
    core_smiles: str
    changes: tuple[Change, ...]
    taken_out: tuple[int, ...]
    put_in: tuple[int, ...]
    turned_bonds: tuple[BondPair, ...]
    kept_bonds: tuple[BondPair, ...]
    property_changes: dict[str, float]
    complete: bool


def matched_pair(reference: Ligand, ligand: Ligand) -> MatchedPair:
    """Return what two ligands share and what changed from the first to the second."""
    first, second = reference.mol, ligand.mol
    found = rdFMCS.FindMCS(
        [first, second],
        timeout=MCS_TIMEOUT_SECONDS,
        ringMatchesRingOnly=True,
        completeRingsOnly=True,
    )
    core: tuple[AtomPair, ...] = ()
    if found.numAtoms:
        core = _whole_rings(first, second, _best_overlay(first, second, found.queryMol))
    before = {pair[0]: pair for pair in core}
    after = {pair[1]: pair for pair in core}
    groups = _groups(first, before), _groups(second, after)
    old, new = asdict(drug_properties(first)), asdict(drug_properties(second))
    return MatchedPair(
        reference=reference,
        ligand=ligand,
        core=core,
        core_smiles=Chem.MolFragmentToSmiles(first, list(before)) if core else "",
        changes=tuple(
            Change(*(".".join(sorted(side.get(place, []))) for side in groups))
            for place in sorted({*groups[0], *groups[1]})
        ),
        taken_out=tuple(i for i in range(first.GetNumAtoms()) if i not in before),
        put_in=tuple(i for i in range(second.GetNumAtoms()) if i not in after),
        turned_bonds=_double_bonds(first, second, core, turned=True),
        kept_bonds=_double_bonds(first, second, core, turned=False),
        property_changes={name: round(new[name] - value, 3) for name, value in old.items()},
        complete=not found.canceled,
    )


def _best_overlay(first: Chem.Mol, second: Chem.Mol, query: Chem.Mol) -> tuple[AtomPair, ...]:
    """Return the overlay of two molecules with the fewest places where groups were exchanged."""
    anchor = first.GetSubstructMatch(query)
    overlays = [
        tuple(sorted(zip(anchor, match, strict=True)))
        for match in second.GetSubstructMatches(query, uniquify=False, maxMatches=200)
    ]
    return min(overlays, key=lambda core: (_n_places(first, second, core), core))


def _whole_rings(
    first: Chem.Mol, second: Chem.Mol, core: tuple[AtomPair, ...]
) -> tuple[AtomPair, ...]:
    """Return the core without single atoms of rings that are not shared as a whole."""
    for side, mol in enumerate((first, second)):
        inside = {pair[side] for pair in core}
        rings = [set(ring) for ring in mol.GetRingInfo().AtomRings()]
        whole = {index for ring in rings if ring <= inside for index in ring}
        lone = {index for ring in rings for index in ring} - whole
        core = tuple(pair for pair in core if pair[side] not in lone)
    return core


def _n_places(first: Chem.Mol, second: Chem.Mol, core: tuple[AtomPair, ...]) -> int:
    """Return how many core atoms carry something else, and turned double bonds."""
    places = set()
    for side, mol in enumerate((first, second)):
        inside = {pair[side] for pair in core}
        for pair in core:
            around = mol.GetAtomWithIdx(pair[side]).GetNeighbors()
            if any(atom.GetIdx() not in inside for atom in around):
                places.add(pair)
    return len(places) + len(_double_bonds(first, second, core, turned=True))


def _groups(mol: Chem.Mol, core: dict[int, AtomPair]) -> dict[tuple[int, ...], list[str]]:
    """Return the SMILES of what hangs outside the core, by the reference's atoms it hangs on."""
    if len(core) in (0, mol.GetNumAtoms()):
        return {} if core else {(): [Chem.MolToSmiles(mol)]}
    atoms = list(core)
    # ReplaceCore asks its core for nothing but the number of its atoms
    query = Chem.MolFromSmarts(".".join("C" * len(atoms)))
    sides = Chem.ReplaceCore(mol, query, atoms, labelByIndex=True)
    groups: dict[tuple[int, ...], list[str]] = {}
    for side in Chem.GetMolFrags(sides, asMols=True, sanitizeFrags=False):
        dummies = [atom for atom in side.GetAtoms() if atom.GetAtomicNum() == 0]
        for atom in dummies:
            atom.SetAtomMapNum(core[atoms[atom.GetIsotope()]][0])
            atom.SetIsotope(0)
        places = tuple(sorted(atom.GetAtomMapNum() for atom in dummies))
        groups.setdefault(places, []).append(Chem.MolToSmiles(side))
    return groups


def _double_bonds(
    first: Chem.Mol, second: Chem.Mol, core: tuple[AtomPair, ...], *, turned: bool
) -> tuple[BondPair, ...]:
    """Return the core's double bonds with another geometry (``turned``) or the same in both."""
    partner = dict(core)
    found = []
    for bond in first.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if bond.GetStereo() not in (*CIS, *TRANS) or not partner.keys() >= {*ends}:
            continue
        around = [first.GetAtomWithIdx(end).GetNeighbors() for end in ends]
        in_core = [{a.GetIdx() for a in atoms} & partner.keys() - {*ends} for atoms in around]
        sides = [min(found_there, default=None) for found_there in in_core]
        old = _are_cis(first, ends, sides)
        new = _are_cis(
            second,
            [partner[end] for end in ends],
            [None if side is None else partner[side] for side in sides],
        )
        if None not in (old, new) and (old != new) == turned:
            found.append(((ends[0], partner[ends[0]]), (ends[1], partner[ends[1]])))
    return tuple(found)


def _are_cis(
    mol: Chem.Mol, ends: tuple[int, int] | list[int], sides: list[int | None]
) -> bool | None:
    """Return whether two neighbours of a double bond lie on one side, ``None`` if undefined."""
    bond = mol.GetBondBetweenAtoms(*ends)
    if None in sides or bond.GetStereo() not in (*CIS, *TRANS):
        return None
    marked = set(bond.GetStereoAtoms())
    # a neighbour that is not the marked one lies across from it
    turns = sum(side not in marked for side in sides)
    return (bond.GetStereo() in CIS) == (turns % 2 == 0)


def pair_summary(pair: MatchedPair) -> dict[str, Any]:
    """Return what changed from a reference to a ligand, ready for JSON.

    ``brain.reason`` is what the table of measurements gives as the reason of a difference.
    """
    first, second = brain_estimate(pair.reference.mol), brain_estimate(pair.ligand.mol)
    measured = (*measured_of(pair.reference), *measured_of(pair.ligand))
    return {
        "reference": pair.reference.name,
        "ligand": pair.ligand.name,
        "core_smiles": pair.core_smiles,
        "core_atoms": len(pair.core),
        "core_search_complete": pair.complete,
        "changes": [change._asdict() for change in pair.changes],
        "turned_double_bonds": [[begin[0], end[0]] for begin, end in pair.turned_bonds],
        "property_changes": pair.property_changes,
        "brain": {
            "reference_estimated": asdict(first),
            "ligand_estimated": asdict(second),
            "measured": [asdict(row) for row in measured],
            "told_apart": told_apart(first, second),
            "comparison": comparison(pair.reference.name, first, second),
            "reason": next((row.reason for row in measured if row.reason), None),
        },
    }
