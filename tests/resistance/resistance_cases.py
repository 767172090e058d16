"""A scan small enough for every run of the tests: one place to search, few steps."""

from __future__ import annotations

from workbench.settings import EncounterSettings, ScanSettings, SearchSettings

CHEAP = ScanSettings(
    encounter=EncounterSettings(
        exhaustiveness=1,
        n_poses=1,
        n_sampled=2,
        n_forms=1,
        edge_angstrom=20.0,
        max_evaluations=15_000,
    ),
    search=SearchSettings(
        n_conformers=4,
        n_poses=1,
        pool_members=20,
        annealing_per_torsion=20,
        patience_per_torsion=20,
        agreeing_pools=1,
        max_pools=1,
        flexible="none",
        spread_seeds=1,
    ),
    days=3.0,
)
