"""The NES groove: how wide it is, whether something fills it, and its pockets P0 to P4."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from workbench.geometry import superposed
from workbench.structures.numbering import XPO1Chain, groove_facts
from workbench.structures.receptor import FloatArray, Receptor, Residue, Structure
from workbench.structures.topology import CAPS

_MIN_PAIRS = 3
_ADDITIVE_ATOMS = 6
"""A hetero group this small is an ion or a cryoprotectant (glycerol has six atoms)."""

_MIN_FRAME = 12
_BACKBONE = ("N", "CA", "C", "O")


@dataclass(frozen=True)
class GrooveState:
    """State of the groove and the numbers that decided it.

    ``open``, ``intermediate`` or ``closed`` by width when the groove is empty, ``occupied`` when
    a partner fills it (``occupant``, such as ``"chain E"`` or ``"B:K85:1101"``), ``unknown`` when
    too little of it is modelled. ``measures`` are ``mean_width_angstrom``, each pair's
    ``ca_521_565_angstrom`` and so on, and ``lining_residues_touched`` by the partner.
    """

    state: str
    measures: dict[str, float]
    occupant: str = ""


def groove_state(structure: Structure, xpo1: XPO1Chain) -> GrooveState:
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
    limits = {"closed": facts.closed_below_angstrom, "intermediate": facts.open_from_angstrom}
    return GrooveState(next((s for s, limit in limits.items() if mean < limit), "open"), measures)


def lining_coordinates(xpo1: XPO1Chain) -> FloatArray:
    """Return the heavy atoms of the lining residues, ``(n_atoms, 3)`` angstrom."""
    present = xpo1.by_human_number
    rows = [present[n].coordinates for n in groove_facts().lining if n in present]
    return np.concatenate(rows) if rows else np.empty((0, 3))


def _widths(xpo1: XPO1Chain) -> dict[str, float]:
    alpha = {n: r.position("CA") for n, r in xpo1.by_human_number.items() if r.has("CA")}
    widths = {
        f"ca_{first}_{second}_angstrom": float(np.linalg.norm(alpha[first] - alpha[second]))
        for first, second in groove_facts().width_pairs
        if first in alpha and second in alpha
    }
    if len(widths) >= _MIN_PAIRS:
        widths["mean_width_angstrom"] = float(np.mean(list(widths.values())))
    return {name: round(value, 2) for name, value in widths.items()}


def _fullest_partner(structure: Structure, xpo1: XPO1Chain) -> tuple[int, str]:
    """Return how many lining residues the partner with most contacts touches, and its name."""
    facts = groove_facts()
    lining = [xpo1.by_human_number[n] for n in facts.lining if n in xpo1.by_human_number]
    groups: dict[str, list[Residue]] = {}
    for residue in structure.residues:
        if residue.kind == "protein" and residue.chain != xpo1.chain:
            groups.setdefault(f"chain {residue.chain}", []).append(residue)
        elif residue.kind == "other" and len(residue.atom_names) > _ADDITIVE_ATOMS:
            groups.setdefault(residue.address, []).append(residue)
    best = (0, "")
    for name, residues in groups.items():
        tree = cKDTree(np.concatenate([residue.coordinates for residue in residues]))
        touched = sum(
            bool(tree.query(residue.coordinates)[0].min() <= facts.contact_angstrom)
            for residue in lining
        )
        best = max(best, (touched, name), key=lambda item: item[0])
    return best


@dataclass(frozen=True)
class Pocket:
    """One of the five hydrophobic pockets that an NES fills.

    ``centre_angstrom`` is where the side chain of the NES residue Phi0 to Phi4 lies, in the
    structure's own frame; ``residues`` are human numbers of those whose side chains come near;
    ``room_angstrom`` is from the centre to the nearest heavy atom.
    """

    name: str
    centre_angstrom: tuple[float, float, float]
    residues: tuple[int, ...]
    room_angstrom: float


@dataclass(frozen=True)
class GroovePockets:
    """The pockets of one structure.

    ``lining`` holds human numbers of the residues whose side chains face the line from P0 to P4;
    the fit is that of the CA atoms by which the centres were placed.
    """

    pockets: tuple[Pocket, ...]
    lining: tuple[int, ...]
    fit_rmsd_angstrom: float

    def to_dict(self) -> dict[str, Any]:
        """Return what ``receptor.json`` holds."""
        return {
            "pockets": [
                {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(pocket).items()}
                for pocket in self.pockets
            ],
            "lining_residues": list(self.lining),
            "pockets_fit_rmsd_angstrom": self.fit_rmsd_angstrom,
        }


def receptor_pockets(receptor: Receptor) -> GroovePockets | None:
    """Return the pockets of a receptor, ``None`` when it holds too little of an XPO1 groove."""
    if receptor.numbering != "human":
        return None
    chosen = [
        i
        for i, atom in enumerate(receptor.atoms)
        if atom.element != "H"
        and atom.residue_name not in CAPS
        and atom.chain == receptor.site_chain
    ]
    return _pockets(
        [receptor.atoms[i].residue_number for i in chosen],
        [receptor.atoms[i].name for i in chosen],
        receptor.coordinates[chosen],
    )


def chain_pockets(xpo1: XPO1Chain) -> GroovePockets | None:
    """Return the pockets of a chain as the entry has it, ``None`` when too little is there."""
    residues = xpo1.by_human_number
    return _pockets(
        [number for number, residue in residues.items() for _ in residue.atom_names],
        [name for residue in residues.values() for name in residue.atom_names],
        np.concatenate([residue.coordinates for residue in residues.values()]),
    )


def _pockets(numbers: list[int], names: list[str], coordinates: FloatArray) -> GroovePockets | None:
    """Place the centres by superposition of the lining's CA atoms, then look around them."""
    known_centres, frame, reach = _pocket_table()
    alpha = {n: i for i, (n, name) in enumerate(zip(numbers, names, strict=True)) if name == "CA"}
    shared = [n for n in frame if n in alpha]
    if len(shared) < _MIN_FRAME:
        return None
    target = coordinates[[alpha[n] for n in shared]]
    fit = superposed(np.array([frame[n] for n in shared]), target)
    centres = fit.moved(np.array(list(known_centres.values())))
    # a side chain faces the groove; where there is none, its CA does
    side = np.array([name not in _BACKBONE for name in names])
    with_side_chain = {n for n, is_side in zip(numbers, side, strict=True) if is_side}
    for index, (number, name) in enumerate(zip(numbers, names, strict=True)):
        side[index] |= name == "CA" and number not in with_side_chain
    labels, points = np.array(numbers)[side], coordinates[side]

    def near(distances: FloatArray) -> tuple[int, ...]:
        return tuple(sorted({int(n) for n in labels[distances <= reach]}))

    pockets = tuple(
        Pocket(
            name,
            (round(float(c[0]), 2), round(float(c[1]), 2), round(float(c[2]), 2)),
            near(np.linalg.norm(points - c, axis=1)),
            round(float(np.linalg.norm(coordinates - c, axis=1).min()), 2),
        )
        for name, c in zip(known_centres, centres, strict=True)
    )
    return GroovePockets(
        pockets, near(_distances_to_line(points, centres)), round(fit.rmsd_angstrom, 2)
    )


def _distances_to_line(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the distance of ``(n, 3)`` points from the broken line through the corners."""
    best = np.full(len(points), np.inf)
    for start, end in pairwise(corners):
        along = end - start
        share = np.clip((points - start) @ along / np.dot(along, along), 0.0, 1.0)
        foot = start + share[:, None] * along
        best = np.minimum(best, np.linalg.norm(points - foot, axis=1))
    return best


@cache
def _pocket_table() -> tuple[dict[str, FloatArray], dict[int, FloatArray], float]:
    """Return the centres by name, the CA atoms of their frame, and the reach in angstrom."""
    text = files("workbench").joinpath("data/pockets.json").read_text(encoding="utf-8")
    table = json.loads(text)
    return (
        {row["name"]: np.array(row["centre_angstrom"]) for row in table["pockets"]},
        {int(row["residue"]): np.array(row["ca_angstrom"]) for row in table["frame"]},
        float(table["reach_angstrom"]),
    )
