"""The surface of the groove as a mesh of quads, coloured by hydropathy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from workbench.report.poses import Structure
from workbench.tables import read_table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SPACING_ANGSTROM = 1.1
REACH_ANGSTROM = 7.5
"""How far from the subject the surface is drawn."""

STEEPNESS = 2.3
"""Of each atom's Gaussian: exp(STEEPNESS (1 - d2/r2)) is 1 on its van der Waals sphere."""

RADII = {"C": 1.9, "N": 1.75, "O": 1.7, "S": 2.0}
"""Of heavy atoms with their hydrogens, angstrom: Bondi's (doi:10.1021/j100785a001) plus 0.2."""

STRONGEST = 4.5


@dataclass(frozen=True)
class Hydropathy:
    """One row of ``hydropathy.csv``: a residue on the scale of Kyte and Doolittle."""

    residue: str
    hydropathy: float
    source: str


@dataclass(frozen=True)
class Surface:
    """A mesh.

    Parameters
    ----------
    points
        ``(n, 3)`` angstrom.
    quads
        ``(m, 4)`` indices of points, counter-clockwise from outside.
    hydropathy
        ``(n,)`` of the nearest residue, -1 (polar) to 1 (hydrophobic).
    """

    points: FloatArray
    quads: IntArray
    hydropathy: FloatArray


@cache
def hydropathies() -> dict[str, float]:
    """Return the scale by residue name."""
    return {row.residue: row.hydropathy for row in read_table("hydropathy.csv", Hydropathy)}


def groove_surface(receptor: Structure, subject: FloatArray) -> Surface:
    """Return the receptor's Gaussian surface where it is near a ligand or the pockets.

    A dual mesh: one point in each cell of a grid that the surface crosses, at the mean of its
    crossings, one quad for each grid edge that it cuts.

    Parameters
    ----------
    receptor
        Heavy atoms.
    subject
        ``(n, 3)`` angstrom: the ligands' atoms, or the pockets' centres.

    References
    ----------
    Grant and Pickup 1995, doi:10.1021/j100011a016 (Gaussian shape); Gibson 1998,
    doi:10.1007/BFb0056277 (the dual mesh, without its relaxation).
    """
    low, high = subject.min(axis=0) - REACH_ANGSTROM, subject.max(axis=0) + REACH_ANGSTROM
    near = ((receptor.coordinates > low - 4) & (receptor.coordinates < high + 4)).all(axis=1)
    part = receptor.select(near.tolist())
    axes = [np.arange(a, b, SPACING_ANGSTROM) for a, b in zip(low, high, strict=True)]
    density = _density(part, axes)
    points, numbers = _points(density, axes)
    if not len(points) or not len(part.atoms):
        return Surface(np.zeros((0, 3)), np.zeros((0, 4), dtype=np.int64), np.zeros(0))
    quads = _quads(density, numbers)
    close = KDTree(subject).query(points)[0] < REACH_ANGSTROM
    quads = quads[close[quads].all(axis=1)]
    used = np.unique(quads)
    place = np.full(len(points), -1)
    place[used] = np.arange(len(used))
    return Surface(points[used], place[quads], _hydropathy(part, points[used]))


def _density(part: Structure, axes: list[FloatArray]) -> FloatArray:
    """Return the sum of the atoms' Gaussians less 1: 0 on the surface, positive inside."""
    total = np.zeros([len(axis) for axis in axes])
    for atom, centre in zip(part.atoms, part.coordinates, strict=True):
        radius = RADII.get(atom.element, 1.9)
        spans = [np.abs(axis - x) < 2.2 * radius for axis, x in zip(axes, centre, strict=True)]
        x, y, z = (
            ((axis[span] - c) / radius) ** 2
            for axis, span, c in zip(axes, spans, centre, strict=True)
        )
        squared = x[:, None, None] + y[None, :, None] + z[None, None, :]
        total[np.ix_(*spans)] += np.exp(STEEPNESS * (1 - squared))
    return total - 1.0


def _points(density: FloatArray, axes: list[FloatArray]) -> tuple[FloatArray, IntArray]:
    """Return the mesh's points and, for every cell, its point's number or -1."""
    shape = tuple(n - 1 for n in density.shape)
    total, count = np.zeros((*shape, 3)), np.zeros(shape)
    corner = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    for axis in range(3):
        first, second = _ends(density, axis)
        crossed = (first > 0) != (second > 0)
        share = np.where(crossed, first / np.where(crossed, first - second, 1.0), 0.0)
        ends = [_ends(corner[..., k], axis) for k in range(3)]
        crossing = np.stack([p + share * (q - p) for p, q in ends], axis=-1)
        others = [k for k in range(3) if k != axis]
        for offset in ((0, 0), (0, 1), (1, 0), (1, 1)):
            cut = [slice(None)] * 3
            for k, step in zip(others, offset, strict=True):
                cut[k] = slice(step, step + shape[k])
            total += np.where(crossed[tuple(cut)][..., None], crossing[tuple(cut)], 0.0)
            count += crossed[tuple(cut)]
    active = count > 0
    numbers = np.full(shape, -1, dtype=np.int64)
    numbers[active] = np.arange(int(active.sum()))
    return total[active] / count[active][:, None], numbers


def _ends(values: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Return the values at the two ends of every grid edge along an axis."""
    first, second = [slice(None)] * 3, [slice(None)] * 3
    first[axis], second[axis] = slice(None, -1), slice(1, None)
    return values[tuple(first)], values[tuple(second)]


def _quads(density: FloatArray, numbers: IntArray) -> IntArray:
    """Return one quad for each inner grid edge that the surface cuts, outside in front."""
    quads = []
    for axis in range(3):
        first, second = _ends(density, axis)
        u, v = (axis + 1) % 3, (axis + 2) % 3
        edges = np.argwhere((first > 0) != (second > 0))
        inner = (edges[:, u] > 0) & (edges[:, v] > 0)
        inner &= (edges[:, u] < numbers.shape[u]) & (edges[:, v] < numbers.shape[v])
        edges = edges[inner]
        step_u, step_v = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
        around = [edges - step_u - step_v, edges - step_v, edges, edges - step_u]
        four = np.stack([numbers[tuple(cell.T)] for cell in around], axis=1)
        leaves = first[tuple(edges.T)] > 0
        four[~leaves] = four[~leaves, ::-1]
        quads.append(four)
    return np.concatenate(quads)


def _hydropathy(part: Structure, points: FloatArray) -> FloatArray:
    scale = np.array([hydropathies().get(atom.residue_name, 0.0) for atom in part.atoms])
    values: FloatArray = scale[KDTree(part.coordinates).query(points)[1]] / STRONGEST
    return values
