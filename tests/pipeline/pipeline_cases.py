"""Settings of a short but complete docking run."""

from __future__ import annotations

from workbench.settings import (
    DockSettings,
    EncounterSettings,
    MinimizationSettings,
    SearchSettings,
)

QUICK = DockSettings(
    search=SearchSettings(n_conformers=8, max_chains=4, spread_seeds=2),
    encounter=EncounterSettings(exhaustiveness=1, n_poses=3),
)

HASTY = DockSettings(
    search=SearchSettings(
        n_conformers=2,
        max_chains=2,
        chain_batch=2,
        hops_per_torsion=1,
        random_starts=20,
        refine_steps=50,
        spread_seeds=1,
        flexible="none",
    ),
    encounter=EncounterSettings(exhaustiveness=1, n_poses=2, n_sampled=3),
    minimization=MinimizationSettings(max_iterations=200),
)
"""To see whether a run comes through, not where the drug lies."""
