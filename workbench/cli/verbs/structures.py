"""``workbench structures``: the catalogue of XPO1 structures, and what an entry is."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from workbench.cli.options import Json, argument, flag, option
from workbench.cli.terminal import aligned, print_json
from workbench.errors import UsageError
from workbench.tables import Entry

EXAMPLES = (
    "workbench structures --ligand selinexor --resolution 2.5",
    "workbench structures 3NC1 --describe",
    "workbench structures mine.cif",
)


def run(
    name: str | None = argument(
        "ID|FILE", "show one entry, such as 7L5E, or describe a file", default=None
    ),
    describe: bool = flag(
        "--describe", "get the entry and say what it holds, from its coordinates"
    ),
    ligand: str | None = option(None, "V6A", "by component code or compound name"),
    species: str | None = option(None, "NAME", "human, mouse or yeast"),
    groove: str | None = option(None, "STATE", "open, closed or occupied"),
    resolution: float | None = option(None, "2.5", "at least this good, in angstrom", min=0.1),
    as_json: Json = False,
) -> int:
    """List the known XPO1 structures, with ligand, groove and confidence.

    The catalogue of XPO1 structures with sources and confidence. What nobody could verify is
    blank. Given a structure file, or an id with --describe, it says what the entry is: chains,
    numbering, groove, reactive residue, bonds, mutations. The prepared receptors that ship
    (human-groove and its variants) are listed by workbench info.
    """
    from workbench.structures.catalog import entry, select

    if name is not None:
        if any(value is not None for value in (ligand, species, groove, resolution)):
            raise UsageError("give an id or filters, not both")
        if describe or _names_a_file(name):
            return _describe(name, as_json=as_json)
        row = entry(name)
        if as_json:
            print_json(_record(row))
        else:
            fields = _record(row).items()
            print(aligned([(key, "" if value is None else str(value)) for key, value in fields]))
        return 0
    if describe:
        raise UsageError("--describe needs an entry: give its id or a structure file")
    rows = select(
        ligand=ligand, organism=species, groove_state=groove, max_resolution_angstrom=resolution
    )
    if as_json:
        print_json([_record(row) for row in rows])
    elif rows:
        print(_table(rows))
    else:
        print("no entry passes all of these filters", file=sys.stderr)
    return 0


def _names_a_file(text: str) -> bool:
    """Return whether a text is a file with a suffix, which an id never has."""
    return "." in Path(text).name


def _describe(text: str, *, as_json: bool) -> int:
    from workbench.structures.description import describe_entry, description_text
    from workbench.structures.fetch import fetch_entry

    path = text if _names_a_file(text) else fetch_entry(text).path
    found = describe_entry(path)
    if as_json:
        print_json(found.to_dict())
    else:
        print(description_text(found))
    return 0


def _record(row: Entry) -> dict[str, object]:
    """Return an entry as a JSON object; a blank is ``null``."""
    from workbench.structures.catalog import groove, species

    record = {name: None if value == "" else value for name, value in asdict(row).items()}
    return record | {"species": species(row), "groove_state": groove(row), "source": row.source}


def _table(rows: tuple[Entry, ...]) -> str:
    fields = ("organism_of_xpo1", "reactive_residue", "ligand_ccd", "compound", "groove")
    lines = [("id", "angstrom", "XPO1 of", "residue", "ligand", "compound", "groove", "confidence")]
    for row in rows:
        best = "" if row.resolution_angstrom is None else f"{row.resolution_angstrom:.2f}"
        lines.append((row.pdb_id, best, *(getattr(row, name) for name in fields), row.confidence))
    return aligned(lines)
