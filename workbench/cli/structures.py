"""``workbench structures``: the catalogue of XPO1 structures, and what an entry is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    Verbs,
    aligned,
    positive_float,
)

if TYPE_CHECKING:
    from workbench.tables import Entry


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "structures",
        help="the known XPO1 structures, with ligand, groove and confidence",
        description="The catalogue of XPO1 structures with sources and confidence. What nobody "
        "could verify is blank. Given a structure file, or an id with --describe, it says what "
        "the entry is: chains, numbering, groove, reactive residue, bonds, mutations. The prepared "
        "receptors that ship (human-groove and its variants) are listed by workbench info.",
        epilog="examples: workbench structures --ligand selinexor --resolution 2.5; "
        "workbench structures 3NC1 --describe; workbench structures mine.cif",
    )
    parser.add_argument(
        "id", nargs="?", metavar="ID|FILE", help="show one entry, such as 7L5E, or describe a file"
    )
    parser.add_argument(
        "--describe",
        action="store_true",
        help="get the entry and say what it holds, from its coordinates",
    )
    parser.add_argument("--ligand", metavar="V6A", help="by component code or compound name")
    parser.add_argument("--species", metavar="NAME", help="human, mouse or yeast")
    parser.add_argument("--groove", metavar="STATE", help="open, closed or occupied")
    parser.add_argument(
        "--resolution", type=positive_float, metavar="2.5", help="at least this good, in angstrom"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the entries asked for; return the exit code."""
    from workbench.errors import UsageError
    from workbench.structures.catalog import entry, select

    filters = (arguments.ligand, arguments.species, arguments.groove, arguments.resolution)
    if arguments.id is not None:
        if any(value is not None for value in filters):
            raise UsageError("give an id or filters, not both")
        if arguments.describe or _names_a_file(arguments.id):
            return _describe(arguments.id, as_json=arguments.json)
        row = entry(arguments.id)
        print(json.dumps(_record(row), indent=2) if arguments.json else _one(row))
        return 0
    if arguments.describe:
        raise UsageError("--describe needs an entry: give its id or a structure file")
    rows = select(
        ligand=arguments.ligand,
        organism=arguments.species,
        groove_state=arguments.groove,
        max_resolution_angstrom=arguments.resolution,
    )
    if arguments.json:
        print(json.dumps([_record(row) for row in rows], indent=2))
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
    print(json.dumps(found.to_dict(), indent=2) if as_json else description_text(found))
    return 0


def _record(row: Entry) -> dict[str, object]:
    """Return an entry as a JSON object; a blank is ``null``."""
    from dataclasses import asdict

    from workbench.structures.catalog import groove, species

    record = {name: None if value == "" else value for name, value in asdict(row).items()}
    return record | {"species": species(row), "groove_state": groove(row), "source": row.source}


def _one(row: Entry) -> str:
    record = _record(row)
    return aligned([(name, "" if value is None else str(value)) for name, value in record.items()])


def _table(rows: tuple[Entry, ...]) -> str:
    lines = [("id", "angstrom", "XPO1 of", "residue", "ligand", "compound", "groove", "confidence")]
    for row in rows:
        resolution = row.resolution_angstrom
        lines.append(
            (
                row.pdb_id,
                "" if resolution is None else f"{resolution:.2f}",
                row.organism_of_xpo1,
                row.reactive_residue,
                row.ligand_ccd,
                row.compound,
                row.groove,
                row.confidence,
            )
        )
    return aligned(lines)
