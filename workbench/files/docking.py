"""The folder of a docking run: written so that each file is complete, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import OutputError
from workbench.files.exports import json_text, one_line, sd_record, table_csv
from workbench.files.sessions import CHIMERAX_FILE, PYMOL_FILE, SessionView, session_scripts
from workbench.files.writing import explained, prepare_output_folder, shown, write_texts
from workbench.records.docking import (
    SCHEMA_VERSION,
    AdductRecord,
    DockingResult,
    EncounterRecord,
    PoseRecord,
    pose_row,
)

RESULT_FILE = "result.json"
LABEL = re.compile(r"[A-Za-z0-9]{1,12}(_[A-Za-z0-9]{1,12}){0,3}")
COMPLEX_FILE = re.compile(r"complex_[A-Za-z0-9_]{1,60}_[1-9][0-9]{0,5}\.(cif|pdb)")
ENCOUNTER_FILE = "encounter.sdf"
RECEPTOR_FILE = "receptor.pdb"
REFERENCE_FILE = "reference.sdf"
SOMETIMES = (ENCOUNTER_FILE, RECEPTOR_FILE, REFERENCE_FILE, PYMOL_FILE, CHIMERAX_FILE)
NO_LABEL = "adduct"
POSE_COLUMNS = (
    "ligand",
    "diastereomer",
    "rank",
    "score_kcal_per_mol",
    "minimised_energy_kcal_per_mol",
    "strain_kcal_per_mol",
    "sg_c_distance_angstrom",
    "c_s_c_angle_degree",
    "rmsd_to_reference_angstrom",
    "core_rmsd_to_reference_angstrom",
    "moved_by_minimisation_angstrom",
    "valid",
    "failed_checks",
    "interaction_kcal_per_mol",
)
LARGEST_BYTES = 200 * 1024 * 1024
Record = TypeVar("Record", EncounterRecord, PoseRecord, AdductRecord, DockingResult)


def write_docking_result(
    result: DockingResult,
    folder: str | Path,
    page: Callable[[DockingResult], str],
    view: SessionView | None,
) -> DockingResult:
    """Write everything that ``workbench dock`` promises into a folder.

    All texts are made first, then written under temporary names, then renamed, ``result.json``
    last: a file under its final name is complete, and a failure leaves no temporary behind.
    Structures of an earlier run that this one does not have are removed at the end.

    Parameters
    ----------
    page
        Makes ``report.html`` from the result with the ``files`` of its poses filled in.
    view
        How the session scripts look at the complexes; ``None`` without a structure.

    Returns the result with the ``files`` of each pose filled in (names relative to the folder).

    Raises
    ------
    OutputError
        When the folder cannot be written to, or the result cannot be turned into files.
    """
    target = prepare_output_folder(folder)
    named = _with_files(result)
    texts = _texts(named, view) | {
        "report.html": page(named),
        "provenance.json": json_text(named.provenance),
        RESULT_FILE: json_text(named.to_dict()),
    }
    write_texts(target, texts)
    for stale in target.iterdir():
        ours = COMPLEX_FILE.fullmatch(stale.name) or stale.name in SOMETIMES
        if ours and stale.name not in texts:
            with explained(stale.name, target):
                stale.unlink()
    return named


def _with_files(result: DockingResult) -> DockingResult:
    """Name each pose's files after its diastereomer and rank, and nothing else."""
    names: set[str] = set()
    adducts = []
    for adduct in result.adducts:
        label = adduct.label or NO_LABEL
        if not LABEL.fullmatch(label):
            raise OutputError(f"{shown(adduct.label)} cannot be part of a file's name")
        poses = []
        for pose in adduct.poses:
            stem = f"complex_{label}_{int(pose.rank)}"
            if stem in names or not COMPLEX_FILE.fullmatch(f"{stem}.cif"):
                raise OutputError(f"two poses, or none, would be written as {stem}")
            names.add(stem)
            texts = {"cif": pose.complex_cif, "pdb": pose.complex_pdb}
            poses.append(
                replace(
                    pose, files={kind: f"{stem}.{kind}" for kind, text in texts.items() if text}
                )
            )
        adducts.append(replace(adduct, poses=tuple(poses)))
    return replace(result, adducts=tuple(adducts))


def _texts(result: DockingResult, view: SessionView | None) -> dict[str, str]:
    """Make the structures and tables, in the order in which the files appear."""
    texts = {}
    every = [(adduct, pose) for adduct in result.adducts for pose in adduct.poses]
    for _, pose in every:
        for kind, name in pose.files.items():
            texts[name] = pose.complex_cif if kind == "cif" else pose.complex_pdb
    rows = [pose_row(result.ligand["name"], adduct, pose) for adduct, pose in every]
    texts["poses.csv"] = table_csv(rows, POSE_COLUMNS)
    texts["poses.sdf"] = poses_sdf(result)
    if any(pose.sdf for pose in result.encounter):
        texts[ENCOUNTER_FILE] = encounter_sdf(result)
    if result.receptor_pdb:
        texts[RECEPTOR_FILE] = result.receptor_pdb
    reference = dict(result.reference or {})
    block = str(reference.pop("sdf", ""))
    if block:  # an estimate, which its tags say
        texts[REFERENCE_FILE] = sd_record(block, str(reference.get("name", "reference")), reference)
    return texts | session_scripts(result, view)


def poses_sdf(result: DockingResult) -> str:
    """Return all bonded poses: the drug's atoms with bond orders, scores as SD tags.

    Raises
    ------
    OutputError
        When a pose's mol block is not one.
    """
    name = one_line(result.ligand["name"])
    return "".join(
        sd_record(
            pose.drug_sdf,
            f"{name} {adduct.label or 'adduct'} {pose.rank}",
            pose_row(name, adduct, pose) | {"complex_file": pose.files.get("cif", "")},
        )
        for adduct in result.adducts
        for pose in adduct.poses
    )


def encounter_sdf(result: DockingResult) -> str:
    """Return the poses of the intact drug, scores as SD tags."""
    name = one_line(result.ligand["name"])
    return "".join(
        sd_record(
            pose.sdf,
            f"{name} encounter {pose.rank}",
            {
                "ligand": name,
                "rank": pose.rank,
                "score_kcal_per_mol": pose.score_kcal_per_mol,
                "sg_c_distance_angstrom": pose.sg_c_distance_angstrom,
                "attack_angle_degree": pose.attack_angle_degree,
                "attack_ready": pose.attack_ready,
                "face": pose.face,
                "leads_to": ", ".join(pose.leads_to),
            },
        )
        for pose in result.encounter
        if pose.sdf
    )


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
    found = record["encounter"]
    return _made(
        DockingResult,
        record
        | {
            "encounter": _encounter(found["poses"], folder),
            "adducts": adducts,
            "encounter_run_scores_kcal_per_mol": found.get("run_scores_kcal_per_mol", ()),
            "receptor_pdb": _text(receptor) if receptor.is_file() else "",
            "reference": reference,
        },
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
    kept: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in names
    }
    return kind(**kept)


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
