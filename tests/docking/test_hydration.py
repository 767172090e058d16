"""Water lost by polar atoms: what is open, shut in or bonded, built by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from workbench.docking.atom_types import AtomType
from workbench.docking.hydration import PRICES_KCAL_PER_MOL, lost_hydration
from workbench.docking.hydrogen_bonds import Side, aims, hydrogen_bonds
from workbench.docking.polarity import Hold

Points = NDArray[np.float64]

CARBON = AtomType(1.9, True, False, False)
DONOR = AtomType(1.8, False, True, False)
ACCEPTOR = AtomType(1.7, False, False, True)

CARBONYL = np.array([[0.0, 0.0, 0.0], [-1.23, 0.0, 0.0]])
"""The oxygen, then its carbon."""


def carbonyl(points: Points = CARBONYL, hold: Hold = Hold.STRONG) -> Side:
    around = aims(points, {0: [1], 1: [0]})
    return Side([ACCEPTOR, CARBON], points, around, np.array([hold, Hold.WEAK]))


def carbons(points: Points) -> Side:
    around = aims(points, {k: [] for k in range(len(points))})
    return Side([CARBON] * len(points), points, around, np.zeros(len(points), dtype=np.int64))


def shell(radius: float, count: int = 60) -> Points:
    """Return points all round the oxygen."""
    directions = np.random.default_rng(1).normal(size=(count, 3))
    return radius * directions / np.linalg.norm(directions, axis=1)[:, None]


def lost(ligand: Side, receptor: Side) -> float:
    every = np.ones((len(ligand.types), len(receptor.types)), dtype=np.bool_)
    return lost_hydration(ligand, receptor, hydrogen_bonds(ligand, receptor, every))


def test_an_atom_in_the_open_pays_nothing() -> None:
    found = lost(carbonyl(), carbons(np.array([[20.0, 0, 0]])))
    assert found == 0.0
    assert type(found) is float


@pytest.mark.parametrize("as_ligand", [True, False])
@pytest.mark.parametrize("hold", list(Hold))
def test_an_atom_shut_in_by_carbon_pays_in_full(as_ligand: bool, hold: Hold) -> None:
    """Carbons 4 angstrom away on all sides leave no water at 2.85; those at 7 do not matter."""
    full = PRICES_KCAL_PER_MOL[hold]
    for radius, share in ((4.0, 1.0), (7.0, 0.0)):
        sides = carbonyl(hold=hold), carbons(shell(radius))
        found = lost(*sides) if as_ligand else lost(*reversed(sides))
        assert found == pytest.approx(share * full)
        assert type(found) is float


def test_a_receptors_atom_that_was_shut_in_before_pays_nothing() -> None:
    walls = shell(4.0)
    buried = Side(
        [ACCEPTOR, CARBON] + [CARBON] * len(walls),
        np.concatenate([CARBONYL, walls]),
        aims(np.concatenate([CARBONYL, walls]), {0: [1], 1: [0]} | {2 + k: [] for k in range(60)}),
        np.where(np.arange(62) == 0, Hold.STRONG, Hold.WEAK),
    )
    assert lost(carbons(np.array([[4.0, 0, 0]])), buried) == 0.0


def test_carbon_behind_a_carbonyl_takes_no_water_from_it() -> None:
    """Beyond its own carbon the oxygen points at nothing."""
    assert lost(carbonyl(), carbons(np.array([[-4.0, 0.5, 0], [-4.0, -0.5, 0]]))) == 0.0


def test_a_hydrogen_bond_makes_up_for_the_water() -> None:
    """A donor at 2.8 angstrom on the lone pair's side; the same atom as a carbon does not."""
    walls = shell(4.2)
    donor = np.array([[1.4, 2.42, 0.0]])
    points = np.concatenate([donor, walls])
    around = aims(points, {k: [] for k in range(len(points))})
    weak = np.zeros(len(points), dtype=np.int64)
    kept = Side([DONOR] + [CARBON] * len(walls), points, around, weak)
    assert lost(carbonyl(), carbons(points)) == pytest.approx(PRICES_KCAL_PER_MOL[Hold.STRONG])
    of_the_donor = lost(carbons(CARBONYL), kept)
    assert lost(carbonyl(), kept) - of_the_donor < 0.05 * PRICES_KCAL_PER_MOL[Hold.STRONG]


def test_turning_the_whole_changes_little() -> None:
    """A carbonyl half covered; the directions that are tried do not turn with it."""
    cover = shell(4.0, 14)
    cover = cover[cover[:, 2] > -0.5]
    found = []
    for turn in Rotation.random(20, random_state=3):
        found.append(lost(carbonyl(turn.apply(CARBONYL)), carbons(turn.apply(cover))))
    assert 0.0 < np.mean(found) < PRICES_KCAL_PER_MOL[Hold.STRONG]
    assert np.std(found) < 0.15 * PRICES_KCAL_PER_MOL[Hold.STRONG]
    assert len(set(found)) > 1
