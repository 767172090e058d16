"""GFN2-xTB geometries in implicit water (ALPB), by the optional package tblite.

References
----------
Bannwarth, Ehlert, Grimme 2019 (GFN2-xTB): 10.1021/acs.jctc.8b01176
Ehlert, Stahn, Spicher, Grimme 2021 (ALPB): 10.1021/acs.jctc.1c00471
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.optimize import minimize

from workbench.errors import PhysicsError
from workbench.optional import tblite_interface

FloatArray = NDArray[np.float64]

BOHR_PER_ANGSTROM = 1.8897261246
KCAL_PER_HARTREE = 627.5094740631
GRADIENT_HARTREE_PER_BOHR = 1e-3
_MOST_STEPS = 500


def gfn2_relaxed(
    mol: Chem.Mol,
    start: FloatArray,
    *,
    gradient: float = GRADIENT_HARTREE_PER_BOHR,
    held: tuple[int, int, int, int] | None = None,
) -> tuple[FloatArray, float]:
    """Relax a closed-shell molecule.

    Parameters
    ----------
    mol
        With explicit hydrogens.
    start
        ``(n_atoms, 3)`` angstrom.
    gradient
        Largest component at which the search ends, hartree/bohr.
    held
        Four atoms whose torsion is kept near its value at the start by a stiff spring.

    Returns
    -------
    NDArray, float
        Coordinates, ``(n_atoms, 3)`` angstrom, and GFN2 energy without the spring, kcal/mol.

    Raises
    ------
    PhysicsError
        When tblite is missing or does not converge.
    """
    energy = Gfn2Energy(mol, start)
    spring = None if held is None else _TorsionSpring(start, held)

    def function(flat: FloatArray) -> tuple[float, FloatArray]:
        value, slope = energy(flat)
        if spring is not None:
            extra, more = spring(flat)
            return value + extra, slope + more
        return value, slope

    found = minimize(
        function,
        (start * BOHR_PER_ANGSTROM).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": gradient, "ftol": 1e-10, "maxiter": _MOST_STEPS, "maxcor": 30},
    )
    value, _ = energy(found.x)
    return found.x.reshape(-1, 3) / BOHR_PER_ANGSTROM, value * KCAL_PER_HARTREE


class Gfn2Energy:
    """GFN2 energy and gradient of flat coordinates in bohr, hartree and hartree/bohr."""

    def __init__(self, mol: Chem.Mol, start: FloatArray) -> None:
        numbers = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
        charge = Chem.GetFormalCharge(mol)
        interface = tblite_interface("GFN2 geometries", PhysicsError)
        self._calculator: Any = interface.Calculator(
            "GFN2-xTB", numbers, start * BOHR_PER_ANGSTROM, charge
        )
        self._calculator.set("verbosity", 0)
        self._calculator.add("alpb-solvation", "water")
        self._last: Any = None

    def __call__(self, flat: FloatArray) -> tuple[float, FloatArray]:
        """Return energy and gradient, ``(3 n_atoms,)``."""
        self._calculator.update(flat.reshape(-1, 3))
        try:
            self._last = self._calculator.singlepoint(self._last)
        except RuntimeError as error:
            raise PhysicsError(f"GFN2 gave no energy ({error}): the start is too distorted.") from (
                error
            )
        return float(self._last.get("energy")), np.array(self._last.get("gradient")).ravel()


class _TorsionSpring:
    """k (1 - cos(angle - angle at the start)), hartree and bohr."""

    _STIFFNESS = 5.0

    def __init__(self, start: FloatArray, atoms: tuple[int, int, int, int]) -> None:
        self._atoms = list(atoms)
        self._target, _ = torsion(start[self._atoms])

    def __call__(self, flat: FloatArray) -> tuple[float, FloatArray]:
        angle, slope = torsion(flat.reshape(-1, 3)[self._atoms])
        off = angle - self._target
        gradient = np.zeros((len(flat) // 3, 3))
        gradient[self._atoms] = self._STIFFNESS * np.sin(off) * slope
        return float(self._STIFFNESS * (1 - np.cos(off))), gradient.ravel()


def torsion(points: FloatArray) -> tuple[float, FloatArray]:
    """Return a torsion angle in radians and its gradient, ``(4, 3)`` per unit of length."""
    back, axis, front = points[0] - points[1], points[2] - points[1], points[3] - points[2]
    left, right = np.cross(back, axis), np.cross(front, axis)
    length = np.linalg.norm(axis)
    angle = np.arctan2(np.dot(np.cross(left, right), axis) / length, np.dot(left, right))
    first = left * length / (left @ left)
    last = -right * length / (right @ right)
    along_back, along_front = (back @ axis) / length**2, (front @ axis) / length**2
    second = -first + along_back * first + along_front * last
    return float(angle), np.array([first, second, -(first + second + last), last])
