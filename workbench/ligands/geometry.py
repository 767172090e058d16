"""Stereo, flat rings and duplicates of conformers; atom orders that symmetry makes equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError
from workbench.geometry import dihedral, plane_deviation, signed_volume

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
DISTINCT_ANGSTROM = 0.5
MAX_MAPPINGS = 100_000
_MAX_SELF_MAPPINGS = 200
_MIN_VOLUME = 0.3
_MAX_PUCKER_ANGSTROM = 0.1
_HALOGENS = (9, 17, 35, 53)
_SENSE = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: -1.0,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: 1.0,
}


def stereo_is_right(mol: Chem.Mol, coordinates: FloatArray) -> bool:
    """Return whether coordinates show the chirality and the double bonds that a molecule states.

    The molecule has explicit hydrogens; ``coordinates`` are ``(n_atoms, 3)`` angstrom.
    """
    return all(chirality_is_right(atom, coordinates) for atom in mol.GetAtoms()) and all(
        _alkene_is_right(bond, coordinates) for bond in mol.GetBonds()
    )


def chiral_volume(atom: Chem.Atom, coordinates: FloatArray) -> float | None:
    """Return the ``geometry.signed_volume`` of a stereocentre, positive where it is as drawn.

    ``None`` where no chirality is drawn; ``coordinates`` are ``(n_atoms, 3)`` angstrom.
    """
    sense = _SENSE.get(atom.GetChiralTag())
    if sense is None:
        return None
    # Seen from the first neighbour the others run in the sense of the tag; the volume of the
    # first three is then positive for counterclockwise (a sulfoxide's lone pair counts last).
    others = [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()][:3]
    volume = signed_volume(coordinates[atom.GetIdx()], *(coordinates[i] for i in others))
    return float(volume) * sense


def chirality_is_right(atom: Chem.Atom, coordinates: FloatArray) -> bool:
    """Return whether an atom's neighbours lie as its chirality says; true when it has none."""
    volume = chiral_volume(atom, coordinates)
    return volume is None or volume > _MIN_VOLUME


def _alkene_is_right(bond: Chem.Bond, coordinates: FloatArray) -> bool:
    if bond.GetStereo() not in CIS + TRANS:
        return True
    first, last = bond.GetStereoAtoms()
    torsion = (first, bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), last)
    turn = abs(float(dihedral(*(coordinates[index] for index in torsion))))
    return turn < 60.0 if bond.GetStereo() in CIS else turn > 120.0


def flat_aromatic_rings(mol: Chem.Mol, coordinates: FloatArray) -> bool:
    """Return whether every aromatic ring is flat (within 0.1 angstrom of its mean plane)."""
    return all(
        plane_deviation(coordinates[list(ring)]) <= _MAX_PUCKER_ANGSTROM
        for ring in mol.GetRingInfo().AtomRings()
        if all(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring)
    )


def distinct(mol: Chem.Mol, shapes: FloatArray, threshold: float = DISTINCT_ANGSTROM) -> list[int]:
    """Return the indices of conformers that differ from every one kept before.

    ``shapes`` is ``(n_conformers, n_atoms, 3)`` angstrom, heavy atoms, the preferred first; they
    differ from ``threshold`` angstrom of RMSD on. Terminal halogens are not compared, the symmetry
    of rings is counted.
    """
    core = placed_atoms(mol)
    mappings = self_mappings(mol, core)
    kept: list[int] = []
    for index in range(len(shapes)):
        images = shapes[index][mappings]
        if all(_best_rmsd(shapes[k][core], images) >= threshold for k in kept):
            kept.append(index)
    return kept


def _best_rmsd(fixed: FloatArray, images: FloatArray) -> float:
    """Return the lowest RMSD of superposing any of ``(n, m, 3)`` images onto ``(m, 3)``."""
    target = fixed - fixed.mean(axis=0)
    moved = images - images.mean(axis=1, keepdims=True)
    covariance = np.einsum("nai,aj->nij", moved, target)
    singular = np.linalg.svd(covariance, compute_uv=False)
    singular[:, -1] *= np.sign(np.linalg.det(covariance))
    squared = (target**2).sum() + (moved**2).sum(axis=(1, 2)) - 2 * singular.sum(axis=1)
    return float(np.sqrt(max(squared.min(), 0.0) / len(target)))


def placed_atoms(mol: Chem.Mol) -> list[int]:
    """Return the atoms that tell two shapes apart: all but terminal halogens, if there are any.

    The turns of a CF3 group multiply the equivalent orders and change no shape.
    """
    return [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if not (atom.GetDegree() == 1 and atom.GetAtomicNum() in _HALOGENS)
    ] or list(range(mol.GetNumAtoms()))


def self_mappings(mol: Chem.Mol, core: list[int]) -> IntArray:
    """Return ``(n_mappings, n_core)``: some atoms in every equivalent order, at most 200."""
    matches = mol.GetSubstructMatches(
        mol, uniquify=False, useChirality=True, maxMatches=50 * _MAX_SELF_MAPPINGS
    )
    images = list(dict.fromkeys(tuple(match[i] for i in core) for match in matches))
    return np.array(images[:_MAX_SELF_MAPPINGS] or [tuple(core)], dtype=np.int64)


def connectivity(mol: Chem.Mol, n_atoms: int | None = None) -> Chem.Mol:
    """Return the bare skeleton: heavy elements and who is bonded to whom, nothing else.

    A deposited bound form has other bond orders, charges and stereo than the drug. Heavy atoms
    come first in ``mol``; ``n_atoms`` keeps the first only (the drug in an adduct).
    """
    count = n_atoms or mol.GetNumHeavyAtoms()
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
    """Return every way to lay one skeleton of ``connectivity`` on another.

    ``(n_mappings, n_atoms)``: atom ``mappings[k, i]`` of ``other`` is atom ``i`` of ``mol``;
    rotated CF3 groups, flipped rings and the two oxygens of a nitro or carboxylate group are all in
    it.

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
