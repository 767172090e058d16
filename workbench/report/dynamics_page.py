"""The files of a run of dynamics: table, record and one page without a network."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.records.dynamics import DynamicsResult
from workbench.report.charts import Curve, line_plot, svg
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
        "dynamics.csv": result.to_frame().to_csv(index=False, float_format="%.6g"),
        "dynamics.html": dynamics_html(result),
        "dynamics.json": json_text(result.to_dict()),
    }
    return write_texts(folder, texts)


def dynamics_html(result: DynamicsResult) -> str:
    """Return the page of a run."""
    return render(
        "dynamics.html",
        result=result,
        figures=[(caption, Markup(_drawing(result, caption, key))) for caption, key in PLOTS],
        residues=dict.fromkeys(name for r in result.replicas for name in r.contacts),
        **page_parts(None, result.provenance, SOURCES[:2]),
    )


def notebook_html(result: DynamicsResult) -> str:
    """Return the table of the replicas for a notebook cell."""
    return str(result.numbers().to_html(index=False, float_format="{:.2f}".format))


def _drawing(result: DynamicsResult, caption: str, column: str) -> str:
    """Return the SVG of a course, one line per replica."""
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
    chart = line_plot(curves, x_label="ps", y_label="angstrom")
    return svg(chart, f"{caption} against time in ps")
