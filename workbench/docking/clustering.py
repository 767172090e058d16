"""Which poses are the same: RMSD in place over every symmetry of the drug."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.ligands.geometry import placed_atoms, self_mappings

FloatArray = NDArray[np.float64]


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
    counted = placed_atoms(mol)
    mappings = self_mappings(mol, counted)
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
