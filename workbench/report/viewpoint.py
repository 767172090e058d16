"""From where the groove is looked at, so that the ligand is seen and not hidden."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.structures.directions import even_directions

FloatArray = NDArray[np.float64]

DIRECTIONS = 400
SHADOW_RADIUS = 1.8
SHADOW_DEPTH = 18.0


def best_view(ligand: FloatArray, receptor: FloatArray, bond: FloatArray | None) -> FloatArray:
    """Return the rotation that shows the ligand best.

    Of many directions the one is taken in which few receptor atoms stand before the ligand,
    the ligand is not foreshortened, and the S-C bond is not seen end on.

    Parameters
    ----------
    ligand
        ``(n, 3)`` angstrom.
    receptor
        ``(m, 3)`` angstrom.
    bond
        ``(2, 3)`` angstrom: sulphur and carbon, or ``None``. The sulphur comes out above.

    Returns
    -------
    ndarray
        ``(3, 3)``: rows are the screen's right, up, and the direction towards the viewer.
    """
    spread = ligand - ligand.mean(axis=0)
    total = float((spread**2).sum()) or 1.0
    directions = even_directions(DIRECTIONS)
    offsets = receptor[None, :, :] - ligand[:, None, :]
    squared = (offsets**2).sum(axis=-1)
    costs = []
    for direction in directions:
        along = offsets @ direction
        hidden = (along > 1.0) & (along < SHADOW_DEPTH) & (squared - along**2 < SHADOW_RADIUS**2)
        cost = hidden.sum() / len(ligand) + 4.0 * float(((spread @ direction) ** 2).sum()) / total
        if bond is not None:
            cost += 1.5 * abs(float((bond[1] - bond[0]) @ direction)) / 1.82
        costs.append(cost)
    return _upright(directions[int(np.argmin(costs))], spread, bond)


def _upright(toward: FloatArray, spread: FloatArray, bond: FloatArray | None) -> FloatArray:
    """Lay the ligand's long axis along the screen's horizontal."""
    flat = spread - np.outer(spread @ toward, toward)
    _, vectors = np.linalg.eigh(flat.T @ flat)
    right = vectors[:, -1] - (vectors[:, -1] @ toward) * toward
    norm = np.linalg.norm(right)
    if norm < 1e-6:
        right = np.cross(toward, np.eye(3)[int(np.argmin(np.abs(toward)))])
        norm = np.linalg.norm(right)
    right = right / norm
    up = np.cross(toward, right)
    # eigenvectors have no sign of their own: without this the picture could turn over
    sign = (bond[0] - bond[1]) @ up if bond is not None else right[int(np.argmax(np.abs(right)))]
    if sign < 0:
        right, up = -right, -up
    return np.vstack([right, up, toward])
