"""A finished folder as the object that the page and the command line read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.records.screen import ScreenResult
from workbench.screening.cluster import require_parts
from workbench.screening.database import Database
from workbench.screening.funnel import opened
from workbench.screening.labels import read_enrichment
from workbench.screening.manifest import read_manifest
from workbench.screening.merging import RESULTS

SHOWN = 50
"""Rows of the page's tables; the files hold all."""

BINS = 24


def load_screen(folder: str | Path) -> ScreenResult:
    """Return a finished screen.

    Raises
    ------
    OutputError
        When the folder holds none.
    """
    require_parts()
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest is None or not (place / RESULTS).is_file():
        raise OutputError(f"{place.name!r} holds no finished screen: give the folder of --out")
    stages: Mapping[str, Mapping[str, Any]] = manifest["stages"]
    with opened(place) as database:
        path = str((place / RESULTS).absolute()).replace("'", "''")
        database.do(f"CREATE VIEW results AS SELECT * FROM read_parquet('{path}')")
        counted = database.rows("SELECT status, count(*) AS n FROM results GROUP BY 1 ORDER BY 1")
        return ScreenResult(
            folder=place,
            counts={row["status"]: row["n"] for row in counted},
            stages=tuple({"name": name, **stage} for name, stage in stages.items()),
            top=tuple(
                database.rows(
                    "SELECT * FROM results WHERE score_kcal_per_mol IS NOT NULL ORDER BY "
                    f"score_kcal_per_mol, record, isomer LIMIT {SHOWN}",
                )
            ),
            failures=tuple(
                database.rows(
                    'SELECT record, "where", name, stage, kind, reason FROM results '
                    f"WHERE status = 'failed' ORDER BY record, isomer LIMIT {SHOWN}",
                )
            ),
            scores=_distribution(database),
            scaffolds=tuple(
                database.rows(
                    "SELECT scaffold, count(*) AS ligands, min(score_kcal_per_mol) AS "
                    "best_score_kcal_per_mol FROM results WHERE score_kcal_per_mol IS NOT NULL "
                    f"GROUP BY 1 ORDER BY 2 DESC, 3, 1 LIMIT {SHOWN}",
                )
            ),
            manifest=manifest,
            enrichment=read_enrichment(place),
        )


def _distribution(database: Database) -> Mapping[str, tuple[float, ...]]:
    """Return edges and counts of a histogram of the scores."""
    low, high = database.row(
        "SELECT min(score_kcal_per_mol) AS low, max(score_kcal_per_mol) AS high FROM results"
    )
    if low is None:
        return {"edges_kcal_per_mol": (), "counts": ()}
    width = (high - low) / BINS or 1.0
    found = database.rows(
        f"SELECT least(floor((score_kcal_per_mol - {low!r}) / {width!r}), {BINS - 1})::INT AS bin, "
        "count(*) AS n FROM results WHERE score_kcal_per_mol IS NOT NULL GROUP BY 1",
    )
    counts = [0.0] * BINS
    for row in found:
        counts[int(row["bin"])] = float(row["n"])
    edges = tuple(round(low + k * width, 3) for k in range(BINS + 1))
    return {"edges_kcal_per_mol": edges, "counts": tuple(counts)}
