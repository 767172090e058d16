"""Energies from electronic structure: GFN2-xTB by tblite, M06-2X by PySCF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.optional import tblite_interface

FloatArray = NDArray[np.float64]

KCAL_PER_HARTREE = 627.509474
ANGSTROM_PER_BOHR = 0.529177211
EV_PER_HARTREE = 27.211386

FUNCTIONAL, BASIS = "M06-2X", "def2-SVP"
GFN2 = "GFN2-xTB/ALPB(water)"
DFT = f"{FUNCTIONAL}/{BASIS}//GFN2-xTB, solvent by ALPB(water)"

MAX_ATOMS = 200
"""Hydrogens included; larger molecules take too long to optimise."""

# H to Ar, K to Kr without the transition metals, and iodine: what drugs are made of
_ELEMENTS = {*range(1, 21), *range(30, 37), 53}
_MAX_CYCLES = 300
_COARSE_GRID, _FINE_GRID = 1, 3
_CONVERGED_HARTREE = 1e-5


class Point(NamedTuple):
    """An energy in kcal/mol, its gradient ``(n_atoms, 3)`` kcal/mol/angstrom, and the LUMO."""

    energy: float
    gradient: FloatArray
    lumo_ev: float


Engine = Callable[[FloatArray], Point]
"""Gives energy and gradient at ``(n_atoms, 3)`` angstrom."""


class Gfn2:
    """GFN2-xTB with ALPB water for one molecule; each point starts from the last orbitals.

    The state of the solvation model is 1 M gas to 1 M solution.

    Parameters
    ----------
    elements, charge
        ``(n_atoms,)`` atomic numbers; the shell is closed.
    solvent
        Blank for the gas phase.
    name
        How errors call the molecule.

    Raises
    ------
    MechanismError
        When tblite is not installed, or the molecule is open-shell, too large, or holds an
        element outside what the workbench lets through.

    Reference
    ---------
    GFN2-xTB: Bannwarth 2019 J. Chem. Theory Comput. 15:1652, 10.1021/acs.jctc.8b01176.
    ALPB: Ehlert 2021 J. Chem. Theory Comput. 17:4250, 10.1021/acs.jctc.1c00471.
    """

    def __init__(
        self, elements: Sequence[int], charge: int, *, solvent: str = "water", name: str = ""
    ) -> None:
        self.elements = np.asarray(elements, dtype=np.int64)
        self.charge = charge
        self.solvent = solvent
        self.name = name or "the molecule"
        check_molecule(self.elements, charge, self.name)
        self._interface = tblite_interface("reaction energies", MechanismError)
        self._calculator: Any = None
        self._last: Any = None

    def __call__(self, coordinates: FloatArray) -> Point:
        """Return energy and gradient; raise when the self-consistent field does not converge."""
        bohr = np.asarray(coordinates, dtype=np.float64) / ANGSTROM_PER_BOHR
        try:
            result = self._solved(bohr)
        except RuntimeError:
            # a fresh start: orbitals of another geometry can be a bad guess
            self._calculator = self._last = None
            try:
                result = self._solved(bohr)
            except RuntimeError as error:
                raise MechanismError(
                    f"GFN2-xTB did not converge for {self.name} (charge {self.charge:+d}): "
                    "its electronic structure may need a method beyond this one"
                ) from error
        self._last = result
        return Point(
            float(result.get("energy")) * KCAL_PER_HARTREE,
            np.asarray(result.get("gradient")) * (KCAL_PER_HARTREE / ANGSTROM_PER_BOHR),
            _lumo_ev(result),
        )

    def _solved(self, bohr: FloatArray) -> Any:
        """Return tblite's result, with a new calculator the first time."""
        if self._calculator is None:
            made = self._interface.Calculator(
                "GFN2-xTB", self.elements, bohr, charge=float(self.charge)
            )
            made.set("verbosity", 0)
            made.set("max-iter", _MAX_CYCLES)
            if self.solvent:
                made.add("alpb-solvation", self.solvent, "gsolv")
            self._calculator = made
            return made.singlepoint()
        self._calculator.update(positions=bohr)
        return self._calculator.singlepoint(self._last)


def _lumo_ev(result: Any) -> float:
    """Return the lowest empty level in eV; GFN2 treats the valence electrons only."""
    levels = np.asarray(result.get("orbital-energies"))
    filled = np.asarray(result.get("orbital-occupations"))
    empty = levels[filled < 1.0]
    return float(empty.min() * EV_PER_HARTREE) if len(empty) else float("nan")


def check_molecule(elements: Iterable[int], charge: int, name: str) -> None:
    """Raise unless a molecule is closed-shell, small enough and of ordinary elements."""
    elements = [int(z) for z in elements]
    if len(elements) > MAX_ATOMS:
        raise MechanismError(
            f"{name} has {len(elements)} atoms, more than the {MAX_ATOMS} that are computed here; "
            "use the truncated model"
        )
    odd = sorted({*elements} - _ELEMENTS)
    if odd:
        symbols = ", ".join(Chem.GetPeriodicTable().GetElementSymbol(z) for z in odd)
        raise MechanismError(
            f"{name} holds {symbols}, which reaction energies are not computed for: "
            "leave it out or replace it"
        )
    if (sum(elements) - charge) % 2:
        raise MechanismError(
            f"{name} has an odd number of electrons; reaction energies are for closed shells only"
        )


def dft_energy(
    elements: NDArray[np.int64], coordinates: FloatArray, charge: int, name: str
) -> float:
    """Return the gas-phase M06-2X energy of a closed shell, kcal/mol.

    Density fitting; orbitals are converged on a coarse grid, the energy is taken on a fine one.

    Parameters
    ----------
    elements, coordinates
        ``(n_atoms,)`` and ``(n_atoms, 3)`` angstrom.

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
    symbol = Chem.GetPeriodicTable().GetElementSymbol
    atoms = [(symbol(int(z)), tuple(x)) for z, x in zip(elements, coordinates, strict=True)]
    mol = gto.M(atom=atoms, basis=BASIS, charge=charge, verbose=0)
    field = dft.RKS(mol, xc=FUNCTIONAL.replace("-", "")).density_fit()
    field.grids.level = _COARSE_GRID
    field.conv_tol = _CONVERGED_HARTREE
    field.kernel()
    if not field.converged:
        raise MechanismError(
            f"{FUNCTIONAL} did not converge for {name}: take the level gfn2 for it"
        )
    density = field.make_rdm1()
    field.grids = dft.gen_grid.Grids(mol)
    field.grids.level = _FINE_GRID
    return float(field.energy_tot(dm=density)) * KCAL_PER_HARTREE
