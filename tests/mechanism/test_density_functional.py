"""The density functional energy, and what is said where a part is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.energetics import Bench
from workbench.mechanism.quantum import KCAL_PER_HARTREE, Gfn2, dft_energy

WATER = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])
ELEMENTS = np.array([8, 1, 1])


def test_energy_of_water_without_short_cuts() -> None:
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
    expected = (
        dft_energy(found.elements, found.coordinates, 0, "water")
        + (found.energy - gas)
        + found.spread
        + found.correction
    )
    assert bench.free_energy(water, "water") == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("package", "compute"),
    [
        ("tblite", lambda: Gfn2([8, 1, 1], 0)),
        ("pyscf", lambda: dft_energy(ELEMENTS, WATER, 0, "water")),
    ],
)
def test_a_missing_part_names_its_extra(
    package: str, compute: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MechanismError, match=r"xpo1-workbench\[react\]"):
        compute()  # type: ignore[operator]
