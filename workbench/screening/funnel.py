"""What each stage takes from the one before: queries over the chunks, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.ligands.files import read_records
from workbench.screening.database import Database
from workbench.screening.job import STAGES, Item
from workbench.screening.store import CHUNKS, Chunk
from workbench.screening.tables import COLUMNS
from workbench.settings import LigandSettings, ScreenSettings

_TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "int32": "INTEGER",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
}

_UNIQUE = """
CREATE OR REPLACE VIEW ready AS
SELECT *, first_value(record) OVER same AS first_record, row_number() OVER same AS nth
FROM read WHERE status = 'ready' WINDOW same AS (PARTITION BY key ORDER BY record, isomer)
"""

_DOCKED = "search JOIN read USING (record, isomer) WHERE search.status = 'done'"

_INPUTS = {
    "search": "SELECT record, isomer, name, smiles FROM ready WHERE nth = 1",
    "minimise": f"SELECT record, isomer, name, smiles, poses, score_kcal_per_mol FROM {_DOCKED}",
    "react": f"SELECT record, isomer, name, smiles, score_kcal_per_mol FROM {_DOCKED}",
}


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """Yield a database over a screen's folder; ``see_chunks`` shows it what is there.

    Raises
    ------
    OutputError
        When the chunks cannot be read, or there is no room to sort them.
    """
    with closing(Database(folder.name, folder / CHUNKS / ".spill")) as database:
        yield database


def see_chunks(database: Database, folder: Path) -> None:
    """Make a view of each stage's chunks as they are now.

    A stage without a chunk is an empty view. ``ready`` holds what the first stage let through,
    with ``nth`` above 1 for a compound that an earlier record has.
    """
    for stage in STAGES:
        database.do(f"CREATE OR REPLACE VIEW {stage} AS {_source(folder, stage)}")
    database.do(_UNIQUE)


def _source(folder: Path, stage: str) -> str:
    """Return the SQL of a stage's rows."""
    if any((folder / CHUNKS).glob(f"{stage}-*.parquet")):
        pattern = str((folder / CHUNKS).absolute() / f"{stage}-*.parquet").replace("'", "''")
        return f"SELECT * FROM read_parquet('{pattern}')"
    empty = ", ".join(f"NULL::{_TYPES[kind]} AS {n}" for n, kind in COLUMNS[stage].items())
    return f"SELECT {empty} WHERE false"


def count_records(path: Path, settings: LigandSettings) -> int:
    """Return how many records a file holds, broken ones included.

    Raises
    ------
    LigandError
        When nothing of it can be read.
    """
    return sum(1 for _ in read_records(path, settings))


def record_chunks(path: Path, settings: ScreenSettings) -> Iterator[Chunk]:
    """Yield the chunks of the first stage: the file's records, not parsed yet."""
    items: list[Item] = []
    number = 1
    for record, found in enumerate(read_records(path, settings.ligand), start=1):
        items.append(
            {
                "record": record,
                "where": found.where,
                "name": found.name,
                "text": found.text,
                "is_block": found.is_block,
                "problem": found.problem,
            }
        )
        if len(items) == settings.chunk_size:
            yield Chunk("read", number, items)
            items, number = [], number + 1
    if items:
        yield Chunk("read", number, items)


def stage_size(database: Database, stage: str, settings: ScreenSettings) -> int:
    """Return how many ligands a later stage takes."""
    (count,) = database.row(f"SELECT count(*) FROM ({_INPUTS[stage]})")
    if stage == "minimise":
        return _rounded_up(settings.minimised_fraction * count)
    return min(settings.reacted, count) if stage == "react" else int(count)


def _rounded_up(value: float) -> int:
    return math.ceil(round(value, 6))


def stage_chunks(
    database: Database, stage: str, size: int, settings: ScreenSettings
) -> Iterator[Chunk]:
    """Yield the chunks of a later stage: the first ``size`` of its ligands, in a fixed order."""
    order = "record, isomer"
    query = f"SELECT * FROM ({_INPUTS[stage]}) ORDER BY {order}"
    if stage != "search":
        best = f"SELECT * FROM ({_INPUTS[stage]}) ORDER BY score_kcal_per_mol, {order} LIMIT {size}"
        query = f"SELECT * EXCLUDE (score_kcal_per_mol) FROM ({best}) ORDER BY {order}"
    found = database.rows(query)
    number = 1
    while rows := list(islice(found, settings.chunk_size)):
        yield Chunk(stage, number, rows)
        number += 1


def stage_counts(database: Database, stage: str) -> dict[str, Any]:
    """Return what a stage took, did, dropped and failed to do, why, and the hours of one core."""
    rows = database.rows(
        "SELECT status, coalesce(nullif(kind, ''), reason, '') AS why, count(*) AS count, "
        f"sum(seconds) AS seconds FROM {stage} GROUP BY ALL ORDER BY 1, 2"
    )
    counts: dict[str, Any] = {"taken": 0, "passed": 0, "dropped": 0, "failed": 0, "hours": 0.0}
    counts |= {"why_dropped": {}, "why_failed": {}}
    for status, why, count, seconds in (row.values() for row in rows):
        counts["taken"] += count
        counts[status if status in ("dropped", "failed") else "passed"] += count
        counts["hours"] = round(counts["hours"] + (seconds or 0.0) / 3600, 6)
        if status in ("dropped", "failed"):
            counts[f"why_{status}"][why] = count
    if stage == "read":
        again = "SELECT count(*) FROM ready WHERE nth > 1"
        (count,) = database.row(again)
        counts["passed"] -= count
        if count:
            counts["dropped"] += count
            counts["why_dropped"]["the compound of an earlier record"] = count
    return counts
