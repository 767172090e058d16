"""The files of a run of dynamics: table, record and one page without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.dynamics import DynamicsResult
from workbench.report.charts import COLOURS, Curve, line_plot
from workbench.report.templating import SOURCES, page_parts, render

PLOTS = (
    ("RMSD of the drug from its start, in place", "drug_rmsd_angstrom"),
    ("Distance from sulphur to the attacked carbon", "sg_c_distance_angstrom"),
)
FIRST_DASHED = 2
"""The third replica's lines are dashed, and those after it."""


def write_dynamics(result: DynamicsResult, folder: Path) -> list[Path]:
    """Write ``dynamics.csv``, ``.json`` and ``.html`` beside the trajectories.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    texts = {
        "dynamics.csv": table_csv(result.rows(), number=".6g"),
        "dynamics.html": dynamics_html(result),
        "dynamics.json": json_text(result.to_dict()),
    }
    return write_texts(folder, texts)


def dynamics_html(result: DynamicsResult) -> str:
    """Return the page of a run."""
    parts = page_parts(None, result.provenance, SOURCES[:2])
    return _rendered("dynamics.html", result, contacts=contact_rows(result), **parts)


def notebook_html(result: DynamicsResult) -> str:
    """Return the courses for a notebook cell."""
    return _rendered("dynamics_notebook.html", result)


def _rendered(template: str, result: DynamicsResult, **more: Any) -> str:
    keys = [
        (f"seed {replica.seed}", COLOURS[place % len(COLOURS)], place >= FIRST_DASHED)
        for place, replica in enumerate(result.replicas)
    ]
    figures = [(caption, Markup(drawing)) for caption, drawing in drawings(result)]
    return render(template, result=result, figures=figures, keys=keys, **more)


def drawings(result: DynamicsResult) -> list[tuple[str, str]]:
    """Return caption and SVG of each course, one line per replica."""
    found = []
    for caption, column in PLOTS:
        curves = [
            Curve(
                f"seed {replica.seed}",
                replica.courses["time_ps"],
                replica.courses[column],
                colour=place,
                dashed=place >= FIRST_DASHED,
            )
            for place, replica in enumerate(result.replicas)
        ]
        title = f"{caption} against time in ps"
        found.append((caption, line_plot(curves, title=title, x_label="ps", y_label="angstrom")))
    return found


def contact_rows(result: DynamicsResult) -> list[tuple[str, bool, list[float]]]:
    """Return residue, whether it touched the drug at the start, and its share by replica."""
    at_start = {name for r in result.replicas for name in r.contacts}
    names = at_start | {name for r in result.replicas for name in r.new_contacts}

    def order(name: str) -> tuple[bool, int]:
        return name not in at_start, int("".join(filter(str.isdigit, name[3:])) or 0)

    return [
        (
            name,
            name in at_start,
            [(r.contacts | r.new_contacts).get(name, 0.0) for r in result.replicas],
        )
        for name in sorted(names, key=order)
    ]
