"""The adduct as a tree of rigid parts hung on CA and CB of the cysteine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.docking.torsion_profiles import (
    ORDERS,
    THREEFOLD_KCAL_PER_MOL,
    torsion_atoms,
    torsion_series,
)
from workbench.geometry import beyond, dihedral, joined
from workbench.ligands.conformers import rotatable_bonds
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class TorsionTree:
    """Rigid parts and the bonds that turn them.

    Part 0 holds CA and CB and never moves; torsion ``k`` turns part ``k + 1`` and all that
    hangs on it, and parents come before children.

    Parameters
    ----------
    part
        ``(n_atoms,)`` part of each atom.
    parent
        ``(n_torsions,)`` part that carries part ``k + 1``.
    axis_start, axis_end
        ``(n_torsions,)`` atoms of the turning bond, the end on the moving side.
    conformers
        ``(n_conformers, n_atoms, 3)`` angstrom, CA and CB on the receptor's.
    pairs
        ``(n_pairs, 2)`` atoms more than three bonds apart whose distance can change.
    offsets
        ``(n_conformers, n_torsions)`` radian: each bond's torsion in each conformer.
    series
        ``(n_torsions, 2 * ORDERS + 1)`` kcal/mol: what turning it costs (``torsion_profiles``).
    """

    part: IntArray
    parent: IntArray
    axis_start: IntArray
    axis_end: IntArray
    conformers: FloatArray
    pairs: IntArray
    offsets: FloatArray
    series: FloatArray

    @property
    def n_torsions(self) -> int:
        """Number of turning bonds."""
        return len(self.parent)


def turning_bonds(adduct: Adduct) -> list[tuple[int, int]]:
    """Return the bonds that the search turns, parents first, each as (start, moving end).

    CA-CB, and beyond it every rotatable bond; amide-like bonds stay as embedded (the
    conformers cover both forms).
    """
    mol = adduct.mol
    turns = {frozenset(pair) for pair in rotatable_bonds(mol)}
    turns.add(frozenset((adduct.ca_index, adduct.cb_index)))
    bonds: list[tuple[int, int]] = []
    seen = {adduct.ca_index}
    order = [adduct.ca_index]
    for start in order:
        for neighbour in mol.GetAtomWithIdx(start).GetNeighbors():
            end = neighbour.GetIdx()
            if end not in seen:
                seen.add(end)
                order.append(end)
                if frozenset((start, end)) in turns:
                    bonds.append((start, end))
    return bonds


def _rotation_between(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the rotation matrix that turns one unit vector onto another."""
    axis = np.cross(first, second)
    cosine = float(first @ second)
    if cosine < -1 + 1e-9:
        helper = np.eye(3)[int(np.argmin(np.abs(first)))]
        normal = np.cross(first, helper)
        normal /= np.linalg.norm(normal)
        return 2 * np.outer(normal, normal) - np.eye(3)
    skew = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + cosine))


def _anchored(conformers: FloatArray, adduct: Adduct, ca: FloatArray, cb: FloatArray) -> FloatArray:
    target = (cb - ca) / np.linalg.norm(cb - ca)
    placed = np.empty_like(conformers)
    for k, points in enumerate(conformers):
        own = points[adduct.cb_index] - points[adduct.ca_index]
        turn = _rotation_between(own / np.linalg.norm(own), target)
        placed[k] = (points - points[adduct.cb_index]) @ turn.T + cb
        placed[k, adduct.ca_index] = ca
    return placed


def build_tree(adduct: Adduct, conformers: FloatArray, backbone: FloatArray) -> TorsionTree:
    """Hang an adduct on a cysteine's CA and CB.

    The turn about CA-CB is chi1 of the cysteine (N-CA-CB-SG) and costs what a bond between sp3
    carbons costs.

    Parameters
    ----------
    conformers
        ``(n_conformers, n_atoms, 3)`` angstrom in any frame.
    backbone
        ``(3, 3)`` angstrom: N, CA and CB of the cysteine in the receptor.

    Returns
    -------
    TorsionTree
    """
    mol = adduct.mol
    bonds = turning_bonds(adduct)
    part = np.zeros(mol.GetNumAtoms(), dtype=np.int64)
    parent = np.zeros(len(bonds), dtype=np.int64)
    neighbours = joined((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds())
    turned = [{end, *beyond(neighbours, start, end)} for start, end in bonds]
    for k, (start, _) in enumerate(bonds):
        parent[k] = part[start]
        part[list(turned[k])] = k + 1
    separation = Chem.GetDistanceMatrix(mol)
    # Turning a bond moves neither of its own atoms, so an atom on an axis is rigid with the
    # parts on both sides.
    member = np.array(
        [
            [i in atoms and i != end for i in range(len(part))]
            for atoms, (_, end) in zip(turned, bonds, strict=True)
        ]
    ).T
    pairs = [
        (i, j)
        for i in range(len(part))
        for j in range(i + 1, len(part))
        if separation[i, j] > 3 and (member[i] != member[j]).any()
    ]
    quads = [torsion_atoms(mol, start, end) for start, end in bonds]
    series = np.zeros((len(bonds), 2 * ORDERS + 1))
    offsets = np.zeros((len(conformers), len(bonds)))
    anchored = _anchored(conformers, adduct, *backbone[1:])
    for k, quad in enumerate(quads):
        if quad is not None:
            series[k] = torsion_series(adduct, quad)
            offsets[:, k] = np.radians(dihedral(*conformers[:, list(quad)].swapaxes(0, 1)))
        else:
            series[k, 0] = series[k, 5] = THREEFOLD_KCAL_PER_MOL
            sulphur = anchored[:, adduct.sg_index]
            offsets[:, k] = np.radians(dihedral(backbone[0], backbone[1], backbone[2], sulphur))
    return TorsionTree(
        offsets=offsets,
        series=series,
        part=part,
        parent=parent,
        axis_start=np.array([start for start, _ in bonds], dtype=np.int64),
        axis_end=np.array([end for _, end in bonds], dtype=np.int64),
        conformers=anchored,
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
    )
