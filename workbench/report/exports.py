"""The texts of a result's tables: CSV, SD and JSON, safe against hostile names."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import OutputError
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord, pose_row

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
    "receptor_deformation_kcal_per_mol",
    "mmgbsa_kcal_per_mol",
    "reaction_strain_kcal_per_mol",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_TAG_LINE = 200


def poses_csv(result: DockingResult) -> str:
    """Return the table of poses; equal results give equal bytes.

    Numbers have four decimals, cells without a number are empty, and a text that a spreadsheet
    would take for a formula is given a leading apostrophe.
    """
    return table_csv(
        [
            pose_row(result.ligand["name"], adduct, pose)
            for adduct in result.adducts
            for pose in adduct.poses
        ],
        POSE_COLUMNS,
    )


def table_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Return rows as CSV, a column for every key in the order in which the keys appear.

    Parameters
    ----------
    columns
        Of a table without rows.
    """
    names = list(dict.fromkeys(name for row in rows for name in row)) or columns
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([table_cell(name) for name in names])
    for row in rows:
        writer.writerow([table_cell(row.get(name)) for name in names])
    return buffer.getvalue()


def poses_sdf(result: DockingResult) -> str:
    """Return all bonded poses: the drug's atoms with bond orders, scores as SD tags.

    Raises
    ------
    OutputError
        When a pose's mol block is not one.
    """
    name = _line(result.ligand["name"])
    return "".join(
        sd_record(
            pose.drug_sdf,
            f"{name} {adduct.label or 'adduct'} {pose.rank}",
            _tags(name, adduct, pose),
        )
        for adduct in result.adducts
        for pose in adduct.poses
    )


def encounter_sdf(result: DockingResult) -> str:
    """Return the poses of the intact drug, scores as SD tags."""
    name = _line(result.ligand["name"])
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


def reference_sdf(result: DockingResult) -> str:
    """Return the crystal reference pose; it is an estimate, which its tags say."""
    reference = result.reference or {}
    tags = {key: value for key, value in reference.items() if key != "sdf"}
    return sd_record(str(reference.get("sdf", "")), str(reference.get("name", "reference")), tags)


def json_text(content: Any) -> str:
    """Return strict JSON, keys in their order; a number that is not finite becomes null."""
    return json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _tags(name: str, adduct: AdductRecord, pose: PoseRecord) -> dict[str, Any]:
    return pose_row(name, adduct, pose) | {"complex_file": pose.files.get("cif", "")}


def sd_record(block: str, title: str, tags: dict[str, Any]) -> str:
    """Return one record of an SD file from a mol block and its tags."""
    body, end, _ = block.partition("M  END")
    if not end or body.count("\n") < 4:
        raise OutputError(f"{title} cannot be written: it has no mol block")
    lines = body.split("\n", 1)[1]
    data = "".join(
        f">  <{re.sub(r'[^A-Za-z0-9_]', '_', tag)}>\n{_number(value) or _line(value)}\n\n"
        for tag, value in tags.items()
        if value is not None and value != ""
    )
    return f"{_line(title)[:80]}\n{lines}{end}\n{data}$$$$\n"


def _line(value: object) -> str:
    """Return a text as one printable line that no SD reader takes for structure."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    text = " ".join(text.split())[:LONGEST_TAG_LINE]
    return f"'{text}" if text.startswith((">", "$$$$")) else text


def _number(value: object) -> str:
    """Return a number with four decimals, an integer or a truth value plainly, else nothing."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float):
        text = f"{value:.4f}" if math.isfinite(value) else ""
        return text.lstrip("-") if text and float(text) == 0 else text
    return ""


def table_cell(value: object) -> str:
    """Return the text of one CSV cell."""
    if value is None or isinstance(value, (float, int, np.generic)):
        return _number(value)
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text


def _plain(content: Any) -> Any:
    """Turn tuples, numpy values and non-finite numbers into what JSON knows."""
    if isinstance(content, np.ndarray):
        content = content.tolist()
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if content is None or isinstance(content, (str, int)):
        return content
    raise OutputError(f"the result cannot be written as JSON: it holds a {type(content).__name__}")
