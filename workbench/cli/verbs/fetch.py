"""``workbench fetch``: entries of the PDB or AlphaFold DB into the cache."""

from __future__ import annotations

import re
from typing import Any

import typer

from workbench.cli.options import Json, argument, flag, option
from workbench.cli.terminal import exit_code, print_json, tell
from workbench.errors import WorkbenchError

EXAMPLES = ("workbench fetch 7L5E 4GMX AF-O14980",)


def _server(text: str) -> str:
    """Read the address of a server, ``https://host/folder/{id}.cif.gz``."""
    from workbench.settings import SERVER_PATTERN

    if not re.fullmatch(SERVER_PATTERN, text):
        raise typer.BadParameter(
            "give an address such as https://host/folder/{id}.cif.gz, with {id} for the entry"
        )
    return text


def run(
    ids: list[str] = argument("ID", "a PDB id (7L5E) or a model (AF-O14980)"),
    offline: bool = flag("--offline", "use no network: only look"),
    server: list[str] | None = option(
        None,
        "ADDRESS",
        "ask this server instead, for example https://host/folder/{id}.cif.gz; may be given again",
        parser=_server,
    ),
    as_json: Json = False,
) -> int:
    """Get entries of the PDB or AlphaFold DB into the cache, verified.

    Looks for each entry in the folder that WORKBENCH_STRUCTURE_DIR names, in the cache
    (WORKBENCH_CACHE_DIR), then at RCSB PDB, PDBe and PDBj, or AlphaFold DB. Only a whole file of
    the right entry is kept. Prints each entry and its file.
    """
    from workbench.settings import FetchSettings
    from workbench.structures.fetch import fetch_entry

    asked: dict[str, Any] = {"offline": True} if offline else {}
    if server:
        asked |= {key: tuple(server) for key in ("pdb_servers", "alphafold_servers")}
    settings = FetchSettings(**asked)
    rows: list[dict[str, Any]] = []
    failed = 0
    for text in dict.fromkeys(ids):
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
        if not as_json:
            print(f"{found.entry_id}  {found.origin}  {found.path}", flush=True)
    if as_json:
        print_json(rows)
    return exit_code(failed > 0, failed < len(rows))
