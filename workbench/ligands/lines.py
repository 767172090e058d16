"""The lines of a text file that nobody vouches for: bounded, decoded, counted."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TextIO, cast

from workbench.errors import LigandError
from workbench.ligands.names import quoted

PACKED_SUFFIX = ".gz"
MAX_LINE_LENGTH = 100_000
# lists of molecules pack five to thirty times; a bomb packs a thousand times
MAX_UNPACKING = 200
FREE_UNPACKING = 10_000_000

_UNDECODED = re.compile("[\udc80-\udcff]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Lines:
    """The lines of a text file, none longer than ``MAX_LINE_LENGTH``.

    Attributes
    ----------
    number
        Of the line that was given last, from 1.
    """

    def __init__(self, stream: TextIO, where: str, packed_bytes: int | None) -> None:
        self.number = 0
        self._stream = stream
        self._where = where
        self._packed_bytes = packed_bytes
        self._length = 0
        self._problem = ""
        self._notes: tuple[str, ...] = ()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE_LENGTH:
            rest = line
            while rest and not rest.endswith("\n"):
                rest = self._read()
            self._problem = f"longer than {MAX_LINE_LENGTH} characters"
        elif "\0" in line:
            self._problem = "holds NUL bytes: no text file"
        if not line.isascii() and _UNDECODED.search(line):
            line = _UNDECODED.sub("\ufffd", line)
            self._notes += (f"line {self.number} of {self._where} holds bytes that are no UTF-8",)
        return line

    def taken(self) -> tuple[str, tuple[str, ...]]:
        """Return what is wrong with the lines since the last call, and what is to be told."""
        problem, notes = self._problem, self._notes
        self._problem, self._notes = "", ()
        return (f"line {self.number} of {self._where}: {problem}" if problem else ""), notes

    def _read(self) -> str:
        piece = self._stream.readline(MAX_LINE_LENGTH + 1)
        self._length += len(piece)
        if self._packed_bytes is not None and self._length > max(
            FREE_UNPACKING, MAX_UNPACKING * self._packed_bytes
        ):
            raise LigandError(
                f"{self._where} unpacks to more than {MAX_UNPACKING} times its size: that is no "
                "list of molecules"
            )
        return piece


@contextmanager
def opened_lines(path: Path) -> Iterator[Lines]:
    """Open a file as lines of text; bytes that are no UTF-8 are marked, line ends are any."""
    where = quoted(path.name)
    try:
        if not path.is_file():
            kind = "is no file" if path.exists() else "does not exist: no file"
            raise LigandError(f"{quoted(str(path), 100)} {kind}; check the path")
        binary: IO[bytes] = path.open("rb")
        packed = path.stat().st_size if path.name.lower().endswith(PACKED_SUFFIX) else None
    except (OSError, ValueError) as error:
        raise LigandError(f"{quoted(str(path), 100)} cannot be read: {error}") from error
    with binary:
        if binary.read(2) in _UTF_16:
            raise LigandError(f"{where} is UTF-16 text and cannot be read; save it as UTF-8")
        binary.seek(0)
        unpacked = binary if packed is None else cast(IO[bytes], gzip.GzipFile(fileobj=binary))
        with TextIOWrapper(unpacked, encoding="utf-8-sig", errors="surrogateescape") as text:
            yield Lines(text, where, packed)
