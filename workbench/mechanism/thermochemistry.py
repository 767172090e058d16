"""From vibrations to free energies: rigid rotor, damped low modes, 1 M and room temperature."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.mechanism.quantum import Engine

FloatArray = NDArray[np.float64]

TEMPERATURE_K = 298.15
GAS_KCAL = 0.0019872043
RT = GAS_KCAL * TEMPERATURE_K

_BOLTZMANN = 1.380649e-23
_PLANCK = 6.62607015e-34
_LIGHT_CM = 2.99792458e10
_AVOGADRO = 6.02214076e23
_ATOMIC_MASS = 1.66053906660e-27
_JOULE_PER_KCAL = 4184.0
_DISPLACEMENT_ANGSTROM = 0.005
_LITRE = 1e-3

# Grimme 2012: modes below so many 1/cm pass into free rotors of this average moment of inertia.
_ROTOR_CUTOFF = 100.0
_MEAN_INERTIA = 1e-44


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


def wave_numbers(
    hessian: FloatArray, elements: NDArray[np.int64], coordinates: FloatArray
) -> FloatArray:
    """Return the harmonic wave numbers in 1/cm, rising; imaginary ones below zero.

    Translations and rotations are projected out, so ``3 n - 6`` are left (``3 n - 5`` of a
    linear molecule).
    """
    masses = _masses(elements)
    root = np.sqrt(np.repeat(masses, 3))
    weighted = hessian / np.outer(root, root)
    rigid = _rigid_motions(masses, coordinates)
    projector = np.eye(len(root)) - rigid @ rigid.T
    values = np.linalg.eigvalsh(projector @ weighted @ projector)
    # the projected motions are exact zeros: leave out as many of the smallest
    kept = np.sort(values[np.argsort(np.abs(values))[rigid.shape[1] :]])
    si = kept * _JOULE_PER_KCAL / _AVOGADRO / (1e-20 * _ATOMIC_MASS)
    return np.asarray(np.sign(si) * np.sqrt(np.abs(si)) / (2.0 * math.pi * _LIGHT_CM))


def free_energy_correction(
    elements: NDArray[np.int64], coordinates: FloatArray, wavenumbers: FloatArray
) -> float:
    """Return zero-point, thermal and entropy terms of an ideal solute at 1 M, kcal/mol.

    Parameters
    ----------
    wavenumbers
        1/cm; a mode below zero counts with its absolute value, which the damping makes harmless
        for small ones. The symmetry number is 1.

    Reference
    ---------
    Damping of low modes: Grimme 2012 Chem. Eur. J. 18:9955, 10.1002/chem.201200497.
    """
    masses = _masses(elements)
    modes = np.maximum(np.abs(wavenumbers), 1.0)
    vibration = sum(_vibration(float(mode)) for mode in modes)
    translation = _translation(float(masses.sum()))
    return float(RT + vibration + translation + _rotation(masses, coordinates))


def _vibration(wavenumber: float) -> float:
    """Return zero-point energy plus thermal energy less entropy of one mode, kcal/mol."""
    quantum = _PLANCK * _LIGHT_CM * wavenumber
    ratio = quantum / (_BOLTZMANN * TEMPERATURE_K)
    filled = 1.0 / math.expm1(ratio)
    energy = RT * ratio * (0.5 + filled)
    oscillator = ratio * filled - math.log1p(-math.exp(-ratio))
    inertia = _PLANCK / (8.0 * math.pi**2 * _LIGHT_CM * wavenumber)
    inertia = inertia * _MEAN_INERTIA / (inertia + _MEAN_INERTIA)
    rotor = 0.5 + 0.5 * math.log(
        8.0 * math.pi**3 * inertia * _BOLTZMANN * TEMPERATURE_K / _PLANCK**2
    )
    share = 1.0 / (1.0 + (_ROTOR_CUTOFF / wavenumber) ** 4)
    return energy - RT * (share * oscillator + (1.0 - share) * rotor)


def _translation(mass: float) -> float:
    """Return 3/2 RT less the entropy of a particle at 1 M, kcal/mol."""
    thermal = 2.0 * math.pi * mass * _ATOMIC_MASS * _BOLTZMANN * TEMPERATURE_K / _PLANCK**2
    entropy = math.log(thermal**1.5 * _LITRE / _AVOGADRO) + 2.5
    return RT * (1.5 - entropy)


def _rotation(masses: FloatArray, coordinates: FloatArray) -> float:
    """Return the rigid rotor's energy less entropy, kcal/mol; zero for an atom."""
    moments = _moments(masses, coordinates) * _ATOMIC_MASS * 1e-20
    moments = moments[moments > 1e-50]
    if len(moments) == 0:
        return 0.0
    ratios = 8.0 * math.pi**2 * moments * _BOLTZMANN * TEMPERATURE_K / _PLANCK**2
    if len(moments) == 2:
        return -RT * math.log(float(ratios[0]))
    return -RT * math.log(math.sqrt(math.pi * float(np.prod(ratios))))


def _masses(elements: NDArray[np.int64]) -> FloatArray:
    table = Chem.GetPeriodicTable()
    return np.array([table.GetAtomicWeight(int(z)) for z in elements])


def _moments(masses: FloatArray, coordinates: FloatArray) -> FloatArray:
    """Return the principal moments of inertia, g/mol angstrom^2."""
    x = coordinates - np.average(coordinates, axis=0, weights=masses)
    squared = (x**2).sum(axis=1)[:, None, None] * np.eye(3) - x[:, :, None] * x[:, None]
    return np.asarray(np.linalg.eigvalsh(np.einsum("n,nij->ij", masses, squared)))


def _rigid_motions(masses: FloatArray, coordinates: FloatArray) -> FloatArray:
    """Return ``(3 n, 6)`` (or 5) orthonormal mass-weighted translations and rotations."""
    x = coordinates - np.average(coordinates, axis=0, weights=masses)
    axes = np.eye(3)
    motions = [np.tile(axis, (len(x), 1)) for axis in axes]
    motions += [np.cross(np.tile(axis, (len(x), 1)), x) for axis in axes]
    columns = np.array([(np.sqrt(masses)[:, None] * m).ravel() for m in motions]).T
    basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(basis[:, sizes > 1e-6 * sizes.max()])
