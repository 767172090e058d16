"""The pockets P0 to P4 of the NES groove and the residues that line it, from coordinates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.geometry import superposed
from workbench.structures.numbering import XPO1Chain
from workbench.structures.receptor import Receptor
from workbench.structures.source import FloatArray
from workbench.structures.topology import CAPS

_MIN_FRAME = 12
_BACKBONE = ("N", "CA", "C", "O")


@dataclass(frozen=True)
class Pocket:
    """One of the five hydrophobic pockets that an NES fills.

    Parameters
    ----------
    centre_angstrom
        Where the side chain of the NES residue Phi0 to Phi4 lies, in the structure's own frame.
    residues
        Human numbers of the residues whose side chains come near to the centre.
    room_angstrom
        From the centre to the nearest heavy atom; small in a closed groove.
    """

    name: str
    centre_angstrom: tuple[float, float, float]
    residues: tuple[int, ...]
    room_angstrom: float


@dataclass(frozen=True)
class GroovePockets:
    """The pockets of one structure.

    Parameters
    ----------
    lining
        Human numbers of the residues whose side chains face the line from P0 to P4.
    fit_rmsd_angstrom
        Of the CA atoms by which the centres were placed.
    """

    pockets: tuple[Pocket, ...]
    lining: tuple[int, ...]
    fit_rmsd_angstrom: float

    def to_dict(self) -> dict[str, Any]:
        """Return what ``receptor.json`` holds."""
        return {
            "pockets": [
                {
                    "name": pocket.name,
                    "centre_angstrom": list(pocket.centre_angstrom),
                    "residues": list(pocket.residues),
                    "room_angstrom": pocket.room_angstrom,
                }
                for pocket in self.pockets
            ],
            "lining_residues": list(self.lining),
            "pockets_fit_rmsd_angstrom": self.fit_rmsd_angstrom,
        }


@dataclass(frozen=True)
class _Facts:
    centres: dict[str, FloatArray]
    frame: dict[int, FloatArray]
    reach_angstrom: float


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
    numbers: list[int] = []
    names: list[str] = []
    for number, residue in xpo1.by_human_number.items():
        numbers += [number] * len(residue.atom_names)
        names += residue.atom_names
    rows = [residue.coordinates for residue in xpo1.by_human_number.values()]
    return _pockets(numbers, names, np.concatenate(rows))


def _pockets(numbers: list[int], names: list[str], coordinates: FloatArray) -> GroovePockets | None:
    """Place the centres by superposition of the lining's CA atoms, then look around them."""
    facts = _facts()
    alpha = {n: i for i, (n, name) in enumerate(zip(numbers, names, strict=True)) if name == "CA"}
    shared = [n for n in facts.frame if n in alpha]
    if len(shared) < _MIN_FRAME:
        return None
    target = coordinates[[alpha[n] for n in shared]]
    fit = superposed(np.array([facts.frame[n] for n in shared]), target)
    centres = fit.moved(np.array(list(facts.centres.values())))
    # a side chain faces the groove; where there is none, its CA does
    side = np.array([name not in _BACKBONE for name in names])
    with_side_chain = {n for n, is_side in zip(numbers, side, strict=True) if is_side}
    for index, (number, name) in enumerate(zip(numbers, names, strict=True)):
        side[index] |= name == "CA" and number not in with_side_chain
    labels = np.array(numbers)[side]
    points = coordinates[side]
    pockets = tuple(
        Pocket(
            name,
            (round(float(c[0]), 2), round(float(c[1]), 2), round(float(c[2]), 2)),
            _near(labels, np.linalg.norm(points - c, axis=1), facts.reach_angstrom),
            round(float(np.linalg.norm(coordinates - c, axis=1).min()), 2),
        )
        for name, c in zip(facts.centres, centres, strict=True)
    )
    lining = _near(labels, _distances_to_line(points, centres), facts.reach_angstrom)
    return GroovePockets(pockets, lining, round(fit.rmsd_angstrom, 2))


def _near(labels: Any, distances: FloatArray, reach_angstrom: float) -> tuple[int, ...]:
    return tuple(sorted({int(n) for n in labels[distances <= reach_angstrom]}))


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
def _facts() -> _Facts:
    text = files("workbench").joinpath("data/pockets.json").read_text(encoding="utf-8")
    table = json.loads(text)
    return _Facts(
        {row["name"]: np.array(row["centre_angstrom"]) for row in table["pockets"]},
        {int(row["residue"]): np.array(row["ca_angstrom"]) for row in table["frame"]},
        float(table["reach_angstrom"]),
    )
