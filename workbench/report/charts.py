"""Charts by matplotlib: as SVG that follows a page's colours, and as figures for papers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import matplotlib as mpl
from matplotlib.figure import Figure

from workbench.records.simulation import SimulationResult
from workbench.text import clean_text

STYLE = Path(__file__).parent / "templates" / "charts.mplstyle"
INKS = {
    "#000000": "currentColor",
    "#0a6560": "var(--accent,#0a6560)",
    "#7a5200": "var(--plain,#7a5200)",
    "#a1241b": "var(--bad,#a1241b)",
    "#d9e0e8": "var(--line,#d9e0e8)",
}
"""Colours of the style, and what a page's style sheet may put in their place."""

HOURS_PER_DAY = 24.0
BAND_OPACITY = 0.17
LONGEST_NAME = 22
PANELS = (
    ("plasma_ng_per_ml", "plasma, ng/mL"),
    ("covalent_occupancy", "bonded XPO1"),
    ("export_capacity", "export capacity"),
)


@dataclass(frozen=True)
class Curve:
    """One line; ``low`` and ``high`` are the band around it, ``colour`` counts from 0.

    Without a label it is left out of the legend.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    colour: int = 0
    dashed: bool = False


def line_plot(
    curves: Sequence[Curve],
    *,
    x_label: str,
    y_label: str,
    y_max: float | None = None,
    marks: Sequence[float] = (),
) -> Figure:
    """Draw curves from 0 on both axes; ``marks`` stand below the axis of x, such as doses."""
    axis = _axis(9.0, 2.5)
    for curve in curves:
        colour, dash = f"C{curve.colour % 3}", "--" if curve.dashed else "-"
        axis.plot(curve.x, curve.y, dash, color=colour, label=clean_text(curve.label))
        if curve.low is not None and curve.high is not None:
            axis.fill_between(
                curve.x, curve.low, curve.high, color=colour, alpha=BAND_OPACITY, linewidth=0
            )
    axis.set(xlabel=x_label, ylabel=y_label, xlim=(0, None), ylim=(0, y_max))
    bottom = axis.get_xaxis_transform()
    axis.plot(marks, [0.0] * len(marks), "k|", markersize=9, transform=bottom, clip_on=False)
    if len({curve.label for curve in curves} - {""}) > 1:
        axis.legend(frameon=False, fontsize="small")
    return axis.figure


def histogram(edges: Sequence[float], counts: Sequence[float], *, x_label: str) -> Figure:
    """Draw counts between edges as bars: ``edges`` are ``(n + 1,)`` rising, ``counts`` ``(n,)``."""
    axis = _axis(9.0, 2.5)
    axis.stairs(counts, edges, fill=True)  # the cycle of its axes; "C0" is not
    axis.set(xlabel=x_label, ylabel="ligands")
    axis.yaxis.get_major_locator().set_params(integer=True)
    return axis.figure


def bars(rows: Sequence[tuple[str, float, float | None]], *, x_label: str) -> Figure:
    """Draw name, value and uncertainty of each row as a bar from zero, to either side."""
    axis = _axis(6.4, 0.28 * len(rows) + 0.7)
    names, values, spreads = zip(*rows, strict=True)
    axis.barh(range(len(rows)), values, height=0.55)
    for place, (value, spread) in enumerate(zip(values, spreads, strict=True)):
        if spread:
            axis.errorbar(value, place, xerr=spread, color="C1", linewidth=3)
    axis.axvline(0.0, color="black", linewidth=0.8)
    axis.set_yticks(range(len(rows)), [clean_text(name) for name in names])
    axis.set_xlabel(x_label)
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    return axis.figure


def simulation_figure(results: Sequence[SimulationResult]) -> Figure:
    """Return one panel per course, the simulations over each other, with their bands."""
    figure = Figure(figsize=(7.0, 2.2 * len(PANELS) + 0.6), layout="constrained")
    axes = figure.subplots(len(PANELS), 1, sharex=True)
    for axis, (column, label) in zip(axes, PANELS, strict=True):
        for run in results:
            days = [time / HOURS_PER_DAY for time in run.courses["time_h"]]
            (line,) = axis.plot(days, run.courses[column], label=f"{run.ligand}, {run.regimen}")
            low, high = (run.courses.get(f"{column}_{end}") for end in ("low", "high"))
            if low is not None and high is not None:
                colour = line.get_color()
                axis.fill_between(days, low, high, color=colour, alpha=BAND_OPACITY, linewidth=0)
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
    axes[0].legend(frameon=False)
    axes[-1].set_xlabel("days")
    return figure


def _axis(width: float, height: float) -> Any:
    with _style():
        return Figure(figsize=(width, height)).subplots()


def _style(salt: str | None = None) -> AbstractContextManager[None]:
    rules = mpl.rc_params_from_file(STYLE, use_default_template=False)
    rules["svg.hashsalt"] = salt
    return mpl.rc_context(rules)


def svg(figure: Figure, title: str) -> str:
    """Return a chart as an SVG element for a page, in the page's ink.

    ``title`` is what is read out in place of the picture; it also keeps the ids of several charts
    on one page apart. The same chart gives the same text.
    """
    with _style(title), StringIO() as text, warnings.catch_warnings():
        # the browser has the signs that matplotlib's font lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        drawn = text.getvalue()
    size = re.search(r'viewBox="([\d. ]+)"', drawn)
    # after the style element, whose rules would hold for the whole page; the page sets the font
    body = drawn[drawn.index("</defs>") + len("</defs>") : drawn.rindex("</svg>")]
    body = re.sub(r' font-family: [^;"]+;?', "", body)
    for ink, colour in INKS.items():
        body = body.replace(ink, colour)
    used = set(re.findall(r"#(\w+)[\")]", body))
    body = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", body)
    return (
        f'<svg viewBox="{size[1] if size else ""}" role="img" aria-label={quoteattr(title)} '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'fill="currentColor"><title>{escape(title)}</title>{body}</svg>'
    )
