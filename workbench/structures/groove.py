"""The NES groove: what lines it, how wide it is and whether something fills it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from workbench.structures.facts import groove_facts
from workbench.structures.numbering import XPO1Chain
from workbench.structures.source import FloatArray, SourceResidue, SourceStructure

_MIN_PAIRS = 3
_ADDITIVE_ATOMS = 6
"""A hetero group this small is an ion or a cryoprotectant (glycerol has six atoms)."""


@dataclass(frozen=True)
class GrooveState:
    """State of the groove and the numbers that decided it.

    Parameters
    ----------
    state
        ``open``, ``intermediate`` or ``closed`` by width when the groove is empty,
        ``occupied`` when a partner fills it, ``unknown`` when too little of it is modelled.
    measures
        ``mean_width_angstrom``, each pair's ``ca_521_565_angstrom`` and so on, and
        ``lining_residues_touched`` by the partner that touches most.
    occupant
        That partner when it fills the groove, e.g. ``"chain E"`` or ``"B:K85:1101"``.
    """

    state: str
    measures: dict[str, float]
    occupant: str = ""


def groove_state(structure: SourceStructure, xpo1: XPO1Chain) -> GrooveState:
    """Return the state of an entry's groove, from coordinates alone."""
    measures = _widths(xpo1)
    touched, occupant = _fullest_partner(structure, xpo1)
    facts = groove_facts()
    mean = measures.get("mean_width_angstrom")
    measures["lining_residues_touched"] = float(touched)
    if touched >= facts.occupied_from_contacts:
        return GrooveState("occupied", measures, occupant)
    if mean is None:
        return GrooveState("unknown", measures)
    if mean < facts.closed_below_angstrom:
        return GrooveState("closed", measures)
    if mean < facts.open_from_angstrom:
        return GrooveState("intermediate", measures)
    return GrooveState("open", measures)


def lining_coordinates(xpo1: XPO1Chain) -> FloatArray:
    """Return the heavy atoms of the lining residues, ``(n_atoms, 3)`` angstrom."""
    present = xpo1.by_human_number
    rows = [present[n].coordinates for n in groove_facts().lining if n in present]
    return np.concatenate(rows) if rows else np.empty((0, 3))


def _widths(xpo1: XPO1Chain) -> dict[str, float]:
    present = xpo1.by_human_number
    widths: dict[str, float] = {}
    for first, second in groove_facts().width_pairs:
        if first not in present or second not in present:
            continue
        a, b = present[first].position("CA"), present[second].position("CA")
        if a is not None and b is not None:
            widths[f"ca_{first}_{second}_angstrom"] = float(np.linalg.norm(a - b))
    if len(widths) >= _MIN_PAIRS:
        widths["mean_width_angstrom"] = float(np.mean(list(widths.values())))
    return {name: round(value, 2) for name, value in widths.items()}


def _fullest_partner(structure: SourceStructure, xpo1: XPO1Chain) -> tuple[int, str]:
    """Return how many lining residues the most intimate partner touches, and its name."""
    facts = groove_facts()
    lining = [xpo1.by_human_number[n] for n in facts.lining if n in xpo1.by_human_number]
    best = (0, "")
    for name, coordinates in _partners(structure, xpo1.chain).items():
        tree = cKDTree(coordinates)
        touched = sum(
            bool(tree.query(residue.coordinates)[0].min() <= facts.contact_angstrom)
            for residue in lining
        )
        best = max(best, (touched, name), key=lambda item: item[0])
    return best


def _partners(structure: SourceStructure, chain: str) -> dict[str, FloatArray]:
    """Return the coordinates of each other chain and of each ligand."""
    groups: dict[str, list[SourceResidue]] = {}
    for residue in structure.residues:
        if residue.kind == "protein" and residue.chain != chain:
            groups.setdefault(f"chain {residue.chain}", []).append(residue)
        elif residue.kind == "other" and len(residue.atom_names) > _ADDITIVE_ATOMS:
            groups.setdefault(residue.address, []).append(residue)
    return {
        name: np.concatenate([residue.coordinates for residue in residues])
        for name, residues in groups.items()
    }
