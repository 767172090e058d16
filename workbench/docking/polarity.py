"""How hard polar atoms hold their water.

Hydrogen-bond basicity spans orders of magnitude: amides, ureas, pyridines, imidazole-like
nitrogens and amines are at the strong end of the scale, esters, ketones, ethers, alcohols,
nitriles, sulfones, diazines and ring nitrogens next to the substituted one of an azole at the weak
one. Neutral N-H and O-H give a hydrogen bond about as well as water does. Charged atoms stand above
them all.

Reference
---------
Laurence et al., J. Med. Chem. 2009, 52, 4073, doi:10.1021/jm801331y (the order of acceptors);
Nobeli et al., J. Comput. Chem. 1997, 18, 2060 (the oxygen of furans, oxazoles and oxadiazoles
hardly accepts);
Hunter, Angew. Chem. Int. Ed. 2004, 43, 5310, doi:10.1002/anie.200301739 (donors beside water).
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import WATER

IntArray = NDArray[np.int64]


class Hold(IntEnum):
    """How hard an atom holds its water, should it be polar."""

    NOT = 0
    WEAK = 1
    STRONG = 2
    CHARGED = 3


_PATTERNS = {
    "oxygen of an aromatic ring": (Hold.NOT, "o"),
    "carbonyl of an amide, urea or hydrazide": (Hold.STRONG, "[OX1;$(O=C[#7])]"),
    "sulfoxide or phosphoryl": (Hold.STRONG, "[OX1;$(O=[SX3]),$(O=P)]"),
    "imidazole-like": (Hold.STRONG, "[nX2;r5;!$(n:[nX3,o,s]);!$(n1a[o,s]aa1)]"),
    "pyridine": (Hold.STRONG, "[nX2;r6;!r5;!$(n:n);!$(n:a:n);!$(n:a:a:n)]"),
    "imine or amidine": (Hold.STRONG, "[NX2;$(N=C)]"),
    "amine": (Hold.STRONG, "[NX3;+0;!$(N~[!#6]);!$(N[#6X3]);!$(N[#6X2])]"),
    "anion": (Hold.CHARGED, "[O-,#7-;!$(*~[#7+])]"),
    "other oxygen of an anion": (Hold.CHARGED, "[OX1;$(O=*[O-]);!$(O=[#7+])]"),
    "cation": (Hold.CHARGED, "[#7+;!$([#7+]~[O-])]"),
    "amidinium or guanidinium": (Hold.CHARGED, "[NX3;$(NC=[#7+])]"),
}
"""SMARTS by kind, a later one overruling an earlier one; every other polar atom is weak."""

_STRONG_NAMES = frozenset({"O", "OD1", "OE1"})
_HISTIDINE_NAMES = frozenset({"ND1", "NE2"})
_CHARGED_NAMES = {
    "ASP": frozenset({"OD1", "OD2"}),
    "GLU": frozenset({"OE1", "OE2"}),
    "LYS": frozenset({"NZ"}),
    "ARG": frozenset({"NE", "NH1", "NH2"}),
}


@cache
def _patterns() -> tuple[tuple[Hold, Any], ...]:
    return tuple((hold, Chem.MolFromSmarts(smarts)) for hold, smarts in _PATTERNS.values())


@lru_cache(maxsize=64)
def holds_water(mol: Chem.Mol) -> IntArray:
    """Say how hard each atom of a ligand holds its water.

    Parameters
    ----------
    mol
        Sanitised, heavy atoms only.

    Returns
    -------
    numpy.ndarray
        ``(n_atoms,)`` of ``Hold``, read-only; ``WEAK`` for those that are not polar.
    """
    holds = np.full(mol.GetNumAtoms(), Hold.WEAK, dtype=np.int64)
    for hold, pattern in _patterns():
        holds[[first for first, *_ in mol.GetSubstructMatches(pattern)]] = hold
    holds.setflags(write=False)
    return holds


def receptor_holds_water(receptor: Receptor, indices: NDArray[np.int64]) -> IntArray:
    """Say how hard some atoms of a receptor hold their water, by their names.

    Returns
    -------
    numpy.ndarray
        ``(n_indices,)`` of ``Hold``: carboxylates, lysine and arginine are charged, carbonyls of
        backbone and side chains and histidine strong.
    """
    return np.array(
        [_hold_of(receptor.atoms[int(index)]) for index in indices], dtype=np.int64
    ).reshape(-1)


def _hold_of(atom: Atom) -> Hold:
    if atom.residue_name == WATER:
        return Hold.WEAK
    if atom.name == "OXT" or atom.name in _CHARGED_NAMES.get(atom.residue_name, ()):
        return Hold.CHARGED
    of_histidine = atom.residue_name.startswith("HI") and atom.name in _HISTIDINE_NAMES
    return Hold.STRONG if of_histidine or atom.name in _STRONG_NAMES else Hold.WEAK
