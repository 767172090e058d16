"""The page of a receptor: its groove with lining and pockets."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from workbench.errors import OutputError
from workbench.report.landmarks import (
    CARBON_RADIUS_ANGSTROM,
    SMALLEST_BALL_ANGSTROM,
    best_view,
    landmarks,
)
from workbench.report.poses import ResidueKey, Structure, address_of, read_structure
from workbench.report.scene import LETTERS, draw_groove, focus_of
from workbench.report.still import draw_still
from workbench.report.templating import model_sources, page_parts, render, sentence

FloatArray = NDArray[np.float64]

NEAR_SULPHUR_ANGSTROM = 6.0
SAME_ROOM_ANGSTROM = 0.05
_STEPS = 6


def build_groove_scene(pdb: str, record: dict[str, Any]) -> dict[str, Any]:
    """Return what the viewer draws of a receptor, as plain data.

    Each pocket is a ball about its centre that just touches the nearest atom's van der Waals
    sphere. Without pockets (another protein) the residues around the sulphur are shown.
    ``record`` is what ``receptor.json`` holds.

    Raises
    ------
    OutputError
        When there are no atoms, or the pockets do not lie in this structure as recorded.
    """
    base, _ = read_structure(pdb)
    if not base.atoms:
        raise OutputError("the groove cannot be drawn: the receptor has no atoms")
    pockets = record.get("pockets", [])
    centres = np.array([pocket["centre_angstrom"] for pocket in pockets]).reshape(-1, 3)
    _check_room(base, pockets, centres)
    focus = focus_of(base, record)
    sulphur = base.place(address_of(record))
    near = np.zeros(len(base.atoms), dtype=bool)
    if sulphur is not None:
        distances = np.linalg.norm(base.coordinates - base.coordinates[sulphur], axis=1)
        near = distances < NEAR_SULPHUR_ANGSTROM
    lining = _lining(base, record, near)
    around = base.coordinates[near] if near.any() else base.coordinates
    subject = _line_through(centres) if pockets else around
    center = subject.mean(axis=0)
    part, kept, residues = draw_groove(base, focus, {*focus, *lining}, center)
    return (
        part
        | landmarks(base, record, centres if pockets else subject, center)
        | {
            "view": [round(float(value), 5) for value in _view(subject, base).ravel()],
            "first": 0,
            "poses": [],
            "reference": None,
            "lining": [residues.index(key) for key in residues if key in lining],
            "sulphur": kept.index(sulphur) if sulphur in kept else None,
        }
    )


def residue_labels(pdb: str) -> dict[int, str]:
    """Return residue number -> the residue as the receptor has it, such as ``C528``."""
    base, _ = read_structure(pdb)
    return {
        atom.residue_number: f"{LETTERS.get(atom.residue_name, atom.residue_name + ' ')}"
        f"{atom.residue_number}"
        for atom in base.atoms
    }


def _check_room(base: Structure, pockets: list[dict[str, Any]], centres: FloatArray) -> None:
    """Make sure that the pockets belong to these coordinates."""
    for pocket, centre in zip(pockets, centres, strict=True):
        nearest = float(np.linalg.norm(base.coordinates - centre, axis=1).min())
        if not abs(nearest - pocket["room_angstrom"]) < SAME_ROOM_ANGSTROM:
            raise OutputError(
                f"the groove cannot be drawn: the nearest atom to {pocket['name']} is "
                f"{nearest:.2f} A away, and {pocket['room_angstrom']} A in its record"
            )


def _lining(base: Structure, record: dict[str, Any], near: NDArray[np.bool_]) -> set[ResidueKey]:
    """Return the residues whose side chains are shown."""
    listed = record.get("lining_residues")
    if listed is not None:
        return {atom.residue for atom in base.atoms if atom.residue_number in listed}
    return {base.atoms[i].residue for i in np.flatnonzero(near)}


def _line_through(centres: FloatArray) -> FloatArray:
    """Return points along the broken line through the centres, which an NES would take."""
    share = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[:, None]
    pieces = [a + share * (b - a) for a, b in pairwise(centres)]
    return np.vstack([*pieces, centres[-1:]])


def _view(subject: FloatArray, base: Structure) -> FloatArray:
    """Return the rotation that looks into the groove, the first pocket on the left."""
    view = best_view(subject, base.coordinates, None)
    if (subject[-1] - subject[0]) @ view[0] < 0:
        view[:2] = -view[:2]
    return view


VERDICTS = {
    "thiol": "is a free thiol",
    "no_thiol": "has no thiol: no covalent adduct can form",
    "oxidised": "is oxidised in the entry: it cannot react",
    "bonded": "is bonded in the entry: it cannot react",
}
STATES = {
    "open": "The groove is open and empty",
    "intermediate": "The groove is neither open nor closed",
    "closed": "The groove is closed: too narrow to dock into",
    "occupied": "In the entry the groove is filled",
    "unknown": "Too little of the groove is modelled to tell its state",
}


def groove_html(pdb: str, record: dict[str, Any], bounds: dict[str, float]) -> str:
    """Return the page of a receptor.

    ``record`` is what ``receptor.json`` holds.
    ``bounds`` are what its state was decided by: ``closed_below_angstrom``,
    ``open_from_angstrom``, ``occupied_from_contacts`` and ``contact_angstrom``.

    Raises
    ------
    OutputError
        When the receptor cannot be drawn as its record says.
    """
    scene = build_groove_scene(pdb, record)
    residues = residue_labels(pdb)
    return render(
        "groove.html",
        **page_parts(scene, record["provenance"], model_sources(record)),
        record=record,
        bounds=bounds,
        human=record["numbering"] == "human",
        of_groove=not _elsewhere(record),
        headline=headline(record, residues),
        tone=_tone(record),
        measures=_measures(record["groove_measures"]),
        pockets=[
            pocket | {"labels": [_label(n, residues, record) for n in pocket["residues"]]}
            for pocket in record.get("pockets", [])
        ],
        lining=[_label(n, residues, record) for n in record.get("lining_residues", [])],
        changes=[sentence(change) for change in record["changes"]],
        carbon=CARBON_RADIUS_ANGSTROM,
        smallest=SMALLEST_BALL_ANGSTROM,
        still=Markup(draw_still(scene, f"The groove of {record['name']}")),
        what="The groove with its lining and pockets",
    )


def headline(record: dict[str, Any], labels: dict[int, str]) -> str:
    """Return the groove's state and what the reactive residue can do."""
    residue = labels.get(record["human_residue"], record["entry_residue"])
    reactive = f"{residue} {VERDICTS[record['verdict']]}"
    if _elsewhere(record):
        return f"Not the NES groove of XPO1; {reactive}."
    return f"{STATES[record['groove_state']]}; {reactive}."


