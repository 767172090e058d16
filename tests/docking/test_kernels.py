"""The compiled kernels against plain geometry, finite differences and exact sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from docking_cases import Case
from numba import njit
from numpy.typing import NDArray

from workbench.docking import kernels
from workbench.docking.compiling import compiled
from workbench.docking.covalent import build_problem, exact_score
from workbench.docking.torsion_profiles import series_energy


def _random(case: Case, seed: int) -> tuple[kernels.Problem, NDArray[np.float64], int]:
    rng = np.random.default_rng(seed)
    problem = build_problem(case.site, case.adduct, case.tree, case.maps, 0.2)
    angles = rng.uniform(-np.pi, np.pi, case.tree.n_torsions)
    return problem, angles, int(rng.integers(len(case.tree.conformers)))


def _placed(case: Case, seed: int) -> tuple[NDArray[np.float64], int]:
    problem, angles, conformer = _random(case, seed)
    points = np.empty((len(case.tree.part), 3))
    kernels.place(problem, angles, conformer, points, np.empty((len(angles), 3)))
    return points, conformer


@pytest.mark.parametrize("seed", range(5))
def test_turning_keeps_bonds_angles_and_chirality(kpt_185: Case, seed: int) -> None:
    points, conformer = _placed(kpt_185, seed)
    start = kpt_185.tree.conformers[conformer]
    mol = kpt_185.adduct.mol
    for bond in mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        assert np.linalg.norm(points[i] - points[j]) == pytest.approx(
            np.linalg.norm(start[i] - start[j]), abs=1e-9
        )
    for atom in mol.GetAtoms():
        around = [n.GetIdx() for n in atom.GetNeighbors()]
        for a in around:
            for b in around:
                assert np.linalg.norm(points[a] - points[b]) == pytest.approx(
                    np.linalg.norm(start[a] - start[b]), abs=1e-9
                )
        if len(around) >= 3:
            volumes = [np.linalg.det(x[around[:3]] - x[atom.GetIdx()]) for x in (points, start)]
            assert volumes[0] == pytest.approx(volumes[1], abs=1e-8)


def test_the_anchor_stays_on_the_receptor(kpt_185: Case) -> None:
    points, _ = _placed(kpt_185, 3)
    assert points[kpt_185.adduct.cb_index] == pytest.approx(kpt_185.site.cb, abs=1e-9)
    assert points[kpt_185.adduct.ca_index] == pytest.approx(kpt_185.site.backbone[1], abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_torsion_gradient_is_the_finite_difference(kpt_185: Case, seed: int) -> None:
    problem, angles, conformer = _random(kpt_185, seed)
    n = len(angles)
    points = np.empty((len(problem.part), 3))
    slopes, ignored = np.empty(n), np.empty(n)
    kernels.minimise(problem, angles, conformer, seed, 1e-3, np.inf)
    kernels.evaluate(problem, angles, conformer, points, slopes)
    for k in range(n):
        ends = []
        for sign in (1, -1):
            moved = angles.copy()
            moved[k] += sign * 1e-5
            ends.append(kernels.evaluate(problem, moved, conformer, points, ignored))
        assert slopes[k] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=2e-3, rel=1e-3)


def test_maps_agree_with_the_exact_sum(kpt_185: Case) -> None:
    """On relaxed poses: in a wall the maps are smoother than the truth, and nobody cares.

    The exact score counts side chains from where the receptor has them, the maps do not: the
    difference is one number for all poses.
    """
    problem = build_problem(kpt_185.site, kpt_185.adduct, kpt_185.tree, kpt_185.maps, 0.0)
    differences = []
    for seed in range(8):
        _, angles, conformer = _random(kpt_185, seed)
        energy, _ = kernels.minimise(problem, angles, conformer, 200, 1e-6, np.inf)
        points = np.empty((len(problem.part), 3))
        kernels.place(problem, angles, conformer, points, np.empty((len(angles), 3)))
        exact = sum(exact_score(kpt_185.site, kpt_185.adduct, kpt_185.tree, points).values())
        exact += series_energy(problem.series, angles + problem.offsets[conformer]).sum()
        if exact < 0:
            differences.append(exact - energy)
    assert len(differences) >= 3
    assert differences == pytest.approx([np.mean(differences)] * len(differences), abs=0.3)


def test_minimiser_ends_where_no_small_step_helps(kpt_185: Case) -> None:
    """The terms have kinks, so the slope need not vanish at a minimum; the descent must."""
    problem, angles, conformer = _random(kpt_185, 11)
    points = np.empty((len(problem.part), 3))
    slopes = np.empty(len(angles))
    before = kernels.evaluate(problem, angles, conformer, points, slopes)
    after, _ = kernels.minimise(problem, angles, conformer, 500, 1e-7, np.inf)
    rng = np.random.default_rng(0)
    around = [
        kernels.evaluate(
            problem, angles + rng.normal(0, 0.005, len(angles)), conformer, points, slopes
        )
        for _ in range(300)
    ]
    assert after < before
    assert min(around) > after - 0.01


def test_a_hopeless_minimisation_is_given_up_and_a_hopeful_one_is_not(kpt_185: Case) -> None:
    problem, start, conformer = _random(kpt_185, 11)
    full, given_up, hopeful = start.copy(), start.copy(), start.copy()
    lowest, whole = kernels.minimise(problem, full, conformer, 60, 1e-2, np.inf)
    _, part = kernels.minimise(problem, given_up, conformer, 60, 1e-2, lowest - 50.0)
    energy, spent = kernels.minimise(problem, hopeful, conformer, 60, 1e-2, lowest + 0.1)
    assert part < 0.8 * whole
    assert spent == whole
    assert energy == lowest
    np.testing.assert_array_equal(hopeful, full)


def test_a_function_that_cannot_be_cached_is_compiled_all_the_same() -> None:
    namespace: dict[str, Any] = {}
    exec("def double(x):\n    return 2.0 * x\n", namespace)
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(namespace["double"])
    assert compiled()(namespace["double"])(1.5) == 3.0
