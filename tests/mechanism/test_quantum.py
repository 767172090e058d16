"""Energies of water by GFN2-xTB and M06-2X, and what is said where a part is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.energetics import Bench
from workbench.mechanism.quantum import KCAL_PER_HARTREE, Gfn2, dft_energy
from workbench.mechanism.thermochemistry import numerical_hessian

WATER = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])
ELEMENTS = np.array([8, 1, 1])


def test_energy_and_gradient_of_water() -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    engine = Gfn2([8, 1, 1], 0, solvent="")
    point = engine(WATER)
    # the method's own papers list -5.07 hartree
    assert point.energy / KCAL_PER_HARTREE == pytest.approx(-5.07, abs=0.01)
    for axis in (1, 2):
        step = np.zeros((3, 3))
        step[1, axis] = 1e-3
        slope = (engine(WATER + step).energy - engine(WATER - step).energy) / 2e-3
        assert point.gradient[1, axis] == pytest.approx(slope, abs=0.02)
    # translations and rotations cost nothing
    stiff = np.linalg.eigvalsh(numerical_hessian(engine, WATER))
    assert np.abs(stiff[:6]).max() < 0.2 * stiff[6]


def test_density_fitting_and_grid_of_water() -> None:
    pyscf = pytest.importorskip("pyscf", reason="the extra react is not installed")
    from pyscf import dft

    atoms = list(zip("OHH", WATER.tolist(), strict=True))
    field = dft.RKS(pyscf.gto.M(atom=atoms, basis="def2-SVP", verbose=0), xc="M062X")
    field.grids.level = 4
    # whole integrals and one fine grid: fitting shifts an absolute energy by about 0.1
    expected = field.kernel() * KCAL_PER_HARTREE
    assert dft_energy(ELEMENTS, WATER, 0, "water") == pytest.approx(expected, abs=0.3)


def test_level_changes_the_energy_and_keeps_the_rest() -> None:
    pytest.importorskip("pyscf", reason="the extra react is not installed")
    pytest.importorskip("tblite", reason="the extra react is not installed")
    water = Chem.MolFromSmiles("O")
    bench = Bench(level="dft")
    found = bench.species(water, "water")
    gas = Gfn2([8, 1, 1], 0, solvent="")(found.coordinates).energy
    solvent = found.energy - gas + found.spread + found.correction
    expected = dft_energy(found.elements, found.coordinates, 0, "water") + solvent
    assert bench.free_energy(water, "water") == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("package", "compute"),
    [
        ("tblite", lambda: Gfn2([8, 1, 1], 0)),
        ("pyscf", lambda: dft_energy(ELEMENTS, WATER, 0, "water")),
    ],
)
def test_a_missing_part_names_its_extra(package, compute, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MechanismError, match=r"xpo1-workbench\[react\]"):
        compute()  # type: ignore[operator]
