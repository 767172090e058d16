"""The 3D scene of a scan: the wild type's groove, and each mutant's side chains laid on it."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import OutputError
from workbench.records.scan import WILD_TYPE, Groove, ScanPair, ScanResult
from workbench.report.frames import NEAR_ANGSTROM, ResidueKey, read_drug
from workbench.report.landmarks import integers, landmarks
from workbench.report.pdb_lines import Structure, read_structure
from workbench.report.scene import BOND_SLACK, MOVED_ANGSTROM, RADII, draw_groove
from workbench.report.still import draw_still
from workbench.report.summary import number
from workbench.report.viewpoint import best_view

FloatArray = NDArray[np.float64]

SITE = (528, 568, 571)
"""The reactive residue, and the pair that is said to guard the groove."""

COLOURS = ("#be1886", "#c86a14", "#6b4fb3", "#1e6ec8")
"""Of the mutants in a notebook's view."""

_BACKBONE = ("N", "C", "O", "OXT")


def build_scan_scene(result: ScanResult) -> dict[str, Any] | None:
    """Return what the viewer draws: one pose per pair, ``None`` without any structure.

    The receptor is the wild type. A pose is the drug's best encounter pose in that mutant, with
    the side chains that the mutation brought beside it, in the drug's colours.

    Raises
    ------
    OutputError
        When a pose cannot be read.
    """
    grooves = {groove.mutation: groove for groove in result.grooves}
    if WILD_TYPE not in grooves:
        return None
    base, _ = read_structure(grooves[WILD_TYPE].pdb)
    shown = [pair for pair in result.pairs if pair.sdf and pair.mutation in grooves]
    if not base.atoms or not shown:
        return None
    drugs = [read_drug(pair.sdf, f"{pair.mutation}, {pair.ligand}") for pair in shown]
    center = drugs[0].coordinates.mean(axis=0)
    near = [_near(base, drug.coordinates) for drug in drugs]
    focus = [key for key in _residues(base) if key[1] == SITE[0]]
    site = {key for key in _residues(base) if key[1] in SITE}
    part, kept, residues = draw_groove(base, focus, site.union(*near), center)
    poses = [_pose(pair, grooves[pair.mutation], base, kept, residues, center) for pair in shown]
    for pose, close in zip(poses, near, strict=True):
        pose["near"] = [residues.index(key) for key in residues if key in close]
    view = best_view(drugs[0].coordinates, base.coordinates, None)
    places = np.vstack([drug.coordinates for drug in drugs])
    marks = landmarks(base, {"numbering": "human"}, places, center)
    return (
        part
        | marks
        | {
            "view": [round(float(value), 5) for value in view.ravel()],
            "first": 0,
            "poses": poses,
            "reference": None,
        }
    )


def view_scan(result: ScanResult) -> Any:
    """Return a py3Dmol view, for notebooks: the wild type's groove, the mutants laid on it.

    The first drug's best encounter pose in the wild type, and in one colour for each mutant its
    pose and side chains there.

    py3Dmol loads its script from the network; without one the view is a still picture of the
    wild type.

    Raises
    ------
    OutputError
        When the scan holds no structure.
    """
    scene = build_scan_scene(result)
    if scene is None:
        raise OutputError("there is no structure to show: the scan holds no pose in a groove")
    from workbench.report.notebook_view import NotebookView

    view = NotebookView(draw_still(scene, "The wild type's groove"))
    colours = cycle(COLOURS)
    site = {"resi": list(SITE)}
    for groove in result.grooves:
        wild = groove.mutation == WILD_TYPE
        sticks = (
            {"radius": 0.18, "colorscheme": "whiteCarbon"}
            if wild
            else {"radius": 0.12, "color": next(colours)}
        )
        view.addModel(groove.pdb, "pdb")
        view.setStyle({"model": -1}, {"cartoon": {"color": "#9fb2c4"}} if wild else {})
        view.addStyle({"model": -1, **site}, {"stick": sticks})
        pose = result.pair(groove.mutation, result.ligands[0]).sdf
        if pose:
            view.addModel(pose, "mol")
            view.setStyle(
                {"model": -1},
                {"stick": sticks | {"colorscheme": "greenCarbon"}} if wild else {"stick": sticks},
            )
    view.addResLabels({"model": 0, **site}, {"fontSize": 12, "backgroundOpacity": 0.6})
    view.zoomTo(site)
    return view


def _residues(structure: Structure) -> list[ResidueKey]:
    return list(dict.fromkeys(atom.residue for atom in structure.atoms))


def _near(base: Structure, drug: FloatArray) -> set[ResidueKey]:
    distances = np.linalg.norm(base.coordinates[:, None] - drug[None], axis=-1)
    close = np.flatnonzero((distances < NEAR_ANGSTROM).any(axis=1))
    return {base.atoms[int(i)].residue for i in close}


def _pose(
    pair: ScanPair,
    groove: Groove,
    base: Structure,
    kept: list[int],
    residues: list[ResidueKey],
    center: FloatArray,
) -> dict[str, Any]:
    drug = read_drug(pair.sdf, f"{pair.mutation}, {pair.ligand}")
    mutant, _ = read_structure(groove.pdb)
    index = mutant.index()
    added = new_side_chains(base, mutant)
    first = len(drug.elements)
    bonds = [value for bond in drug.bonds for value in bond]
    for i, j in bonded_pairs(mutant, added):
        bonds += [first + i, first + j, 1]
    moved: list[int] = []
    for place, i in enumerate(kept):
        there = index.get(base.atoms[i].key)
        if there is None:
            continue
        point = mutant.coordinates[there]
        if np.linalg.norm(point - base.coordinates[i]) > MOVED_ANGSTROM:
            moved += [place, *integers(point - center)]
    score = number(pair.encounter_score_kcal_per_mol, 1)
    return {
        "id": f"{pair.mutation}|{pair.ligand}",
        "group": pair.mutation,
        "title": f"{pair.mutation}, {pair.ligand}: encounter complex, score {score}"
        + (", the new side chain in the drug's colours" if added else ""),
        "note": "",
        "elements": [*drug.elements, *(mutant.atoms[i].element for i in added)],
        "bonds": bonds,
        "xyz": [
            *integers(drug.coordinates - center),
            *integers(mutant.coordinates[added] - center),
        ],
        "moved": moved,
        "near": [],
        "link": None,
        "dashes": [],
    }


def new_side_chains(base: Structure, mutant: Structure) -> list[int]:
    """Return the heavy atoms, CA outwards, of residues that are others in the wild type."""
    before = {(key[0], key[1]): atom.residue_name for atom in base.atoms for key in (atom.residue,)}
    return [
        i
        for i, atom in enumerate(mutant.atoms)
        if before.get((atom.residue[0], atom.residue[1])) != atom.residue_name
        and atom.name not in _BACKBONE
    ]


def bonded_pairs(structure: Structure, chosen: list[int]) -> list[tuple[int, int]]:
    """Return pairs of places in a choice of atoms that stand at bonding distance."""
    pairs = []
    for a, i in enumerate(chosen):
        for b in range(a + 1, len(chosen)):
            j = chosen[b]
            reach = sum(RADII.get(structure.atoms[k].element, 0.9) for k in (i, j)) * BOND_SLACK
            apart = float(np.linalg.norm(structure.coordinates[i] - structure.coordinates[j]))
            if structure.atoms[i].residue == structure.atoms[j].residue and apart < reach:
                pairs.append((a, b))
    return pairs
