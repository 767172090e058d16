"""How much room the pockets of the groove have: grid points outside all atoms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.structures.pockets import receptor_pockets
from workbench.structures.receptor import FloatArray, Receptor

RADII_ANGSTROM = {"C": 1.7, "N": 1.55, "O": 1.52, "S": 1.8}
"""Of van der Waals (Bondi 1964, doi:10.1021/j100785a001); hydrogens count with what bears them."""

_SPACING_ANGSTROM = 0.5
_REACH_ANGSTROM = 5.0


def pocket_volumes(receptor: Receptor) -> dict[str, float]:
    """Return the free volume of each pocket, and of ``all`` together, in cubic angstrom.

    A point of a 0.5 angstrom grid counts when it lies outside every van der Waals sphere and
    within 5 angstrom of a pocket's centre; it belongs to the nearest centre. The open side of
    the groove counts too, so that only differences between grooves with one backbone, whose
    grid and centres are the same, mean something.

    Returns
    -------
    dict
        Empty when the receptor holds too little of an XPO1 groove.
    """
    found = receptor_pockets(receptor)
    if found is None:
        return {}
    heavy = [i for i, atom in enumerate(receptor.atoms) if atom.element != "H"]
    radii = np.array([RADII_ANGSTROM.get(receptor.atoms[i].element, 1.7) for i in heavy])
    centres = np.array([pocket.centre_angstrom for pocket in found.pockets])
    grid = _grid(centres)
    distances = np.linalg.norm(grid[:, None] - centres[None], axis=2)
    free = (distances.min(axis=1) <= _REACH_ANGSTROM) & ~covered(
        grid, receptor.coordinates[heavy], radii
    )
    owner = distances.argmin(axis=1)[free]
    cell = _SPACING_ANGSTROM**3
    volumes = {
        pocket.name: round(float((owner == k).sum()) * cell, 1)
        for k, pocket in enumerate(found.pockets)
    }
    return volumes | {"all": round(len(owner) * cell, 1)}


def covered(grid: FloatArray, centres: FloatArray, radii: FloatArray) -> NDArray[np.bool_]:
    """Return ``(n,)`` true where one of ``(n, 3)`` points lies inside a sphere.

    Parameters
    ----------
    centres, radii
        ``(m, 3)`` and ``(m,)`` angstrom, of the spheres.
    """
    inside = np.zeros(len(grid), dtype=bool)
    for radius in np.unique(radii):
        tree = cKDTree(centres[radii == radius])
        distance, _ = tree.query(grid, distance_upper_bound=float(radius))
        inside |= np.isfinite(distance)
    return inside


def _grid(centres: FloatArray) -> FloatArray:
    """Return ``(n, 3)`` points; whole multiples of the spacing, so that all grooves share them."""
    low = np.floor((centres.min(axis=0) - _REACH_ANGSTROM) / _SPACING_ANGSTROM)
    high = np.ceil((centres.max(axis=0) + _REACH_ANGSTROM) / _SPACING_ANGSTROM)
    axes = [np.arange(a, b + 1) * _SPACING_ANGSTROM for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
