"""``workbench fetch``: entries into the cache, verified."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    Verbs,
    tell,
)


def _server(text: str) -> str:
    """Read the address of a server, ``https://host/folder/{id}.cif.gz``."""
    from workbench.settings import SERVER_PATTERN

    if not re.fullmatch(SERVER_PATTERN, text):
        raise argparse.ArgumentTypeError(
            "give an address such as https://host/folder/{id}.cif.gz, with {id} for the entry"
        )
    return text


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
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
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch each entry; return the exit code: 3 when some failed, 1 when all did."""
    from workbench.errors import WorkbenchError
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
        row = {
            "id": found.entry_id,
            "path": str(found.path),
            "origin": found.origin,
            "url": found.url,
            "sha256": found.sha256,
            "notes": list(found.notes),
        }
        rows.append(row)
        for note in found.notes:
            tell(note)
        if not arguments.json:
            print(f"{found.entry_id}  {found.origin}  {found.path}", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))
    if not failed:
        return 0
    return EXIT_SOME_FAILED if failed < len(rows) else 1
