"""What polar atoms lose when contacts keep water from them and no hydrogen bond makes up for it.

Vina counts contacts and is blind to a nitrogen or a carbonyl that is packed into carbon. Around
each polar atom of ligand and receptor places for one water are tried where the atom points; an
atom with few of them left, and no hydrogen bond to the other side instead, pays. The places lie
on directions fixed in space, so turning the whole complex moves an atom's share a little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.docking.compiling import compiled
from workbench.docking.hydrogen_bonds import HydrogenBonds, Side
from workbench.docking.polarity import Hold
from workbench.structures.directions import even_directions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PRICES_KCAL_PER_MOL = {Hold.NOT: 0.0, Hold.WEAK: 0.4, Hold.STRONG: 1.2, Hold.CHARGED: 3.6}
"""For a polar atom without water and without a partner, by how hard it holds its water; chosen on
the design cases of docs/scoring.md, as is the share of places below which an atom pays."""

_ENOUGH = 0.35

_SHELL_ANGSTROM = 2.85
"""From a polar atom to the water at it, as in liquid water and ice."""

_CLEAR_ANGSTROM = 3.1
_POLAR_CLEAR_ANGSTROM = 2.6
"""What is nearer leaves no room: other atoms, and polar ones, which the water may bind too."""

_REACH_ANGSTROM = _SHELL_ANGSTROM + _CLEAR_ANGSTROM
_BONDED_ANGSTROM = 2.0
_POINTING = 0.3
_DIRECTIONS = even_directions(96)


@compiled()
def _room(
    place: FloatArray,
    directions: FloatArray,
    coordinates: FloatArray,
    clear: FloatArray,
    near: IntArray,
) -> float:
    """Return the share of the places for water that an atom has left, 1 for enough of them.

    An atom that points nowhere has none to lose. ``near`` is scratch, as long as ``coordinates``.
    """
    n_near = 0
    for k in range(coordinates.shape[0]):
        square = 0.0
        for d in range(3):
            square += (coordinates[k, d] - place[d]) ** 2
        if _BONDED_ANGSTROM**2 < square < _REACH_ANGSTROM**2:
            near[n_near] = k
            n_near += 1
    n_free = 0
    for direction in directions:
        free = True
        for other in near[:n_near]:
            square = 0.0
            for d in range(3):
                square += (place[d] + _SHELL_ANGSTROM * direction[d] - coordinates[other, d]) ** 2
            if square < clear[other] ** 2:
                free = False
                break
        n_free += free
    return min(1.0, n_free / (_ENOUGH * directions.shape[0])) if len(directions) else 1.0


class _Crowd:
    """Heavy atoms that keep water away."""

    def __init__(self, coordinates: FloatArray, polar: NDArray[np.bool_]) -> None:
        self._coordinates = np.ascontiguousarray(coordinates)
        self._clear = np.where(polar, _POLAR_CLEAR_ANGSTROM, _CLEAR_ANGSTROM)
        self._near = np.empty(len(coordinates), dtype=np.int64)

    def room(self, place: FloatArray, directions: FloatArray) -> float:
        """Return the share of the places for water that an atom has left, 1 for enough of them."""
        return _room(place, directions, self._coordinates, self._clear, self._near)


def _pointed(side: Side, atom: int) -> FloatArray:
    """Return the directions in which an atom binds water."""
    aimed = side.aims.towards(np.full(len(_DIRECTIONS), atom), _DIRECTIONS)
    return _DIRECTIONS[aimed > _POINTING]


def _prices(side: Side) -> FloatArray:
    return np.array([PRICES_KCAL_PER_MOL[hold] for hold in Hold])[side.holds]


def lost_hydration(ligand: Side, receptor: Side, bonds: HydrogenBonds) -> float:
    """Return what the polar atoms of both sides pay for water that found no substitute.

    Parameters
    ----------
    bonds
        Between the two.

    Returns
    -------
    float
        kcal/mol, zero or more. The ligand's atoms are counted against open water, the receptor's
        against the receptor alone.
    """
    alone = _Crowd(receptor.coordinates, receptor.polar)
    together = _Crowd(
        np.concatenate([ligand.coordinates, receptor.coordinates]),
        np.concatenate([ligand.polar, receptor.polar]),
    )
    total = 0.0
    held, prices = bonds.of_atoms(0, len(ligand.types)), _prices(ligand)
    for atom in np.flatnonzero(ligand.polar).tolist():
        room = together.room(ligand.coordinates[atom], _pointed(ligand, atom))
        total += prices[atom] * max(0.0, 1.0 - room - held[atom])
    held, prices = bonds.of_atoms(1, len(receptor.types)), _prices(receptor)
    near = cKDTree(ligand.coordinates).query(receptor.coordinates)[0] < _REACH_ANGSTROM
    for atom in np.flatnonzero(receptor.polar & near).tolist():
        place, directions = receptor.coordinates[atom], _pointed(receptor, atom)
        lost = alone.room(place, directions) - together.room(place, directions)
        total += prices[atom] * max(0.0, lost - held[atom])
    return float(total)
