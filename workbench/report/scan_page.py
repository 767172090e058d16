"""The page of a resistance scan: verdicts, and the mutants laid on the wild type's groove."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.scan import WILD_TYPE, WORDS, ScanResult, pair_row
from workbench.report.poses import Drug, Frame, Structure, near_residues, read_drug, read_structure
from workbench.report.scene import assembled, bonded_pairs
from workbench.report.still import draw_still
from workbench.report.templating import number, page_parts, render, sentence

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
    frames = []
    for pair in shown:
        mutant, _ = read_structure(grooves[pair.mutation].pdb)
        score = number(pair.encounter_score_kcal_per_mol, 1)
        frame = mutant_frame(base, mutant, read_drug(pair.sdf, f"{pair.mutation}, {pair.ligand}"))
        frames.append(
            replace(
                frame,
                name=f"{pair.mutation}|{pair.ligand}",
                group=pair.mutation,
                title=f"{pair.mutation}, {pair.ligand}: encounter complex, score {score}"
                f"{frame.title}",
            )
        )
    return assembled(base, frames, frames[0], {"numbering": "human"})[0]


def mutant_frame(base: Structure, mutant: Structure, drug: Drug) -> Frame:
    """Return a drug in a mutant's groove, the new side chains drawn with the drug."""
    added = new_side_chains(base, mutant)
    first = len(drug.elements)
    index = mutant.index()
    points = base.coordinates.copy()
    for i, atom in enumerate(base.atoms):
        if atom.key in index:
            points[i] = mutant.coordinates[index[atom.key]]
    return Frame(
        name="",
        group="",
        title=", the new side chain in the drug's colours" if added else "",
        note="",
        bonded=False,
        drug=Drug(
            (*drug.elements, *(mutant.atoms[i].element for i in added)),
            (*drug.bonds, *((first + i, first + j, 1) for i, j in bonded_pairs(mutant, added))),
            np.vstack([drug.coordinates, mutant.coordinates[added]]),
        ),
        receptor=points,
        near=near_residues(base, points, drug),
        link=None,
        dashes=(),
    )


def new_side_chains(base: Structure, mutant: Structure) -> list[int]:
    """Return the heavy atoms, CA outwards, of residues that are others in the wild type."""
    before = {atom.residue: atom.residue_name for atom in base.atoms}
    return [
        i
        for i, atom in enumerate(mutant.atoms)
        if before.get(atom.residue) != atom.residue_name and atom.name not in _BACKBONE
    ]


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
                "grooves": [
                    {key: value for key, value in asdict(groove).items() if key != "pdb"}
                    for groove in result.grooves
                ],
            }
        ),
        "scan.json": json_text(result.to_dict()),
    }
    return write_texts(folder, texts)


def scan_html(result: ScanResult) -> str:
    """Return the page: verdicts as a matrix, the mutants in 3D, sources and limits."""
    scene = build_scan_scene(result)
    return render(
        "scan.html",
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


def notebook_html(result: ScanResult) -> str:
    """Return the matrix of verdicts for a notebook cell."""
    return render(
        "scan_notebook.html",
        result=result,
        words=WORDS,
        rows=_rows(result),
        headline=headline(result),
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
