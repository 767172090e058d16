"""The files of a simulated treatment: table, record and one page without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.records.simulation import SimulationResult
from workbench.report.charts import HOURS_PER_DAY, Curve, line_plot, svg
from workbench.report.templating import page_parts, render

STEMS = ("simulation", "against")
"""Of the files: the run, and the one that it stands beside."""


def write_simulation(
    results: Sequence[SimulationResult], folder: Path, provenance: dict[str, Any]
) -> list[Path]:
    """Write ``simulation.csv``, ``.json`` and ``.html`` into a folder that exists.

    Of two results, shown side by side, the second goes into ``against.csv`` and under ``against``
    of the JSON.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    texts = {
        f"{stem}.csv": result.to_frame().to_csv(index=False, float_format="%.6g")
        for stem, result in zip(STEMS, results, strict=False)
    }
    record = results[0].to_dict() | {"provenance": provenance}
    if len(results) > 1:
        record["against"] = results[1].to_dict()
    texts["simulation.html"] = simulation_html(results, provenance)
    texts["simulation.json"] = json_text(record)
    written = write_texts(folder, texts)
    if len(results) == 1:
        (folder / "against.csv").unlink(missing_ok=True)
    return written


def simulation_html(results: Sequence[SimulationResult], provenance: dict[str, Any]) -> str:
    """Return the page of one simulation, or of two side by side."""
    return render(
        "simulation.html",
        **page_parts(None, provenance, ()),
        runs=results,
        first=results[0],
        names=names(results),
        swept=any(p.low is not None for run in results for p in run.parameters),
        figures=[(caption, Markup(drawing)) for caption, drawing in drawings(results)],
    )


def notebook_html(result: SimulationResult) -> str:
    """Return the drawings and the summary for a notebook cell."""
    return render(
        "simulation_notebook.html",
        run=result,
        figures=[(caption, Markup(drawing)) for caption, drawing in drawings([result])],
    )


def names(results: Sequence[SimulationResult]) -> list[str]:
    """Return what each run is called where they stand side by side."""
    return [f"{result.ligand}, {result.regimen}" for result in results]


def drawings(results: Sequence[SimulationResult]) -> list[tuple[str, str]]:
    """Return caption and SVG of concentration, occupancy and export capacity."""
    doses = sorted({dose["time_h"] / HOURS_PER_DAY for run in results for dose in run.doses})
    plots = (
        ("Total concentration in plasma", "ng/mL", None, (("plasma_ng_per_ml", False),)),
        (
            "XPO1 occupied: bonded (line) and encounter complex (dashed)",
            "fraction of XPO1",
            1.0,
            (("covalent_occupancy", False), ("encounter_occupancy", True)),
        ),
        ("Export capacity: free XPO1", "fraction of XPO1", 1.0, (("export_capacity", False),)),
    )
    found = []
    for caption, unit, top, columns in plots:
        curves = [
            _curve(run, label, column, dashed, colour)
            for colour, (run, label) in enumerate(zip(results, names(results), strict=True))
            for column, dashed in columns
        ]
        chart = line_plot(curves, x_label="days", y_label=unit, y_max=top, marks=doses)
        found.append((caption, svg(chart, f"{caption} against time in days")))
    return found


def _curve(run: SimulationResult, label: str, column: str, dashed: bool, colour: int) -> Curve:
    days = [time / HOURS_PER_DAY for time in run.courses["time_h"]]
    low, high = (run.courses.get(f"{column}_{end}") for end in ("low", "high"))
    if dashed or low == high:
        low = high = None
    return Curve("" if dashed else label, days, run.courses[column], low, high, colour, dashed)
