"""Figures of simulations by matplotlib, for papers and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.records.simulation import SimulationResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOURS_PER_DAY = 24.0
BAND_OPACITY = 0.17
PANELS = (
    ("plasma_ng_per_ml", "plasma, ng/mL"),
    ("covalent_occupancy", "bonded XPO1"),
    ("export_capacity", "export capacity"),
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
