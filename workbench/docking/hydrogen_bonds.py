"""How well hydrogen bonds are aimed, judged from heavy atoms.

Vina counts a hydrogen bond by its length alone. Here the same term is multiplied at both ends by
how well each atom points at the other: lone pairs and hydrogens lie away from its heavy
neighbours. An atom with two neighbours or more (a ring nitrogen, the N-H of an amide) has one such
direction; one with a single neighbour (a carbonyl, an ammonium) takes partners all round at 110
degrees or more, and hardly any below 90.

Reference
---------
McDonald & Thornton, J. Mol. Biol. 1994, 238, 777, doi:10.1006/jmbi.1994.1334 (angles at donors
and acceptors below 90 degrees are no hydrogen bonds).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.docking.atom_types import AtomType
from workbench.docking.compiling import compiled
from workbench.docking.scoring import WEIGHTS_KCAL_PER_MOL, is_hydrogen_bond, pair_terms
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

AIMED_STRENGTH = 1.7
"""Times Vina's weight, so that hydrogen bonds keep their mean energy: without it the best thirty
minima of each diastereomer of the design cases (docs/scoring.md) would lose four tenths."""

_REACH_ANGSTROM = 3.6
"""Two nitrogens' radii: beyond, Vina's term is zero."""

_FULL_DEGREE = 110.0
_NONE_DEGREE = 80.0


@compiled()
def _aimed(
    axis: FloatArray,
    n_neighbours: NDArray[np.int64],
    atoms: NDArray[np.int64],
    direction: FloatArray,
) -> FloatArray:
    """Return how well some atoms point along unit vectors."""
    found = np.ones(len(atoms))
    for k, atom in enumerate(atoms):
        cosine = 0.0
        for d in range(3):
            cosine += axis[atom, d] * direction[k, d]
        cosine = min(1.0, max(-1.0, cosine))
        if n_neighbours[atom] == 1:
            angle = 180.0 - np.degrees(np.arccos(cosine))
            ramp = (angle - _NONE_DEGREE) / (_FULL_DEGREE - _NONE_DEGREE)
            found[k] = min(1.0, max(0.0, ramp))
        elif n_neighbours[atom] > 1:
            found[k] = max(0.0, cosine) ** 2
    return found


class Aims(NamedTuple):
    """Where atoms point.

    Parameters
    ----------
    axis
        ``(n, 3)`` unit vectors away from the heavy neighbours, zero where there are none.
    n_neighbours
        ``(n,)`` heavy neighbours.
    """

    axis: FloatArray
    n_neighbours: NDArray[np.int64]

    def of(self, atoms: Sequence[int]) -> Aims:
        """Return those of some atoms."""
        return Aims(self.axis[list(atoms)], self.n_neighbours[list(atoms)])

    def followed_by(self, other: Aims) -> Aims:
        """Return those of these atoms and then of others."""
        return Aims(
            np.concatenate([self.axis, other.axis]),
            np.concatenate([self.n_neighbours, other.n_neighbours]),
        )

    def towards(self, atoms: NDArray[np.int64], direction: FloatArray) -> FloatArray:
        """Return how well some atoms point along unit vectors: 1 straight at, 0 not at all.

        Parameters
        ----------
        atoms, direction
            ``(n_pairs,)`` indices and ``(n_pairs, 3)``.
        """
        return _aimed(self.axis, self.n_neighbours, atoms, direction)


def aims(coordinates: FloatArray, neighbours: Mapping[int, Sequence[int]]) -> Aims:
    """Return where atoms point.

    Parameters
    ----------
    coordinates
        ``(n_all, 3)`` angstrom.
    neighbours
        Index of each atom that is asked for -> indices of its heavy neighbours.
    """
    axis = np.zeros((len(neighbours), 3))
    for row, (atom, around) in enumerate(neighbours.items()):
        away = coordinates[atom] - coordinates[list(around)]
        total = (away / np.linalg.norm(away, axis=1)[:, None]).sum(axis=0)
        length = float(np.linalg.norm(total))
        if length > 0.0:
            axis[row] = total / length
    return Aims(axis, np.array([len(a) for a in neighbours.values()], dtype=np.int64))


def receptor_aims(receptor: Receptor, indices: NDArray[np.int64]) -> Aims:
    """Return where some heavy atoms of a receptor point."""
    neighbours: dict[int, list[int]] = {int(index): [] for index in indices}
    for i, j, _ in receptor.bonds.tolist():
        for atom, other in ((i, j), (j, i)):
            if atom in neighbours and receptor.atoms[other].element != "H":
                neighbours[atom].append(other)
    return aims(receptor.coordinates, neighbours)


class Side(NamedTuple):
    """Ligand or receptor, as it faces the other.

    Parameters
    ----------
    types
        Of its ``n`` heavy atoms.
    coordinates
        ``(n, 3)`` angstrom.
    aims
        Where they point.
    holds
        ``(n,)``: how hard they hold their water (``docking.polarity.Hold``).
    """

    types: Sequence[AtomType]
    coordinates: FloatArray
    aims: Aims
    holds: NDArray[np.int64]

    @property
    def polar(self) -> NDArray[np.bool_]:
        """``(n,)``: true for donors and acceptors."""
        return np.array([kind.donor or kind.acceptor for kind in self.types], dtype=np.bool_)

    def pairs_with(
        self,
        other: Side,
        reach_angstrom: float,
        counted: NDArray[np.bool_],
        fit: Callable[[AtomType, AtomType], bool],
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Return the pairs of atoms within reach that count and whose types fit.

        Returns
        -------
        tuple
            ``(n, 2)`` atoms of this side and of the other, and ``(n, 3)`` angstrom from the first
            to the second.
        """
        near = cKDTree(other.coordinates).query_ball_point(self.coordinates, reach_angstrom)
        pairs = np.array(
            [
                (i, j)
                for i, row in enumerate(near)
                for j in sorted(row)
                if counted[i, j] and fit(self.types[i], other.types[j])
            ],
            dtype=np.int64,
        ).reshape(-1, 2)
        i, j = pairs.T
        return pairs, other.coordinates[j] - self.coordinates[i]


