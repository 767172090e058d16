"""DuckDB in a process of its own: what a query takes of memory is never the driver's.

``python -m workbench.screening.database SPILL`` answers on standard output what it is asked on
standard input, in the messages of ``child``.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from workbench.errors import OutputError
from workbench.screening.child import end_with_parent, read_message, write_message

MEMORY_LIMIT = "128MB"
"""Of DuckDB: what does not fit is spilled to the folder."""

ROWS_AT_ONCE = 100


class Database:
    """Asks DuckDB, which runs in another process.

    Parameters
    ----------
    name
        Of the screen's folder, for messages.
    spill
        Folder for what does not fit into memory; made when it is needed.

    Raises
    ------
    OutputError
        From every method: when a query cannot be answered.
    """

    def __init__(self, name: str, spill: Path) -> None:
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbench.screening.database", str(spill)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def do(self, sql: str) -> None:
        """Run SQL that returns nothing of interest."""
        self._ask("do", sql)

    def row(self, sql: str) -> tuple[Any, ...]:
        """Return the first row of a query."""
        return tuple(next(self.rows(sql, 1)).values())

    def rows(self, sql: str, at_once: int = ROWS_AT_ONCE) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query; ``at_once`` of them are in memory."""
        number, names = self._ask("open", sql)
        try:
            while batch := self._ask("more", number, at_once):
                yield from (dict(zip(names, row, strict=True)) for row in batch)
        finally:
            # a reader may be left behind by an error, and with it the process
            with contextlib.suppress(OutputError):
                self._ask("close", number)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], pipe).close()
        self._process.wait()

    def _ask(self, *message: Any) -> Any:
        try:
            write_message(cast(BinaryIO, self._process.stdin), message)
            kind, content = read_message(cast(BinaryIO, self._process.stdout))
        except (OSError, EOFError, ValueError) as error:
            raise OutputError(
                f"the results in {self._name!r} cannot be gathered: the process that holds them "
                "was ended; start again with --resume"
            ) from error
        if kind == "failed":
            raise OutputError(f"the results in {self._name!r} cannot be gathered: {content}")
        return content


class _Server:
    """Answers what a ``Database`` asks, in the process of its own."""

    def __init__(self, spill: str) -> None:
        import duckdb

        self._connection = duckdb.connect(
            config={"memory_limit": MEMORY_LIMIT, "threads": 1, "temp_directory": spill}
        )
        self._cursors: dict[int, Any] = {}
        self._opened = 0

    def answer(self, verb: str, *words: Any) -> tuple[str, Any]:
        """Return ``("done", content)``, or ``("failed", reason)``."""
        import duckdb

        try:
            return "done", getattr(self, f"_{verb}")(*words)
        except duckdb.Error as error:
            return "failed", str(error).splitlines()[0]

    def _do(self, sql: str) -> None:
        self._connection.execute(sql)

    def _open(self, sql: str) -> tuple[int, list[str]]:
        cursor = self._connection.cursor()
        cursor.execute(sql)
        self._opened += 1
        self._cursors[self._opened] = cursor
        return self._opened, [column[0] for column in cursor.description]

    def _more(self, number: int, at_once: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._cursors[number].fetchmany(at_once)
        return rows

    def _close(self, number: int) -> None:
        self._cursors.pop(number).close()


def main() -> None:
    """Answer until the driver is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    server = _Server(sys.argv[1])
    while True:
        try:
            message = read_message(sys.stdin.buffer)
        except EOFError:
            return
        write_message(answers, server.answer(*message))


if __name__ == "__main__":
    main()
