"""Directions over a sphere: of unit length, balanced, and nowhere far from the next one."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.structures.directions import even_directions


@pytest.mark.parametrize("count", [96, 500])
def test_even(count: int) -> None:
    directions = even_directions(count)
    assert directions.shape == (count, 3)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(np.ones(count))
    assert np.linalg.norm(directions.mean(axis=0)) < 0.01
    cosines = directions @ directions.T - 2 * np.eye(count)
    nearest = np.degrees(np.arccos(cosines.max(axis=1)))
    # a share of the sphere as large as a cap of this radius belongs to each
    cap = np.degrees(np.arccos(1 - 2 / count))
    assert nearest.min() > 1.2 * cap
    assert nearest.max() < 2.2 * cap