class HydrogenBonds(NamedTuple):
    """Those between a ligand and a receptor.

    Parameters
    ----------
    pairs
        ``(n, 2)`` atoms of ligand and receptor.
    shares
        ``(n,)`` 1 for a short bond that both ends point along, 0 for none.
    """

    pairs: NDArray[np.int64]
    shares: FloatArray

    @property
    def energy_kcal_per_mol(self) -> float:
        """Their sum."""
        full = AIMED_STRENGTH * WEIGHTS_KCAL_PER_MOL["hydrogen_bond"]
        return full * float(self.shares.sum())

    def of_atoms(self, end: int, n_atoms: int) -> FloatArray:
        """Return ``(n_atoms,)``: the shares of each atom of the ligand (0) or receptor (1)."""
        counts = np.bincount(self.pairs[:, end], weights=self.shares, minlength=n_atoms)
        return np.asarray(counts, dtype=np.float64)


def hydrogen_bonds(ligand: Side, receptor: Side, counted: NDArray[np.bool_]) -> HydrogenBonds:
    """Return the aimed hydrogen bonds between a ligand and a receptor.

    Parameters
    ----------
    counted
        ``(n_ligand, n_receptor)``: false for pairs that the covalent bond excludes.
    """
    pairs, apart = ligand.pairs_with(receptor, _REACH_ANGSTROM, counted, is_hydrogen_bond)
    i, j = pairs.T
    distance = np.linalg.norm(apart, axis=1)
    radii = np.array([ligand.types[a].radius + receptor.types[b].radius for a, b in pairs.tolist()])
    full = WEIGHTS_KCAL_PER_MOL["hydrogen_bond"]
    terms = pair_terms(distance - radii, np.zeros(len(pairs)), np.ones(len(pairs)))
    direction = apart / distance[:, None]
    aimed = ligand.aims.towards(i, direction) * receptor.aims.towards(j, -direction)
    return HydrogenBonds(pairs, terms["hydrogen_bond"] / full * aimed)
