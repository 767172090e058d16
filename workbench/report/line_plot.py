"""Curves against time as one SVG drawing that follows the page's colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 900, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 12, 40
COLOURS = ("var(--accent,#0a6560)", "var(--plain,#7a5200)", "var(--bad,#a1241b)")
BAND_OPACITY = 0.17
STEPS = (1, 2, 2.5, 5, 10)


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

    Parameters
    ----------
    curves
        At least one, with at least two points.
    title
        What is read out in place of the picture.
    y_max
        Top of the axis; the highest point when left out.
    marks
        Values of x that are marked below the axis, such as doses.
    """
    right = max(float(curve.x[-1]) for curve in curves)
    highest = max(max(c.y if c.high is None else c.high) for c in curves)
    top = y_max or 1.05 * float(highest) or 1.0

    def place(x: float, y: float) -> str:
        return f"{_x(x, right):.1f},{_y(min(y, top), top):.1f}"

    parts = []
    for value in ticks(top):
        at = _y(value, top)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" '
            f'stroke="var(--line,#d9e0e8)"/>{_text(LEFT - 8, at + 4, f"{value:g}", "end")}'
        )
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
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}" stroke="currentColor"/>',
        _text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 4, x_label, "middle"),
        f'<g transform="rotate(-90 14 {middle})">{_text(14, middle, y_label, "middle")}</g>',
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label={quoteattr(title)} '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )


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
