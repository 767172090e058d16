"""Rigid superposition of matched points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.structures.source import FloatArray


@dataclass(frozen=True)
class Superposition:
    """A rotation and a translation that lay one set of points on another.

    Parameters
    ----------
    rotation
        ``(3, 3)``, applied from the right.
    translation
        ``(3,)`` angstrom.
    rmsd_angstrom
        Of the matched points.
    """

    rotation: FloatArray
    translation: FloatArray
    rmsd_angstrom: float

    def moved(self, points: FloatArray) -> FloatArray:
        """Return ``(n, 3)`` points in the other frame."""
        result: FloatArray = points @ self.rotation + self.translation
        return result


def superposed(mobile: FloatArray, target: FloatArray) -> Superposition:
    """Return the least-squares superposition of ``(n, 3)`` points, n at least 3.

    References
    ----------
    Kabsch 1976, doi:10.1107/S0567739476001873.
    """
    mobile_centre, target_centre = mobile.mean(axis=0), target.mean(axis=0)
    left, _, right = np.linalg.svd((mobile - mobile_centre).T @ (target - target_centre))
    mirror = np.sign(np.linalg.det(left @ right))
    rotation = left @ np.diag([1.0, 1.0, mirror]) @ right
    translation = target_centre - mobile_centre @ rotation
    deviations = mobile @ rotation + translation - target
    rmsd = float(np.sqrt((deviations**2).sum(axis=1).mean()))
    return Superposition(rotation, translation, rmsd)
