"""Files of ligands as streams of records: bounded memory, a line number in every message.

RDKit's suppliers and pandas were measured on the broken files of the tests: the suppliers give
``None`` without line or reason, take NUL bytes and CXSMILES for names and hold a line of 300 MB in
memory; pandas gives a table up at its first broken row and takes a cell too many for an index.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, NamedTuple, TextIO, cast

from rdkit import Chem, rdBase

from workbench.errors import LigandError
from workbench.settings import LigandSettings
from workbench.text import quoted

FILE_SUFFIXES = (".sdf", ".mol", ".smi", ".csv")
PACKED_SUFFIX = ".gz"
MAX_LINE_LENGTH = 100_000
MAX_BLOCK_LENGTH = 1_000_000
# lists of molecules pack five to thirty times; a bomb packs a thousand times
MAX_UNPACKING = 200
FREE_UNPACKING = 10_000_000
SMILES_COLUMNS = ("isomericsmiles", "smiles", "smilesstring", "canonicalsmiles", "structure", "smi")
NAME_COLUMNS = (
    *("name", "title", "compoundname", "moleculename", "compound", "molecule", "ligand", "id"),
    *("compoundid", "moleculeid", "identifier"),
)

_UNDECODED = re.compile("[\udc80-\udcff]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t")
_FILLERS = re.compile(r"[\s_\-#]+")
_TAG = re.compile(r"<([^>]*)>")
_OTHER_TEXT = ("<!doctype", "<html", "<?xml")


class Record(NamedTuple):
    """One ligand of a file, not parsed yet.

    ``where`` names it in errors, ``problem`` says why it cannot be parsed at all, and ``notes``
    are warnings from the reading of the file.
    """

    where: str
    name: str
    text: str
    is_block: bool
    problem: str = ""
    notes: tuple[str, ...] = ()


class Columns(NamedTuple):
    """Where a table has its SMILES and, unless ``None``, its names; and its number of columns."""

    smiles: int
    name: int | None
    width: int


class Lines:
    """The lines of a text file, none longer than ``MAX_LINE_LENGTH``.

    ``number`` is that of the line that was given last, from 1.
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


def kind_of_file(name: str) -> str:
    """Return the suffix that says what a file holds (``.sdf`` of ``x.SDF.gz``), blank if none."""
    suffix = Path(name.lower().removesuffix(PACKED_SUFFIX)).suffix
    return suffix if suffix in FILE_SUFFIXES else ""


def read_records(path: Path, settings: LigandSettings) -> Iterator[Record]:
    """Yield the records of an .sdf, .mol, .smi or .csv file (also .gz), not parsed yet.

    One record is in memory at a time. What is wrong with one record is in its ``problem``.

    Raises
    ------
    LigandError
        When the file is missing, unreadable, or holds no record or no column of SMILES.
    """
    readers = {".sdf": _sdf, ".mol": _sdf, ".smi": _smi, ".csv": _csv}
    where = quoted(path.name)
    empty = True
    with opened_lines(path) as lines:
        try:
            for record in readers[kind_of_file(path.name)](lines, where, settings):
                empty = False
                yield record
        except (OSError, EOFError, zlib.error) as error:
            problem = f"{where} cannot be read beyond line {lines.number}: {error}"
            if empty:
                raise LigandError(problem) from error
            yield Record(f"line {lines.number + 1} of {where}", "", "", False, problem)
            return
    if empty:
        raise LigandError(f"{where} holds no molecule")


def _smi(lines: Lines, where: str, settings: LigandSettings) -> Iterator[Record]:
    """Yield the records of a list of SMILES and names, with or without a header."""
    columns = None
    first = True
    for line in lines:
        problem, notes = lines.taken()
        text = line.strip()
        if not text and not problem:
            continue
        if first:
            first = False
            _refuse_page(text, where)
            named = bool(settings.smiles_column or settings.name_column)
            columns = _header(_split(text, -1), settings, where, needed=named)
            if columns is not None:
                with rdBase.BlockLogs():
                    if Chem.MolFromSmiles(_split(text, -1)[0], sanitize=False) is None:
                        continue
                columns = None  # a molecule, not the name of a column
        if text.startswith("#"):
            continue
        fields = _split(text, 1 if columns is None else columns.width - 1)
        smiles, name = _cells(fields, columns or Columns(0, 1, 2))
        place = f"line {lines.number} of {where}"
        if name.startswith("|") and not problem:
            problem = f"{place}: a CXSMILES extension is not read; give a plain SMILES"
        yield Record(place, name, smiles, False, problem, notes)


