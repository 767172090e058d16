"""Settings of a short but complete docking run."""

from __future__ import annotations

import os

from workbench.errors import DockingError
from workbench.pipeline.comparing import Task
from workbench.processes import Say
from workbench.settings import (
    DockSettings,
    EncounterSettings,
    MinimizationSettings,
    SearchSettings,
)

HASTY = DockSettings(
    search=SearchSettings(
        n_conformers=2,
        pool_members=8,
        annealing_per_torsion=4,
        patience_per_torsion=4,
        children_per_torsion=8,
        max_pools=1,
        refine_steps=50,
        spread_seeds=1,
        flexible="none",
    ),
    encounter=EncounterSettings(
        exhaustiveness=1, max_evaluations=20_000, n_poses=2, n_sampled=3, n_forms=1
    ),
    minimization=MinimizationSettings(max_iterations=200, strain_hops=2),
)
"""To see whether a run comes through, not where the drug lies."""


def crash_on_kpt_251(setup: None, task: Task, say: Say) -> None:
    """Take the place of a docking run."""
    if task.ligand.name == "KPT-251":
        os.abort()
    raise DockingError("not crashed")
