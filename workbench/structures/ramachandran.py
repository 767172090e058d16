"""A simple distribution of the backbone dihedrals phi and psi, to draw from and to score with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.structures.source import FloatArray

HELIX_DEGREE = (-63.0, -43.0)
"""phi and psi of an alpha helix."""

OUTLIER_KCAL_PER_MOL = 2.4
"""A density of a fiftieth of the uniform one: outside every basin."""

_KT_KCAL_PER_MOL = 0.6


@dataclass(frozen=True)
class _Basin:
    phi: float
    psi: float
    phi_spread: float
    psi_spread: float
    weight: float


_ALPHA = _Basin(*HELIX_DEGREE, 14.0, 14.0, 0.38)
_BRIDGE = _Basin(-92.0, -5.0, 18.0, 20.0, 0.10)
_BETA = _Basin(-118.0, 135.0, 22.0, 22.0, 0.22)
_EXTENDED = _Basin(-70.0, 145.0, 14.0, 16.0, 0.25)
_LEFT = _Basin(57.0, 40.0, 12.0, 14.0, 0.05)

_BASINS: dict[str, tuple[_Basin, ...]] = {
    "general": (_ALPHA, _BRIDGE, _BETA, _EXTENDED, _LEFT),
    "glycine": (
        _Basin(-63.0, -43.0, 15.0, 15.0, 0.2),
        _Basin(63.0, 43.0, 15.0, 18.0, 0.2),
        _Basin(88.0, 5.0, 18.0, 20.0, 0.2),
        _Basin(-75.0, 165.0, 20.0, 22.0, 0.15),
        _Basin(75.0, -165.0, 20.0, 22.0, 0.1),
        _Basin(180.0, 180.0, 28.0, 25.0, 0.15),
    ),
    "proline": (_Basin(-62.0, -33.0, 10.0, 16.0, 0.45), _Basin(-67.0, 145.0, 10.0, 16.0, 0.55)),
    "before proline": (
        _Basin(-62.0, -42.0, 12.0, 14.0, 0.15),
        _Basin(-125.0, 130.0, 24.0, 26.0, 0.30),
        _Basin(-70.0, 145.0, 14.0, 16.0, 0.52),
        _Basin(55.0, 50.0, 12.0, 14.0, 0.03),
    ),
}
"""Basins of the four classes of residue that Lovell et al. 2003 (doi:10.1002/prot.10286) tell
apart. Centres, widths and weights are round numbers chosen within their favoured regions, not
fitted: they draw and rank loops and are no free energy."""


def residue_class(letter: str, next_letter: str) -> str:
    """Return which of the four distributions a residue follows."""
    if letter == "G":
        return "glycine"
    if letter == "P":
        return "proline"
    return "before proline" if next_letter == "P" else "general"


def drawn_dihedrals(kind: str, count: int, rng: np.random.Generator) -> FloatArray:
    """Return ``(count, 2)`` phi and psi in degrees, drawn from the distribution of a class."""
    basins = _BASINS[kind]
    weights = np.array([basin.weight for basin in basins])
    chosen = rng.choice(len(basins), size=count, p=weights / weights.sum())
    table = np.array([[b.phi, b.psi, b.phi_spread, b.psi_spread] for b in basins])[chosen]
    angles: FloatArray = table[:, :2] + table[:, 2:] * rng.standard_normal((count, 2))
    return wrapped(angles)


def ramachandran_energy(kind: str, phi: FloatArray, psi: FloatArray) -> FloatArray:
    """Return -kT ln of the density of a class relative to the uniform one, kcal/mol.

    Parameters
    ----------
    phi, psi
        Degrees, any shape.
    """
    basins = _BASINS[kind]
    total = sum(basin.weight for basin in basins)
    density = np.zeros(np.shape(phi))
    for basin in basins:
        x = wrapped(phi - basin.phi) / basin.phi_spread
        y = wrapped(psi - basin.psi) / basin.psi_spread
        scale = 2 * np.pi * basin.phi_spread * basin.psi_spread
        density += basin.weight / total / scale * np.exp(-0.5 * (x * x + y * y))
    energy: FloatArray = -_KT_KCAL_PER_MOL * np.log(density * 360.0**2 + 1e-6)
    return energy


def is_helical(phi: float, psi: float) -> bool:
    """Return whether phi and psi (degrees) are within 30 degrees of an alpha helix's."""
    off = wrapped(np.array([phi, psi]) - np.array(HELIX_DEGREE))
    return bool(np.abs(off).max() < 30.0)


def wrapped(degree: FloatArray) -> FloatArray:
    """Return angles brought into -180 to 180 degrees."""
    result: FloatArray = (degree + 180.0) % 360.0 - 180.0
    return result
