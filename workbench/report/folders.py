"""A result that ``write_docking_result`` wrote, read back from its folder."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import OutputError
from workbench.records.docking import (
    SCHEMA_VERSION,
    AdductRecord,
    DockingResult,
    EncounterRecord,
    PoseRecord,
)
from workbench.report.files import COMPLEX_FILE, ENCOUNTER_FILE, RECEPTOR_FILE, REFERENCE_FILE

RESULT_FILE = "result.json"
LARGEST_BYTES = 200 * 1024 * 1024
Record = TypeVar("Record", EncounterRecord, PoseRecord, AdductRecord)


def read_docking_result(folder: str | Path) -> DockingResult:
    """Return the result whose files lie in a folder.

    Parameters
    ----------
    folder
        As ``workbench dock`` wrote it, or its ``result.json``.

    Raises
    ------
    OutputError
        When a file is missing, cut off, too large or not what this version writes.
    """
    path = Path(folder)
    path = path.parent if path.name == RESULT_FILE else path
    try:
        record = json.loads(_text(path / RESULT_FILE))
        if record["schema_version"] != SCHEMA_VERSION:
            raise OutputError(
                f"{RESULT_FILE} in '{path.name}' has schema {record['schema_version']!r}, not "
                f"{SCHEMA_VERSION}: dock again"
            )
        return _result(record, path)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise OutputError(
            f"'{path.name}' holds no complete docking result ({type(error).__name__}): dock again "
            "into an empty folder"
        ) from error


def _result(record: dict[str, Any], folder: Path) -> DockingResult:
    """Put a result together from its record and the files beside it."""
    blocks = _mol_blocks(_text(folder / "poses.sdf"))[::-1]
    adducts = tuple(
        _made(
            AdductRecord,
            adduct
            | {"poses": tuple(_pose(pose, blocks.pop(), folder) for pose in adduct["poses"])},
        )
        for adduct in record["adducts"]
    )
    reference = record.get("reference")
    if reference is not None:
        reference = {**reference, "sdf": _mol_blocks(_text(folder / REFERENCE_FILE))[0]}
    receptor = folder / RECEPTOR_FILE
    return DockingResult(
        verdict=record["verdict"],
        reason=record["reason"],
        ligand=record["ligand"],
        receptor=record["receptor"],
        encounter=_encounter(record["encounter"]["poses"], folder),
        adducts=tuple(adducts),
        timing=record["timing"],
        provenance=record["provenance"],
        warnings=tuple(record["warnings"]),
        ranking=record["ranking"],
        encounter_run_scores_kcal_per_mol=tuple(
            record["encounter"].get("run_scores_kcal_per_mol", ())
        ),
        receptor_pdb=_text(receptor) if receptor.is_file() else "",
        reference=reference,
    )


def _encounter(poses: list[dict[str, Any]], folder: Path) -> tuple[EncounterRecord, ...]:
    drawn = folder / ENCOUNTER_FILE
    blocks = _mol_blocks(_text(drawn)) if drawn.is_file() else [""] * len(poses)
    return tuple(
        _made(EncounterRecord, pose | {"sdf": block})
        for pose, block in zip(poses, blocks, strict=True)
    )


def _pose(record: dict[str, Any], block: str, folder: Path) -> PoseRecord:
    texts = {"drug_sdf": block}
    for kind, name in record["files"].items():
        if not COMPLEX_FILE.fullmatch(name):
            raise OutputError(f"{RESULT_FILE} names {name!r}, which is no file of a docking run")
        texts[f"complex_{kind}"] = _text(folder / name)
    return _made(PoseRecord, record | texts)


def _made(kind: type[Record], values: dict[str, Any]) -> Record:
    """Return a record from JSON: lists become tuples, keys that are computed are passed over."""
    names = {f.name for f in fields(kind)}
    return kind(**{key: _tupled(value) for key, value in values.items() if key in names})


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _mol_blocks(text: str) -> list[str]:
    """Return the mol block of each record of an SD file."""
    return [f"{part.partition('M  END')[0]}M  END\n" for part in text.split("$$$$\n")[:-1]]


def _text(path: Path) -> str:
    """Return a file of the folder, the line ends as they are."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise OutputError(f"{path.name} in '{path.parent.name}' is too large for a result")
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise OutputError(
            f"{path.name} in '{path.parent.name}' cannot be read: {error.strerror}; dock again"
        ) from error
