"""Vibrations and free energies against analytic and tabulated values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from workbench.mechanism.quantum import Point
from workbench.mechanism.thermochemistry import (
    RT,
    TEMPERATURE_K,
    free_energy_correction,
    numerical_hessian,
    wave_numbers,
)

KJ_PER_KCAL = 4.184
KJ_PER_MOL_PER_WAVENUMBER = 0.01196266
LITRES_AT_ONE_BAR = 24.78957

# CCCBDB / NIST-JANAF: entropy at 298.15 K and 1 bar in J/mol/K, enthalpy above 0 K in kJ/mol,
# and the fundamentals in 1/cm.
TABULATED = {
    "water": (
        [8, 1, 1],
        [[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]],
        [3657.0, 1595.0, 3756.0],
        2,
        188.834,
        9.904,
    ),
    "nitrogen": ([7, 7], [[0, 0, 0], [0, 0, 1.0977]], [2330.0], 2, 191.609, 8.670),
    "carbon dioxide": (
        [6, 8, 8],
        [[0, 0, 0], [0, 0, 1.162], [0, 0, -1.162]],
        [667.0, 667.0, 1333.0, 2349.0],
        2,
        213.795,
        9.364,
    ),
}


@pytest.mark.parametrize("name", TABULATED)
def test_free_energy_of_a_gas(name: str) -> None:
    elements, coordinates, waves, sigma, entropy, enthalpy = TABULATED[name]
    zero_point = 0.5 * sum(waves) * KJ_PER_MOL_PER_WAVENUMBER
    at_one_bar = zero_point + enthalpy - TEMPERATURE_K * entropy / 1000
    expected = at_one_bar / KJ_PER_KCAL + RT * math.log(LITRES_AT_ONE_BAR)
    found = free_energy_correction(
        np.array(elements), np.array(coordinates, dtype=float), np.array(waves)
    )
    assert found + RT * math.log(sigma) == pytest.approx(expected, abs=0.03)


def test_an_atom_only_moves() -> None:
    # argon: 154.846 J/mol/K at 1 bar, 5/2 RT of enthalpy
    expected = 2.5 * RT - TEMPERATURE_K * 0.154846 / KJ_PER_KCAL + RT * math.log(LITRES_AT_ONE_BAR)
    found = free_energy_correction(np.array([18]), np.zeros((1, 3)), np.array([]))
    assert found == pytest.approx(expected, abs=0.01)


def test_low_modes_are_damped() -> None:
    elements, coordinates = np.array([6, 8]), np.array([[0, 0, 0], [0, 0, 1.13]])
    at = [
        free_energy_correction(elements, coordinates, np.array([wave])) for wave in (1.0, 5.0, 20.0)
    ]
    # a harmonic mode would fall by RT ln 5 = 0.95 from 5 to 1, a rotor by half of it
    assert 0 < at[1] - at[0] < 0.55 * RT * math.log(5)
    assert free_energy_correction(elements, coordinates, np.array([-20.0])) == at[2]


def test_wave_number_of_a_spring() -> None:
    # HCl: 516.3 N/m gives 2990 1/cm (Herzberg)
    stiffness = 516.3 / 4184 * 6.02214076e23 * 1e-20
    elements = np.array([17, 1])
    rest = np.array([[0.0, 0.0, 0.0], [0.3, 0.4, 1.17]])
    length = np.linalg.norm(rest[1] - rest[0])

    def spring(x: NDArray[np.float64]) -> Point:
        apart = x[1] - x[0]
        stretch = np.linalg.norm(apart) - length
        force = stiffness * stretch * apart / np.linalg.norm(apart)
        return Point(0.5 * stiffness * stretch**2, np.array([-force, force]), 0.0)

    hessian = numerical_hessian(spring, rest)
    waves = wave_numbers(hessian, elements, rest)
    assert len(waves) == 1
    assert waves[0] == pytest.approx(2990, rel=0.003)
