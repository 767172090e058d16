"""Charts: SVG drawings that follow the page's colours, and a matplotlib figure for papers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from workbench.errors import UsageError
from workbench.records.simulation import SimulationResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 900, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 12, 40
BAR_ROW, BAR_LEFT, BAR_FOOT, LONGEST_NAME = 26, 190, 46, 22
COLOURS = ("var(--accent,#0a6560)", "var(--plain,#7a5200)", "var(--bad,#a1241b)")
GRID, INK = "var(--line,#d9e0e8)", "currentColor"
BAND_OPACITY = 0.17
STEPS = (1, 2, 2.5, 5, 10)
HOURS_PER_DAY = 24.0
PANELS = (
    ("plasma_ng_per_ml", "plasma, ng/mL"),
    ("covalent_occupancy", "bonded XPO1"),
    ("export_capacity", "export capacity"),
)


@dataclass(frozen=True)
class Curve:
    """One line; ``low`` and ``high`` are the band around it, ``colour`` counts from 0."""

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
    title: str,
    x_label: str,
    y_label: str,
    y_max: float | None = None,
    marks: Sequence[float] = (),
) -> str:
    """Draw curves over one axis of x, from 0 on both axes.

    Each curve has at least two points; ``title`` is read out in place of the picture; ``y_max`` is
    the highest point when left out; ``marks`` are marked below the axis, such as doses.
    """
    right = max(float(curve.x[-1]) for curve in curves)
    highest = max(max(c.y if c.high is None else c.high) for c in curves)
    top = y_max or 1.05 * float(highest) or 1.0

    def place(x: float, y: float) -> str:
        return f"{_x(x, right):.1f},{_y(min(y, top), top):.1f}"

    parts = []
    for value in ticks(top):
        at = _y(value, top)
        parts.append(_line(LEFT, at, WIDTH - RIGHT, at, GRID))
        parts.append(_text(LEFT - 8, at + 4, f"{value:g}", "end"))
    floor = HEIGHT - BOTTOM
    for value in ticks(right):
        parts.append(_text(_x(value, right), floor + 18, f"{value:g}", "middle"))
    parts += [
        f'<path d="M{_x(mark, right):.1f},{floor} v6" stroke="currentColor" stroke-width="2"/>'
        for mark in marks
    ]
    for curve in curves:
        ink = COLOURS[curve.colour % len(COLOURS)]
        if curve.low is not None and curve.high is not None:
            there = [place(x, y) for x, y in zip(curve.x, curve.high, strict=True)]
            back = [place(x, y) for x, y in zip(curve.x, curve.low, strict=True)]
            parts.append(
                f'<path d="M{" ".join([*there, *reversed(back)])}Z" '
                f'style="fill:{ink}" fill-opacity="{BAND_OPACITY}"/>'
            )
    for curve in curves:
        ink = COLOURS[curve.colour % len(COLOURS)]
        dash = ' stroke-dasharray="6 5"' if curve.dashed else ""
        points = " ".join(place(x, y) for x, y in zip(curve.x, curve.y, strict=True))
        parts.append(
            f'<polyline points="{points}" fill="none" style="stroke:{ink}" '
            f'stroke-width="2" stroke-linejoin="round"{dash}/>'
        )
    middle = TOP + (floor - TOP) / 2
    parts += [
        _line(LEFT, floor, WIDTH - RIGHT, floor, INK),
        _text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 4, x_label, "middle"),
        f'<g transform="rotate(-90 14 {middle})">{_text(14, middle, y_label, "middle")}</g>',
    ]
    return _svg(WIDTH, HEIGHT, title, parts)


def histogram(edges: Sequence[float], counts: Sequence[float], *, title: str, x_label: str) -> str:
    """Draw counts between edges as bars.

    ``edges`` are ``(n + 1,)`` rising, ``counts`` ``(n,)``; ``title`` is read out in place of it.
    """
    floor, top = HEIGHT - BOTTOM, 1.05 * max(counts)
    span = (edges[-1] - edges[0]) or 1.0

    def across(value: float) -> float:
        return _x(value - edges[0], span)

    parts = []
    for value in ticks(top):
        if value == int(value):
            at = _y(value, top)
            parts.append(_line(LEFT, at, WIDTH - RIGHT, at, GRID))
            parts.append(_text(LEFT - 8, at + 4, f"{value:g}", "end"))
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        if count:
            parts.append(
                f'<rect x="{across(low) + 0.5:.1f}" width="{across(high) - across(low) - 1:.1f}" '
                f'y="{_y(count, top):.1f}" height="{floor - _y(count, top):.1f}" '
                f'style="fill:{COLOURS[0]}"><title>{low:.2f} to {high:.2f}: {count:g}'
                "</title></rect>"
            )
    for k in range(5):
        value = edges[0] + k / 4 * (edges[-1] - edges[0])
        parts.append(_text(across(value), floor + 18, f"{value:.1f}", "middle"))
    parts.append(_line(LEFT, floor, WIDTH - RIGHT, floor, INK))
    parts.append(_text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 4, x_label, "middle"))
    return _svg(WIDTH, HEIGHT, title, parts)


def bars(rows: Sequence[tuple[str, float, float | None]], *, title: str, x_label: str) -> str:
    """Draw name, value and uncertainty of each row as a bar from zero, to either side."""
    width, right = 640, 26
    middle, half = BAR_LEFT + (width - BAR_LEFT - right) / 2, (width - BAR_LEFT - right) / 2
    reach = 1.05 * max(1.0, *(abs(value) + (spread or 0.0) for _, value, spread in rows))
    steps = ticks(reach)
    floor = BAR_ROW * len(rows) + 8

    def place(value: float) -> float:
        return middle + value / reach * half

    parts = []
    for value in sorted({*steps, *(-step for step in steps)}):
        parts.append(_line(place(value), 4, place(value), floor, GRID if value else INK))
        parts.append(_text(place(value), floor + 18, f"{value:g}", "middle"))
    for row, (name, value, spread) in enumerate(rows):
        y = 6 + BAR_ROW * row
        start, end = sorted((place(0.0), place(value)))
        parts.append(_text(BAR_LEFT - 10, y + 15, name, "end"))
        parts.append(
            f'<rect x="{start:.1f}" y="{y + 4}" width="{max(end - start, 1.0):.1f}" '
            f'height="{BAR_ROW - 12}" style="fill:{COLOURS[0]}"/>'
        )
        if spread:
            parts.append(
                f'<path d="M{place(value - spread):.1f},{y + 11} H{place(value + spread):.1f}" '
                f'stroke="{COLOURS[1]}" stroke-width="3"/>'
            )
    parts.append(_text(middle, floor + 38, x_label, "middle"))
    return _svg(width, floor + BAR_FOOT, title, parts)


def simulation_figure(results: Sequence[SimulationResult]) -> Figure:
    """Return one panel per course, the simulations over each other, with their bands.

    Raises
    ------
    UsageError
        When matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(
            'figures need matplotlib: pip install "xpo1-workbench[figures]"'
        ) from error
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


def ticks(top: float) -> list[float]:
    """Return four to eight round values from 0 up to a value above 0."""
    size = 10 ** math.floor(math.log10(top / 4))
    step = next(s * size for s in STEPS if top / (s * size) <= 8)
    return [round(k * step, 12) for k in range(int(top / step + 1e-9) + 1)]


def _x(value: float, right: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / right


def _y(value: float, top: float) -> float:
    floor = HEIGHT - BOTTOM
    return floor - (floor - TOP) * value / top


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="{stroke}"/>'


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(title)} '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
