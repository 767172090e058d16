"""Settings of a short but complete docking run."""

from __future__ import annotations

from workbench.settings import DockSettings, EncounterSettings, SearchSettings

QUICK = DockSettings(
    search=SearchSettings(n_conformers=8),
    encounter=EncounterSettings(exhaustiveness=1, n_poses=3),
)
