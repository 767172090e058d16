"""The backbone as a ribbon: which residues are helix, and the curve that is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.report.pdb_lines import Structure

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

STEPS_PER_RESIDUE = 5
LONGEST_CA_STEP = 4.5
SHORTEST_HELIX = 5


@dataclass(frozen=True)
class Ribbon:
    """One unbroken stretch of backbone.

    Parameters
    ----------
    points
        ``(n, 3)`` angstrom, along a Catmull-Rom spline through the CA atoms.
    sides
        ``(n, 3)`` unit vectors across the ribbon; along the axis in a helix.
    helix
        ``(n,)`` true where the point belongs to a helix.
    """

    points: FloatArray
    sides: FloatArray
    helix: BoolArray


def ribbons(receptor: Structure) -> list[Ribbon]:
    """Return one ribbon per unbroken stretch of at least three residues."""
    result = []
    for ca in _stretches(receptor):
        if len(ca) < 3:
            continue
        flags = helix_mask(ca)
        points = _spline(ca)
        sides = _spline(_binormals(ca))
        sides /= np.linalg.norm(sides, axis=1, keepdims=True).clip(min=1e-6)
        residue = np.minimum(
            np.round(np.arange(len(points)) / STEPS_PER_RESIDUE).astype(int), len(ca) - 1
        )
        result.append(Ribbon(points, sides, flags[residue]))
    return result


def helix_mask(ca: FloatArray) -> BoolArray:
    """Return which residues are alpha helix, judged from CA distances alone.

    Parameters
    ----------
    ca
        ``(n, 3)`` angstrom, consecutive residues.

    Returns
    -------
    ndarray
        ``(n,)`` booleans; helices shorter than five residues are not counted.

    References
    ----------
    The distances i..i+3 (5.3 +- 0.5 A) and i..i+4 (6.4 +- 0.6 A) are those of P-SEA,
    doi:10.1093/bioinformatics/13.3.291.
    """
    n = len(ca)
    mask = np.zeros(n, dtype=bool)
    if n < SHORTEST_HELIX:
        return mask
    third = np.linalg.norm(ca[3 : n - 1] - ca[: n - 4], axis=1)
    fourth = np.linalg.norm(ca[4:] - ca[: n - 4], axis=1)
    starts = (np.abs(third - 5.3) <= 0.5) & (np.abs(fourth - 6.4) <= 0.6)
    for start in np.flatnonzero(starts):
        mask[start : start + SHORTEST_HELIX] = True
    return mask


def _stretches(receptor: Structure) -> list[FloatArray]:
    """Return the CA coordinates, cut where the chain, the numbering or the distance breaks."""
    stretches: list[list[FloatArray]] = []
    previous: tuple[str, int] | None = None
    for atom, point in zip(receptor.atoms, receptor.coordinates, strict=True):
        if atom.name != "CA" or atom.element != "C":
            continue
        joined = (
            previous is not None
            and previous[0] == atom.chain
            and atom.residue_number - previous[1] in (0, 1)
            and np.linalg.norm(point - stretches[-1][-1]) < LONGEST_CA_STEP
        )
        if not joined:
            stretches.append([])
        stretches[-1].append(point)
        previous = (atom.chain, atom.residue_number)
    return [np.array(points) for points in stretches]


def _binormals(ca: FloatArray) -> FloatArray:
    """Return ``(n, 3)`` unit binormals of the CA trace, turned so that neighbours agree."""
    steps = np.diff(ca, axis=0)
    inner = np.cross(steps[:-1], steps[1:])
    inner /= np.linalg.norm(inner, axis=1, keepdims=True).clip(min=1e-6)
    normals = np.vstack([inner[:1], inner, inner[-1:]])
    for i in range(1, len(normals)):
        if normals[i] @ normals[i - 1] < 0:
            normals[i] = -normals[i]
    return normals


def _spline(values: FloatArray) -> FloatArray:
    """Return the Catmull-Rom spline through ``values`` ``(n, 3)``, ends doubled."""
    padded = np.vstack([2 * values[0] - values[1], values, 2 * values[-1] - values[-2]])
    t = np.arange(STEPS_PER_RESIDUE)[:, None] / STEPS_PER_RESIDUE
    pieces = []
    for i in range(1, len(padded) - 2):
        a, b, c, d = padded[i - 1 : i + 3]
        pieces.append(
            b
            + 0.5 * t * (c - a)
            + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
            + t**3 * (-0.5 * a + 1.5 * b - 1.5 * c + 0.5 * d)
        )
    return np.vstack([*pieces, values[-1:]])
