"""The page of a resistance scan: verdicts, and the mutants laid on the wild type's groove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.scan import WILD_TYPE, WORDS, Groove, ScanPair, ScanResult, pair_row
from workbench.report.landmarks import best_view, integers, landmarks
from workbench.report.poses import NEAR_ANGSTROM, ResidueKey, Structure, read_drug, read_structure
from workbench.report.scene import BOND_SLACK, MOVED_ANGSTROM, RADII, draw_groove
from workbench.report.still import draw_still
from workbench.report.templating import environment, number, page_parts, sentence

FloatArray = NDArray[np.float64]

SITE = (528, 568, 571)
"""The reactive residue, and the pair that is said to guard the groove."""

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


def write_scan(result: ScanResult, folder: Path) -> list[Path]:
    """Write ``scan.csv``, ``scan.html``, ``provenance.json`` and ``scan.json`` into a folder.

    Raises
    ------
    OutputError
        When a file cannot be written, or a pose cannot be drawn.
    """
    texts = {
        "scan.csv": table_csv([pair_row(pair) for pair in result.pairs]),
        "scan.html": scan_html(result),
        "provenance.json": json_text(
            result.provenance
            | {
                "limits": result.limits,
                "warnings": result.warnings,
                "outside_the_model": result.outside,
                "failures": [{"mutation": name, "reason": why} for name, why in result.failures],
                "grooves": [_groove_record(result, k) for k in range(len(result.grooves))],
            }
        ),
        "scan.json": json_text(result.to_dict()),
    }
    return write_texts(folder, texts)


def scan_html(result: ScanResult) -> str:
    """Return the page: verdicts as a matrix, the mutants in 3D, sources and limits."""
    scene = build_scan_scene(result)
    return (
        environment()
        .get_template("scan.html")
        .render(
            **page_parts(scene, result.provenance),
            result=result,
            words=WORDS,
            wild_type=WILD_TYPE,
            rows=_rows(result),
            headline=headline(result),
            limits=[sentence(text) for text in result.limits],
            warnings=[sentence(text) for text in result.warnings],
            still=Markup(draw_still(scene, "The mutants laid on the wild type")) if scene else "",
            what="The drug in the groove of each mutant",
        )
    )


def notebook_html(result: ScanResult) -> str:
    """Return the matrix of verdicts for a notebook cell."""
    return (
        environment()
        .get_template("scan_notebook.html")
        .render(
            result=result,
            words=WORDS,
            rows=_rows(result),
            headline=headline(result),
        )
    )


def headline(result: ScanResult) -> str:
    """Return in one sentence which mutants lose the adduct."""
    mutants = [name for name in result.mutations if name != WILD_TYPE]
    lost = [
        name
        for name in mutants
        if all(result.pair(name, drug).verdict == "no_thiol" for drug in result.ligands)
    ]
    if not lost:
        return "No mutant of this scan loses the thiol."
    said = ", ".join(lost)
    return f"{said} {'has' if len(lost) == 1 else 'have'} no thiol at 528: no adduct can form."


def _rows(result: ScanResult) -> list[tuple[str, list[Any]]]:
    """Return the matrix: mutation, and its pair with each drug."""
    return [
        (mutation, [result.pair(mutation, drug) for drug in result.ligands])
        for mutation in result.mutations
    ]


def _groove_record(result: ScanResult, place: int) -> dict[str, Any]:
    groove = result.grooves[place]
    return {
        "mutation": groove.mutation,
        "residue": groove.residue,
        "has_thiol": groove.has_thiol,
        "contact_568_571_angstrom": groove.contact_angstrom,
        "clashes": groove.clashes,
        "changes": groove.changes,
    }
