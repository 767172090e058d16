"""Measured reactivities beside computed affinities."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem
from scipy.stats import linregress, spearmanr

from workbench.errors import MechanismError
from workbench.mechanism.calibration import (
    CHOICE,
    HELD_OUT,
    MEDIA,
    PROBES,
    Scale,
    acceptors,
    affinities,
    chosen_scale,
    correlation,
    energies_in_media,
    lowest_minimum,
    reactants_and_product,
    shipped_correlation,
    shipped_pairs,
)
from workbench.mechanism.calibration_plot import calibration_figure


def test_table_of_acceptors() -> None:
    names = [one.name for one in acceptors()]
    assert len(set(names)) == len(names)
    assert sum(one.part == CHOICE for one in acceptors()) == 15
    assert sum(one.part == HELD_OUT for one in acceptors()) >= 15
    # as textbooks order them: malononitrile, nitroalkene, enone, ester, amide
    e = {one.name: one.mayr_e for one in acceptors()}
    assert (
        e["benzylidenemalononitrile"]
        > e["(E)-nitrostyrene"]
        > e["methyl vinyl ketone"]
        > e["methyl acrylate"]
        > e["N,N-dimethylacrylamide"]
    )
    assert all(one.source for one in acceptors())


@pytest.mark.parametrize("acceptor", acceptors(), ids=lambda one: one.name)
def test_marked_atoms_make_a_carbanion(acceptor: object) -> None:
    name, smiles = acceptor.name, acceptor.smiles  # type: ignore[attr-defined]
    (before, _), _, (after, _) = reactants_and_product(smiles, "methanethiolate", name)
    assert after.GetNumHeavyAtoms() == before.GetNumHeavyAtoms() + 2
    assert Chem.GetFormalCharge(after) == -1
    acceptor_group = Chem.MolFromSmarts("[C-][$(C=O),$(C#N),$([N+](=O)[O-]),$(S(=O)=O)]")
    assert after.HasSubstructMatch(acceptor_group)
    assert after.HasSubstructMatch(Chem.MolFromSmarts("[CH3]SC[C-]"))


def test_correlation_of_known_numbers() -> None:
    # ranks 1..6 against 2,1,4,3,6,5: six d^2 of 1, rho = 1 - 6*6/(6*35)
    found = correlation([1, 2, 3, 4, 5, 6], [20, 10, 40, 30, 60, 50])
    assert found.n == 6
    assert found.rho == pytest.approx(1 - 36 / 210)
    assert found.low <= found.rho <= found.high <= 1
    line = correlation([1, 2, 3, 4, 5], [3, 5, 7, 9, 11])
    assert (line.rho, line.low, line.high) == pytest.approx((1, 1, 1))
    assert line.error == pytest.approx(0, abs=1e-9)
    # the middle one of five is off the line by 10: left out, it is missed by 10
    bent = correlation([0, 1, 2, 3, 4], [0, 1, 12, 3, 4])
    assert bent.rho == pytest.approx(spearmanr([0, 1, 2, 3, 4], [0, 1, 12, 3, 4]).statistic)
    lines = [linregress(np.delete(range(5), k), np.delete([0, 1, 12, 3, 4], k)) for k in range(5)]
    missed = [[0, 1, 12, 3, 4][k] - line.slope * k - line.intercept for k, line in enumerate(lines)]
    assert missed[2] == pytest.approx(10)
    assert bent.error == pytest.approx(np.sqrt(np.mean(np.square(missed))))


def test_too_few_pairs() -> None:
    with pytest.raises(MechanismError, match="five pairs"):
        correlation([1, 2, 3], [1, 2, 3])


def test_shipped_affinities() -> None:
    known = {one.name for one in acceptors()}
    seen = [(row.name, row.probe, row.level, row.medium) for row in affinities()]
    assert len(set(seen)) == len(seen)
    assert {row.name for row in affinities()} <= known
    assert {row.probe for row in affinities()} <= set(PROBES)
    assert {row.medium for row in affinities()} == set(MEDIA)
    assert all((row.affinity_kcal_per_mol is None) == bool(row.note) for row in affinities())
    # anions are held better by a solvent than by the gas phase, small ones most
    gfn2 = {(r.name, r.probe, r.medium): r.affinity_kcal_per_mol for r in affinities()}
    for (name, probe, medium), value in gfn2.items():
        gas = gfn2[name, probe, "gas"]
        if medium == "water" and value is not None and gas is not None:
            assert value > gas


def test_chosen_scale_ranks_the_acceptors() -> None:
    scale = chosen_scale()
    told = shipped_correlation(scale, CHOICE)
    assert told.n == 15
    assert told.rho < -0.6
    assert len(shipped_pairs(scale, HELD_OUT)) >= 5
    drawn = calibration_figure(scale)
    assert len(drawn.axes[0].collections) == 2
    with pytest.raises(MechanismError, match="no affinities"):
        calibration_figure(Scale("hydride", "gfn2", "gas"))


@pytest.mark.parametrize(
    "names",
    [
        (
            "benzylidenemalononitrile",
            "4-methoxybenzylidenemalononitrile",
            "4-(dimethylamino)benzylidenemalononitrile",
            "fumaronitrile",
            "acrylonitrile",
            "cinnamonitrile",
        ),
        (
            "(E)-4-nitro-beta-nitrostyrene",
            "(E)-4-bromo-beta-nitrostyrene",
            "(E)-nitrostyrene",
            "(E)-4-methyl-beta-nitrostyrene",
            "(E)-4-methoxy-beta-nitrostyrene",
        ),
        ("phenyl vinyl ketone", "methyl vinyl ketone", "(E)-chalcone"),
        ("diethyl fumarate", "methyl acrylate", "tert-Butyl acrylate", "ethyl crotonate"),
    ],
)
def test_order_within_a_class(names: tuple[str, ...]) -> None:
    measured = {one.name: one.mayr_e for one in acceptors()}
    scale = Scale("methyl anion", "gfn2", "dmso")
    computed = {
        one.name: value for part in (CHOICE, HELD_OUT) for one, value in shipped_pairs(scale, part)
    }
    assert list(names) == sorted(names, key=lambda name: -measured[name])
    assert list(names) == sorted(names, key=lambda name: computed[name])


def test_a_shipped_affinity_is_found_again() -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    smiles = next(one.smiles for one in acceptors() if one.name == "acrylonitrile")
    acceptor, anion, product = (
        energies_in_media(lowest_minimum(mol, title), "gfn2")
        for mol, title in reactants_and_product(smiles, "methyl anion", "acrylonitrile")
    )
    for row in affinities():
        if (row.name, row.probe, row.level) == ("acrylonitrile", "methyl anion", "gfn2"):
            medium = row.medium
            found = product[medium] - acceptor[medium] - anion[medium]
            assert found == pytest.approx(row.affinity_kcal_per_mol, abs=0.2)


def test_a_mark_without_a_double_bond() -> None:
    with pytest.raises(MechanismError, match="no double bond"):
        reactants_and_product("[CH3:1][CH2:2]C", "methyl anion", "propane")
    with pytest.raises(MechanismError, match="mark the attacked atom"):
        reactants_and_product("C=CC#N", "methyl anion", "acrylonitrile")
