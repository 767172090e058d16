"""The search's inner loops, compiled: place the tree, score it, minimise it, hop between minima.

All arrays are the plain content of a TorsionTree, of GridMaps and of the pair tables. Angles in
radian, lengths in angstrom, energies in kcal/mol.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.docking.compiling import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_WALL_KCAL_PER_MOL_ANGSTROM2 = 10.0
_ARMIJO = 1e-4
_MAX_HALVINGS = 12


class Problem(NamedTuple):
    """Everything that the score of one adduct in one receptor needs."""

    part: IntArray
    parent: IntArray
    axis_start: IntArray
    axis_end: IntArray
    conformers: FloatArray
    pairs: IntArray
    pair_class: IntArray
    pair_tables: NDArray[np.float32]
    bins: float
    cutoff_square: float
    offsets: FloatArray
    series: FloatArray
    map_of_atom: IntArray
    coefficients: NDArray[np.float32]
    origin: FloatArray
    spacing: float


@compiled()
def place(
    problem: Problem, angles: FloatArray, conformer: int, points: FloatArray, axes: FloatArray
) -> None:
    """Write the coordinates and the turning axes for a set of torsion angles."""
    n_torsions = problem.parent.shape[0]
    reference = problem.conformers[conformer]
    rotation = np.empty((n_torsions + 1, 3, 3))
    shift = np.empty((n_torsions + 1, 3))
    rotation[0] = np.eye(3)
    shift[0] = 0.0
    turn = np.empty((3, 3))
    axis = np.empty(3)
    for k in range(n_torsions):
        up = rotation[problem.parent[k]]
        start = reference[problem.axis_start[k]]
        end = reference[problem.axis_end[k]]
        length = 0.0
        for d in range(3):
            axis[d] = end[d] - start[d]
            length += axis[d] * axis[d]
        length = np.sqrt(length)
        x, y, z = axis[0] / length, axis[1] / length, axis[2] / length
        c = np.cos(angles[k])
        s = np.sin(angles[k])
        v = 1.0 - c
        turn[0, 0] = c + x * x * v
        turn[0, 1] = x * y * v - z * s
        turn[0, 2] = x * z * v + y * s
        turn[1, 0] = y * x * v + z * s
        turn[1, 1] = c + y * y * v
        turn[1, 2] = y * z * v - x * s
        turn[2, 0] = z * x * v - y * s
        turn[2, 1] = z * y * v + x * s
        turn[2, 2] = c + z * z * v
        for a in range(3):
            for b in range(3):
                rotation[k + 1, a, b] = (
                    up[a, 0] * turn[0, b] + up[a, 1] * turn[1, b] + up[a, 2] * turn[2, b]
                )
        for a in range(3):
            moved = shift[problem.parent[k], a]
            for b in range(3):
                moved += (up[a, b] - rotation[k + 1, a, b]) * end[b]
            shift[k + 1, a] = moved
            axes[k, a] = up[a, 0] * x + up[a, 1] * y + up[a, 2] * z
    for i in range(points.shape[0]):
        f = problem.part[i]
        for a in range(3):
            points[i, a] = shift[f, a] + (
                rotation[f, a, 0] * reference[i, 0]
                + rotation[f, a, 1] * reference[i, 1]
                + rotation[f, a, 2] * reference[i, 2]
            )


@compiled()
def _spline_weights(f: float, weight: FloatArray, slope: FloatArray) -> None:
    g = 1.0 - f
    weight[0] = g * g * g / 6.0
    weight[1] = 2.0 / 3.0 - 0.5 * f * f * (2.0 - f)
    weight[2] = 2.0 / 3.0 - 0.5 * g * g * (2.0 - g)
    weight[3] = f * f * f / 6.0
    slope[0] = -0.5 * g * g
    slope[1] = f * (1.5 * f - 2.0)
    slope[2] = -g * (1.5 * g - 2.0)
    slope[3] = 0.5 * f * f


@compiled()
def _grid_energy(problem: Problem, points: FloatArray, gradient: FloatArray) -> float:
    energy = 0.0
    spacing = problem.spacing
    weight = np.empty((3, 4))
    slope = np.empty((3, 4))
    cell = np.empty(3, dtype=np.int64)
    for i in range(points.shape[0]):
        m = problem.map_of_atom[i]
        if m < 0:
            continue
        grid = problem.coefficients[m]
        for a in range(3):
            u = (points[i, a] - problem.origin[a]) / spacing
            top = grid.shape[a] - 3.001
            inside = min(max(u, 1.0), top)
            out = (u - inside) * spacing
            energy += _WALL_KCAL_PER_MOL_ANGSTROM2 * out * out
            gradient[i, a] += 2.0 * _WALL_KCAL_PER_MOL_ANGSTROM2 * out
            cell[a] = int(inside) - 1
            _spline_weights(inside - int(inside), weight[a], slope[a])
        gx = 0.0
        gy = 0.0
        gz = 0.0
        for p in range(4):
            vy = 0.0
            sy = 0.0
            sz = 0.0
            for q in range(4):
                vz = 0.0
                dz = 0.0
                for r in range(4):
                    value = grid[cell[0] + p, cell[1] + q, cell[2] + r]
                    vz += value * weight[2, r]
                    dz += value * slope[2, r]
                vy += vz * weight[1, q]
                sy += vz * slope[1, q]
                sz += dz * weight[1, q]
            energy += vy * weight[0, p]
            gx += vy * slope[0, p]
            gy += sy * weight[0, p]
            gz += sz * weight[0, p]
        gradient[i, 0] += gx / spacing
        gradient[i, 1] += gy / spacing
        gradient[i, 2] += gz / spacing
    return energy


@compiled()
def _pair_energy(problem: Problem, points: FloatArray, gradient: FloatArray) -> float:
    """Sum the energy within the adduct; the tables hold energy and slope against r squared."""
    energy = 0.0
    for k in range(problem.pairs.shape[0]):
        i = problem.pairs[k, 0]
        j = problem.pairs[k, 1]
        dx = points[i, 0] - points[j, 0]
        dy = points[i, 1] - points[j, 1]
        dz = points[i, 2] - points[j, 2]
        square = dx * dx + dy * dy + dz * dz
        if square >= problem.cutoff_square:
            continue
        position = square * problem.bins
        b = int(position)
        f = position - b
        g = 1.0 - f
        table = problem.pair_tables[problem.pair_class[k]]
        # Cubic Hermite between the bins: energy and slope then agree exactly.
        step_0 = table[b, 1] / problem.bins
        step_1 = table[b + 1, 1] / problem.bins
        drop = table[b, 0] - table[b + 1, 0]
        energy += table[b, 0] - f * f * (3.0 - 2.0 * f) * drop + f * g * (g * step_0 - f * step_1)
        slope = -6.0 * f * g * drop + g * (g - 2.0 * f) * step_0 + f * (f - 2.0 * g) * step_1
        pull = 2.0 * problem.bins * slope
        gradient[i, 0] += pull * dx
        gradient[i, 1] += pull * dy
        gradient[i, 2] += pull * dz
        gradient[j, 0] -= pull * dx
        gradient[j, 1] -= pull * dy
        gradient[j, 2] -= pull * dz
    return energy


@compiled()
def turning_energy(
    problem: Problem, angles: FloatArray, conformer: int, slopes: FloatArray
) -> float:
    """Sum the Fourier series of the turning bonds; write their slopes."""
    energy = 0.0
    for k in range(angles.shape[0]):
        series = problem.series[k]
        angle = angles[k] + problem.offsets[conformer, k]
        c1 = np.cos(angle)
        s1 = np.sin(angle)
        c = 1.0
        s = 0.0
        energy += series[0]
        slopes[k] = 0.0
        for n in range(1, (series.shape[0] + 1) // 2):
            c, s = c * c1 - s * s1, s * c1 + c * s1
            energy += series[2 * n - 1] * c + series[2 * n] * s
            slopes[k] += n * (series[2 * n] * c - series[2 * n - 1] * s)
    return energy


@compiled()
def evaluate(
    problem: Problem, angles: FloatArray, conformer: int, points: FloatArray, slopes: FloatArray
) -> float:
    """Return the score of a set of torsions; write its coordinates and its gradient.

    The gradient of a torsion is the torque of all that hangs on it, along its axis.
    """
    n_torsions = problem.parent.shape[0]
    axes = np.empty((n_torsions, 3))
    place(problem, angles, conformer, points, axes)
    gradient = np.zeros_like(points)
    energy = _grid_energy(problem, points, gradient) + _pair_energy(problem, points, gradient)
    force = np.zeros((n_torsions + 1, 3))
    torque = np.zeros((n_torsions + 1, 3))
    for i in range(points.shape[0]):
        f = problem.part[i]
        x, y, z = points[i]
        gx, gy, gz = gradient[i]
        force[f, 0] += gx
        force[f, 1] += gy
        force[f, 2] += gz
        torque[f, 0] += y * gz - z * gy
        torque[f, 1] += z * gx - x * gz
        torque[f, 2] += x * gy - y * gx
    energy += turning_energy(problem, angles, conformer, slopes)
    for k in range(n_torsions - 1, -1, -1):
        f = k + 1
        px, py, pz = points[problem.axis_end[k]]
        fx, fy, fz = force[f]
        slopes[k] += (
            axes[k, 0] * (torque[f, 0] - (py * fz - pz * fy))
            + axes[k, 1] * (torque[f, 1] - (pz * fx - px * fz))
            + axes[k, 2] * (torque[f, 2] - (px * fy - py * fx))
        )
        for a in range(3):
            force[problem.parent[k], a] += force[f, a]
            torque[problem.parent[k], a] += torque[f, a]
    return energy


@compiled()
def minimise(
    problem: Problem, angles: FloatArray, conformer: int, max_steps: int, tolerance: float
) -> tuple[float, int]:
    """Minimise in place by BFGS with backtracking; return the energy and the evaluations spent."""
    n = angles.shape[0]
    points = np.empty((problem.part.shape[0], 3))
    slopes = np.empty(n)
    energy = evaluate(problem, angles, conformer, points, slopes)
    evaluations = 1
    inverse = np.eye(n)
    trial = np.empty(n)
    new_slopes = np.empty(n)
    for _ in range(max_steps):
        step = -(inverse @ slopes)
        descent = step @ slopes
        if descent >= 0.0:
            inverse = np.eye(n)
            step = -slopes
            descent = -(slopes @ slopes)
        largest = np.max(np.abs(step))
        scale = 1.0 if largest < 0.5 else 0.5 / largest
        accepted = False
        new_energy = energy
        for _ in range(_MAX_HALVINGS):
            for k in range(n):
                trial[k] = angles[k] + scale * step[k]
            new_energy = evaluate(problem, trial, conformer, points, new_slopes)
            evaluations += 1
            if new_energy <= energy + _ARMIJO * scale * descent:
                accepted = True
                break
            scale *= 0.5
        if not accepted:
            break
        moved = trial - angles
        change = new_slopes - slopes
        curvature = moved @ change
        gained = energy - new_energy
        for k in range(n):
            angles[k] = trial[k]
            slopes[k] = new_slopes[k]
        energy = new_energy
        if gained < tolerance and np.max(np.abs(slopes)) < 0.05:
            break
        if curvature > 1e-10:
            along = inverse @ change
            factor = (1.0 + (change @ along) / curvature) / curvature
            for a in range(n):
                for b in range(n):
                    inverse[a, b] += (
                        factor * moved[a] * moved[b]
                        - (moved[a] * along[b] + along[a] * moved[b]) / curvature
                    )
    return energy, evaluations


@compiled(nogil=True)
def basin_hopping(
    problem: Problem,
    seed: int,
    n_random: int,
    n_hops: int,
    temperature: float,
    max_steps: int,
) -> tuple[FloatArray, FloatArray, IntArray, int]:
    """Run one basin-hopping chain from the best of many random starts.

    Returns
    -------
    energies, angles, conformers, evaluations
        Every minimum that the chain accepted, in the order of its path: ``(n,)`` kcal/mol,
        ``(n, n_torsions)`` radian, ``(n,)``; and the number of evaluations.
    """
    np.random.seed(seed)
    n = len(problem.parent)
    n_conformers = problem.conformers.shape[0]
    points = np.empty((problem.part.shape[0], 3))
    slopes = np.empty(n)
    current = np.zeros(n)
    conformer = 0
    energy = np.inf
    evaluations = n_random
    for _ in range(n_random):
        start = 2.0 * np.pi * (np.random.random(n) - 0.5)
        shape = np.random.randint(n_conformers)
        value = evaluate(problem, start, shape, points, slopes)
        if value < energy:
            energy = value
            conformer = shape
            current[:] = start
    energy, spent = minimise(problem, current, conformer, max_steps, 1e-3)
    evaluations += spent
    energies = np.empty(n_hops + 1)
    angles = np.empty((n_hops + 1, n))
    shapes = np.empty(n_hops + 1, dtype=np.int64)
    energies[0] = energy
    angles[0] = current
    shapes[0] = conformer
    kept = 1
    for _ in range(n_hops):
        trial = current.copy()
        shape = conformer
        kind = np.random.random()
        if kind < 0.15:
            shape = np.random.randint(n_conformers)
        if kind < 0.55 and n > 0:
            trial[np.random.randint(n)] = np.random.uniform(-np.pi, np.pi)
        elif n > 0:
            for _ in range(np.random.randint(1, 4)):
                trial[np.random.randint(n)] += np.random.normal(0.0, 0.8)
        value, spent = minimise(problem, trial, shape, max_steps, 1e-3)
        evaluations += spent
        if value < energy or np.random.random() < np.exp((energy - value) / temperature):
            energy = value
            conformer = shape
            current[:] = trial
            energies[kept] = energy
            angles[kept] = current
            shapes[kept] = conformer
            kept += 1
    return energies[:kept], angles[:kept], shapes[:kept], evaluations
