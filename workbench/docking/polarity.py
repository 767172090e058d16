"""Which polar atoms hold their water hard, and which let go of it easily.

Hydrogen-bond basicity spans orders of magnitude: amides, ureas, pyridines, azoles, amines and
anions are at the strong end of the scale, esters, ketones, ethers, alcohols, nitriles, sulfones and
rings with further heteroatoms at the weak one. Neutral N-H and O-H give a hydrogen bond about as
well as water does, charged ones far better.

Reference
---------
Laurence et al., J. Med. Chem. 2009, 52, 4073, doi:10.1021/jm801331y (the order of acceptors);
Hunter, Angew. Chem. Int. Ed. 2004, 43, 5310, doi:10.1002/anie.200301739 (donors beside water).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.structures.receptor import Receptor
from workbench.structures.topology import WATER

BoolArray = NDArray[np.bool_]

_STRONG = {
    "carbonyl of an amide, urea or hydrazide": "[OX1;$(O=C[#7])]",
    "anion": "[O-;!$([O-][#7+]=O)]",
    "other oxygen of an anion": "[OX1;$(O=*[O-]);!$(O=[#7+])]",
    "sulfoxide or phosphoryl": "[OX1;$(O=[SX3]),$(O=P)]",
    "azole": "[nX2;r5;!$(n1[o,s]aaa1);!$(n1a[o,s]aa1)]",
    "pyridine": "[nX2;r6;!r5;!$(n:n);!$(n:a:n);!$(n:a:a:n)]",
    "imine or amidine": "[NX2;$(N=C)]",
    "amine": "[NX3;+0;!$(N~[!#6]);!$(N[#6X3]);!$(N[#6X2])]",
    "cation": "[#7+;!$([#7+]~[O-])]",
    "amidinium or guanidinium": "[NX3;$(NC=[#7+])]",
}
"""SMARTS of the atoms that hold their water hard; every other polar atom is weak."""

_STRONG_NAMES = frozenset({"O", "OXT", "OD1", "OD2", "OE1", "OE2", "NZ", "NE", "NH1", "NH2"})
_HISTIDINE_NAMES = frozenset({"ND1", "NE2"})


@cache
def _patterns() -> tuple[Any, ...]:
    return tuple(Chem.MolFromSmarts(smarts) for smarts in _STRONG.values())


def holds_water(mol: Chem.Mol) -> BoolArray:
    """Say which atoms of a ligand hold their water hard.

    Parameters
    ----------
    mol
        Sanitised, heavy atoms only.

    Returns
    -------
    numpy.ndarray
        ``(n_atoms,)``; false for the others, polar or not.
    """
    strong = np.zeros(mol.GetNumAtoms(), dtype=np.bool_)
    for pattern in _patterns():
        strong[[first for first, *_ in mol.GetSubstructMatches(pattern)]] = True
    return strong


def receptor_holds_water(receptor: Receptor, indices: NDArray[np.int64]) -> BoolArray:
    """Say which of some atoms of a receptor hold their water hard, by their names.

    Returns
    -------
    numpy.ndarray
        ``(n_indices,)``: backbone and side-chain carbonyls, carboxylates, lysine, arginine and
        histidine.
    """
    atoms = [receptor.atoms[int(index)] for index in indices]
    return np.array(
        [
            atom.residue_name != WATER
            and (
                atom.name in _STRONG_NAMES
                or (atom.residue_name.startswith("HI") and atom.name in _HISTIDINE_NAMES)
            )
            for atom in atoms
        ],
        dtype=np.bool_,
    )
