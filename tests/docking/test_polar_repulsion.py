"""Polar atoms of one sign near each other, built by hand."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.docking.atom_types import AtomType
from workbench.docking.hydrogen_bonds import Side, aims
from workbench.docking.polar_repulsion import (
    CHARGED_TIMES,
    STRENGTH_KCAL_PER_MOL,
    polar_repulsion,
)
from workbench.docking.polarity import Hold

ACCEPTOR = AtomType(1.7, False, False, True)
DONOR = AtomType(1.8, False, True, False)
HYDROXYL = AtomType(1.7, False, True, True)
FLUORINE = AtomType(1.5, True, False, False)
CHLORINE = AtomType(1.8, True, False, False)
CARBON = AtomType(1.9, True, False, False)


def atom(kind: AtomType, x: float = 0.0, hold: Hold = Hold.WEAK) -> Side:
    point = np.array([[x, 0.0, 0.0]])
    return Side([kind], point, aims(point, {0: []}), np.array([hold], dtype=np.int64))


def cost(first: AtomType, second: AtomType, distance: float, hold: Hold = Hold.WEAK) -> float:
    return polar_repulsion(atom(first), atom(second, distance, hold), np.ones((1, 1), np.bool_))


@pytest.mark.parametrize(
    ("first", "second"), [(ACCEPTOR, ACCEPTOR), (FLUORINE, ACCEPTOR), (DONOR, DONOR)]
)
def test_atoms_of_one_sign_repel(first: AtomType, second: AtomType) -> None:
    assert cost(first, second, 2.5) == pytest.approx(STRENGTH_KCAL_PER_MOL)
    assert cost(second, first, 3.2) == pytest.approx(STRENGTH_KCAL_PER_MOL / 2)
    assert cost(first, second, 3.7) == 0.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ACCEPTOR, DONOR),
        (HYDROXYL, ACCEPTOR),
        (HYDROXYL, DONOR),
        (CHLORINE, ACCEPTOR),
        (CARBON, ACCEPTOR),
        (FLUORINE, DONOR),
    ],
)
def test_others_do_not(first: AtomType, second: AtomType) -> None:
    assert cost(first, second, 2.5) == cost(second, first, 2.5) == 0.0


def test_a_charge_on_either_side_counts_more() -> None:
    near = 2.5
    plain = cost(FLUORINE, ACCEPTOR, near, Hold.STRONG)
    assert cost(FLUORINE, ACCEPTOR, near, Hold.CHARGED) == pytest.approx(CHARGED_TIMES * plain)
    turned = polar_repulsion(
        atom(ACCEPTOR, hold=Hold.CHARGED), atom(FLUORINE, near), np.ones((1, 1), np.bool_)
    )
    assert turned == pytest.approx(CHARGED_TIMES * plain)


def test_what_the_bond_excludes_does_not_count() -> None:
    sides = atom(ACCEPTOR), atom(ACCEPTOR, 2.5)
    assert polar_repulsion(*sides, np.zeros((1, 1), np.bool_)) == 0.0
