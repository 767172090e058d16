"""The page of a comparison: table, drawings and poses side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from workbench.files.exports import json_text, sd_record, table_csv
from workbench.files.writing import write_texts
from workbench.records.comparison import ComparedDrug, Comparison, Quantity, drug_row
from workbench.records.docking import DockingResult, best_pose
from workbench.report.drawings import inked, still_of
from workbench.report.poses import Frame, Structure, read_drug, read_frames
from workbench.report.scene import assembled, crystal_reference, thin
from workbench.report.templating import ALPHAFOLD, SOURCES, number, page_parts, render

COLOURS = ("#1e6ec8", "#be1886", "#c86a14", "#6b4fb3", "#0a7d74")
DOCKED, ALIGNED = "As docked", "Core laid on the reference compound's, not as docked"


def build_comparison_scene(comparison: Comparison) -> dict[str, Any] | None:
    """Return all that the viewer draws, as plain data; ``None`` when no drug has a pose.

    Each drug's shown pose, then those laid on the reference compound's core. The reference
    compound's pose and each drug's crystal reference can be drawn beside it.

    Raises
    ------
    OutputError
        When a pose's parts contradict each other.
    """
    base: Structure | None = None
    drawn: list[tuple[Frame, ComparedDrug, DockingResult]] = []
    for index, (drug, result) in enumerate(zip(comparison.drugs, comparison.results, strict=True)):
        found, own = _shown(drug, result, index)
        if own is not None and (base is None or (found and found.atoms == base.atoms)):
            base = base or found
            drawn.append((own, drug, result))
    if base is None:
        return None
    beside = next((f for f, drug, _ in drawn if drug.name == comparison.reference), None)
    first = beside or drawn[0][0]
    drawn += [(_aligned(f, drug), drug, result) for f, drug, result in drawn if drug.core]
    frames = [frame for frame, _, _ in drawn]
    scene, center = assembled(base, frames, first, comparison.results[0].receptor)
    for pose, (_, drug, result) in zip(scene["poses"], drawn, strict=True):
        pose["reference"] = crystal_reference(result, center)
        other = beside.drug if beside and drug.name != comparison.reference else None
        pose["beside"] = thin(other, comparison.reference, center) if other else None
    return scene


def pose_id(index: int) -> str:
    """Return the name of a drug's pose in the scene."""
    return f"drug-{index}"


def _shown(
    drug: ComparedDrug, result: DockingResult, index: int
) -> tuple[Structure | None, Frame | None]:
    """Return the receptor and the frame of a drug's shown pose."""
    best = best_pose(result)
    if best is None:
        return None, None
    adduct, pose = best
    alone = replace(result, adducts=(replace(adduct, poses=(pose,)),), encounter=())
    base, frames = read_frames(alone)
    if not frames:
        return base, None
    title = f"{drug.name}, {adduct.label}, score {number(pose.score_kcal_per_mol, 2)}"
    return base, replace(frames[0], name=pose_id(index), group=DOCKED, title=title)


def _aligned(frame: Frame, drug: ComparedDrug) -> Frame:
    """Return a frame with its drug moved onto the reference compound's core."""
    assert drug.core is not None
    moved = read_drug(drug.core.aligned_sdf, f"{drug.name}, aligned")
    return replace(
        frame,
        name=f"{frame.name}-aligned",
        group=ALIGNED,
        title=f"{drug.name}, core on core",
        note="Moved onto the reference compound's core: not where it docked",
        bonded=False,
        drug=replace(frame.drug, coordinates=np.asarray(moved.coordinates)),
        link=None,
        dashes=(),
    )


