"""The 3D scene of a result: compact data for the page's own viewer, and a py3Dmol view."""

from __future__ import annotations

from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from workbench.files.sessions import SessionView
from workbench.records.docking import DockingResult, best_pose
from workbench.report.landmarks import best_view, integers, landmarks, ribbons
from workbench.report.poses import (
    BONDED_ANGSTROM,
    Drug,
    Frame,
    ResidueKey,
    Structure,
    address_of,
    read_drug,
    read_frames,
)
from workbench.report.templating import number

FloatArray = NDArray[np.float64]

MOVED_ANGSTROM = 0.02
BOND_SLACK = 1.25
LETTERS = {
    **{"ALA": "A", "ARG": "R", "ASN": "N", "ASP": "D", "CYS": "C", "CYM": "C", "CYX": "C"},
    **{"GLN": "Q", "GLU": "E", "GLY": "G", "HIS": "H", "HID": "H", "HIE": "H", "HIP": "H"},
    **{"ILE": "I", "LEU": "L", "LYS": "K", "MET": "M", "PHE": "F", "PRO": "P", "SER": "S"},
    **{"THR": "T", "TRP": "W", "TYR": "Y", "VAL": "V"},
}


def build_scene(result: DockingResult) -> dict[str, Any] | None:
    """Return all that the viewer draws, as plain data; ``None`` without any structure.

    Coordinates are integers in hundredths of an angstrom about the first pose's centre. The
    receptor comes once, and each pose lists only the atoms that stand elsewhere.

    Raises
    ------
    OutputError
        When a pose's parts contradict each other (a drug that does not lie on its complex, an
        S-C distance other than the recorded one): a wrong picture is never drawn.
    """
    base, frames = read_frames(result)
    if base is None:
        return None
    first = _first(result, frames)
    scene, center = assembled(base, frames, first, result.receptor)
    return scene | {"reference": crystal_reference(result, center)}


def assembled(
    base: Structure, frames: list[Frame], first: Frame | None, receptor: dict[str, Any]
) -> tuple[dict[str, Any], FloatArray]:
    """Return a scene of poses on one receptor, and where its origin is (``(3,)`` angstrom).

    Every frame's receptor atoms are in the order of ``base``; ``first`` is one of ``frames``.
    """
    center = (first.drug.coordinates if first else base.coordinates).mean(axis=0)
    focus = focus_of(base, receptor)
    groove, kept, residues = draw_groove(
        base, focus, set(focus).union(*(frame.near for frame in frames)), center
    )
    subject = np.vstack([frame.drug.coordinates for frame in frames] or [base.coordinates[:0]])
    if not len(subject):
        subject = base.coordinates[[atom.residue in focus for atom in base.atoms]]
    marks = landmarks(base, receptor, subject, center) if len(subject) else {}
    scene = (
        groove
        | marks
        | {
            "view": [round(float(value), 5) for value in _view(first, base).ravel()],
            "center": [round(float(value), 3) for value in center],
            "first": frames.index(first) if first else 0,
            "poses": [_pose(frame, base, kept, residues, center) for frame in frames],
            "reference": None,
        }
    )
    return scene, center


def draw_groove(
    base: Structure, focus: list[ResidueKey], shown: set[ResidueKey], center: FloatArray
) -> tuple[dict[str, Any], list[int], list[ResidueKey]]:
    """Return the receptor's part of a scene, the atoms that it draws and their residues.

    ``focus`` is drawn thicker, side chains of ``shown`` can be drawn, and ``center``
    (``(3,)`` angstrom) is the scene's origin.
    """
    kept = [
        i
        for i, atom in enumerate(base.atoms)
        if atom.residue in shown and atom.name not in ("N", "C", "O", "OXT")
    ]
    residues = list(dict.fromkeys(base.atoms[i].residue for i in kept))
    part = {
        "ribbons": [
            {
                "p": integers(ribbon.points - center),
                "s": integers(ribbon.sides),
                "h": "".join("1" if flag else "0" for flag in ribbon.helix),
            }
            for ribbon in ribbons(base)
        ],
        "receptor": _receptor(base, kept, residues, center),
        "focus": [residues.index(key) for key in focus if key in residues],
        "lining": [],
        "pockets": [],
        "helices": [],
        "surface": None,
        "sulphur": None,
    }
    return part, kept, residues


def session_view(scene: dict[str, Any] | None) -> SessionView | None:
    """Return how the session scripts of other programs look at the first pose of a scene."""
    if scene is None or not scene["poses"]:
        return None
    return SessionView(
        np.array(scene["view"], dtype=np.float64).reshape(3, 3),
        np.array(scene["center"], dtype=np.float64),
        residue_numbers(scene),
    )


