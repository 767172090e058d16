"""The folder of a screen: one run at a time, files that are complete or not there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import OutputError
from workbench.files.writing import prepare_output_folder, write_files
from workbench.screening.job import Item, Row
from workbench.screening.tables import parquet_bytes, parquet_metadata

CHUNKS = "chunks"
LOCK = ".lock"
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp")


@dataclass(frozen=True)
class Chunk:
    """Some items of a stage, which become one file.

    Parameters
    ----------
    number
        From 1.
    """

    stage: str
    number: int
    items: Sequence[Item] = field(repr=False)

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self.stage}-{self.number:07d}.parquet"

    def digest(self, fingerprint: str) -> str:
        """Return what its file must have been made from."""
        content = json.dumps([fingerprint, self.stage, self.number, list(self.items)])
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()


@contextmanager
def opened_folder(path: str | Path) -> Iterator[Path]:
    """Make a screen's folder ready and keep other runs out of it.

    What an earlier run left half written is removed.

    Raises
    ------
    OutputError
        When nothing can be written to it, or another run is at work in it.
    """
    from filelock import FileLock, Timeout

    folder = prepare_output_folder(path)
    prepare_output_folder(folder / CHUNKS)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise OutputError(
            f"another run is at work in {folder.name!r}: wait for it, or choose another folder "
            "with --out"
        ) from error
    except OSError as error:
        raise OutputError(f"{folder.name!r} cannot be locked: {error.strerror}") from error
    try:
        for place in (folder, folder / CHUNKS):
            for left in place.iterdir():
                if _TEMPORARY.fullmatch(left.name):
                    left.unlink(missing_ok=True)
        yield folder
    finally:
        lock.release()


def is_done(folder: Path, chunk: Chunk, fingerprint: str) -> bool:
    """Return whether a chunk's file is there, sound, and made from the same items.

    File times are not looked at: a clock that was changed does no harm.
    """
    path = folder / CHUNKS / chunk.file_name
    return path.is_file() and parquet_metadata(path).get("digest") == chunk.digest(fingerprint)


def write_chunk(folder: Path, chunk: Chunk, rows: Sequence[Row], fingerprint: str) -> None:
    """Write a chunk's rows, sorted by record and isomer.

    Raises
    ------
    OutputError
        When it cannot be written; no half file stays behind.
    """
    ordered = sorted(rows, key=lambda row: (row["record"], row["isomer"]))
    content = parquet_bytes(chunk.stage, ordered, {"digest": chunk.digest(fingerprint)})
    write_files(folder / CHUNKS, {chunk.file_name: content})
