"""The surface: closed, outside in front, and as large as a sphere is."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.report.poses import HeavyAtom, Structure
from workbench.report.surface import RADII, groove_surface, hydropathies


def atom(residue: str, number: int = 1) -> HeavyAtom:
    return HeavyAtom("CB", "C", residue, "A", number, "")


def test_one_atom_is_a_sphere_seen_from_outside() -> None:
    single = Structure((atom("ILE"),), np.array([[1.0, 2.0, 3.0]]))
    surface = groove_surface(single, np.array([[1.0, 2.0, 3.0]]))
    off = surface.points - [1.0, 2.0, 3.0]
    assert np.linalg.norm(off, axis=1) == pytest.approx(RADII["C"], abs=0.35)
    assert surface.hydropathy == pytest.approx(1.0)
    # a closed surface: every edge belongs to two quads, and V - E + F = 2
    edges = [
        frozenset((int(quad[k]), int(quad[(k + 1) % 4])))
        for quad in surface.quads
        for k in range(4)
    ]
    assert {edges.count(edge) for edge in set(edges)} == {2}
    assert len(surface.points) - len(set(edges)) + len(surface.quads) == 2
    corners = off[surface.quads]
    normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).all()


def test_the_nearest_residue_gives_the_colour() -> None:
    pair = Structure((atom("LYS", 1), atom("LEU", 2)), np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0]]))
    surface = groove_surface(pair, np.array([[4.0, 0.0, 0.0]]))
    left = surface.points[:, 0] < 4
    assert surface.hydropathy[left] == pytest.approx(-3.9 / 4.5)
    assert surface.hydropathy[~left] == pytest.approx(3.8 / 4.5)


def test_only_what_is_near_is_drawn() -> None:
    far = Structure((atom("LEU"),), np.array([[40.0, 0.0, 0.0]]))
    surface = groove_surface(far, np.zeros((1, 3)))
    assert len(surface.points) == len(surface.quads) == len(surface.hydropathy) == 0


def test_the_scale_knows_every_residue() -> None:
    assert len(hydropathies()) == 20
    assert max(hydropathies(), key=lambda name: hydropathies()[name]) == "ILE"
    assert min(hydropathies(), key=lambda name: hydropathies()[name]) == "ARG"
