"""``workbench structures`` and ``fetch``: the catalogue of XPO1 structures and their entries."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from workbench.cli.arguments import Verbs, add_json, aligned, exit_code, positive_float, tell
from workbench.errors import UsageError, WorkbenchError
from workbench.tables import Entry


def add_structures(verbs: Verbs) -> None:
    """Add the verb ``structures``."""
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
    holds = "get the entry and say what it holds, from its coordinates"
    parser.add_argument("--describe", action="store_true", help=holds)
    parser.add_argument("--ligand", metavar="V6A", help="by component code or compound name")
    parser.add_argument("--species", metavar="NAME", help="human, mouse or yeast")
    parser.add_argument("--groove", metavar="STATE", help="open, closed or occupied")
    parser.add_argument(
        "--resolution", type=positive_float, metavar="2.5", help="at least this good, in angstrom"
    )
    add_json(parser)
    parser.set_defaults(run=run_structures)


def run_structures(arguments: argparse.Namespace) -> int:
    """Print the entries asked for; return the exit code."""
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
    fields = ("organism_of_xpo1", "reactive_residue", "ligand_ccd", "compound", "groove")
    lines = [("id", "angstrom", "XPO1 of", "residue", "ligand", "compound", "groove", "confidence")]
    for row in rows:
        best = "" if row.resolution_angstrom is None else f"{row.resolution_angstrom:.2f}"
        lines.append((row.pdb_id, best, *(getattr(row, name) for name in fields), row.confidence))
    return aligned(lines)


def _server(text: str) -> str:
    """Read the address of a server, ``https://host/folder/{id}.cif.gz``."""
    from workbench.settings import SERVER_PATTERN

    if not re.fullmatch(SERVER_PATTERN, text):
        raise argparse.ArgumentTypeError(
            "give an address such as https://host/folder/{id}.cif.gz, with {id} for the entry"
        )
    return text


def add_fetch(verbs: Verbs) -> None:
    """Add the verb ``fetch``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "fetch",
        help="get entries of the PDB or AlphaFold DB into the cache, verified",
        description="Looks for each entry in the folder that WORKBENCH_STRUCTURE_DIR names, in "
        "the cache (WORKBENCH_CACHE_DIR), then at RCSB PDB, PDBe and PDBj, or AlphaFold DB. Only "
        "a whole file of the right entry is kept. Prints each entry and its file.",
        epilog="example: workbench fetch 7L5E 4GMX AF-O14980",
    )
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="a PDB id (7L5E) or a model (AF-O14980)"
    )
    parser.add_argument("--offline", action="store_true", help="use no network: only look")
    parser.add_argument(
        "--server",
        action="append",
        type=_server,
        metavar="ADDRESS",
        help="ask this server instead, for example https://host/folder/{id}.cif.gz; may be given "
        "again",
    )
    add_json(parser)
    parser.set_defaults(run=run_fetch)


def run_fetch(arguments: argparse.Namespace) -> int:
    """Fetch each entry; return the exit code: 3 when some failed, 1 when all did."""
    from workbench.settings import FetchSettings
    from workbench.structures.fetch import fetch_entry

    asked: dict[str, Any] = {"offline": True} if arguments.offline else {}
    if arguments.server:
        asked |= {key: tuple(arguments.server) for key in ("pdb_servers", "alphafold_servers")}
    settings = FetchSettings(**asked)
    rows: list[dict[str, Any]] = []
    failed = 0
    for text in dict.fromkeys(arguments.ids):
        try:
            found = fetch_entry(text, settings)
        except WorkbenchError as error:
            failed += 1
            rows.append({"id": text, "error": str(error)})
            tell(f"{text[:40]!a} failed: {error}")
            continue
        row = {name: getattr(found, name) for name in ("origin", "url", "sha256")}
        rows.append(
            {"id": found.entry_id, "path": str(found.path)} | row | {"notes": list(found.notes)}
        )
        for note in found.notes:
            tell(note)
        if not arguments.json:
            print(f"{found.entry_id}  {found.origin}  {found.path}", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))
    return exit_code(failed > 0, failed < len(rows))
