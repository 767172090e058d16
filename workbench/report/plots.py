"""Figures of simulations and scans by matplotlib, for papers and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.records.scan import ScanResult
from workbench.records.simulation import RESPONSE_COLUMNS, SimulationResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOURS_PER_DAY = 24.0
BAND_OPACITY = 0.17
PANELS = (
    ("plasma_ng_per_ml", "plasma, ng/mL"),
    ("covalent_occupancy", "bonded XPO1"),
    ("export_capacity", "export capacity"),
    (RESPONSE_COLUMNS[0], "XPO1 mRNA, share of its peak"),
)


def simulation_figure(results: Sequence[SimulationResult]) -> Figure:
    """Return one panel per course, the simulations over each other, with their bands.

    Raises
    ------
    UsageError
        When matplotlib is not installed.
    """
    panels = [(c, y) for c, y in PANELS if any(c in run.courses for run in results)]
    figure, axes = _panels(len(panels))
    for axis, (column, label) in zip(axes, panels, strict=True):
        for run in results:
            if column not in run.courses:
                continue
            days = [time / HOURS_PER_DAY for time in run.courses["time_h"]]
            (line,) = axis.plot(days, run.courses[column], label=f"{run.ligand}, {run.regimen}")
            low, high = (run.courses.get(f"{column}_{end}") for end in ("low", "high"))
            if low is not None and high is not None:
                axis.fill_between(
                    days, low, high, color=line.get_color(), alpha=BAND_OPACITY, linewidth=0
                )
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
    axes[0].legend(frameon=False)
    axes[-1].set_xlabel("days")
    return figure


def scan_figure(result: ScanResult) -> Figure:
    """Return one panel per drug: export capacity in time of cells with a thiol-less mutant.

    Without such a mutant in the scan the wild type alone is drawn.

    Raises
    ------
    UsageError
        When matplotlib is not installed.
    """
    figure, axes = _panels(len(result.ligands))
    for axis, drug in zip(axes, result.ligands, strict=True):
        for course in result.shown_courses(drug):
            days = [time / HOURS_PER_DAY for time in course.time_h]
            (line,) = axis.plot(
                days, course.export_capacity, label=f"mutant fraction {course.mutant_fraction:g}"
            )
            axis.fill_between(
                days,
                course.export_capacity_low,
                course.export_capacity_high,
                color=line.get_color(),
                alpha=BAND_OPACITY,
                linewidth=0,
            )
        axis.set_title(f"{drug}, {result.regimen}", fontsize="medium")
        axis.set_ylabel("export capacity")
        axis.set_ylim(0, 1.02)
    axes[0].legend(frameon=False)
    axes[-1].set_xlabel("days")
    return figure


def _panels(count: int) -> tuple[Figure, list[Any]]:
    """Return a figure that no window shows, and its axes one below the other."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(
            'figures need matplotlib: pip install "xpo1-workbench[figures]"'
        ) from error
    figure = Figure(figsize=(7.0, 2.2 * count + 0.6), layout="constrained")
    return figure, list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
