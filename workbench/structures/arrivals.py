"""Whether what came from a server is the entry that was asked for, and all of it."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import gemmi

from workbench.errors import FetchError, ReceptorError
from workbench.settings import FetchSettings
from workbench.structures.entry_ids import EntryId, parse_entry_id
from workbench.structures.reading import read_structure

_GZIP = b"\x1f\x8b"


def accept(arrived: Path, target: Path, entry_id: EntryId, settings: FetchSettings) -> None:
    """Check what a server sent and write it, unpacked, as the entry's mmCIF file.

    Raises
    ------
    FetchError
        When it is empty, a damaged gzip, a web page, no mmCIF, cut off, another entry, or
        holds no usable coordinates. The message goes on after the server's name.
    """
    content = _unpacked(arrived.read_bytes(), int(settings.max_megabytes * 1_000_000))
    if not content.strip():
        raise FetchError("sent an empty file")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FetchError("sent a web page instead of a structure")
    text = content.decode("utf-8", errors="replace")
    block = _block(text)
    _check_entry(block, entry_id)
    if is_cut_off(text, block):
        raise FetchError("sent a file that is cut off")
    target.write_bytes(content)
    try:
        read_structure(target)
    except ReceptorError as error:
        raise FetchError(f"sent a file that cannot be used: {error}") from error


def is_cut_off(text: str, block: gemmi.cif.Block) -> bool:
    """Return whether an mmCIF file that parses lacks its end.

    The archives write a line ``#`` after every category, so also at the end. A file of another
    writer must end with a line's end and have atoms in every chain that it declares. A model
    in which every residue of the sequence has atoms is whole in any case.
    """
    if text.rstrip().rsplit("\n", 1)[-1].strip() == "#":
        return False
    sites = block.find("_atom_site.", ["label_asym_id", "label_entity_id", "?label_seq_id"])
    sequence = {(row.str(0), row.str(1)) for row in _poly_seq(block)}
    if sequence and sequence <= {(row.str(1), row.str(2)) for row in sites if row.has(2)}:
        return False
    if "\n#" in text:
        return True
    declared = {row.str(0) for row in block.find("_struct_asym.", ["id"])}
    return not text.endswith("\n") or not declared <= {row.str(0) for row in sites}


def _poly_seq(block: gemmi.cif.Block) -> gemmi.cif.Table:
    return block.find("_entity_poly_seq.", ["entity_id", "num"])


def _unpacked(content: bytes, limit: int) -> bytes:
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchError("sent a gzip file that is damaged or cut off") from error
    if len(unpacked) > limit:
        raise FetchError(f"sent a file of more than {limit / 1e6:g} MB when unpacked")
    return unpacked


def _block(text: str) -> gemmi.cif.Block:
    try:
        return gemmi.cif.read_string(text)[0]
    except (RuntimeError, ValueError, IndexError) as error:
        raise FetchError("sent something that is no mmCIF file, or one that is damaged") from error


def _check_entry(block: gemmi.cif.Block, entry_id: EntryId) -> None:
    stated = gemmi.cif.as_string(block.find_value("_entry.id") or "").strip()
    if not stated:
        raise FetchError("sent a file that does not say which entry it is")
    if parse_entry_id(stated) != entry_id:
        raise FetchError(f"sent entry {stated[:40]!a} instead of {entry_id.text}")
