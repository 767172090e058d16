"""The pocket around a ligand: what moves, and what comes too near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial import cKDTree

from workbench.physics.assembling import CAPS, LIGAND_CHAIN, LIGAND_RESIDUE, address
from workbench.physics.complex import Assembly

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_BONDED_DISTANCE = 3
_SAME_PLACE_ANGSTROM = 1e-3


@dataclass(frozen=True)
class Contact:
    """A pair of heavy atoms, one of the ligand, more than three bonds apart."""

    distance_angstrom: float
    atoms: str


def ligand_mask(bonded: Assembly) -> BoolArray:
    """Return ``(n_atoms,)`` true for the ligand's atoms, hydrogens included."""
    return np.array(
        [a.residue_name == LIGAND_RESIDUE and a.chain == LIGAND_CHAIN for a in bonded.atoms]
    )


def heavy_mask(bonded: Assembly) -> BoolArray:
    """Return ``(n_atoms,)`` true for all but hydrogens."""
    return np.array([a.element != "H" for a in bonded.atoms])


def mobile_atoms(complexes: Sequence[Assembly], radius_angstrom: float) -> BoolArray:
    """Return ``(n_atoms,)`` true for the ligand and the residues around it.

    A residue is mobile when one of its heavy atoms lies within ``radius_angstrom`` of a heavy
    atom of the ligand in any of the complexes, or where they differ; so is the cysteine that
    bears it. Caps stay: they stand in for the rest of the protein.

    Parameters
    ----------
    complexes
        Poses of one adduct in one receptor, at least one.
    """
    first = complexes[0]
    ligand, heavy = ligand_mask(first), heavy_mask(first)
    residues = np.array([f"{a.chain}:{a.residue_name}:{a.residue_number}" for a in first.atoms])
    near = np.zeros(len(first.atoms), dtype=bool)
    near[[first.sg, first.cb, first.ca]] = True
    for bonded in complexes:
        near |= np.abs(bonded.coordinates - first.coordinates).max(axis=1) > _SAME_PLACE_ANGSTROM
        tree = cKDTree(bonded.coordinates[ligand & heavy])
        distance, _ = tree.query(bonded.coordinates, distance_upper_bound=radius_angstrom)
        near |= np.isfinite(distance) & heavy
    caps = np.array([a.residue_name in CAPS for a in first.atoms])
    return np.asarray((np.isin(residues, residues[near]) & ~caps) | ligand)


def closest_contact(bonded: Assembly, coordinates: FloatArray | None = None) -> Contact:
    """Return the shortest distance between heavy atoms of ligand and receptor.

    Pairs up to three bonds apart are left out: the tether brings those together.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom; the complex's own when ``None``.
    """
    points = bonded.coordinates if coordinates is None else coordinates
    ligand, heavy = ligand_mask(bonded), heavy_mask(bonded)
    mine, theirs = np.flatnonzero(ligand & heavy), np.flatnonzero(~ligand & heavy)
    tied = _within_bonds(bonded.mol, bonded.reactive_carbon, _BONDED_DISTANCE)
    distance = np.linalg.norm(points[mine][:, None] - points[theirs][None], axis=2)
    for row, atom in enumerate(mine.tolist()):
        if atom in tied:
            reach = _within_bonds(bonded.mol, atom, _BONDED_DISTANCE)
            distance[row, np.isin(theirs, list(reach))] = np.inf
    nearest = divmod(int(np.argmin(distance)), len(theirs))
    pair = (int(mine[nearest[0]]), int(theirs[nearest[1]]))
    names = " - ".join(address(bonded.atoms[i]) for i in pair)
    return Contact(float(distance[nearest]), names)


def inverted_centres(bonded: Assembly, mobile: BoolArray, coordinates: FloatArray) -> list[str]:
    """Return the mobile tetrahedral centres whose handedness differs from the complex's own.

    Only centres with three heavy neighbours or more count: two hydrogens may change places.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, to be compared with ``bonded.coordinates``.
    """
    found = []
    for index in np.flatnonzero(mobile & heavy_mask(bonded)).tolist():
        around = bonded.mol.GetAtomWithIdx(index).GetNeighbors()
        heavy = [n.GetIdx() for n in around if n.GetAtomicNum() > 1]
        if len(around) == 4 and len(heavy) >= 3:
            before, after = (
                float(np.linalg.det(points[heavy[:3]] - points[index]))
                for points in (bonded.coordinates, coordinates)
            )
            if before * after <= 0:
                found.append(address(bonded.atoms[index]))
    return found


def _within_bonds(mol: Chem.Mol, start: int, bonds: int) -> set[int]:
    """Return the atoms at most so many bonds away from an atom, itself included."""
    reached = {start}
    for _ in range(bonds):
        reached |= {n.GetIdx() for i in reached for n in mol.GetAtomWithIdx(i).GetNeighbors()}
    return reached
