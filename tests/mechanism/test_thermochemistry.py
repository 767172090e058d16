"""Vibrations, free energies and M06-2X against analytic and tabulated values."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.gfn2 import KCAL_PER_HARTREE, Gfn2, Point
from workbench.mechanism.energetics import Bench
from workbench.mechanism.thermochemistry import (
    RT,
    TEMPERATURE_K,
    dft_energy,
    free_energy_correction,
    numerical_hessian,
    wave_numbers,
)

KJ_PER_KCAL = 4.184
KJ_PER_MOL_PER_WAVENUMBER = 0.01196266
LITRES_AT_ONE_BAR = 24.78957

WATER = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])

# CCCBDB / NIST-JANAF: entropy at 298.15 K and 1 bar in J/mol/K, enthalpy above 0 K in kJ/mol,
# and the fundamentals in 1/cm.
TABULATED = [
    pytest.param("O", WATER, [3657.0, 1595.0, 3756.0], 2, 188.834, 9.904, id="water"),
    pytest.param("N#N", [[0, 0, 0], [0, 0, 1.0977]], [2330.0], 2, 191.609, 8.670, id="nitrogen"),
    pytest.param(
        "O=C=O",
        [[0, 0, -1.162], [0, 0, 0], [0, 0, 1.162]],
        [667.0, 667.0, 1333.0, 2349.0],
        2,
        213.795,
        9.364,
        id="carbon dioxide",
    ),
    # as an optimiser leaves it: not quite straight
    pytest.param(
        "C#C",
        [[0, 0.01, -0.601], [0, 0, 0.601], [0, -0.02, -1.664], [0.01, 0, 1.664]],
        [612.0, 612.0, 730.0, 730.0, 1974.0, 3289.0, 3374.0],
        2,
        200.93,
        10.005,
        id="acetylene",
    ),
]


def molecule(smiles: str) -> Chem.Mol:
    return Chem.AddHs(Chem.MolFromSmiles(smiles))


@pytest.fixture(autouse=True)
def _extra() -> None:
    pytest.importorskip("geometric", reason="the extra react is not installed")


@pytest.mark.parametrize(
    ("smiles", "coordinates", "waves", "sigma", "entropy", "enthalpy"), TABULATED
)
def test_free_energy_of_a_gas(
    smiles: str,
    coordinates: object,
    waves: list[float],
    sigma: int,
    entropy: float,
    enthalpy: float,
) -> None:
    zero_point = 0.5 * sum(waves) * KJ_PER_MOL_PER_WAVENUMBER
    at_one_bar = zero_point + enthalpy - TEMPERATURE_K * entropy / 1000
    expected = at_one_bar / KJ_PER_KCAL + RT * math.log(LITRES_AT_ONE_BAR)
    place = np.array(coordinates, dtype=float)
    found = free_energy_correction(molecule(smiles), place, np.array(waves))
    assert len(wave_numbers(molecule(smiles), place, np.eye(place.size))) == len(waves)
    assert found + RT * math.log(sigma) == pytest.approx(expected, abs=0.03)


def test_low_modes_are_damped() -> None:
    place = molecule("[C-]#[O+]"), np.array([[0, 0, 0], [0, 0, 1.13]])
    at = [free_energy_correction(*place, np.array([wave])) for wave in (1.0, 5.0, 20.0)]
    # a harmonic mode would fall by RT ln 5 = 0.95 from 5 to 1, a rotor by half of it
    assert 0 < at[1] - at[0] < 0.55 * RT * math.log(5)
    assert free_energy_correction(*place, np.array([-20.0])) == at[2]


def test_wave_number_of_a_spring() -> None:
    # HCl: 516.3 N/m gives 2990 1/cm (Herzberg)
    stiffness = 516.3 / 4184 * 6.02214076e23 * 1e-20
    rest = np.array([[0.0, 0.0, 0.0], [0.3, 0.4, 1.17]])
    length = np.linalg.norm(rest[1] - rest[0])

    def spring(x: NDArray[np.float64]) -> Point:
        apart = x[1] - x[0]
        stretch = np.linalg.norm(apart) - length
        force = stiffness * stretch * apart / np.linalg.norm(apart)
        return Point(0.5 * stiffness * stretch**2, np.array([-force, force]), 0.0)

    waves = wave_numbers(molecule("Cl"), rest, numerical_hessian(spring, rest))
    assert waves == pytest.approx([2990], rel=0.003)


def test_vibrations_of_water() -> None:
    """GFN2-xTB's lie within a tenth of the measured fundamentals."""
    pytest.importorskip("tblite", reason="the extra react is not installed")
    found = Bench().species(Chem.MolFromSmiles("O"), "water")
    hessian = numerical_hessian(Gfn2(found.mol), found.coordinates)
    waves = wave_numbers(found.mol, found.coordinates, hessian)
    assert waves == pytest.approx([1595, 3657, 3756], rel=0.1)


def test_m06_2x_of_water() -> None:
    """The level dft adds M06-2X's energy, and fitting and grid move that by about 0.1."""
    pyscf = pytest.importorskip("pyscf", reason="the extra react is not installed")
    from pyscf import dft

    bench = Bench(level="dft")
    found = bench.species(Chem.MolFromSmiles("O"), "water")
    energy = dft_energy(found.mol, found.coordinates, "water")
    gas = Gfn2(found.mol, solvent="")(found.coordinates).energy
    shift = bench.free_energy(Chem.MolFromSmiles("O"), "water") - found.free_energy
    assert shift == pytest.approx(energy - gas, abs=1e-4)
    atoms = list(zip("OHH", found.coordinates.tolist(), strict=True))
    field = dft.RKS(pyscf.gto.M(atom=atoms, basis="def2-SVP", verbose=0), xc="M062X")
    assert energy == pytest.approx(field.kernel() * KCAL_PER_HARTREE, abs=0.3)


def test_a_missing_pyscf_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyscf", None)
    with pytest.raises(MechanismError, match=r"xpo1-workbench\[react\]"):
        dft_energy(molecule("O"), WATER, "water")
