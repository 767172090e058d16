"""The words on a still: residues, pockets and the S-C distance, none over another."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Label = tuple[str, float, float, str]
"""Text, x and y in pixels, colour."""

WIDTH, HEIGHT = 960, 600
INK = "#1a2230"


def residue_labels(scene: dict[str, Any], at: FloatArray, shown: set[int]) -> list[Label]:
    """Return the residues' labels: those in focus first, then the nearest."""
    found = []
    residue = np.asarray(scene["receptor"]["residue"], dtype=int)
    for index in sorted(shown):
        own = at[residue == index]
        x, y, depth = (own[1:] if len(own) > 1 else own)[:, :3].mean(axis=0)
        key = (index not in scene["focus"], -depth)
        found.append((key, (scene["receptor"]["labels"][index], x, y, INK)))
    return [label for _, label in sorted(found)]


def label_texts(labels: list[Label], taken: list[tuple[float, float, float]]) -> str:
    """Place the labels in order, off the drug and each other; one without a place is left out.

    ``taken`` lists what is occupied: centre and half width in pixels.
    """
    parts = []
    for text, x0, y0, colour in labels:
        if not (0 <= x0 <= WIDTH and 0 <= y0 <= HEIGHT):
            continue
        half = 4.2 * len(text) + 5
        places = [(0, 0), (0, -20), (0, 20), (half + 14, 0), (-half - 14, 0), (0, -36), (0, 36)]
        for dx, dy in places:
            x, y = min(WIDTH - half, max(half, x0 + dx)), y0 + dy
            clear = all(abs(u - x) >= w + half or abs(v - y) >= 18 for u, v, w in taken)
            if 12 < y < HEIGHT - 12 and clear:
                taken.append((x, y, half))
                parts.append(
                    f'<text x="{x:.1f}" y="{y + 5:.1f}" fill="{colour}">{escape(text)}</text>'
                )
                break
    return (
        '<g font-family="system-ui,sans-serif" font-size="14" font-weight="600" '
        'text-anchor="middle" stroke="#fff" stroke-width="4" stroke-opacity="0.85" '
        f'paint-order="stroke" stroke-linejoin="round">{"".join(parts)}</g>'
    )
