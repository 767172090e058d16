"""GFN2 geometries and the torsion that holds them."""

from __future__ import annotations

import numpy as np
import pytest
from physics_cases import shaken, with_positions
from rdkit.Chem import rdMolTransforms

from workbench.physics.gfn2 import gfn2_relaxed, torsion


def test_the_torsion_is_rdkits_and_its_gradient_a_finite_difference() -> None:
    mol = shaken("OO", amplitude=0.2)
    order = [2, 0, 1, 3]
    points = mol.GetConformer().GetPositions()
    angle, gradient = torsion(points[order])
    assert angle == pytest.approx(rdMolTransforms.GetDihedralRad(mol.GetConformer(), *order))
    for atom in range(4):
        for axis in range(3):
            ends = []
            for step in (1e-5, -1e-5):
                moved = points[order].copy()
                moved[atom, axis] += step
                ends.append(torsion(moved)[0])
            assert gradient[atom, axis] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6)


def test_water_gets_its_shape_and_a_torsion_is_held() -> None:
    water = shaken("O")
    points, _ = gfn2_relaxed(water, water.GetConformer().GetPositions())
    shape = with_positions(water, points).GetConformer()
    assert rdMolTransforms.GetBondLength(shape, 0, 1) == pytest.approx(0.96, abs=0.02)
    assert rdMolTransforms.GetAngleDeg(shape, 1, 0, 2) == pytest.approx(104.5, abs=4)
    peroxide = shaken("OO", amplitude=0.0)
    held = (2, 0, 1, 3)
    rdMolTransforms.SetDihedralDeg(peroxide.GetConformer(), *held, 170.0)
    start = peroxide.GetConformer().GetPositions()
    held_points, held_energy = gfn2_relaxed(peroxide, start, held=held)
    assert np.degrees(torsion(held_points[list(held)])[0]) == pytest.approx(170, abs=1)
    _, free_energy = gfn2_relaxed(peroxide, held_points)
    assert free_energy < held_energy
