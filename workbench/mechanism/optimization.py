"""A minimum of the energy in few steps: BFGS that starts from a model of the stiffness."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.errors import MechanismError
from workbench.mechanism.quantum import ANGSTROM_PER_BOHR, KCAL_PER_HARTREE, Engine, Point

FloatArray = NDArray[np.float64]
Term = tuple[tuple[int, ...], FloatArray, float]
"""Atoms of an internal coordinate, its slopes along them, and its force constant."""

# Lindh 1995: force constants of stretches, bends and torsions (hartree and bohr), and the decay
# and reference distances of pairs of rows of the periodic table.
_STIFFNESS = (0.45, 0.15, 0.005)
_DECAY = np.array([[1.0000, 0.3949, 0.3949], [0.3949, 0.2800, 0.2800], [0.3949, 0.2800, 0.2800]])
_REFERENCE = np.array([[1.35, 2.10, 2.53], [2.10, 2.87, 3.40], [2.53, 3.40, 3.40]])
_BONDED, _NEGLIGIBLE = 0.1, 1e-4
_SOFTEST = 0.005 * KCAL_PER_HARTREE / ANGSTROM_PER_BOHR**2
_LONGEST_STEP = 0.3
_SHORTEST_TRUST = 0.005
_NOISE_KCAL = 1e-4


class Minimum(NamedTuple):
    """A geometry ``(n_atoms, 3)`` angstrom, its energy point, and the steps it took."""

    coordinates: FloatArray
    point: Point
    n_steps: int


def minimised(
    engine: Engine,
    elements: NDArray[np.int64],
    start: FloatArray,
    *,
    max_gradient: float = 0.05,
    max_steps: int = 400,
    name: str = "the molecule",
) -> Minimum:
    """Return the minimum that lies below a geometry, ``(n_atoms, 3)`` angstrom.

    Parameters
    ----------
    max_gradient
        Of any coordinate at the end, kcal/mol/angstrom.

    Raises
    ------
    MechanismError
        When so many steps do not reach it.

    Reference
    ---------
    Model of the stiffness: Lindh 1995 Chem. Phys. Lett. 241:423, 10.1016/0009-2614(95)00646-L.
    """
    x = np.array(start, dtype=np.float64)
    here = engine(x)
    hessian = model_hessian(elements, x)
    trust = _LONGEST_STEP
    for n_steps in range(max_steps):
        if np.abs(here.gradient).max() < max_gradient:
            return Minimum(x, here, n_steps)
        gradient = here.gradient.ravel()
        step = _step(hessian, gradient, trust)
        expected = gradient @ step + 0.5 * step @ hessian @ step
        there = engine(x + step.reshape(-1, 3))
        gained = there.energy - here.energy
        change = there.gradient.ravel() - gradient
        hessian = _updated(hessian, step, change)
        quality = gained / expected if expected < 0 else 0.0
        if quality < 0.25:
            trust = max(0.5 * float(np.abs(step).max()), _SHORTEST_TRUST)
        elif quality > 0.7:
            trust = min(1.5 * trust, _LONGEST_STEP)
        if gained < _NOISE_KCAL or trust <= _SHORTEST_TRUST:
            x, here = x + step.reshape(-1, 3), there
    raise MechanismError(
        f"the geometry of {name} did not settle in {max_steps} steps: it may fall apart at this "
        "level"
    )


def _step(hessian: FloatArray, gradient: FloatArray, trust: float) -> FloatArray:
    """Return the quasi-Newton step, its modes kept stiff and its longest move within trust."""
    values, modes = np.linalg.eigh(hessian)
    step = -modes @ ((modes.T @ gradient) / np.maximum(np.abs(values), _SOFTEST))
    longest = float(np.abs(step).max())
    return np.asarray(step * min(1.0, trust / longest))


def _updated(hessian: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Return the BFGS update, damped where the curvature along the step is not positive."""
    pushed = hessian @ step
    curvature = step @ pushed
    along = step @ change
    if along < 0.2 * curvature:
        # Powell's damping keeps the matrix positive
        share = 0.8 * curvature / (curvature - along)
        change = share * change + (1.0 - share) * pushed
        along = step @ change
    new = np.outer(change, change) / along - np.outer(pushed, pushed) / curvature
    return np.asarray(hessian + new)


