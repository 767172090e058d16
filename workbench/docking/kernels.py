"""The search's inner loops, compiled: place the tree, score it, minimise it.

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
_MAX_TRIALS = 10
_LONGEST_STEP_RADIAN = 0.5
_FIRST_INVERSE_HESSIAN = 0.02
_HOPE = 10.0
"""How many times what the last two steps gained is still to be expected of a minimisation."""


class Problem(NamedTuple):
    """Everything that the score of one adduct in one receptor needs.

    Parameters
    ----------
    pair_start, pairs
        Rows ``pair_start[i]`` to ``pair_start[i + 1]`` of ``pairs`` hold the partners of atom
        ``i`` that come after it, each with the number of its table.
    pair_tables
        ``(n_kinds, n_bins, 2)`` kcal/mol and kcal/mol per bin, against the squared distance.
    bins
        Of the tables, per squared angstrom.

    The others are the content of a TorsionTree and of GridMaps.
    """

    part: IntArray
    parent: IntArray
    axis_start: IntArray
    axis_end: IntArray
    conformers: FloatArray
    pair_start: IntArray
    pairs: NDArray[np.int32]
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
def _interpolate(
    coefficients: NDArray[np.float32],
    m: int,
    corner: IntArray,
    weight: FloatArray,
    slope: FloatArray,
) -> tuple[float, float, float, float]:
    """Return a map's value and its three slopes, per grid step.

    Rows of four values along z are weighed together, which the compiler turns into vectors.
    """
    v0 = v1 = v2 = v3 = 0.0
    x0 = x1 = x2 = x3 = 0.0
    y0 = y1 = y2 = y3 = 0.0
    for p in range(4):
        for q in range(4):
            row = coefficients[m, corner[0] + p, corner[1] + q, corner[2] : corner[2] + 4]
            value = weight[0, p] * weight[1, q]
            along_x = slope[0, p] * weight[1, q]
            along_y = weight[0, p] * slope[1, q]
            v0 += value * row[0]
            v1 += value * row[1]
            v2 += value * row[2]
            v3 += value * row[3]
            x0 += along_x * row[0]
            x1 += along_x * row[1]
            x2 += along_x * row[2]
            x3 += along_x * row[3]
            y0 += along_y * row[0]
            y1 += along_y * row[1]
            y2 += along_y * row[2]
            y3 += along_y * row[3]
    w = weight[2]
    s = slope[2]
    return (
        v0 * w[0] + v1 * w[1] + v2 * w[2] + v3 * w[3],
        x0 * w[0] + x1 * w[1] + x2 * w[2] + x3 * w[3],
        y0 * w[0] + y1 * w[1] + y2 * w[2] + y3 * w[3],
        v0 * s[0] + v1 * s[1] + v2 * s[2] + v3 * s[3],
    )


@compiled()
def _grid_energy(problem: Problem, points: FloatArray, gradient: FloatArray) -> float:
    """Sum the maps at the atoms; ``gradient`` is written, not added to."""
    energy = 0.0
    spacing = problem.spacing
    weight = np.empty((3, 4))
    slope = np.empty((3, 4))
    corner = np.empty(3, dtype=np.int64)
    for i in range(points.shape[0]):
        m = problem.map_of_atom[i]
        if m < 0:
            gradient[i] = 0.0
            continue
        for a in range(3):
            u = (points[i, a] - problem.origin[a]) / spacing
            inside = min(max(u, 1.0), problem.coefficients.shape[a + 1] - 3.001)
            out = (u - inside) * spacing
            energy += _WALL_KCAL_PER_MOL_ANGSTROM2 * out * out
            gradient[i, a] = 2.0 * _WALL_KCAL_PER_MOL_ANGSTROM2 * out
            corner[a] = int(inside) - 1
            _spline_weights(inside - int(inside), weight[a], slope[a])
        value, gx, gy, gz = _interpolate(problem.coefficients, m, corner, weight, slope)
        energy += value
        gradient[i, 0] += gx / spacing
        gradient[i, 1] += gy / spacing
        gradient[i, 2] += gz / spacing
    return energy


@compiled()
def _pair_energy(problem: Problem, points: FloatArray, gradient: FloatArray) -> float:
    """Sum the energy within the adduct; the tables hold energy and slope against r squared."""
    energy = 0.0
    tables = problem.pair_tables
    bins = problem.bins
    pairs = problem.pairs
    for i in range(points.shape[0]):
        x = points[i, 0]
        y = points[i, 1]
        z = points[i, 2]
        gx = 0.0
        gy = 0.0
        gz = 0.0
        for k in range(problem.pair_start[i], problem.pair_start[i + 1]):
            j = np.uint32(pairs[k, 0])
            dx = x - points[j, 0]
            dy = y - points[j, 1]
            dz = z - points[j, 2]
            square = dx * dx + dy * dy + dz * dz
            if square >= problem.cutoff_square:
                continue
            position = square * bins
            b = np.uint32(position)
            f = position - b
            g = 1.0 - f
            kind = np.uint32(pairs[k, 1])
            # Cubic Hermite between the bins: energy and slope then agree exactly.
            value = tables[kind, b, 0]
            step_0 = tables[kind, b, 1]
            drop = value - tables[kind, b + np.uint32(1), 0]
            step_1 = tables[kind, b + np.uint32(1), 1]
            energy += value - f * f * (3.0 - 2.0 * f) * drop + f * g * (g * step_0 - f * step_1)
            slope = -6.0 * f * g * drop + g * (g - 2.0 * f) * step_0 + f * (f - 2.0 * g) * step_1
            pull = 2.0 * bins * slope
            dx *= pull
            dy *= pull
            dz *= pull
            gx += dx
            gy += dy
            gz += dz
            gradient[j, 0] -= dx
            gradient[j, 1] -= dy
            gradient[j, 2] -= dz
        gradient[i, 0] += gx
        gradient[i, 1] += gy
        gradient[i, 2] += gz
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
    gradient = np.empty_like(points)
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
    problem: Problem,
    angles: FloatArray,
    conformer: int,
    max_steps: int,
    tolerance: float,
    ceiling: float,
) -> tuple[float, int]:
    """Minimise in place by BFGS; return the energy and the evaluations spent.

    It ends after two steps in a row that gain less than the tolerance, in kcal/mol. The slope is
    no test: the score has kinks, and its lowest points often lie on one. It is given up when the
    last two steps show no hope of coming under the ceiling.
    """
    n = angles.shape[0]
    points = np.empty((problem.part.shape[0], 3))
    slopes = np.empty(n)
    energy = evaluate(problem, angles, conformer, points, slopes)
    evaluations = 1
    inverse = np.empty((n, n))
    _reset(inverse)
    step = np.empty(n)
    trial = np.empty(n)
    along = np.empty(n)
    new_slopes = np.empty(n)
    small = 0
    gain = 0.0
    for step_number in range(max_steps):
        descent = _descent(inverse, slopes, step)
        if descent >= 0.0:
            _reset(inverse)
            descent = _descent(inverse, slopes, step)
        scale = 1.0
        for k in range(n):
            scale = min(scale, _LONGEST_STEP_RADIAN / max(abs(step[k]), 1e-12))
        accepted = False
        new_energy = energy
        for _ in range(_MAX_TRIALS):
            for k in range(n):
                trial[k] = angles[k] + scale * step[k]
            new_energy = evaluate(problem, trial, conformer, points, new_slopes)
            evaluations += 1
            rise = new_energy - energy - scale * descent
            if rise <= (_ARMIJO - 1.0) * scale * descent:
                accepted = True
                break
            # Where the parabola through both energies and the slope has its lowest point.
            scale *= min(max(-0.5 * scale * descent / rise, 0.1), 0.5)
        if not accepted:
            break
        curvature = 0.0
        for k in range(n):
            step[k] = trial[k] - angles[k]
            angles[k] = trial[k]
            trial[k] = new_slopes[k] - slopes[k]
            slopes[k] = new_slopes[k]
            curvature += step[k] * trial[k]
        small = small + 1 if energy - new_energy < tolerance else 0
        recent = gain + energy - new_energy
        gain = energy - new_energy
        energy = new_energy
        if small == 2 or (step_number >= 2 and energy - _HOPE * recent > ceiling):
            break
        if curvature > 1e-10:
            _update(inverse, step, trial, along, curvature)
    return energy, evaluations


@compiled()
def _reset(inverse: FloatArray) -> None:
    """Set the inverse Hessian to that of a torsion of middling stiffness."""
    inverse[:] = 0.0
    for k in range(inverse.shape[0]):
        inverse[k, k] = _FIRST_INVERSE_HESSIAN


@compiled()
def _descent(inverse: FloatArray, slopes: FloatArray, step: FloatArray) -> float:
    """Write the quasi-Newton step; return the slope along it."""
    n = slopes.shape[0]
    descent = 0.0
    for a in range(n):
        total = 0.0
        for b in range(n):
            total += inverse[a, b] * slopes[b]
        step[a] = -total
        descent -= total * slopes[a]
    return descent


@compiled()
def _update(
    inverse: FloatArray, moved: FloatArray, change: FloatArray, along: FloatArray, curvature: float
) -> None:
    """Improve the inverse Hessian by what a step has shown (BFGS)."""
    n = moved.shape[0]
    total = 0.0
    for a in range(n):
        along[a] = 0.0
        for b in range(n):
            along[a] += inverse[a, b] * change[b]
        total += along[a] * change[a]
    factor = (1.0 + total / curvature) / curvature
    for a in range(n):
        for b in range(n):
            inverse[a, b] += (
                factor * moved[a] * moved[b]
                - (moved[a] * along[b] + along[a] * moved[b]) / curvature
            )
