"""What a screen found: the object that its page reads and that users hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ScreenResult:
    """A screen that is finished, as its folder has it.

    Parameters
    ----------
    folder
        Where ``results.parquet`` lies.
    counts
        Rows by status: ``done``, ``dropped``, ``duplicate``, ``failed``, and ``undocked`` where
        active learning docked a part only.
    stages
        In order: ``name``, ``taken``, ``passed``, ``dropped``, ``failed``, ``why_dropped``,
        ``why_failed``, ``hours`` (of one core).
    top
        The best rows by score, at most as many as the page shows.
    failures
        The first rows that failed, at most as many as the page shows.
    scores
        ``edges_kcal_per_mol`` and ``counts``: the distribution of the scores; both empty when
        nothing was docked.
    scaffolds
        ``scaffold``, ``ligands`` and ``best_score_kcal_per_mol``, the commonest first.
    manifest
        Of the screen.
    """

    folder: Path
    counts: Mapping[str, int]
    stages: tuple[Mapping[str, Any], ...]
    top: tuple[Mapping[str, Any], ...]
    failures: tuple[Mapping[str, Any], ...]
    scores: Mapping[str, tuple[float, ...]]
    scaffolds: tuple[Mapping[str, Any], ...]
    manifest: Mapping[str, Any] = field(repr=False)

    @property
    def n_failed(self) -> int:
        """Number of ligands that failed in some stage."""
        return self.counts.get("failed", 0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the folder, ready for JSON."""
        return {key: value for key, value in asdict(self).items() if key != "folder"}

    def to_frame(self) -> pd.DataFrame:
        """Return ``results.parquet``: one row for each ligand of the input."""
        import pandas as pd

        return pd.read_parquet(self.folder / "results.parquet")

    def _repr_html_(self) -> str:
        return str(import_module("workbench.report.screen_page").notebook_html(self))
