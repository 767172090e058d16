"""One density functional energy at a given geometry, and what diffuse functions add to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.quantum import KCAL_PER_HARTREE

FloatArray = NDArray[np.float64]

FUNCTIONAL = "M06-2X"
BASIS = "def2-SVP"
DFT = f"{FUNCTIONAL}/{BASIS}//GFN2-xTB, solvent by ALPB(water)"

DIFFUSE_BASIS = "def2-SVPD"
DFT_DIFFUSE = f"{FUNCTIONAL}/{BASIS} + HF/({DIFFUSE_BASIS} - {BASIS})//GFN2-xTB, solvent by ALPB"

_COARSE, _FINE = 1, 3
_CONVERGED_HARTREE = 1e-5
_CONVERGED_HF_HARTREE = 1e-6


def dft_energy(
    elements: NDArray[np.int64], coordinates: FloatArray, charge: int, name: str
) -> float:
    """Return the gas-phase energy of a closed shell in kcal/mol.

    Density fitting; the orbitals are converged on a coarse grid and the energy is then taken
    once on a fine one, which is off by the square of the small difference in density.

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
    dft, gto, _ = _pyscf()
    mol = gto.M(atom=_atoms(elements, coordinates), basis=BASIS, charge=charge, verbose=0)
    field = dft.RKS(mol, xc=FUNCTIONAL.replace("-", "")).density_fit()
    field.grids.level = _COARSE
    field.conv_tol = _CONVERGED_HARTREE
    field.kernel()
    if not field.converged:
        raise MechanismError(
            f"{FUNCTIONAL} did not converge for {name}: take the level gfn2 for it"
        )
    density = field.make_rdm1()
    field.grids = dft.gen_grid.Grids(mol)
    field.grids.level = _FINE
    return float(field.energy_tot(dm=density)) * KCAL_PER_HARTREE


def diffuse_energy(
    elements: NDArray[np.int64], coordinates: FloatArray, charge: int, name: str
) -> float:
    """Return what diffuse basis functions add to the energy of a closed shell, kcal/mol.

    By Hartree-Fock, the larger basis against the one of ``dft_energy``: an anion needs them, and
    without a grid they cost little. Below zero.

    Parameters
    ----------
    elements, coordinates
        ``(n_atoms,)`` and ``(n_atoms, 3)`` angstrom.

    Raises
    ------
    MechanismError
        When PySCF is missing or a field does not converge.

    Reference
    ---------
    def2-SVPD: Rappoport 2010 J. Chem. Phys. 133:134105, 10.1063/1.3484283.
    """
    _, gto, scf = _pyscf()
    energies = []
    smaller = None
    for basis in (BASIS, DIFFUSE_BASIS):
        mol = gto.M(atom=_atoms(elements, coordinates), basis=basis, charge=charge, verbose=0)
        field = scf.RHF(mol).density_fit()
        field.conv_tol = _CONVERGED_HF_HARTREE
        start = None
        if smaller is not None:
            orbitals = scf.addons.project_mo_nr2nr(smaller.mol, smaller.mo_coeff, mol)
            start = field.make_rdm1(orbitals, smaller.mo_occ)
        field.kernel(dm0=start)
        if not field.converged:
            raise MechanismError(
                f"Hartree-Fock/{basis} did not converge for {name}: take the level gfn2 for it"
            )
        energies.append(float(field.e_tot))
        smaller = field
    return (energies[1] - energies[0]) * KCAL_PER_HARTREE


def _atoms(
    elements: NDArray[np.int64], coordinates: FloatArray
) -> list[tuple[str, tuple[float, ...]]]:
    """Return symbols and positions as PySCF takes them."""
    table = Chem.GetPeriodicTable()
    return [
        (table.GetElementSymbol(int(z)), tuple(x))
        for z, x in zip(elements, coordinates, strict=True)
    ]


def _pyscf() -> tuple[Any, Any, Any]:
    """Return PySCF's modules ``dft``, ``gto`` and ``scf``."""
    try:
        from pyscf import dft, gto, scf
    except ImportError as error:
        raise MechanismError(
            "the level dft needs PySCF: install the extra, pip install 'xpo1-workbench[react]'"
        ) from error
    return dft, gto, scf
