"""The search repeated with other seeds: poses pooled, and how far its best scores spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.docking.clustering import leaders
from workbench.ligands.poses import Pose
from workbench.settings import SearchSettings


@dataclass(frozen=True)
class Repeats:
    """What several searches of one adduct found together.

    Parameters
    ----------
    poses
        Of all of them, best score first, distinct.
    best_scores_kcal_per_mol
        Best score of each search, in the order of the seeds.
    """

    poses: tuple[Pose, ...]
    best_scores_kcal_per_mol: tuple[float, ...]


def repeat_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Return a run's own seed and further ones that no other run's seed gives alike."""
    more = (np.random.SeedSequence([seed, k]).generate_state(1)[0] for k in range(1, count))
    return (seed, *(int(state) % 2**31 for state in more))


def pooled(searches: Sequence[tuple[Pose, ...]], settings: SearchSettings) -> Repeats:
    """Pool the poses of several searches of one adduct.

    Parameters
    ----------
    searches
        Poses of each search, best first, none empty.
    settings
        How many poses are kept, and how far apart they lie.
    """
    every = sorted((p for poses in searches for p in poses), key=lambda p: p.score_kcal_per_mol)
    adduct = every[0].adduct
    drugs = np.array([pose.coordinates[: adduct.n_drug_atoms] for pose in every])
    kept = leaders(drugs, adduct.remnant(), settings.cluster_angstrom, settings.n_poses)
    return Repeats(
        tuple(every[k] for k in kept), tuple(poses[0].score_kcal_per_mol for poses in searches)
    )
