"""The files of a resistance scan: table, list and one page without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.scan import WILD_TYPE, WORDS, Course, ScanResult, pair_row
from workbench.report.line_plot import COLOURS, Curve, line_plot
from workbench.report.scan_scene import build_scan_scene
from workbench.report.still import draw_still
from workbench.report.summary import sentence
from workbench.report.templating import environment, page_parts

HOURS_PER_DAY = 24.0
BAND_FRACTION = 0.5
"""The heterozygous cell: its band is drawn, those of the others would lie over it."""


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
    """Return the page: verdicts as a matrix, courses, the mutants in 3D, sources and limits."""
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
            figures=[(caption, Markup(drawing)) for caption, drawing in drawings(result)],
            fractions=[f"{c.mutant_fraction:g}" for c in result.shown_courses(result.ligands[0])],
            limits=[sentence(text) for text in result.limits],
            warnings=[sentence(text) for text in result.warnings],
            still=Markup(draw_still(scene, "The mutants laid on the wild type")) if scene else "",
            what="The drug in the groove of each mutant",
        )
    )


def notebook_html(result: ScanResult) -> str:
    """Return the matrix of verdicts and the courses for a notebook cell."""
    return (
        environment()
        .get_template("scan_notebook.html")
        .render(
            result=result,
            words=WORDS,
            rows=_rows(result),
            headline=headline(result),
            figures=[(caption, Markup(drawing)) for caption, drawing in drawings(result)],
            legend=[
                (f"{course.mutant_fraction:g}", COLOURS[k % len(COLOURS)])
                for k, course in enumerate(result.shown_courses(result.ligands[0]))
            ],
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


def drawings(result: ScanResult) -> list[tuple[str, str]]:
    """Return caption and SVG of export capacity and occupancy, drug by drug."""
    found = []
    for drug in result.ligands:
        courses = result.shown_courses(drug)
        for column, what in (
            ("export_capacity", "Export capacity"),
            ("occupancy", "XPO1 occupied, bonded or not"),
        ):
            curves = [_curve(course, column, k) for k, course in enumerate(courses)]
            caption = f"{what}: {drug}, {result.regimen}"
            drawing = line_plot(
                curves,
                title=f"{caption}, against time in days",
                x_label="days",
                y_label="fraction of XPO1",
                y_max=1.0,
            )
            found.append((caption, drawing))
    return found


def _curve(course: Course, column: str, colour: int) -> Curve:
    days = [time / HOURS_PER_DAY for time in course.time_h]
    band = column == "export_capacity" and course.mutant_fraction == BAND_FRACTION
    return Curve(
        f"mutant fraction {course.mutant_fraction:g}",
        days,
        getattr(course, column),
        course.export_capacity_low if band else None,
        course.export_capacity_high if band else None,
        colour,
    )


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
