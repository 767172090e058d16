"""Measured equilibria, and the shipped energies beside them."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.mechanism.measured_equilibria import (
    ionisation_energy,
    measured_additions,
    measured_lactones,
)
from workbench.mechanism.quantum import GFN2
from workbench.mechanism.reaction_table import best_by_ligand


def test_measured_lactone_balances_with_water() -> None:
    (known,) = measured_lactones()
    assert CalcMolFormula(Chem.MolFromSmiles(known.lactone)) == "C4H6O2"
    assert CalcMolFormula(Chem.MolFromSmiles(known.acid)) == "C4H8O3"
    # K = 0.40 at 37 degree C: a little uphill
    assert known.free_energy == pytest.approx(0.565, abs=0.005)


def test_acids_gain_by_their_charge() -> None:
    # pKa 4.8 at pH 7.4: RT ln(1 + 10^2.6) = 3.55 kcal/mol at 25 degree C
    acid = ionisation_energy(Chem.MolFromSmiles("OCCCC(=O)O"), 7.4)
    assert acid == pytest.approx(-3.55, abs=0.01)
    assert ionisation_energy(Chem.MolFromSmiles("OCCCC(=O)O"), 1.0) == pytest.approx(0, abs=0.001)
    assert ionisation_energy(Chem.MolFromSmiles("CCOC(C)=O"), 7.4) == 0


def test_measured_additions() -> None:
    measured = {row.name: row.free_energy for row in measured_additions()}
    # 120 / (ln 2 / 4.6 d) = 6.9e7 per M, and 32 / (ln 2 / 60.7 d) = 2.4e8 per M
    assert measured["acrolein"] == pytest.approx(-10.7, abs=0.05)
    assert measured["methyl vinyl ketone"] == pytest.approx(-11.4, abs=0.05)


def test_computed_difference_between_two_measured_additions() -> None:
    measured = {row.name: row.free_energy for row in measured_additions()}
    computed = best_by_ligand(GFN2)
    first, second = "methyl vinyl ketone", "acrolein"
    gap = computed[first] - computed[second]
    assert gap == pytest.approx(measured[first] - measured[second], abs=1.0)
