"""Directions spread evenly over a sphere."""

from __future__ import annotations

import numpy as np

from workbench.structures.source import FloatArray


def even_directions(count: int) -> FloatArray:
    """Return ``(count, 3)`` unit vectors spread evenly, on a golden spiral (Fibonacci lattice)."""
    place = np.arange(count) + 0.5
    height = 1.0 - 2.0 * place / count
    turn = np.pi * (1.0 + np.sqrt(5.0)) * place
    across = np.sqrt(1.0 - height**2)
    return np.column_stack([across * np.cos(turn), across * np.sin(turn), height])
