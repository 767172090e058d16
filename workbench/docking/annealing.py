"""Conformational space annealing, compiled: a bank of minima, replaced by their offspring.

Lee, Scheraga & Rackovsky, J. Comput. Chem. 1997, 18, 1222,
doi:10.1002/(SICI)1096-987X(19970715)18:9<1222::AID-JCC10>3.0.CO;2-7.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.docking.compiling import compiled
from workbench.docking.kernels import Problem, evaluate, minimise, place

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_RANDOM_STARTS = 20
_STEPS = 60
_ROUGH_KCAL_PER_MOL = 1e-2
_FINE_KCAL_PER_MOL = 1e-4
_PROMISING_KCAL_PER_MOL = 0.3
_GAIN_KCAL_PER_MOL = 0.02


class Plan(NamedTuple):
    """How one pool is run.

    Parameters
    ----------
    members
        Size of the pool.
    far, near
        Angstrom, RMSD of all moving and anchoring atoms under which two minima are alike, at
        the start and at the end.
    annealing, patience, most
        Children over which ``far`` shrinks to ``near``; children in a row without a better best
        score after which the pool has converged; the most at all.
    crossing
        Share of children with two parents.
    """

    members: int
    far: float
    near: float
    annealing: int
    patience: int
    most: int
    crossing: float


class Minima(NamedTuple):
    """Minima of one adduct: ``(n,)`` kcal/mol, ``(n, n_torsions)`` radian, ``(n,)`` conformers."""

    energies: FloatArray
    angles: FloatArray
    conformers: IntArray


@compiled()
def change_conformer(problem: Problem, angles: FloatArray, old: int, new: int) -> None:
    """Rewrite the angles so that the torsions stay what they are when the conformer changes."""
    for k in range(angles.shape[0]):
        angle = angles[k] + problem.offsets[old, k] - problem.offsets[new, k]
        angles[k] = angle - 2.0 * np.pi * np.floor((angle + np.pi) / (2.0 * np.pi))


@compiled()
def mutate(problem: Problem, angles: FloatArray, conformer: int) -> int:
    """Change a minimum in place, by one of four moves; return its conformer."""
    n = angles.shape[0]
    kind = np.random.random()
    if kind < 0.15:
        new = np.random.randint(problem.conformers.shape[0])
        change_conformer(problem, angles, conformer, new)
        conformer = new
        if np.random.random() < 0.5:
            angles[np.random.randint(n)] = np.random.uniform(-np.pi, np.pi)
    elif kind < 0.55:
        angles[np.random.randint(n)] = np.random.uniform(-np.pi, np.pi)
    elif kind < 0.9:
        for _ in range(np.random.randint(1, 4)):
            angles[np.random.randint(n)] += np.random.normal(0.0, 0.8)
    else:
        # A crankshaft: what hangs beyond both bonds keeps its direction, roughly.
        k = np.random.randint(n)
        turn = np.random.normal(0.0, 1.2)
        angles[k] += turn
        if problem.parent[k] > 0:
            angles[problem.parent[k] - 1] -= turn
    return conformer


@compiled()
def cross(
    problem: Problem,
    first: FloatArray,
    first_conformer: int,
    second: FloatArray,
    second_conformer: int,
    child: FloatArray,
) -> int:
    """Write the first parent with one branch of the second, or the reverse; return the conformer.

    A branch is all that hangs on one bond. Torsions, not turns, are handed on.
    """
    n = first.shape[0]
    other = second.copy()
    change_conformer(problem, other, second_conformer, first_conformer)
    root = np.random.randint(n)
    inner = np.random.random() < 0.5
    branch = np.zeros(n + 1, dtype=np.bool_)
    branch[root + 1] = True
    for k in range(n):
        if problem.parent[k] > root:
            branch[k + 1] = branch[problem.parent[k]]
        child[k] = other[k] if branch[k + 1] == inner else first[k]
    if np.random.random() < 0.3:
        change_conformer(problem, child, first_conformer, second_conformer)
        return second_conformer
    return first_conformer


@compiled()
def random_minimum(problem: Problem, starts: int, angles: FloatArray) -> tuple[float, int, int]:
    """Write the minimum under the best of some random poses.

    Returns
    -------
    energy, conformer, evaluations
    """
    n = angles.shape[0]
    points = np.empty((problem.part.shape[0], 3))
    slopes = np.empty(n)
    trial = np.empty(n)
    energy = np.inf
    conformer = 0
    for _ in range(starts):
        for k in range(n):
            trial[k] = np.random.uniform(-np.pi, np.pi)
        shape = np.random.randint(problem.conformers.shape[0])
        value = evaluate(problem, trial, shape, points, slopes)
        if value < energy:
            energy = value
            conformer = shape
            angles[:] = trial
    energy, spent = minimise(problem, angles, conformer, _STEPS, _ROUGH_KCAL_PER_MOL, np.inf)
    return energy, conformer, starts + spent


@compiled()
def settle(
    problem: Problem, angles: FloatArray, conformer: int, best: float, ceiling: float
) -> tuple[float, int]:
    """Minimise a child roughly, and well when it comes near the best score so far.

    One that will not come under the ceiling is given up on the way.
    """
    energy, evaluations = minimise(problem, angles, conformer, _STEPS, _ROUGH_KCAL_PER_MOL, ceiling)
    if energy < best + _PROMISING_KCAL_PER_MOL:
        energy, spent = minimise(problem, angles, conformer, _STEPS, _FINE_KCAL_PER_MOL, np.inf)
        evaluations += spent
    return energy, evaluations


@compiled()
def _most_alike(points: FloatArray, members: FloatArray) -> tuple[int, float]:
    """Return the member with the lowest RMSD in place, and that RMSD."""
    nearest = 0
    least = np.inf
    for r in range(members.shape[0]):
        total = 0.0
        for i in range(points.shape[0]):
            for a in range(3):
                apart = points[i, a] - members[r, i, a]
                total += apart * apart
        if total < least:
            least = total
            nearest = r
    return nearest, np.sqrt(least / points.shape[0])


@compiled()
def _child(problem: Problem, pool: Minima, crossing: float, child: FloatArray) -> int:
    """Write a child of the pool; return its conformer."""
    members = pool.energies.shape[0]
    i = np.random.randint(members)
    rival = np.random.randint(members)
    if pool.energies[rival] < pool.energies[i]:
        i = rival
    j = np.random.randint(members)
    if i != j and np.random.random() < crossing:
        conformer = cross(
            problem, pool.angles[i], pool.conformers[i], pool.angles[j], pool.conformers[j], child
        )
        if np.random.random() < 0.3:
            conformer = mutate(problem, child, conformer)
        return conformer
    child[:] = pool.angles[i]
    return mutate(problem, child, pool.conformers[i])


@compiled(nogil=True)
def anneal(problem: Problem, seed: int, plan: Plan) -> tuple[Minima, int, bool, FloatArray]:
    """Run one pool until it has converged.

    Returns
    -------
    minima, evaluations, converged, history
        Every minimum that ever was in the pool; the evaluations spent; whether the pool ended by
        its test and not by the limit; ``(n, 2)`` evaluations and best score at each gain.
    """
    np.random.seed(seed)
    n = problem.parent.shape[0]
    n_atoms = problem.part.shape[0]
    size = plan.members
    pool = Minima(np.empty(size), np.empty((size, n)), np.empty(size, dtype=np.int64))
    placed = np.empty((size, n_atoms, 3))
    axes = np.empty((n, 3))
    points = np.empty((n_atoms, 3))
    child = np.empty(n)
    seen = Minima(
        np.empty(size + plan.most),
        np.empty((size + plan.most, n)),
        np.empty(size + plan.most, dtype=np.int64),
    )
    evaluations = 0
    for r in range(size):
        energy, conformer, spent = random_minimum(problem, _RANDOM_STARTS, pool.angles[r])
        evaluations += spent
        pool.energies[r] = seen.energies[r] = energy
        pool.conformers[r] = seen.conformers[r] = conformer
        seen.angles[r] = pool.angles[r]
        place(problem, pool.angles[r], conformer, placed[r], axes)
    kept = size
    best = pool.energies.min()
    history = [(float(evaluations), best)]
    idle = 0
    for n_trials in range(plan.most):
        if idle >= plan.patience and n_trials >= plan.annealing:
            break
        conformer = _child(problem, pool, plan.crossing, child)
        place_taken = int(np.argmax(pool.energies))
        energy, spent = settle(problem, child, conformer, best, pool.energies[place_taken])
        evaluations += spent
        idle = 0 if energy < best - _GAIN_KCAL_PER_MOL else idle + 1
        if energy < best:
            best = energy
            history.append((float(evaluations), best))
        if energy >= pool.energies[place_taken]:
            continue
        place(problem, child, conformer, points, axes)
        alike, apart = _most_alike(points, placed)
        cooled = min(1.0, n_trials / plan.annealing)
        if apart < plan.far * (plan.near / plan.far) ** cooled:
            place_taken = alike
        if energy < pool.energies[place_taken]:
            pool.energies[place_taken] = seen.energies[kept] = energy
            pool.conformers[place_taken] = seen.conformers[kept] = conformer
            pool.angles[place_taken] = seen.angles[kept] = child
            placed[place_taken] = points
            kept += 1
    converged = idle >= plan.patience
    minima = Minima(seen.energies[:kept], seen.angles[:kept], seen.conformers[:kept])
    return minima, evaluations, converged, np.array(history)
