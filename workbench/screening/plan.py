"""What a screen is: its job and its manifest, which hold all that changes a result."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.errors import OutputError, ScreenError, UsageError
from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.provenance import public_command, versions
from workbench.settings import ScreenSettings
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdb

Item = dict[str, Any]
Row = dict[str, Any]

STAGES = ("read", "search", "minimise", "react")
"""In order; each takes what the one before let through."""

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
_FIXED = ("schema_version", "input", "receptor", "settings", "functions", "versions")
"""What must be the same for a screen to go on."""


@dataclass(frozen=True)
class Job:
    """What does not change from ligand to ligand.

    Parameters
    ----------
    functions
        ``module:function`` of stages in place of those in ``stages``. A stage's function takes
        the job and one item and returns its rows.
    versions
        Of the driver's packages: a worker with others would give other results.
    """

    receptor: Receptor
    settings: ScreenSettings
    functions: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def packed(self) -> PackedJob:
        """Return the job as bytes with their digest."""
        content = pickle.dumps(self)
        return PackedJob(hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True)
class PackedJob:
    """A job as it travels: opened only in the process that does the chemistry."""

    digest: str
    content: bytes = field(repr=False)


def require_parts() -> None:
    """Make sure that the optional parts are installed.

    Raises
    ------
    ScreenError
        Naming the extra that brings them.
    """
    missing = [name for name in ("distributed", "duckdb", "pyarrow") if find_spec(name) is None]
    if missing:
        raise ScreenError(
            f"screening needs {', '.join(missing)}: pip install 'xpo1-workbench[screen]'"
        )


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
    try:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}; check the file") from error
    fixed = {
        "schema_version": SCHEMA_VERSION,
        "input": {"name": path.name, "sha256": digest, "records": n_records},
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
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
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
    """Write the manifest; see ``files.writing.write_texts``."""
    write_texts(folder, {MANIFEST: json_text(dict(manifest))})


def begun(folder: Path, wanted: dict[str, Any], resume: bool) -> dict[str, Any]:
    """Return the manifest to work by: the folder's, or the wanted one, which is written.

    Raises
    ------
    UsageError
        When the folder holds a screen that is not to be resumed, or another one; what differs is
        named, as it was and as it is.
    """
    found = read_manifest(folder)
    if found is None:
        write_manifest(folder, wanted)
        return wanted
    if not resume:
        raise UsageError(
            f"{folder.name!r} holds a screen ({MANIFEST}): add --resume to go on with it, or "
            "choose another folder with --out"
        )
    before, now = (_flat({name: m[name] for name in _FIXED}) for m in (found, wanted))
    other = [
        f"{name} ({_short(before.get(name))} then, {_short(now.get(name))} now)"
        for name in sorted({*before, *now} - {"input.name"})
        if before.get(name) != now.get(name)
    ]
    if other:
        more = f" and {len(other) - 5} more" if len(other) > 5 else ""
        raise UsageError(
            f"the screen in this folder cannot go on, it was begun with other "
            f"{'; '.join(other[:5])}{more}: give it what it was begun with, or choose another "
            "folder with --out"
        )
    return found


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
