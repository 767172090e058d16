"""Computed affinity against measured reactivity, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import MechanismError
from workbench.mechanism.calibration import (
    CHOICE,
    HELD_OUT,
    Scale,
    shipped_correlation,
    shipped_pairs,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def calibration_figure(scale: Scale) -> Figure:
    """Return Mayr's E against the computed affinity, both parts of the table.

    Parameters
    ----------
    scale
        Probe, level and medium, such as ``chosen_scale()``.

    Raises
    ------
    MechanismError
        When matplotlib is missing, or nothing was computed on this scale.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MechanismError(
            "figures need matplotlib: install the extra, pip install 'xpo1-workbench[figures]'"
        ) from error
    figure = Figure(figsize=(6.4, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for part, marker in ((CHOICE, "o"), (HELD_OUT, "s")):
        pairs = shipped_pairs(scale, part)
        if len(pairs) < 5:
            continue
        told = shipped_correlation(scale, part)
        axes.scatter(
            [value for _, value in pairs],
            [one.mayr_e for one, _ in pairs],
            marker=marker,
            label=f"{part} (n = {told.n}, rho = {told.rho:.2f})",
        )
    if not axes.collections:
        raise MechanismError(f"no affinities were computed for {', '.join(scale)}")
    axes.set_xlabel(f"affinity for {scale.probe}, kcal/mol ({scale.level}, {scale.medium})")
    axes.set_ylabel("measured electrophilicity E (Mayr)")
    axes.legend()
    return figure
