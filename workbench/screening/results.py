"""From chunks to the files that users read, and a finished folder read again."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import OutputError, UsageError
from workbench.files.exports import csv_line, json_text
from workbench.files.writing import explained, growing_text, write_texts
from workbench.records.screen import ScreenResult
from workbench.screening.enrichment import ENRICHMENT, enrichment, read_enrichment, read_labels
from workbench.screening.funnel import Database, quoted_path
from workbench.screening.plan import read_manifest, require_parts
from workbench.text import quoted

if TYPE_CHECKING:
    import pandas as pd

RESULTS = "results.parquet"
FAILURES = "failures.csv"
BEST = "best.sdf"
SHOWN = 50
"""Rows of the page's tables; the files hold all."""

BINS = 24

_FAILURE_COLUMNS = ("record", "isomer", "where", "name", "stage", "kind", "reason")
_MERGED = """
SELECT
  read.record, read.isomer, read.name,
  CASE WHEN read.status IN ('failed', 'dropped') THEN read.status
       WHEN ready.nth > 1 THEN 'duplicate'
       WHEN 'failed' IN (search.status, minimise.status, react.status) THEN 'failed'
       ELSE search.status END AS status,
  CASE WHEN react.status IS NOT NULL THEN 'react'
       WHEN minimise.status IS NOT NULL THEN 'minimise'
       WHEN search.status IS NOT NULL THEN 'search' ELSE 'read' END AS stage,
  coalesce(react.kind, minimise.kind, search.kind, read.kind) AS kind,
  CASE WHEN ready.nth > 1 THEN 'the same compound as record ' || ready.first_record
       ELSE coalesce(react.reason, minimise.reason, search.reason, nullif(read.reason, '')) END
    AS reason,
  read."where", read.smiles, read.inchikey, read.formula, read.warhead, read.scaffold, read.alerts,
  read.molecular_weight_g_per_mol, read.heavy_atoms, read.clogp, read.tpsa_angstrom2,
  read.hydrogen_bond_donors, read.hydrogen_bond_acceptors, read.rotatable_bonds,
  read.fraction_sp3, read.qed,
  search.diastereomer, search.score_kcal_per_mol, search.scores,
  minimise.* EXCLUDE (record, isomer, status, kind, reason, sdf, seconds),
  react.* EXCLUDE (record, isomer, status, kind, reason, seconds)
FROM read
LEFT JOIN ready USING (record, isomer)
LEFT JOIN search USING (record, isomer)
LEFT JOIN minimise USING (record, isomer)
LEFT JOIN react USING (record, isomer)
ORDER BY read.record, read.isomer
"""

_BEST = """
SELECT minimise.sdf
FROM minimise JOIN search USING (record, isomer) JOIN read USING (record, isomer)
WHERE minimise.status = 'done'
ORDER BY NOT minimise.valid, search.score_kcal_per_mol, read.record, read.isomer
"""


def merge(database: Database, folder: Path) -> None:
    """Write ``results.parquet``, ``failures.csv`` and ``best.sdf`` from the chunks.

    The same chunks give the same rows in the same order, whoever computed them and when.

    Raises
    ------
    OutputError
        When the chunks cannot be read, or something cannot be written.
    """
    temporary = folder / f".{RESULTS}.{secrets.token_hex(8)}.tmp"
    try:
        database.do(
            f"COPY ({_MERGED}) TO {quoted_path(temporary)} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10000)"
        )
        with explained(RESULTS, folder):
            with temporary.open("rb") as handle:
                os.fsync(handle.fileno())
            os.replace(temporary, folder / RESULTS)
    finally:
        temporary.unlink(missing_ok=True)
    columns = ", ".join(f'"{name}"' for name in _FAILURE_COLUMNS)
    failed = database.rows(
        f"SELECT {columns} FROM ({_MERGED}) WHERE status = 'failed' ORDER BY record, isomer"
    )
    with growing_text(folder, FAILURES) as append:
        append(csv_line(_FAILURE_COLUMNS))
        for row in failed:
            append(csv_line(row.values()))
    with growing_text(folder, BEST) as append:
        for row in database.rows(_BEST):
            append(row["sdf"])


def query(folder: str | Path, sql: str) -> pd.DataFrame:
    """Ask a finished screen with SQL: the table ``results`` holds a row for each ligand.

    Parameters
    ----------
    sql
        DuckDB's SQL, such as ``SELECT name, score_kcal_per_mol FROM results ORDER BY 2 LIMIT 10``.

    Raises
    ------
    OutputError
        When the folder holds no finished screen.
    UsageError
        When the query cannot be answered.
    """
    require_parts()
    import duckdb

    path = Path(folder) / RESULTS
    if not path.is_file():
        raise OutputError(f"{Path(folder).name!r} holds no {RESULTS}: finish the screen first")
    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            source = f"read_parquet({quoted_path(path)})"
            connection.execute(f"CREATE VIEW results AS SELECT * FROM {source}")
            found: pd.DataFrame = connection.execute(sql).df()
        except duckdb.Error as error:
            raise UsageError(f"the query cannot be answered: {error}") from error
    return found


def screen_enrichment(folder: Path, labels: Path) -> None:
    """Compute how well a finished screen's scores find the actives; write ``enrichment.json``.

    A ligand counts once, by its best score; one that was dropped or failed ranks last.

    Raises
    ------
    UsageError
        When the labels cannot be read, or none of them is a ligand of the screen.
    OutputError
        When the folder holds no finished screen, or cannot be written to.
    """
    key, known = read_labels(labels)
    frame = query(
        folder,
        f"SELECT {key} AS key, min(score_kcal_per_mol) AS score FROM results "
        f"WHERE status <> 'duplicate' AND {key} IS NOT NULL GROUP BY 1 ORDER BY 1",
    )
    frame = frame[frame["key"].isin(list(known))]
    if frame.empty:
        raise UsageError(
            f"no ligand of the screen has a label: the column {key} of {quoted(labels.name)} must "
            "name them as the screen does"
        )
    active = np.array([known[text] for text in frame["key"]])
    found = replace(
        enrichment(active, frame["score"].to_numpy(dtype=float)),
        labels_not_found=len(known) - len(frame),
        labels_sha256=hashlib.sha256(labels.read_bytes()).hexdigest(),
    )
    write_texts(folder, {ENRICHMENT: json_text(asdict(found))})


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
    with closing(Database(place)) as database:
        source = f"read_parquet({quoted_path(place / RESULTS)})"
        database.do(f"CREATE VIEW results AS SELECT * FROM {source}")
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
