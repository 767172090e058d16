"""What a screen found: the object that its page reads and that users hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

MEASURES: Mapping[str, str] = {
    "roc_auc": "ROC-AUC",
    "ef_1_percent": "EF 1 %",
    "ef_5_percent": "EF 5 %",
    "bedroc": "BEDROC (alpha 20)",
}
"""What the measures of enrichment are called."""


@dataclass(frozen=True)
class Measured:
    """A measure with its 95 % interval over resampled actives and decoys, or over shuffles."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Enrichment:
    """How well scores rank actives before decoys.

    Parameters
    ----------
    actives, decoys
        How many there are; ``unscored`` of them have no score and rank behind all others.
    measures
        ``roc_auc`` (0.5 for chance), ``ef_1_percent`` and ``ef_5_percent`` (1 for chance) and
        ``bedroc`` (alpha 20).
    chance
        The same with the scores shuffled: what no model at all gets, with the interval over
        shuffles.
    labels_not_found
        Labels of ligands that the screen does not hold.
    labels_sha256
        Of the file of labels; blank where there was none.
    """

    actives: int
    decoys: int
    unscored: int
    measures: Mapping[str, Measured]
    chance: Mapping[str, Measured]
    labels_not_found: int = 0
    labels_sha256: str = ""


@dataclass(frozen=True)
class ScreenResult:
    """A screen that is finished, as its folder has it.

    Parameters
    ----------
    counts
        Rows by status: ``done``, ``dropped``, ``duplicate``, ``failed``.
    stages
        In order: ``name``, ``taken``, ``passed``, ``dropped``, ``failed``, ``why_dropped``,
        ``why_failed``, ``hours`` (of one core).
    top, failures
        The best rows by score and the first that failed, at most as many as the page shows.
    scores
        ``edges_kcal_per_mol`` and ``counts``: the distribution of the scores; both empty when
        nothing was docked.
    scaffolds
        ``scaffold``, ``ligands`` and ``best_score_kcal_per_mol``, the commonest first.
    enrichment
        Of the labels that were given last; ``None`` when there were none.
    """

    folder: Path
    counts: Mapping[str, int]
    stages: tuple[Mapping[str, Any], ...]
    top: tuple[Mapping[str, Any], ...]
    failures: tuple[Mapping[str, Any], ...]
    scores: Mapping[str, tuple[float, ...]]
    scaffolds: tuple[Mapping[str, Any], ...]
    manifest: Mapping[str, Any] = field(repr=False)
    enrichment: Enrichment | None = None

    @property
    def n_failed(self) -> int:
        """Number of ligands that failed in some stage."""
        return self.counts.get("failed", 0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the folder, ready for JSON."""
        return {key: value for key, value in asdict(self).items() if key != "folder"}

    def to_frame(self) -> pd.DataFrame:
        """Return ``results.parquet``: one row for each ligand of the input."""
        return pd.read_parquet(self.folder / "results.parquet")
