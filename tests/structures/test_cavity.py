"""Room and potential of the groove, against what a mutation must do to them."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.structures.cavity import covered, pocket_volumes
from workbench.structures.electrostatics import pocket_potentials, screened_potential
from workbench.structures.embedded import read_embedded
from workbench.structures.mutation import mutated


def test_a_sphere_covers_its_volume() -> None:
    axis = np.arange(-3, 3.01, 0.1)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = covered(grid, np.zeros((1, 3)), np.array([2.0]))
    assert inside.sum() * 0.1**3 == pytest.approx(4 / 3 * np.pi * 8, rel=0.01)


def test_a_larger_side_chain_takes_room_and_a_smaller_one_gives_it() -> None:
    wild = read_embedded("human-groove")
    volumes = {
        label: pocket_volumes(mutated(wild, (label,)))["all"] for label in ("C528W", "C528G")
    }
    before = pocket_volumes(wild)
    assert sum(v for name, v in before.items() if name != "all") == pytest.approx(before["all"])
    # tryptophan is some 120 cubic angstrom larger than cysteine, glycine 48 smaller (Zamyatnin
    # 1972); part of it lies outside the pockets
    assert -130 < volumes["C528W"] - before["all"] < -20
    assert 5 < volumes["C528G"] - before["all"] < 60


def test_the_potential_of_one_charge_by_hand() -> None:
    places, charges = np.array([[0.0, 0.0, 0.0]]), np.array([1.0])
    points = np.array([[5.0, 0.0, 0.0], [0.0, 0.0, 0.1]])
    far, near = screened_potential(points, places, charges)
    assert far == pytest.approx(332.0637 / (4 * 25))
    assert near == pytest.approx(332.0637 / (4 * 4))  # as at 2 angstrom


def test_a_lost_lysine_lowers_the_potential() -> None:
    wild = read_embedded("human-groove")
    before, after = pocket_potentials(wild), pocket_potentials(mutated(wild, ("K568A",)))
    assert list(before) == ["P0", "P1", "P2", "P3", "P4"]
    assert all(after[name] < before[name] for name in before)
