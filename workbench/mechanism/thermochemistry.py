"""Energies by M06-2X, and free energies from vibrations: damped low modes, 1 M, 298.15 K."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy import constants

from workbench.errors import MechanismError
from workbench.gfn2 import ANGSTROM_PER_BOHR, KCAL_PER_HARTREE, Engine, elements_of

FloatArray = NDArray[np.float64]

FUNCTIONAL, BASIS = "M06-2X", "def2-SVP"
GFN2 = "GFN2-xTB/ALPB(water)"
DFT = f"{FUNCTIONAL}/{BASIS}//GFN2-xTB, solvent by ALPB(water)"
_COARSE_GRID, _FINE_GRID = 1, 3
_CONVERGED_HARTREE = 1e-5

TEMPERATURE_K = 298.15
GAS_KCAL = 0.0019872043
RT = GAS_KCAL * TEMPERATURE_K
_BAR_AT_1_MOLAR = constants.R * TEMPERATURE_K * 1e3 / constants.bar
_DISPLACEMENT_ANGSTROM = 0.005

# Grimme 2012: modes below so many 1/cm pass into free rotors of this average moment of inertia.
_ROTOR_CUTOFF = 100.0
_MEAN_INERTIA = 1e-44
_LOWEST_WAVENUMBER = 1.0
_STRAIGHT_ANGSTROM = 0.05


def dft_energy(mol: Chem.Mol, coordinates: FloatArray, name: str) -> float:
    """Return the gas-phase M06-2X energy of a closed shell, kcal/mol.

    Density fitting; orbitals are converged on a coarse grid, the energy is taken on a fine one.

    Parameters
    ----------
    mol, coordinates
        With all its hydrogens, and ``(n_atoms, 3)`` angstrom.

    Raises
    ------
    MechanismError
        When PySCF is missing or the field does not converge.

    Reference
    ---------
    M06-2X: Zhao 2008 Theor. Chem. Acc. 120:215, 10.1007/s00214-007-0310-x.
    def2-SVP: Weigend 2005 Phys. Chem. Chem. Phys. 7:3297, 10.1039/b508541a.
    """
    try:
        from pyscf import dft, gto
    except ImportError as error:
        raise MechanismError(
            "the level dft needs PySCF: install the extra, pip install 'xpo1-workbench[react]'"
        ) from error
    symbols = [atom.GetSymbol() for atom in mol.GetAtoms()]
    atoms = list(zip(symbols, coordinates.tolist(), strict=True))
    shell = gto.M(atom=atoms, basis=BASIS, charge=Chem.GetFormalCharge(mol), verbose=0)
    field = dft.RKS(shell, xc=FUNCTIONAL.replace("-", "")).density_fit()
    field.grids.level = _COARSE_GRID
    field.conv_tol = _CONVERGED_HARTREE
    field.kernel()
    if not field.converged:
        raise MechanismError(
            f"{FUNCTIONAL} did not converge for {name}: take the level gfn2 for it"
        )
    density = field.make_rdm1()
    field.grids = dft.gen_grid.Grids(shell)
    field.grids.level = _FINE_GRID
    return float(field.energy_tot(dm=density)) * KCAL_PER_HARTREE


def numerical_hessian(engine: Engine, coordinates: FloatArray) -> FloatArray:
    """Return ``(3 n, 3 n)`` second derivatives by central differences, kcal/mol/angstrom^2."""
    size = coordinates.size
    hessian = np.empty((size, size))
    for index in range(size):
        ends = []
        for sign in (1.0, -1.0):
            moved = coordinates.copy()
            moved.flat[index] += sign * _DISPLACEMENT_ANGSTROM
            ends.append(engine(moved).gradient.ravel())
        hessian[index] = (ends[0] - ends[1]) / (2.0 * _DISPLACEMENT_ANGSTROM)
    return np.asarray(0.5 * (hessian + hessian.T))


def wave_numbers(mol: Chem.Mol, coordinates: FloatArray, hessian: FloatArray) -> FloatArray:
    """Return the harmonic wave numbers in 1/cm, rising; imaginary ones below zero.

    ``3 n - 6`` of them (``3 n - 5`` of a linear molecule); ``hessian`` as ``numerical_hessian``.
    """
    from geometric.normal_modes import frequency_analysis

    place, axes = _on_axes(coordinates)
    turn = np.kron(np.eye(len(place)), axes)
    hartree = turn @ hessian @ turn.T * (ANGSTROM_PER_BOHR**2 / KCAL_PER_HARTREE)
    waves, _, _ = frequency_analysis(place / ANGSTROM_PER_BOHR, hartree, mass=_masses(mol))
    return np.asarray(waves)


def free_energy_correction(
    mol: Chem.Mol, coordinates: FloatArray, wavenumbers: FloatArray
) -> float:
    """Return zero-point, thermal and entropy terms of an ideal solute at 1 M, kcal/mol.

    geomeTRIC's rigid rotor and harmonic oscillators, and the damping of low modes, which it lacks.

    Parameters
    ----------
    wavenumbers
        1/cm; a mode below zero counts with its absolute value, which the damping makes harmless
        for small ones. The symmetry number is 1.

    Reference
    ---------
    Damping of low modes: Grimme 2012 Chem. Eur. J. 18:9955, 10.1002/chem.201200497.
    """
    from geometric.normal_modes import free_energy_harmonic

    modes = np.maximum(np.abs(wavenumbers), _LOWEST_WAVENUMBER)
    place = _on_axes(coordinates)[0] / ANGSTROM_PER_BOHR
    state = (0.0, TEMPERATURE_K, _BAR_AT_1_MOLAR)
    hartree, _, _ = free_energy_harmonic(place, _masses(mol), modes, *state)
    return float(hartree * KCAL_PER_HARTREE + RT * _entropy_lost(modes).sum())


def _on_axes(coordinates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return coordinates on their principal axes, and these as rows; a straight molecule exactly.

    geomeTRIC takes any moment of inertia above rounding for a third rotation.
    """
    centred = coordinates - coordinates.mean(axis=0)
    axes = np.linalg.svd(centred)[2]
    place = centred @ axes.T
    if np.abs(place[:, 1:]).max() < _STRAIGHT_ANGSTROM:
        place[:, 1:] = 0.0
    return place, axes


def _entropy_lost(modes: FloatArray) -> FloatArray:
    """Return by how much damping lowers the entropy of modes in 1/cm, units of R."""
    ratio = constants.h * constants.c * 100.0 * modes / (constants.k * TEMPERATURE_K)
    oscillator = ratio / np.expm1(ratio) - np.log1p(-np.exp(-ratio))
    inertia = constants.h / (8.0 * np.pi**2 * constants.c * 100.0 * modes)
    inertia = inertia * _MEAN_INERTIA / (inertia + _MEAN_INERTIA)
    thermal = 8.0 * np.pi**3 * inertia * constants.k * TEMPERATURE_K / constants.h**2
    rotor = 0.5 + 0.5 * np.log(thermal)
    share = 1.0 / (1.0 + (_ROTOR_CUTOFF / modes) ** 4)
    return np.asarray((1.0 - share) * (oscillator - rotor))


def _masses(mol: Chem.Mol) -> FloatArray:
    table = Chem.GetPeriodicTable()
    return np.array([table.GetAtomicWeight(int(z)) for z in elements_of(mol)])
