"""The files of a run of dynamics: table, record and one page without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.dynamics import DynamicsResult, ReplicaRecord
from workbench.report.line_plot import COLOURS, Curve, line_plot
from workbench.report.templating import SOURCES, environment, page_parts

DISTRIBUTIONS = (
    ("How often each S...C distance was met", "sg_c_distance_angstrom", 0.25, "S...C, angstrom"),
    ("How often each angle was met", "attack_angle_degree", 5.0, "S...C=C, degrees"),
)
"""Caption, column, width of a bin and label of what is drawn of an encounter complex."""

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
    return (
        environment()
        .get_template("dynamics.html")
        .render(
            **page_parts(None, result.provenance, SOURCES[:2]),
            result=result,
            figures=[(caption, Markup(drawing)) for caption, drawing in drawings(result)],
            keys=[
                (f"seed {replica.seed}", COLOURS[place % len(COLOURS)], place >= FIRST_DASHED)
                for place, replica in enumerate(result.replicas)
            ],
            contacts=contact_rows(result),
        )
    )


def notebook_html(result: DynamicsResult) -> str:
    """Return the verdict and the courses for a notebook cell."""
    return (
        environment()
        .get_template("dynamics_notebook.html")
        .render(
            result=result,
            figures=[(caption, Markup(drawing)) for caption, drawing in drawings(result)],
        )
    )


def drawings(result: DynamicsResult) -> list[tuple[str, str]]:
    """Return caption and SVG of the courses, and of the distribution of the distance."""
    plots = [
        ("RMSD of the drug from its start, in place", "drug_rmsd_angstrom", "angstrom"),
        ("Distance from sulphur to the attacked carbon", "sg_c_distance_angstrom", "angstrom"),
    ]
    if result.state == "encounter":
        plots.append(("Angle of attack, S...C=C", "attack_angle_degree", "degrees"))
    found = []
    for caption, column, unit in plots:
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
        found.append(
            (
                caption,
                line_plot(
                    curves, title=f"{caption} against time in ps", x_label="ps", y_label=unit
                ),
            )
        )
    if result.state == "encounter":
        for caption, column, width, label in DISTRIBUTIONS:
            found.append((caption, _distribution(result.replicas, column, width, label)))
    return found


def _distribution(replicas: Sequence[ReplicaRecord], column: str, width: float, label: str) -> str:
    """Draw a histogram over the counted frames, one stepped line per replica."""
    highest = max(max(replica.courses[column]) for replica in replicas)
    edges = np.arange(0.0, highest + 2 * width, width)
    curves = []
    for place, replica in enumerate(replicas):
        after = replica.courses[column][-replica.n_frames :]
        counts, _ = np.histogram(after, edges)
        curves.append(
            Curve(
                f"seed {replica.seed}",
                np.repeat(edges, 2)[1:-1].tolist(),
                np.repeat(counts / len(after), 2).tolist(),
                colour=place,
                dashed=place >= FIRST_DASHED,
            )
        )
    title = f"Share of the frames against {label}"
    return line_plot(curves, title=title, x_label=label, y_label="share of frames")


def contact_rows(result: DynamicsResult) -> list[tuple[str, bool, list[float]]]:
    """Return residue, whether it touched the drug at the start, and its share by replica."""
    at_start = sorted({name for r in result.replicas for name in r.contacts}, key=_number)
    later = sorted({name for r in result.replicas for name in r.new_contacts}, key=_number)
    return [
        (
            name,
            name in at_start,
            [(r.contacts | r.new_contacts).get(name, 0.0) for r in result.replicas],
        )
        for name in [*at_start, *(n for n in later if n not in at_start)]
    ]


def _number(residue: str) -> int:
    return int("".join(c for c in residue[3:] if c.isdigit()) or 0)
