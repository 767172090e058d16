"""Atoms that are too near to each other without being bonded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from workbench.structures.receptor import Atom, FloatArray, IntArray

HEAVY_ANGSTROM = 2.3
"""Under the shortest hydrogen bond between heavy atoms (2.4 angstrom)."""

HYDROGEN_ANGSTROM = 1.55
"""Under the shortest contact of a hydrogen with any atom that it is not bonded to."""


def clashing_pairs(atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray) -> IntArray:
    """Return the pairs of atoms, more than three bonds apart, that are too near.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    bonds
        ``(n_bonds, 3)``.

    Returns
    -------
    (n_pairs, 2) array
        Atom indices.
    """
    pairs = cKDTree(coordinates).query_pairs(HEAVY_ANGSTROM, output_type="ndarray")
    if not len(pairs):
        return np.empty((0, 2), dtype=np.int64)
    hydrogen = np.array([atom.element == "H" for atom in atoms])
    limit = np.where(hydrogen[pairs].any(axis=1), HYDROGEN_ANGSTROM, HEAVY_ANGSTROM)
    distances = np.linalg.norm(coordinates[pairs[:, 0]] - coordinates[pairs[:, 1]], axis=1)
    pairs = pairs[distances < limit]
    related = _related_atoms(len(atoms), bonds)
    apart = [not related[i, j] for i, j in pairs]
    result: IntArray = pairs[apart].astype(np.int64)
    return result


def clashing_residues(
    atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> set[tuple[int, str]]:
    """Return number and name of each residue that has a clash."""
    pairs = clashing_pairs(atoms, coordinates, bonds)
    return {(atoms[i].residue_number, atoms[i].residue_name) for i in pairs.ravel().tolist()}


def closest_contact(
    atoms: Sequence[Atom], coordinates: FloatArray, chosen: Sequence[int]
) -> tuple[float, str]:
    """Return the shortest distance from chosen heavy atoms to other residues', and its atoms.

    Parameters
    ----------
    chosen
        Atoms of one residue; an empty choice gives ``(inf, "")``.
    """
    own = [i for i in chosen if atoms[i].element != "H"]
    if not own:
        return float("inf"), ""
    residue = (atoms[own[0]].residue_number, atoms[own[0]].residue_name)
    others = [
        i
        for i, atom in enumerate(atoms)
        if atom.element != "H" and (atom.residue_number, atom.residue_name) != residue
    ]
    distances, nearest = cKDTree(coordinates[others]).query(coordinates[own])
    first = int(np.argmin(distances))
    a, b = atoms[own[first]], atoms[others[int(nearest[first])]]
    return float(distances[first]), f"{a.name} to {b.name} of {b.residue_name} {b.residue_number}"


def _related_atoms(n_atoms: int, bonds: IntArray) -> csr_matrix:
    """Return ``(n_atoms, n_atoms)``, not zero where two atoms are at most three bonds apart."""
    ones = np.ones(2 * len(bonds), dtype=np.int64)
    rows = np.concatenate([bonds[:, 0], bonds[:, 1]])
    columns = np.concatenate([bonds[:, 1], bonds[:, 0]])
    direct = csr_matrix((ones, (rows, columns)), shape=(n_atoms, n_atoms))
    two = direct @ direct
    return csr_matrix(direct + two + two @ direct)
