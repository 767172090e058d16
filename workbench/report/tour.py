"""The tour for students: one page from nuclear export to the bond and to the mutant C528S."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from workbench.errors import OutputError
from workbench.files.docking import read_docking_result
from workbench.files.writing import prepare_output_folder, write_texts
from workbench.records.docking import DockingResult
from workbench.report.landmarks import landmarks
from workbench.report.poses import Drug, Frame, Structure, read_frames
from workbench.report.scan_page import mutant_frame
from workbench.report.scene import assembled, crystal_reference, focus_of
from workbench.report.still import draw_still
from workbench.report.templating import ALPHAFOLD, SOURCES, number, page_parts, render
from workbench.structures.loading import load_receptor
from workbench.structures.writing import receptor_json, receptor_pdb

POSES = Path(__file__).resolve().parents[1] / "data" / "tour"
WILD_TYPE = "wild_type"
MUTANT = "C528S"
GROOVE, ENCOUNTER, ADDUCT = "groove", "encounter", "adduct"
"""What the poses of the scene are called; the mutant's is called ``MUTANT``."""

RECEPTOR = "human-groove"


def read_tour_poses() -> tuple[DockingResult, DockingResult]:
    """Return the two shipped runs: one bonded and one encounter pose, and that of the mutant."""
    return read_docking_result(POSES / WILD_TYPE), read_docking_result(POSES / MUTANT)


def build_tour_scene(wild_type: DockingResult, mutant: DockingResult) -> dict[str, Any]:
    """Return what the viewer draws: four poses in one groove, the empty one first.

    ``wild_type`` holds one encounter pose and one bonded, ``mutant`` one encounter pose.

    Raises
    ------
    OutputError
        When the poses do not fit the receptors that ship.
    """
    receptor = load_receptor(RECEPTOR)
    record = receptor_json(receptor)
    base, frames = read_frames(replace(wild_type, receptor_pdb=receptor_pdb(receptor)))
    bonded = replace(frames[0], name=ADDUCT, group="With drug", title=f"Bonded: {frames[0].title}")
    before = replace(frames[1], name=ENCOUNTER, group="With drug")
    assert base is not None
    lining = frozenset(record["lining_residues"])
    empty = Frame(
        name=GROOVE,
        group="Without drug",
        title="The empty groove",
        note="",
        bonded=False,
        drug=Drug((), (), np.empty((0, 3))),
        receptor=before.receptor,
        near=frozenset(a.residue for a in base.atoms if a.residue_number in lining),
        link=None,
        dashes=(),
    )
    shown = [empty, before, bonded, _mutant_frame(mutant, base)]
    scene, center = assembled(base, shown, bonded, record)
    pockets = np.array([pocket["centre_angstrom"] for pocket in record["pockets"]])
    around = np.vstack([pockets, bonded.drug.coordinates])
    scene["poses"][-1]["hidden"] = [scene["receptor"]["labels"].index("C528")]
    own = {"first": 0, "reference": crystal_reference(wild_type, center)}
    return scene | landmarks(base, record, around, center) | own


def _mutant_frame(result: DockingResult, base: Structure) -> Frame:
    """Return the intact drug in the mutant's groove, its new side chain drawn with the drug."""
    text = receptor_pdb(load_receptor(RECEPTOR, mutations=(MUTANT,)))
    structure, (frame,) = read_frames(replace(result, receptor_pdb=text))
    assert structure is not None
    own = mutant_frame(base, structure, frame.drug)
    focus = set(focus_of(base, {"numbering": "human"}))
    return replace(
        own,
        name=MUTANT,
        group="Mutant C528S",
        title=f"C528S, {frame.title}; the new serine in the drug's colours",
        near=frozenset(own.near - focus),
    )


STATUSES = {
    "textbook": "textbook",
    "measured": "measured",
    "reported": "reported, without a number",
    "model": "model",
    "unknown": "unknown",
}
"""How a statement is known, and what its mark says."""


