"""A finished folder as the object that the page and the command line read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.screening.cluster import require_parts
from workbench.screening.manifest import read_manifest
from workbench.screening.merging import RESULTS, query
from workbench.screens import ScreenResult

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
    counted = query(place, "SELECT status, count(*) AS n FROM results GROUP BY 1 ORDER BY 1")
    stages: Mapping[str, Mapping[str, Any]] = manifest["stages"]
    return ScreenResult(
        folder=place,
        counts={str(status): int(n) for status, n in counted.itertuples(index=False)},
        stages=tuple({"name": name, **stage} for name, stage in stages.items()),
        top=_rows(
            place,
            "SELECT * FROM results WHERE score_kcal_per_mol IS NOT NULL ORDER BY "
            f"score_kcal_per_mol, record, isomer LIMIT {SHOWN}",
        ),
        failures=_rows(
            place,
            'SELECT record, "where", name, stage, kind, reason FROM results '
            f"WHERE status = 'failed' ORDER BY record, isomer LIMIT {SHOWN}",
        ),
        scores=_distribution(place),
        scaffolds=_rows(
            place,
            "SELECT scaffold, count(*) AS ligands, min(score_kcal_per_mol) AS "
            "best_score_kcal_per_mol FROM results WHERE score_kcal_per_mol IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 3, 1 LIMIT {SHOWN}",
        ),
        manifest=manifest,
    )


def _rows(folder: Path, sql: str) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of a query; what is null is ``None``."""
    frame = query(folder, sql)
    plain = frame.astype(object).where(frame.notna(), None)
    return tuple({str(k): v for k, v in row.items()} for row in plain.to_dict("records"))


def _distribution(folder: Path) -> Mapping[str, tuple[float, ...]]:
    """Return edges and counts of a histogram of the scores."""
    ends = _rows(
        folder,
        "SELECT min(score_kcal_per_mol) AS low, max(score_kcal_per_mol) AS high FROM results",
    )[0]
    if ends["low"] is None:
        return {"edges_kcal_per_mol": (), "counts": ()}
    low, high = float(ends["low"]), float(ends["high"])
    width = (high - low) / BINS or 1.0
    found = _rows(
        folder,
        f"SELECT least(floor((score_kcal_per_mol - {low!r}) / {width!r}), {BINS - 1})::INT AS bin, "
        "count(*) AS n FROM results WHERE score_kcal_per_mol IS NOT NULL GROUP BY 1",
    )
    counts = [0.0] * BINS
    for row in found:
        counts[int(row["bin"])] = float(row["n"])
    edges = tuple(round(low + k * width, 3) for k in range(BINS + 1))
    return {"edges_kcal_per_mol": edges, "counts": tuple(counts)}
