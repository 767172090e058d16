"""What each stage takes from the one before: queries over the chunks, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.ligands.files import read_records
from workbench.screening.plan import STAGES, Item
from workbench.screening.store import CHUNKS, COLUMNS, Chunk
from workbench.settings import ScreenSettings

MEMORY_LIMIT = "128MB"
"""Of DuckDB: what does not fit is spilled to the folder."""

ROWS_AT_ONCE = 100

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


class Database:
    """DuckDB over the folder of a screen; what it cannot answer is an ``OutputError``."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self._folder = folder
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY_LIMIT,
                "threads": 1,
                "temp_directory": str(folder / CHUNKS / ".spill"),
            }
        )

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def do(self, sql: str) -> None:
        """Run SQL that returns nothing of interest."""
        with self._told():
            self._connection.execute(sql)

    def row(self, sql: str) -> tuple[Any, ...]:
        """Return the first row of a query."""
        return tuple(next(self.rows(sql)).values())

    def rows(self, sql: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query; few of them are in memory."""
        with self._told(), closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description]
            while batch := cursor.fetchmany(ROWS_AT_ONCE):
                yield from (dict(zip(names, row, strict=True)) for row in batch)

    def see_chunks(self) -> None:
        """Make a view of each stage's chunks as they are now.

        A stage without a chunk is an empty view. ``ready`` holds what the first stage let
        through, with ``nth`` above 1 for a compound that an earlier record has.
        """
        for stage, columns in COLUMNS.items():
            if any((self._folder / CHUNKS).glob(f"{stage}-*.parquet")):
                files = quoted_path(self._folder / CHUNKS / f"{stage}-*.parquet")
                source = f"SELECT * FROM read_parquet({files})"
            else:
                empty = ", ".join(f"NULL::{_TYPES[kind]} AS {n}" for n, kind in columns.items())
                source = f"SELECT {empty} WHERE false"
            self.do(f"CREATE OR REPLACE VIEW {stage} AS {source}")
        self.do(_UNIQUE)

    @contextmanager
    def _told(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            raise OutputError(
                f"the results in {self._folder.name!r} cannot be gathered: "
                f"{str(error).splitlines()[0]}"
            ) from error


def quoted_path(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path.absolute()).replace("'", "''") + "'"


def record_chunks(path: Path, settings: ScreenSettings) -> Iterator[Chunk]:
    """Yield the chunks of the first stage: the file's records, not parsed yet."""
    records = enumerate(read_records(path, settings.ligand), start=1)
    names = ("where", "name", "text", "is_block", "problem")
    number = 1
    while found := list(islice(records, settings.chunk_size)):
        items: list[Item] = [
            {"record": record, **{name: getattr(one, name) for name in names}}
            for record, one in found
        ]
        yield Chunk("read", number, items)
        number += 1


def stage_size(database: Database, stage: str, settings: ScreenSettings) -> int:
    """Return how many ligands a later stage takes."""
    (count,) = database.row(f"SELECT count(*) FROM ({_INPUTS[stage]})")
    if stage == "minimise":
        return math.ceil(round(settings.minimised_fraction * count, 6))
    return min(settings.reacted, count) if stage == "react" else int(count)


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


def stage_counts(database: Database) -> dict[str, dict[str, Any]]:
    """Return what each stage took, did, dropped and failed to do, why, and its core hours."""
    return {stage: _stage_counts(database, stage) for stage in STAGES}


def _stage_counts(database: Database, stage: str) -> dict[str, Any]:
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
        (count,) = database.row("SELECT count(*) FROM ready WHERE nth > 1")
        if count:
            counts["passed"] -= count
            counts["dropped"] += count
            counts["why_dropped"]["the compound of an earlier record"] = count
    return counts
