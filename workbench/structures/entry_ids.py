"""Ids of entries: what they look like, and nothing else gets further."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from workbench.errors import FetchError

_PDB = re.compile(r"[1-9][A-Za-z0-9]{3}")
_EXTENDED = re.compile(r"[Pp][Dd][Bb]_([A-Za-z0-9]{8})")
# the pattern of accessions that UniProt publishes (https://www.uniprot.org/help/accession_numbers)
_UNIPROT = r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})"
_ALPHAFOLD = re.compile(rf"AF-({_UNIPROT})(?:-F([1-9][0-9]{{0,2}}))?", re.IGNORECASE | re.ASCII)
_LONGEST = 40


@dataclass(frozen=True)
class EntryId:
    """A checked id in its usual form: ``7L5E``, ``pdb_1000abcd`` or ``AF-O14980-F1``.

    It holds letters, digits, ``-`` and ``_`` only, so it is safe in an address and as the name
    of a file.
    """

    text: str
    archive: Literal["pdb", "alphafold"]

    @property
    def file_stem(self) -> str:
        """How archives write it: lower case for the PDB, upper case for AlphaFold DB."""
        return self.text.lower() if self.archive == "pdb" else self.text

    @property
    def middle(self) -> str:
        """The third and second last character, which name an entry's folder in the PDB."""
        return self.file_stem[-3:-1]


def parse_entry_id(text: str) -> EntryId | None:
    """Return the id that a text is, in its usual form; ``None`` when it is none.

    ``pdb_00007l5e`` is the extended form of ``7L5E``; ``AF-O14980`` is ``AF-O14980-F1``.
    """
    if len(text) > _LONGEST or not text.isascii():
        return None
    if _PDB.fullmatch(text):
        return EntryId(text.upper(), "pdb")
    if match := _EXTENDED.fullmatch(text):
        digits = match[1].lower()
        classic = digits.removeprefix("0000")
        if len(classic) == 4 and _PDB.fullmatch(classic):
            return EntryId(classic.upper(), "pdb")
        return EntryId(f"pdb_{digits}", "pdb")
    if match := _ALPHAFOLD.fullmatch(text):
        return EntryId(f"AF-{match[1].upper()}-F{match[2] or 1}", "alphafold")
    return None


def checked_entry_id(text: str) -> EntryId:
    """Return the id that a text is.

    Raises
    ------
    FetchError
        When it is none.
    """
    entry_id = parse_entry_id(text.strip())
    if entry_id is None:
        shown = ascii(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")
        raise FetchError(
            f"{shown} is no id of an entry: give a PDB id (7L5E, pdb_00007l5e) or a model of "
            "AlphaFold DB (AF-O14980)"
        )
    return entry_id
