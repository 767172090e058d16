"""Polar atoms of one sign that face each other.

Vina has no charges: an acceptor against an acceptor, or a fluorine against a carboxylate, counts
as any contact does. Here such pairs repel by their distance, three times as much when one of the
two is charged. Two donors repel too; an atom that both gives and accepts (a hydroxyl) turns the
right side, and so does not.

Reference
---------
The idea as in ChemPLP: Korb et al., J. Chem. Inf. Model. 2009, 49, 84, doi:10.1021/ci800298z;
strength and range are our own (docs/scoring.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.docking.atom_types import AtomType
from workbench.docking.hydrogen_bonds import Side
from workbench.docking.polarity import Hold

STRENGTH_KCAL_PER_MOL = 0.6
CHARGED_TIMES = 3.0
_FULL_ANGSTROM = 2.8
_NONE_ANGSTROM = 3.6


def polar_repulsion(ligand: Side, receptor: Side, counted: NDArray[np.bool_]) -> float:
    """Return what polar atoms of one sign cost that are near each other.

    Parameters
    ----------
    counted
        ``(n_ligand, n_receptor)``: false for pairs that the covalent bond excludes.

    Returns
    -------
    float
        kcal/mol, zero or more.
    """
    pairs, apart = ligand.pairs_with(receptor, _NONE_ANGSTROM, counted, _are_alike)
    i, j = pairs.T
    distance = np.linalg.norm(apart, axis=1)
    share = np.minimum((_NONE_ANGSTROM - distance) / (_NONE_ANGSTROM - _FULL_ANGSTROM), 1.0)
    charged = (ligand.holds[i] == Hold.CHARGED) | (receptor.holds[j] == Hold.CHARGED)
    return STRENGTH_KCAL_PER_MOL * float((share * np.where(charged, CHARGED_TIMES, 1.0)).sum())


def _are_alike(first: AtomType, second: AtomType) -> bool:
    return (first.negative and second.negative) or (first.positive and second.positive)
