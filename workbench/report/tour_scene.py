"""The scene of the tour: the empty groove, encounter, bonded pose, and the mutant C528S."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.files.docking import read_docking_result
from workbench.records.docking import DockingResult
from workbench.report.frames import Drug, Frame, read_frames
from workbench.report.landmarks import landmarks
from workbench.report.pdb_lines import Structure
from workbench.report.scan_scene import bonded_pairs, new_side_chains
from workbench.report.scene import assembled, crystal_reference, focus_of
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

    Parameters
    ----------
    wild_type
        One encounter pose and one bonded pose.
    mutant
        One encounter pose in the groove of ``MUTANT``.

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
    empty = Frame(
        name=GROOVE,
        group="Without drug",
        title="The empty groove",
        note="",
        bonded=False,
        drug=Drug((), (), np.empty((0, 3))),
        receptor=before.receptor,
        near=frozenset(a.residue for a in base.atoms if a.residue_number in _lining(record)),
        link=None,
        dashes=(),
    )
    shown = [empty, before, bonded, _mutant_frame(mutant, base)]
    scene, center = assembled(base, shown, bonded, record)
    pockets = np.array([pocket["centre_angstrom"] for pocket in record["pockets"]])
    around = np.vstack([pockets, bonded.drug.coordinates])
    site = [scene["receptor"]["labels"].index("C528")]
    scene["poses"][-1]["hidden"] = site
    return (
        scene
        | landmarks(base, record, around, center)
        | {"first": 0, "reference": crystal_reference(wild_type, center)}
    )


def _lining(record: dict[str, Any]) -> frozenset[int]:
    return frozenset(record["lining_residues"])


def _mutant_frame(result: DockingResult, base: Structure) -> Frame:
    """Return the intact drug in the mutant's groove, its new side chain drawn with the drug."""
    text = receptor_pdb(load_receptor(RECEPTOR, mutations=(MUTANT,)))
    structure, (frame,) = read_frames(replace(result, receptor_pdb=text))
    assert structure is not None
    added = new_side_chains(base, structure)
    first = len(frame.drug.elements)
    bonds = tuple((first + i, first + j, 1) for i, j in bonded_pairs(structure, added))
    drug = Drug(
        (*frame.drug.elements, *(structure.atoms[i].element for i in added)),
        (*frame.drug.bonds, *bonds),
        np.vstack([frame.drug.coordinates, structure.coordinates[added]]),
    )
    index = structure.index()
    there = [index.get(atom.key) for atom in base.atoms]
    points = base.coordinates.copy()
    for i, place in enumerate(there):
        if place is not None:
            points[i] = structure.coordinates[place]
    focus = set(focus_of(base, {"numbering": "human"}))
    return replace(
        frame,
        name=MUTANT,
        group="Mutant C528S",
        title=f"C528S, {frame.title}; the new serine in the drug's colours",
        receptor=points,
        near=frozenset(frame.near - focus),
        drug=drug,
        link=None,
    )
