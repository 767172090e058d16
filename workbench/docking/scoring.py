"""The Vina score: its terms for pairs of atoms, tabulated for speed and exact for the report.

Reference
---------
Trott & Olson, J. Comput. Chem. 2010, 31, 455, doi:10.1002/jcc.21334; weights of Vina 1.1/1.2
(Eberhardt et al., J. Chem. Inf. Model. 2021, 61, 3891, doi:10.1021/acs.jcim.1c00203).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.docking.atom_types import AtomType

FloatArray = NDArray[np.float64]

SCORE_NAME = "vina-chi1-1"
"""Of the score that ranks. Give it a new name when a term or a weight changes, and measure
docs/accuracy.md again: a test compares the two."""

CUTOFF_ANGSTROM = 8.0
BINS_PER_SQUARE_ANGSTROM = 32
N_BINS = int(CUTOFF_ANGSTROM**2) * BINS_PER_SQUARE_ANGSTROM + 2
WEIGHTS_KCAL_PER_MOL = {
    "gauss_1": -0.035579,
    "gauss_2": -0.005156,
    "repulsion": 0.840245,
    "hydrophobic": -0.035069,
    "hydrogen_bond": -0.587439,
}


def pair_terms(
    surface_distance: FloatArray, hydrophobic: FloatArray, hydrogen_bond: FloatArray
) -> dict[str, FloatArray]:
    """Return the weighted terms of pairs of atoms.

    Parameters
    ----------
    surface_distance
        ``(n,)`` angstrom: distance minus both radii.
    hydrophobic, hydrogen_bond
        ``(n,)`` 1 where the pair is of that kind, else 0.

    Returns
    -------
    dict
        Term name -> ``(n,)`` kcal/mol.
    """
    d = surface_distance
    raw = {
        "gauss_1": np.exp(-((d / 0.5) ** 2)),
        "gauss_2": np.exp(-(((d - 3.0) / 2.0) ** 2)),
        "repulsion": np.where(d < 0, d * d, 0.0),
        "hydrophobic": hydrophobic * np.clip(1.5 - d, 0.0, 1.0),
        "hydrogen_bond": hydrogen_bond * np.clip(-d / 0.7, 0.0, 1.0),
    }
    return {name: WEIGHTS_KCAL_PER_MOL[name] * value for name, value in raw.items()}


def is_hydrogen_bond(first: AtomType, second: AtomType) -> bool:
    """Say whether one of two atoms can give a hydrogen to the other."""
    return (first.donor and second.acceptor) or (first.acceptor and second.donor)


def pair_table(first: AtomType, second: AtomType) -> FloatArray:
    """Tabulate the pair energy against the squared distance.

    Returns
    -------
    numpy.ndarray
        ``(N_BINS,)`` kcal/mol at ``r**2 = k / BINS_PER_SQUARE_ANGSTROM``; it ends on zero
        beyond the cut-off.
    """
    r = np.sqrt(np.arange(N_BINS) / BINS_PER_SQUARE_ANGSTROM)
    hydrophobic = np.full(N_BINS, float(first.hydrophobic and second.hydrophobic))
    bonding = np.full(N_BINS, float(is_hydrogen_bond(first, second)))
    terms = pair_terms(r - first.radius - second.radius, hydrophobic, bonding)
    energy = np.sum(list(terms.values()), axis=0)
    energy[r >= CUTOFF_ANGSTROM] = 0.0
    return np.asarray(energy, dtype=np.float64)


def listed_terms(
    types: Sequence[AtomType], coordinates: FloatArray, pairs: NDArray[np.int64]
) -> dict[str, float]:
    """Sum the terms of listed pairs of atoms without any table or grid.

    Parameters
    ----------
    types, coordinates
        ``n`` types, ``(n, 3)`` angstrom.
    pairs
        ``(n_pairs, 2)`` atoms; those beyond the cut-off count nothing.

    Returns
    -------
    dict
        Term name -> kcal/mol.
    """
    i, j = pairs.T
    distance = np.linalg.norm(coordinates[i] - coordinates[j], axis=1)
    near = distance < CUTOFF_ANGSTROM
    i, j, distance = i[near], j[near], distance[near]
    radius = np.array([kind.radius for kind in types])
    hydrophobic, donor, acceptor = np.array(
        [(kind.hydrophobic, kind.donor, kind.acceptor) for kind in types], dtype=np.bool_
    ).T
    bonding = (donor[i] & acceptor[j]) | (acceptor[i] & donor[j])
    terms = pair_terms(
        distance - radius[i] - radius[j],
        (hydrophobic[i] & hydrophobic[j]).astype(float),
        bonding.astype(float),
    )
    return {name: float(value.sum()) for name, value in terms.items()}


def exact_terms(
    types: tuple[AtomType, ...],
    coordinates: FloatArray,
    other_types: tuple[AtomType, ...],
    other_coordinates: FloatArray,
    counted: NDArray[np.bool_],
) -> dict[str, float]:
    """Sum the terms between a ligand and a receptor without any table or grid.

    Parameters
    ----------
    types, coordinates
        Ligand: ``n`` types, ``(n, 3)`` angstrom.
    other_types, other_coordinates
        Receptor: ``m`` types, ``(m, 3)`` angstrom.
    counted
        ``(n, m)``: false for pairs that the covalent bond excludes.

    Returns
    -------
    dict
        Term name -> kcal/mol.
    """
    near = np.flatnonzero(cKDTree(coordinates).query(other_coordinates)[0] < CUTOFF_ANGSTROM)
    pairs = np.argwhere(counted[:, near]) + np.array([0, len(types)])
    return listed_terms(
        types + tuple(other_types[j] for j in near),
        np.concatenate([coordinates, other_coordinates[near]]),
        pairs,
    )
