"""From chunks to the files that users read: results, failures, the best poses."""

from __future__ import annotations

import csv
import io
import os
import secrets
from pathlib import Path
from typing import Any

from workbench.errors import OutputError
from workbench.files.exports import table_cell
from workbench.files.writing import growing_text
from workbench.screening.database import Database

RESULTS = "results.parquet"
FAILURES = "failures.csv"
BEST = "best.sdf"

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
SELECT minimise.sdf, read.record, search.score_kcal_per_mol
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
    _write_results(database, folder)
    _write_failures(database, folder)
    _write_best(database, folder)


def _write_results(database: Database, folder: Path) -> None:
    temporary = folder / f".{RESULTS}.{secrets.token_hex(8)}.tmp"
    quoted = str(temporary.absolute()).replace("'", "''")
    try:
        database.do(
            f"COPY ({_MERGED}) TO '{quoted}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10000)"
        )
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, folder / RESULTS)
    except OSError as error:
        raise OutputError(
            f"{RESULTS} cannot be written in {folder.name!r}: {error.strerror}; free some space"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _write_failures(database: Database, folder: Path) -> None:
    columns = ", ".join(f'"{name}"' for name in _FAILURE_COLUMNS)
    found = database.rows(
        f"SELECT {columns} FROM ({_MERGED}) WHERE status = 'failed' ORDER BY record, isomer"
    )
    with growing_text(folder, FAILURES) as append:
        append(_csv([_FAILURE_COLUMNS]))
        for row in found:
            append(_csv([row.values()]))


def _csv(rows: Any) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([table_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _write_best(database: Database, folder: Path) -> None:
    with growing_text(folder, BEST) as append:
        for row in database.rows(_BEST):
            append(row["sdf"])


def query(folder: str | Path, sql: str) -> Any:
    """Ask a finished screen with SQL: the table ``results`` holds a row for each ligand.

    Parameters
    ----------
    folder
        Of the screen.
    sql
        DuckDB's SQL, such as ``SELECT name, score_kcal_per_mol FROM results ORDER BY 2 LIMIT 10``.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    OutputError
        When the folder holds no finished screen.
    UsageError
        When the query cannot be answered.
    """
    import duckdb

    from workbench.errors import UsageError
    from workbench.screening.cluster import require_parts

    require_parts()
    path = Path(folder) / RESULTS
    if not path.is_file():
        raise OutputError(f"{Path(folder).name!r} holds no {RESULTS}: finish the screen first")
    quoted = str(path.absolute()).replace("'", "''")
    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            connection.execute(f"CREATE VIEW results AS SELECT * FROM read_parquet('{quoted}')")
            return connection.execute(sql).df()
        except duckdb.Error as error:
            raise UsageError(f"the query cannot be answered: {error}") from error
