"""Which poses are the same: RMSD in place over every symmetry of the drug."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MAX_MAPPINGS = 5000


def symmetry_mappings(mol: Chem.Mol) -> IntArray:
    """Return every way to map a molecule's heavy atoms onto themselves, ``(n, n_atoms)``.

    Terminal halogens are left in their place: their turns multiply the count and change no
    pose that a reader would tell apart; callers leave them out of the RMSD.
    """
    matches = mol.GetSubstructMatches(mol, uniquify=False, maxMatches=_MAX_MAPPINGS)
    core = np.array(counted_atoms(mol))
    _, first = np.unique(np.array(matches)[:, core], axis=0, return_index=True)
    return np.array(matches, dtype=np.int64)[np.sort(first)]


def counted_atoms(mol: Chem.Mol) -> list[int]:
    """Return the atoms that the RMSD between poses counts: all but terminal fluorines."""
    return [a.GetIdx() for a in mol.GetAtoms() if a.GetSymbol() != "F" or a.GetDegree() > 1]


def leaders(coordinates: FloatArray, mol: Chem.Mol, cutoff_angstrom: float, most: int) -> list[int]:
    """Pick poses, best first, each farther than a cut-off from all picked before it.

    Parameters
    ----------
    coordinates
        ``(n_poses, n_atoms, 3)`` angstrom, sorted by score.
    mol
        The drug, in the same atom order.
    cutoff_angstrom, most
        Least RMSD between two picked poses; how many to pick.

    Returns
    -------
    list of int
        Indices of the picked poses.
    """
    counted = counted_atoms(mol)
    mappings = symmetry_mappings(mol)[:, counted]
    picked: list[int] = []
    images: list[FloatArray] = []
    for index, points in enumerate(coordinates):
        own = points[counted]
        if all(
            np.sqrt(((image - own) ** 2).sum(-1).mean(-1)).min() > cutoff_angstrom
            for image in images
        ):
            picked.append(index)
            images.append(points[mappings])
            if len(picked) == most:
                break
    return picked
