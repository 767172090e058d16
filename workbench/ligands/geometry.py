"""Checks of a conformer by its coordinates alone: chirality, alkenes, flat rings, duplicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.geometry import signed_volume
from workbench.ligands.symmetry import placed_atoms, self_mappings

FloatArray = NDArray[np.float64]

DISTINCT_ANGSTROM = 0.5
_MIN_VOLUME = 0.3
_MAX_PUCKER_ANGSTROM = 0.1

_CLOCKWISE = Chem.ChiralType.CHI_TETRAHEDRAL_CW
_COUNTERCLOCKWISE = Chem.ChiralType.CHI_TETRAHEDRAL_CCW
_CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
_TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)


def stereo_is_right(mol: Chem.Mol, coordinates: FloatArray) -> bool:
    """Return whether coordinates show the chirality and the double bonds that a molecule states.

    Parameters
    ----------
    mol
        With explicit hydrogens.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    """
    return all(chirality_is_right(atom, coordinates) for atom in mol.GetAtoms()) and all(
        _alkene_is_right(bond, coordinates) for bond in mol.GetBonds()
    )


def chirality_is_right(atom: Chem.Atom, coordinates: FloatArray) -> bool:
    """Return whether an atom's neighbours lie as its chirality says; true when it has none.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom; those of the atom and of its neighbours are read.
    """
    tag = atom.GetChiralTag()
    if tag not in (_CLOCKWISE, _COUNTERCLOCKWISE):
        return True
    others = [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]
    # Seen from the first neighbour the others run in the sense of the tag; the volume of the
    # first three is then positive for counterclockwise (a sulfoxide's lone pair counts last).
    volume = float(signed_volume(coordinates[atom.GetIdx()], *(coordinates[i] for i in others[:3])))
    return volume > _MIN_VOLUME if tag == _COUNTERCLOCKWISE else volume < -_MIN_VOLUME


def _alkene_is_right(bond: Chem.Bond, coordinates: FloatArray) -> bool:
    stereo = bond.GetStereo()
    if stereo not in _CIS and stereo not in _TRANS:
        return True
    first, last = bond.GetStereoAtoms()
    begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
    axis = coordinates[end] - coordinates[begin]
    before = np.cross(axis, coordinates[first] - coordinates[begin])
    after = np.cross(axis, coordinates[last] - coordinates[end])
    cosine = before @ after / (np.linalg.norm(before) * np.linalg.norm(after))
    return bool(cosine > 0.5 if stereo in _CIS else cosine < -0.5)


def flat_aromatic_rings(mol: Chem.Mol, coordinates: FloatArray) -> bool:
    """Return whether every aromatic ring is flat (within 0.1 angstrom of its mean plane)."""
    for ring in mol.GetRingInfo().AtomRings():
        if all(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring):
            centred = coordinates[list(ring)] - coordinates[list(ring)].mean(axis=0)
            normal = np.linalg.svd(centred)[2][-1]
            if np.abs(centred @ normal).max() > _MAX_PUCKER_ANGSTROM:
                return False
    return True


def distinct(mol: Chem.Mol, shapes: FloatArray, threshold: float = DISTINCT_ANGSTROM) -> list[int]:
    """Return the indices of conformers that differ from every one kept before.

    Parameters
    ----------
    mol
        Heavy atoms; the symmetry of its terminal halogens is left out of the comparison, that
        of its rings is counted.
    shapes
        ``(n_conformers, n_atoms, 3)`` angstrom, in the order of preference.
    threshold
        RMSD in angstrom at which two shapes are different.
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