def model_hessian(elements: NDArray[np.int64], coordinates: FloatArray) -> FloatArray:
    """Return a model of the stiffness, ``(3 n, 3 n)`` kcal/mol/angstrom^2.

    Stretches of all pairs, bends and torsions over those that are bonded; positive.
    """
    x = np.asarray(coordinates) / ANGSTROM_PER_BOHR
    weight = _weights(elements, x)
    terms = [*_stretches(x, weight), *_bends(x, weight), *_torsions(x, weight)]
    rows = np.zeros((len(terms), len(x), 3))
    stiffness = np.zeros(len(terms))
    for number, (atoms, slopes, k) in enumerate(terms):
        rows[number, list(atoms)] = slopes
        stiffness[number] = k
    b = rows.reshape(len(terms), -1)
    hessian = (b.T * stiffness) @ b
    return np.asarray(hessian * (KCAL_PER_HARTREE / ANGSTROM_PER_BOHR**2))


def _stretches(x: FloatArray, weight: FloatArray) -> Iterator[Term]:
    for i, j in combinations(range(len(x)), 2):
        k = _STIFFNESS[0] * weight[i, j]
        if k > _NEGLIGIBLE:
            unit = (x[i] - x[j]) / np.linalg.norm(x[i] - x[j])
            yield (i, j), np.array([unit, -unit]), k


def _bends(x: FloatArray, weight: FloatArray) -> Iterator[Term]:
    for j, bonded in enumerate(_bonded(weight)):
        for i, k in combinations(bonded, 2):
            yield (i, j, k), _bend(x[i], x[j], x[k]), _STIFFNESS[1] * weight[i, j] * weight[j, k]


def _torsions(x: FloatArray, weight: FloatArray) -> Iterator[Term]:
    bonded = _bonded(weight)
    for j, beside in enumerate(bonded):
        for k, i in product([k for k in beside if k > j], beside):
            for m in bonded[k]:
                slopes = _torsion(x[i], x[j], x[k], x[m]) if len({i, j, k, m}) == 4 else None
                if slopes is not None:
                    tied = weight[i, j] * weight[j, k] * weight[k, m]
                    yield (i, j, k, m), slopes, _STIFFNESS[2] * tied


def _bonded(weight: FloatArray) -> list[list[int]]:
    """Return the bonded neighbours of each atom."""
    return [[int(k) for k in np.flatnonzero(row > _BONDED)] for row in weight]


def _weights(elements: NDArray[np.int64], bohr: FloatArray) -> FloatArray:
    """Return how strongly each pair of atoms is tied, 1 at the reference distance."""
    row = np.where(elements <= 2, 0, np.where(elements <= 10, 1, 2))
    decay, reference = _DECAY[row[:, None], row], _REFERENCE[row[:, None], row]
    squared = ((bohr[:, None] - bohr) ** 2).sum(axis=-1)
    weight = np.exp(decay * (reference**2 - squared))
    np.fill_diagonal(weight, 0.0)
    return np.asarray(weight)


def _bend(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Return the slopes of the angle a-b-c; a straight one bends about any normal."""
    u, v = a - b, c - b
    nu, nv = np.linalg.norm(u), np.linalg.norm(v)
    u, v = u / nu, v / nv
    normal = np.cross(u, v)
    if np.linalg.norm(normal) < 0.02:
        normal = np.cross(u, np.eye(3)[np.abs(u).argmin()])
    normal = normal / np.linalg.norm(normal)
    first, last = np.cross(u, normal) / nu, np.cross(normal, v) / nv
    return np.array([first, -first - last, last])


def _torsion(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray | None:
    """Return the slopes of the dihedral a-b-c-d; ``None`` where three atoms are in line."""
    f, g, h = a - b, b - c, d - c
    m, n = np.cross(f, g), np.cross(h, g)
    mm, nn, length = m @ m, n @ n, np.linalg.norm(g)
    if min(mm / (f @ f), nn / (h @ h)) < 0.03 * length**2:
        return None
    first, last = -length / mm * m, length / nn * n
    shift = (f @ g) / (mm * length) * m - (h @ g) / (nn * length) * n
    return np.array([first, -first + shift, -last - shift, last])
