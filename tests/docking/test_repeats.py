"""Several searches pooled."""

from __future__ import annotations

import numpy as np
from docking_cases import Case

from workbench.docking.search import pooled, repeat_seeds
from workbench.ligands.molecules import Pose
from workbench.settings import SearchSettings


def test_no_two_runs_share_a_seed() -> None:
    used = [seed for run in (0, 1, 2, 3) for seed in repeat_seeds(run, 3)]
    assert len(set(used)) == 12
    assert [repeat_seeds(run, 3)[0] for run in (0, 7)] == [0, 7]
    assert repeat_seeds(5, 2) == repeat_seeds(5, 3)[:2]
    assert all(0 <= seed < 2**31 for seed in used)


def test_pooled_poses_are_distinct_and_best_first(kpt_185: Case) -> None:
    start = kpt_185.tree.conformers[0][: kpt_185.adduct.mol.GetNumAtoms()]

    def pose(shift: float, score: float) -> Pose:
        return Pose(kpt_185.adduct, start + np.array([shift, 0.0, 0.0]), score, {})

    first = (pose(0.0, -9.0), pose(3.0, -7.0))
    second = (pose(0.2, -9.5), pose(6.0, -8.0))
    both = pooled([first, second], SearchSettings(n_poses=3, cluster_angstrom=1.0))
    assert [p.score_kcal_per_mol for p in both.poses] == [-9.5, -8.0, -7.0]
    assert both.best_scores_kcal_per_mol == (-9.0, -9.5)
