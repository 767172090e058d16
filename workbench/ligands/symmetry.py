"""Atom orders of a molecule that nobody can tell apart, and of two drawings of one molecule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError

IntArray = NDArray[np.int64]

MAX_MAPPINGS = 100_000
_MAX_SELF_MAPPINGS = 200
_HALOGENS = (9, 17, 35, 53)


def placed_atoms(mol: Chem.Mol) -> list[int]:
    """Return the heavy atoms that tell two shapes of a molecule apart.

    Terminal halogens are left out: the turns of a CF3 group multiply the equivalent orders and
    change no shape that a reader would tell apart. A molecule of nothing else keeps them.
    """
    return [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if not (atom.GetDegree() == 1 and atom.GetAtomicNum() in _HALOGENS)
    ] or list(range(mol.GetNumAtoms()))


def self_mappings(mol: Chem.Mol, core: list[int]) -> IntArray:
    """Return ``(n_mappings, n_core)``: some atoms in every symmetry-equivalent order.

    The first 200 orders of a molecule with more.
    """
    matches = mol.GetSubstructMatches(
        mol, uniquify=False, useChirality=True, maxMatches=50 * _MAX_SELF_MAPPINGS
    )
    images = list(dict.fromkeys(tuple(match[i] for i in core) for match in matches))
    chosen = images[:_MAX_SELF_MAPPINGS] or [tuple(core)]
    return np.array(chosen, dtype=np.int64)


def connectivity(mol: Chem.Mol, n_atoms: int | None = None) -> Chem.Mol:
    """Return the bare skeleton: heavy elements and who is bonded to whom, nothing else.

    Bond orders, charges, aromaticity and stereo are dropped, because a deposited bound form
    carries other ones than the drug.

    Parameters
    ----------
    mol
        Any molecule; atom indices of its heavy atoms must come first if it has hydrogens.
    n_atoms
        Keep the first ``n_atoms`` atoms only (the drug within an adduct).
    """
    count = n_atoms or sum(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms())
    skeleton = Chem.RWMol()
    for index in range(count):
        atom = Chem.Atom(mol.GetAtomWithIdx(index).GetAtomicNum())
        atom.SetNoImplicit(True)
        skeleton.AddAtom(atom)
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if max(ends) < count:
            skeleton.AddBond(*ends, Chem.BondType.SINGLE)
    plain = skeleton.GetMol()
    Chem.FastFindRings(plain)
    return plain


def equivalent_mappings(mol: Chem.Mol, other: Chem.Mol) -> IntArray:
    """Return every way to lay one skeleton on another by element and connectivity.

    Parameters
    ----------
    mol, other
        Skeletons made by `connectivity`, of the same number of atoms.

    Returns
    -------
    mappings
        ``(n_mappings, n_atoms)``: atom ``mappings[k, i]`` of ``other`` corresponds to atom
        ``i`` of ``mol``. Rotated CF3 groups, flipped rings and the two oxygens of a nitro or
        carboxylate group are all in it.

    Raises
    ------
    LigandError
        When the two are different compounds, or too symmetric to enumerate.
    """
    if mol.GetNumAtoms() != other.GetNumAtoms() or mol.GetNumBonds() != other.GetNumBonds():
        raise LigandError(
            f"The pose has {mol.GetNumAtoms()} heavy atoms and {mol.GetNumBonds()} bonds, its "
            f"reference {other.GetNumAtoms()} and {other.GetNumBonds()}: compare one compound "
            "with itself."
        )
    matches = other.GetSubstructMatches(mol, uniquify=False, maxMatches=MAX_MAPPINGS)
    if not matches:
        raise LigandError(
            "The pose and its reference have other connectivities: compare one compound with "
            "itself."
        )
    if len(matches) >= MAX_MAPPINGS:
        raise LigandError(
            f"The ligand has {MAX_MAPPINGS} or more equivalent atom orders, too many to take the "
            "best RMSD over; compare poses of it by another measure."
        )
    return np.asarray(matches, dtype=np.int64)
