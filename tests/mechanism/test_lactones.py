"""Opening of lactones: the measured reference and the gain by ionisation."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.mechanism.lactones import ionisation_energy, measured_lactones


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