LIMITS = (
    "No column is an affinity, and no column ranks the drugs: SINE drugs share the aryl-triazole "
    "that makes most of the score. Differences smaller than the spread are no difference.",
    "The spread of the adduct score is that of the search over seeds; strain, bond length and "
    "angle range over the poses that the score does not tell apart. None says how far the number "
    "is from the truth.",
    "The spread of the encounter score is that of Vina's independent runs; of the shortest "
    "ones, which are not split, there is none.",
    "Reaction energies are differences to selinexor at one level of theory, where they were "
    "computed; they say how easily the bond opens again, not how fast.",
    "Reversibility is what the sources say of the compound or of its class of warhead.",
    "Brain penetration lists measurements only; an empty cell means that none was verified.",
    "Novelty compares contacts of computed poses with those of the reference compound's.",
)
COLUMNS = (
    ("adduct_score", "Adduct score", 2, "of the search, kcal/mol; lower is better"),
    ("encounter_score", "Encounter score", 2, "of the intact drug, kcal/mol; lower is better"),
    ("strain", "Strain", 1, "of the drug in its pose, kcal/mol"),
    (
        "reaction",
        "Reaction against selinexor",
        1,
        "free energy of thiol addition, kcal/mol; positive lets go more easily",
    ),
    ("sg_c_distance", "S\u2013C", 2, "angstrom"),
    ("c_s_c_angle", "C\u2013S\u2013C", 0, "degrees"),
)


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write ``comparison.csv``, ``.sdf``, ``.html`` and ``.json`` into a folder.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    return write_texts(
        folder,
        {
            "comparison.csv": table_csv([drug_row(drug) for drug in comparison.drugs]),
            "comparison.sdf": comparison_sdf(comparison),
            "comparison.html": comparison_html(comparison),
            "comparison.json": json_text(comparison.to_dict()),
        },
    )


def comparison_sdf(comparison: Comparison) -> str:
    """Return the shown pose of each drug in the receptor's frame, its row as SD tags."""
    records = []
    for drug, result in zip(comparison.drugs, comparison.results, strict=True):
        best = best_pose(result)
        if best is not None and best[1].drug_sdf:
            title = f"{drug.name} {drug.diastereomer} {drug.rank}"
            records.append(sd_record(best[1].drug_sdf, title, drug_row(drug)))
    return "".join(records)


def comparison_html(comparison: Comparison) -> str:
    """Return the page of a comparison; it asks for nothing from outside.

    Raises
    ------
    OutputError
        When a pose's parts contradict each other so that a picture would be wrong.
    """
    scene = build_comparison_scene(comparison)
    parts = page_parts(scene, dict(comparison.provenance), (*SOURCES, *ALPHAFOLD))
    parts["quick"] = [
        (pose_id(index), drug.name)
        for index, drug in enumerate(comparison.drugs)
        if pose_id(index) in parts["viewable"]
    ]
    if scene:
        crystal = any(pose["reference"] for pose in scene["poses"])
        parts["references"] = "estimates" if crystal else ""
        parts["beside"] = comparison.reference
        parts["has_bonds"] = True
    return render(
        "comparison.html",
        **parts,
        comparison=comparison,
        rows=_rows(comparison),
        columns=COLUMNS,
        limits=LIMITS,
        what="The drugs in the groove",
        still=Markup(still_of(scene, comparison.reference)) if scene else "",
    )


def notebook_html(comparison: Comparison) -> str:
    """Return the table for a notebook cell: no script, every text escaped."""
    return render(
        "comparison_notebook.html",
        comparison=comparison,
        rows=_rows(comparison),
        columns=COLUMNS,
    )


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    reference = next(x for x in comparison.drugs if x.name == comparison.reference)
    return [
        {
            "drug": drug,
            "pose": pose_id(index),
            "drawing": Markup(inked(drug.drawing, f"Structure of {drug.name}")),
            "is_reference": drug is reference,
            "cells": [
                _cell(getattr(drug, key), getattr(reference, key), digits, drug is reference)
                for key, _, digits, _ in COLUMNS
            ],
        }
        for index, drug in enumerate(comparison.drugs)
    ]


def _cell(own: Quantity, other: Quantity, digits: int, is_reference: bool) -> dict[str, Any]:
    """Return a number with its spread, and its difference to the reference compound.

    ``told`` says that the difference is larger than both spreads; without a spread nothing is.
    """
    difference = told = None
    if not is_reference and own.value is not None and other.value is not None:
        difference = own.value - other.value
        spreads = [q.spread for q in (own, other)]
        known = [s for s in spreads if s is not None]
        told = len(known) == 2 and abs(difference) > max(known)
    return {
        "value": own.value,
        "text": number(own.value, digits),
        "spread": "" if own.spread is None else number(own.spread, digits),
        "basis": own.basis,
        "difference": "" if difference is None else _signed(difference, digits),
        "told": bool(told),
    }


def _signed(value: float, digits: int) -> str:
    text = number(value, digits)
    return text if text.startswith("\u2212") or float(f"{value:.{digits}f}") == 0 else f"+{text}"
