"""A distribution as a drawing: bars over one axis, colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from workbench.report.line_plot import ticks

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 12, 42


def histogram(edges: Sequence[float], counts: Sequence[float], *, title: str, x_label: str) -> str:
    """Draw counts between edges as bars.

    Parameters
    ----------
    edges, counts
        ``(n + 1,)`` rising and ``(n,)``.
    title
        What is read out in place of the picture.
    """
    floor, top = HEIGHT - BOTTOM, 1.05 * max(counts)
    span = (edges[-1] - edges[0]) or 1.0

    def across(value: float) -> float:
        return LEFT + (value - edges[0]) / span * (WIDTH - LEFT - RIGHT)

    def up(count: float) -> float:
        return floor - count / top * (floor - TOP)

    parts = [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(value):.1f}" y2="{up(value):.1f}" '
        f'stroke="var(--line,#d9e0e8)"/>'
        f'<text x="{LEFT - 8}" y="{up(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value in ticks(top)
        if value == int(value)
    ]
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        if count:
            parts.append(
                f'<rect x="{across(low) + 0.5:.1f}" width="{across(high) - across(low) - 1:.1f}" '
                f'y="{up(count):.1f}" height="{floor - up(count):.1f}" '
                f'style="fill:var(--accent,#1f6feb)"><title>{low:.2f} to {high:.2f}: {count:g}'
                "</title></rect>"
            )
    for k in range(5):
        value = edges[0] + k / 4 * (edges[-1] - edges[0])
        at = f'x="{across(value):.1f}" y="{floor + 18}"'
        parts.append(f'<text {at} text-anchor="middle">{value:.1f}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}" stroke="currentColor"/>',
        f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>',
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label={quoteattr(title)} '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