def residue_numbers(scene: dict[str, Any]) -> tuple[int, ...]:
    """Return the numbers of the residues shown with the first pose, or of the lining."""
    near = scene["poses"][scene["first"]]["near"] if scene["poses"] else scene["lining"]
    labels = [scene["receptor"]["labels"][i] for i in {*near, *scene["focus"]}]
    digits = ("".join(c for c in label[1:] if c.isdigit()) for label in labels)
    return tuple(sorted({int(text) for text in digits if text}))


def _first(result: DockingResult, frames: list[Frame]) -> Frame | None:
    best = best_pose(result)
    name = f"{best[0].label}-{best[1].rank}" if best else ""
    return next((frame for frame in frames if frame.name == name), frames[0] if frames else None)


def _view(first: Frame | None, base: Structure) -> FloatArray:
    if first is None:
        return best_view(base.coordinates, base.coordinates[:0], None)
    bond = None
    if first.link is not None:
        bond = np.array(
            [first.receptor[first.link.sulphur], first.drug.coordinates[first.link.carbon]]
        )
    return best_view(first.drug.coordinates, first.receptor, bond)


def focus_of(base: Structure, receptor: dict[str, Any]) -> list[ResidueKey]:
    """Return the reactive residue; in human numbering 528 even when it is no cysteine."""
    address = address_of(receptor)
    wanted = address[1] if address else 528 if receptor.get("numbering") == "human" else None
    residues = dict.fromkeys(atom.residue for atom in base.atoms if atom.residue_number == wanted)
    return [key for key in residues if address is None or key[0] == address[0]]


def _receptor(
    base: Structure, kept: list[int], residues: list[ResidueKey], center: FloatArray
) -> dict[str, Any]:
    atoms = [base.atoms[i] for i in kept]
    names = {atom.residue: atom.residue_name for atom in atoms}
    return {
        "elements": [atom.element for atom in atoms],
        "residue": [residues.index(atom.residue) for atom in atoms],
        "labels": [
            f"{LETTERS.get(names[key], names[key] + ' ')}{key[1]}{key[2]}" for key in residues
        ],
        "xyz": integers(base.coordinates[kept] - center),
        "bonds": [place for pair in bonded_pairs(base, kept) for place in pair],
    }


def bonded_pairs(structure: Structure, chosen: list[int]) -> list[tuple[int, int]]:
    """Return pairs of places in a choice of atoms of one residue that stand at bonding distance."""
    pairs = []
    for a, i in enumerate(chosen):
        for b, j in enumerate(chosen[a + 1 :], start=a + 1):
            if structure.atoms[i].residue != structure.atoms[j].residue:
                # the atoms of one residue follow each other
                break
            elements = (gemmi.Element(structure.atoms[k].element) for k in (i, j))
            reach = sum(element.covalent_r for element in elements) * BOND_SLACK
            if np.linalg.norm(structure.coordinates[i] - structure.coordinates[j]) < reach:
                pairs.append((a, b))
    return pairs


def _pose(
    frame: Frame, base: Structure, kept: list[int], residues: list[ResidueKey], center: FloatArray
) -> dict[str, Any]:
    moved: list[int] = []
    for place, i in enumerate(kept):
        if np.linalg.norm(frame.receptor[i] - base.coordinates[i]) > MOVED_ANGSTROM:
            moved += [place, *integers(frame.receptor[i] - center)]
    link = frame.link
    return {
        "id": frame.name,
        "group": frame.group,
        "title": frame.title,
        "note": frame.note,
        "elements": list(frame.drug.elements),
        "bonds": [value for bond in frame.drug.bonds for value in bond],
        "xyz": integers(frame.drug.coordinates - center),
        "moved": moved,
        "near": [residues.index(key) for key in residues if key in frame.near],
        "link": [
            kept.index(link.sulphur),
            link.carbon,
            number(link.distance, 2),
            int(frame.bonded and link.distance < BONDED_ANGSTROM),
        ]
        if link
        else None,
        "dashes": [
            [*integers(point - center), atom, kind.replace("_", " ")]
            for point, atom, kind in frame.dashes
        ],
    }


def crystal_reference(result: DockingResult, center: FloatArray) -> dict[str, Any] | None:
    """Return the crystal reference of a run as the viewer draws it beside a pose."""
    if not result.reference or not result.reference.get("sdf"):
        return None
    drug = read_drug(str(result.reference["sdf"]), "the crystal reference")
    spread = number(result.reference.get("uncertainty_angstrom"), 1)
    return thin(drug, f"crystal estimate \u00b1{spread} \u00c5", center)


def thin(drug: Drug, label: str, center: FloatArray) -> dict[str, Any]:
    """Return a molecule that is drawn in thin sticks of one colour, for comparison."""
    return {
        "elements": list(drug.elements),
        # drawn without bond orders: the bound form's are not the drug's
        "bonds": [value for i, j, _ in drug.bonds for value in (i, j, 1)],
        "xyz": integers(drug.coordinates - center),
        "label": label,
    }