def _csv(lines: Lines, where: str, settings: LigandSettings) -> Iterator[Record]:
    """Yield the records of a table whose first line names the columns."""
    header = next((line for line in lines if line.strip()), "")
    if header.lower().startswith("sep="):
        header = next((line for line in lines if line.strip()), "")
    if not header:
        return
    _refuse_page(header, where)
    separator, columns = _separator(header, settings, where)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        place = f"line {lines.number + 1} of {where}"
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"{place} to line {lines.number}: no CSV row: {error}"
            yield Record(place, "", "", False, problem, lines.taken()[1])
            continue
        problem, notes = lines.taken()
        if problem or any(cell.strip() for cell in row):
            smiles, name = _cells(row, columns)
            yield Record(place, name, smiles, False, problem, notes)


def _sdf(lines: Lines, where: str, settings: LigandSettings) -> Iterator[Record]:
    """Yield the records of an SD or mol file; of the data fields only the name is kept."""
    wanted = (_key(settings.name_column),) if settings.name_column else NAME_COLUMNS
    number, start, end = 0, 1, False
    while not end:
        block: list[str] = []
        names: dict[str, str] = {}
        notes: tuple[str, ...] = ()
        size, problem, tag, in_block = 0, "", "", True
        for line in lines:
            if line.startswith("$$$$"):
                break
            if in_block:
                size += len(line)
                if size <= MAX_BLOCK_LENGTH:
                    block.append(line)
                if line.startswith("M  END"):
                    in_block = False
                    problem, notes = lines.taken()
            elif line.startswith(">"):
                found = _TAG.search(line)
                tag = _key(found.group(1)) if found else ""
            elif tag in wanted and line.strip():
                names.setdefault(tag, line.strip())
        else:
            end = True
        left = lines.taken()
        if in_block:
            problem, notes = left
        if any(line.strip() for line in block) or problem:
            number += 1
            place = f"line {start} (record {number}) of {where}"
            if size > MAX_BLOCK_LENGTH:
                problem = f"{place}: a mol block of over {MAX_BLOCK_LENGTH} characters"
            title = block[0].strip() if block else ""
            named = next((names[key] for key in wanted if key in names), "")
            name = (named or title) if settings.name_column else (title or named)
            yield Record(place, name, "".join(block), True, problem, notes)
        start = lines.number + 1


def _refuse_page(text: str, where: str) -> None:
    """Raise on the web page that a failed download left."""
    if text.lower().startswith(_OTHER_TEXT):
        raise LigandError(f"{where} is a web page or XML, no list of molecules; fetch it again")


def _split(text: str, cuts: int) -> list[str]:
    """Return the fields of a line, divided by tabs if it has any, else by blanks."""
    return text.split("\t") if "\t" in text else text.split(maxsplit=cuts)


def _cells(fields: list[str], columns: Columns) -> tuple[str, str]:
    """Return the SMILES and the name; blank where a row is too short."""
    found = dict(enumerate(fields))
    name = "" if columns.name is None else found.get(columns.name, "")
    return found.get(columns.smiles, "").strip(), name.strip()


def _separator(header: str, settings: LigandSettings, where: str) -> tuple[str, Columns]:
    """Return what divides the columns of a table, and where the SMILES are."""
    rows = {mark: next(csv.reader([header], delimiter=mark)) for mark in _SEPARATORS}
    for separator, row in rows.items():
        if columns := _header(row, settings, where, needed=False):
            return separator, columns
    likeliest = max(_SEPARATORS, key=header.count)
    return likeliest, cast(Columns, _header(rows[likeliest], settings, where, needed=True))


def _header(
    row: list[str], settings: LigandSettings, where: str, *, needed: bool
) -> Columns | None:
    """Return the columns that a header names; raise, or return ``None``, when it is none."""
    keys = [_key(cell) for cell in row]
    smiles = _place(keys, settings.smiles_column, SMILES_COLUMNS, where)
    if smiles is None:
        if needed:
            asked = quoted(settings.smiles_column or "smiles")
            shown = quoted(", ".join(cell.strip() for cell in row), 120)
            raise LigandError(
                f"{where} has no column {asked} (its first line: {shown}); name the columns in "
                "the first line, or say which with --smiles-column"
            )
        return None
    name = _place(keys, settings.name_column, NAME_COLUMNS, where)
    if name is None and settings.name_column:
        raise LigandError(f"{where} has no column {quoted(settings.name_column)} for the names")
    return Columns(smiles, name, len(row))


def _place(keys: list[str], asked: str, usual: tuple[str, ...], where: str) -> int | None:
    """Return the place of the column that was asked for, or of the first usual one."""
    for key in (_key(asked),) if asked else usual:
        if keys.count(key) > 1:
            raise LigandError(f"{where} has two columns {quoted(key)}; rename one")
        if key in keys:
            return keys.index(key)
    return None


def _key(text: str) -> str:
    """Return the form under which column names are compared."""
    return _FILLERS.sub("", text).casefold()
