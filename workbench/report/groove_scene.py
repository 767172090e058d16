"""The scene of a receptor alone: its groove, the lining and the pockets; a py3Dmol view."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import OutputError
from workbench.report.frames import ResidueKey, address_of
from workbench.report.landmarks import ball_radius, landmarks
from workbench.report.pdb_lines import Structure, read_structure
from workbench.report.scene import LETTERS, draw_groove, focus_of
from workbench.report.still import draw_still
from workbench.report.viewpoint import best_view

FloatArray = NDArray[np.float64]

NEAR_SULPHUR_ANGSTROM = 6.0
SAME_ROOM_ANGSTROM = 0.05
_STEPS = 6


def build_groove_scene(pdb: str, record: dict[str, Any]) -> dict[str, Any]:
    """Return what the viewer draws of a receptor, as plain data.

    Each pocket is a ball about its centre that just touches the nearest atom's van der Waals
    sphere. Without pockets (another protein) the residues around the sulphur are shown.

    Parameters
    ----------
    pdb
        The receptor as PDB text.
    record
        What ``receptor.json`` holds.

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
    sulphur = _sulphur(base, record)
    lining = _lining(base, record, sulphur)
    subject = _line_through(centres) if len(pockets) else _around(base, sulphur)
    center = subject.mean(axis=0)
    part, kept, residues = draw_groove(base, focus, {*focus, *lining}, center)
    around = centres if len(centres) else subject
    return (
        part
        | landmarks(base, record, around, center)
        | {
            "view": [round(float(value), 5) for value in _view(subject, base).ravel()],
            "first": 0,
            "poses": [],
            "reference": None,
            "lining": [residues.index(key) for key in residues if key in lining],
            "sulphur": kept.index(sulphur) if sulphur in kept else None,
        }
    )


def view_groove(pdb: str, record: dict[str, Any]) -> Any:
    """Return a py3Dmol view of a receptor's groove with its pockets, for notebooks.

    py3Dmol loads its script from the network; without one the view is a still picture.
    """
    scene = build_groove_scene(pdb, record)
    base, _ = read_structure(pdb)
    pockets = record.get("pockets", [])
    from workbench.report.notebook_view import NotebookView

    view = NotebookView(draw_still(scene, f"The groove of {record.get('name', 'the receptor')}"))
    view.addModel(pdb, "pdb")
    view.setStyle({}, {"cartoon": {"color": "#9fb2c4", "opacity": 0.75}})
    shown = [*_lining(base, record, _sulphur(base, record)), *focus_of(base, record)]
    numbers = sorted({key[1] for key in shown})
    view.addStyle({"resi": numbers}, {"stick": {"radius": 0.12, "colorscheme": "whiteCarbon"}})
    for chain, number, _ in focus_of(base, record):
        where = {"chain": chain, "resi": number}
        view.addStyle(where, {"stick": {"radius": 0.2}})
        view.addResLabels(where, {"fontSize": 12, "backgroundOpacity": 0.6})
    for pocket in pockets:
        x, y, z = pocket["centre_angstrom"]
        place = {"x": x, "y": y, "z": z}
        radius = ball_radius(pocket["room_angstrom"])
        view.addSphere({"center": place, "radius": radius, "color": "#7b52c7", "opacity": 0.5})
        view.addLabel(pocket["name"], {"position": place, "fontSize": 13, "inFront": True})
    view.zoomTo({"resi": numbers} if numbers else {})
    return view


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


def _sulphur(base: Structure, record: dict[str, Any]) -> int | None:
    address = address_of(record)
    places = (
        i
        for i, atom in enumerate(base.atoms)
        if address == (atom.chain, atom.residue_number, atom.name)
    )
    return next(places, None)


def _lining(base: Structure, record: dict[str, Any], sulphur: int | None) -> set[ResidueKey]:
    """Return the residues whose side chains are shown."""
    listed = record.get("lining_residues")
    if listed is not None:
        return {atom.residue for atom in base.atoms if atom.residue_number in listed}
    if sulphur is None:
        return set()
    distances = np.linalg.norm(base.coordinates - base.coordinates[sulphur], axis=1)
    return {base.atoms[i].residue for i in np.flatnonzero(distances < NEAR_SULPHUR_ANGSTROM)}


def _line_through(centres: FloatArray) -> FloatArray:
    """Return points along the broken line through the centres, which an NES would take."""
    share = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[:, None]
    pieces = [a + share * (b - a) for a, b in pairwise(centres)]
    return np.vstack([*pieces, centres[-1:]])


def _around(base: Structure, sulphur: int | None) -> FloatArray:
    if sulphur is None:
        return base.coordinates
    distances = np.linalg.norm(base.coordinates - base.coordinates[sulphur], axis=1)
    near: FloatArray = base.coordinates[distances < NEAR_SULPHUR_ANGSTROM]
    return near


def _view(subject: FloatArray, base: Structure) -> FloatArray:
    """Return the rotation that looks into the groove, the first pocket on the left."""
    view = best_view(subject, base.coordinates, None)
    if (subject[-1] - subject[0]) @ view[0] < 0:
        view[:2] = -view[:2]
    return view
