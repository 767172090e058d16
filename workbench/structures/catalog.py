"""Ids of entries, and the catalogue of XPO1 structures: filters, and one entry by its id."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from workbench.errors import FetchError, UsageError
from workbench.tables import Entry, compounds, entries

SPECIES = {
    "human": ("human", "homo sapiens", "h. sapiens"),
    "mouse": ("mouse", "mus musculus", "m. musculus"),
    "yeast": ("yeast", "saccharomyces cerevisiae", "s. cerevisiae"),
}
"""The species of the catalogue, and what each may be called."""

GROOVES = ("open", "closed", "occupied")

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
        raise FetchError(
            f"{_shown(text)} is no id of an entry: give a PDB id (7L5E, pdb_00007l5e) or a model "
            "of AlphaFold DB (AF-O14980)"
        )
    return entry_id


def _shown(text: str) -> str:
    return ascii(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")


def entry(text: str) -> Entry:
    """Return one entry of the catalogue by its id, in any case and form.

    Raises
    ------
    UsageError
        When the catalogue has no such entry.
    """
    entry_id = parse_entry_id(text.strip())
    for row in entries():
        if entry_id is not None and row.pdb_id == entry_id.text:
            return row
    raise UsageError(
        f"the catalogue has no entry {_shown(text)}: `workbench structures` lists all, and "
        "`--describe` gets any entry and says what it holds"
    )


def species(row: Entry) -> str:
    """Return ``human``, ``mouse`` or ``yeast``; empty when the organism is none of them."""
    organism = row.organism_of_xpo1.casefold()
    return next((name for name, terms in SPECIES.items() if organism.startswith(terms)), "")


def groove(row: Entry) -> str:
    """Return ``open``, ``closed`` or ``occupied`` (by cargo or an NES), as the table says it."""
    if "bound" in row.groove:
        return "occupied"
    return next((state for state in GROOVES if row.groove.startswith(state)), "")


def select(
    *,
    ligand: str | None = None,
    organism: str | None = None,
    groove_state: str | None = None,
    max_resolution_angstrom: float | None = None,
) -> tuple[Entry, ...]:
    """Return the entries that pass every filter that is given, in the table's order.

    Parameters
    ----------
    ligand
        A component code (``V6A``), or a compound by name or synonym (``KPT-330``).
    organism, groove_state
        One of ``SPECIES``, or the Latin name; one of ``GROOVES``.
    max_resolution_angstrom
        Models have no resolution and do not pass.

    Raises
    ------
    UsageError
        When a filter names nothing that the catalogue knows.
    """
    rows = entries()
    if ligand is not None:
        names = _ligand_names(ligand)
        rows = tuple(row for row in rows if _has_ligand(row, names))
        if not rows:
            known = ", ".join(sorted({row.ligand_ccd for row in entries() if row.ligand_ccd}))
            raise UsageError(
                f"no entry of the catalogue holds {ligand[:40]!a}: known components are {known}"
            )
    if organism is not None:
        term = organism.strip().casefold()
        wanted = next((name for name, terms in SPECIES.items() if term in terms), "")
        if not wanted:
            raise UsageError(
                f"{organism[:40]!a} is no species of the catalogue: give {', '.join(SPECIES)}"
            )
        rows = tuple(row for row in rows if species(row) == wanted)
    if groove_state is not None:
        if groove_state.casefold() not in GROOVES:
            raise UsageError(
                f"{groove_state[:40]!a} is no state of the groove in the catalogue: give "
                f"{', '.join(GROOVES)}"
            )
        rows = tuple(row for row in rows if groove(row) == groove_state.casefold())
    if max_resolution_angstrom is not None:
        rows = tuple(
            row for row in rows if (row.resolution_angstrom or math.nan) <= max_resolution_angstrom
        )
    return rows


def _ligand_names(text: str) -> frozenset[str]:
    """Return what a ligand is called in the table of structures: its names and component."""
    key = text.strip().casefold()
    names = {key}
    if key in {row.ligand_ccd.casefold() for row in entries()}:
        # a component, not all forms of its drug: LBF is leptomycin B intact, LMB opened
        return frozenset(names)
    for compound in compounds():
        called = {name.casefold() for name in (compound.name, *compound.synonyms)}
        if key in called:
            names |= {compound.name.casefold(), compound.pdb_ligand.casefold()}
    return frozenset(names - {""})


def _has_ligand(row: Entry, names: frozenset[str]) -> bool:
    # "leptomycin B (lactone opened)" is found as "leptomycin B"
    plain = row.compound.casefold().split(" (")[0]
    return row.ligand_ccd.casefold() in names or plain in names
