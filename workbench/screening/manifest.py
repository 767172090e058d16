"""What a screen is: its input, receptor, settings and versions; nothing else may change it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import OutputError, UsageError
from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.provenance import public_command, versions
from workbench.screening.job import Job
from workbench.structures.writing import receptor_pdb

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
_FIXED = ("schema_version", "input", "receptor", "settings", "functions", "versions")
"""What must be the same for a screen to go on."""


def make_manifest(path: Path, n_records: int, job: Job, command: str) -> dict[str, Any]:
    """Return the manifest of a screen that has not begun.

    Parameters
    ----------
    path, n_records
        The file of ligands, and how many records it holds.

    Raises
    ------
    UsageError
        When the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as handle:
            while piece := handle.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}; check the file") from error
    fixed = {
        "schema_version": SCHEMA_VERSION,
        "input": {"name": path.name, "sha256": digest.hexdigest(), "records": n_records},
        "receptor": {
            "name": job.receptor.name,
            "reactive_atom": job.receptor.reactive_address(),
            "mutations": list(job.receptor.mutations),
            "sha256": hashlib.sha256(receptor_pdb(job.receptor).encode()).hexdigest(),
        },
        "settings": json.loads(job.settings.model_dump_json()),
        "functions": dict(job.functions),
        "versions": versions(),
    }
    return {
        **fixed,
        "fingerprint": _fingerprint(fixed),
        "command": public_command(command),
        "stages": {},
    }


def _fingerprint(fixed: Mapping[str, Any]) -> str:
    content = json.dumps({name: fixed[name] for name in _FIXED}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder; ``None`` when there is none.

    Raises
    ------
    OutputError
        When it is there and cannot be understood.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("fingerprint") != _fingerprint(found):
            raise ValueError("its parts do not fit its fingerprint")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{MANIFEST} in {folder.name!r} is no sound manifest of a screen ({error}): choose "
            "another folder with --out"
        ) from error
    return found


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest."""
    write_texts(folder, {MANIFEST: json_text(dict(manifest))})


def refuse_other(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise unless a screen that was begun is the one that is asked for.

    Raises
    ------
    UsageError
        Naming what differs, as it was and as it is.
    """
    before, now = (_flat({name: m[name] for name in _FIXED}) for m in (found, wanted))
    names = sorted({*before, *now})
    other = [
        f"{name} ({_short(before.get(name))} then, {_short(now.get(name))} now)"
        for name in names
        if before.get(name) != now.get(name) and name != "input.name"
    ]
    if other:
        more = f" and {len(other) - 5} more" if len(other) > 5 else ""
        raise UsageError(
            f"the screen in this folder cannot go on, it was begun with other "
            f"{'; '.join(other[:5])}{more}: give it what it was begun with, or choose another "
            "folder with --out"
        )


def _flat(content: Any, name: str = "") -> dict[str, Any]:
    """Return nested dictionaries as one, names joined by points."""
    if not isinstance(content, dict):
        return {name: content}
    found: dict[str, Any] = {}
    for key, value in content.items():
        found |= _flat(value, f"{name}.{key}" if name else key)
    return found


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:12]}..."