def read_steps(computed: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of ``data/tour.json``, the numbers of tables and models put in.

    ``computed``: by name, the values of the docked poses that a statement's ``model`` asks for.

    Raises
    ------
    OutputError
        When a statement asks for a fact that no table holds.
    """
    steps: list[dict[str, Any]] = json.loads(_text("tour.json"))
    for step in steps:
        step["statements"] = [_statement(record, computed) for record in step["statements"]]
    return steps


def fact(table: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the one row of a shipped table whose columns hold the wanted values.

    Raises
    ------
    OutputError
        When no row, or more than one, does.
    """
    rows = [row for row in _table(table) if all(row.get(k) == v for k, v in wanted.items())]
    if len(rows) != 1:
        raise OutputError(f"the tour cites {dict(wanted)} of {table}: {len(rows)} rows, not one")
    return rows[0]


def _statement(record: dict[str, Any], computed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a statement with its numbers; only what any textbook says has no source."""
    values: Mapping[str, Any] = {}
    if "fact" in record:
        wanted = dict(record["fact"])
        values = fact(wanted.pop("table"), wanted)
    elif "model" in record:
        values = computed[record["model"]]
    text = record["text"].format_map(values) if values else record["text"]
    return record | {"text": text, "source": record.get("source") or values.get("source", "")}


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return files("workbench").joinpath("data", name).read_text(encoding="utf-8")


PAGE = "tour.html"
SCRIPT = "tour.js"
KNOWN = ("measured", "model", "unknown")


def tour(out: str | Path = PAGE) -> Path:
    """Write the tour for students: one page that opens without a network.

    From nuclear export over the groove, the export signal and the drug to the bond, its
    reversal and the mutant C528S; text at two levels, questions with answers, 3D scenes.
    Returns the file, whose folder has to exist.

    Raises
    ------
    OutputError
        When it cannot be written.

    Examples
    --------
    >>> workbench.tour("tour.html")  # doctest: +SKIP
    """
    path = Path(out)
    if path.is_dir():
        path = path / PAGE
    folder = prepare_output_folder(path.parent)
    return write_texts(folder, {path.name: tour_html()})[0]


def tour_html() -> str:
    """Return the page.

    Raises
    ------
    OutputError
        When the shipped poses, tables and texts do not fit together.
    """
    wild_type, mutant = read_tour_poses()
    scene = build_tour_scene(wild_type, mutant)
    steps = read_steps(computed(wild_type, mutant))
    ids = [pose["id"] for pose in scene["poses"]]
    still = {**scene, "first": ids.index(ADDUCT)}
    uncertainty = number((wild_type.reference or {}).get("uncertainty_angstrom"), 1)
    parts = page_parts(scene, wild_type.provenance, (*SOURCES, *ALPHAFOLD), (SCRIPT,))
    return render(
        "tour.html",
        **parts | {"references": f"estimate \u00b1{uncertainty} \u00c5", "has_bonds": True},
        steps=steps,
        statuses=STATUSES,
        known={
            status: [
                (step["title"], statement["text"])
                for step in steps
                for statement in step["statements"]
                if (statement["status"], statement["level"]) == (status, "course")
            ]
            for status in KNOWN
        },
        still=Markup(draw_still(still, "Selinexor bonded to Cys528")),
        what="The groove of XPO1, as the step of the tour shows it",
    )


def computed(wild_type: DockingResult, mutant: DockingResult) -> dict[str, dict[str, Any]]:
    """Return the numbers of the shipped poses that the text may quote, by pose."""
    encounter, adduct = wild_type.encounter[0], wild_type.adducts[0]
    pose = adduct.poses[0]
    source = "this workbench, docked and minimised: a model"
    return {
        "encounter": {
            "distance": number(encounter.sg_c_distance_angstrom, 1),
            "angle": number(encounter.attack_angle_degree, 0),
            "face": encounter.face,
            "score": number(encounter.score_kcal_per_mol, 1),
            "mutant_score": number(mutant.encounter[0].score_kcal_per_mol, 1),
            "leads_to": ", ".join(encounter.leads_to),
            "source": source,
        },
        "adduct": {
            "distance": number(pose.sg_c_distance_angstrom, 2),
            "angle": number(pose.c_s_c_angle_degree, 0),
            "label": adduct.label,
            "source": source,
        },
    }