def _label(number: int, labels: dict[int, str], record: dict[str, Any]) -> str:
    """Return a residue as the receptor has it, with the entry's own number where it differs."""
    label = labels.get(number, str(number))
    residue_map = record["residue_map"]
    entry = str(residue_map.get(str(number), "")).split(":")[-1]
    return label if entry in ("", str(number)) else f"{label} ({entry})"


def _elsewhere(record: dict[str, Any]) -> bool:
    """Return whether the reactive residue lies in another protein, or outside XPO1's groove."""
    return bool(record["numbering"] != "human" and record["groove_state"] == "unknown")


def _tone(record: dict[str, Any]) -> str:
    usable = record["groove_state"] == "open" or _elsewhere(record)
    return "good" if usable and record["verdict"] == "thiol" else "plain"


def _measures(measures: dict[str, float]) -> list[tuple[str, float, str]]:
    """Return name, value and unit of each measure, the mean first."""
    rows = []
    for key, value in sorted(measures.items(), key=lambda item: item[0].startswith("ca_")):
        words = key.removesuffix("_angstrom").split("_")
        if words[0] == "ca":
            rows.append((f"CA {words[1]} to CA {words[2]}", value, "\u00c5"))
        else:
            unit = "\u00c5" if key.endswith("_angstrom") else ""
            rows.append((" ".join(words).capitalize(), value, unit))
    return rows
