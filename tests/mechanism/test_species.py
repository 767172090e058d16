"""Free energies of molecules over their conformers, at GFN2-xTB."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.quantum import KCAL_PER_HARTREE, Gfn2
from workbench.mechanism.species import from_starts, shapes_of, species
from workbench.mechanism.thermochemistry import RT, numerical_hessian

pytest.importorskip("tblite", reason="the extra react is not installed")


def molecule(smiles: str) -> Chem.Mol:
    return Chem.MolFromSmiles(smiles)


def test_energy_and_gradient_of_water() -> None:
    engine = Gfn2([8, 1, 1], 0, solvent="")
    x = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])
    point = engine(x)
    # GFN2-xTB water at this geometry; the method's own papers list -5.07 hartree
    assert point.energy / KCAL_PER_HARTREE == pytest.approx(-5.07, abs=0.01)
    step = 1e-3
    for axis in (1, 2):
        moved = [x.copy(), x.copy()]
        moved[0][1, axis] += step
        moved[1][1, axis] -= step
        slope = (engine(moved[0]).energy - engine(moved[1]).energy) / (2 * step)
        assert point.gradient[1, axis] == pytest.approx(slope, abs=0.02)
    stiff = np.linalg.eigvalsh(numerical_hessian(engine, x))
    assert np.abs(stiff[:6]).max() < 0.2 * stiff[6]


def test_enantiomers_agree_from_mirrored_shapes() -> None:
    mol, shapes = shapes_of(molecule("CS[C@H](C)CC#N"), "R", 1, 30)
    image, _ = shapes_of(molecule("CS[C@@H](C)CC#N"), "S", 1, 1)
    engine = Gfn2([atom.GetAtomicNum() for atom in mol.GetAtoms()], 0)
    right, left = (
        from_starts(one, starts, engine, name="it", vibrations=True)
        for one, starts in (
            (mol, shapes[:2]),
            (image, shapes[:2] * np.array([1.0, 1.0, -1.0])),
        )
    )
    assert right.free_energy == pytest.approx(left.free_energy, abs=0.05)
    # the wrong hand is noticed
    with pytest.raises(MechanismError, match="does not hold together"):
        from_starts(image, shapes[:1], engine, name="it", vibrations=False)


def test_a_search_of_its_own_agrees() -> None:
    found = [
        species(molecule(smiles), smiles, seed, n_optimised=5, vibrations=False)
        for smiles, seed in (("CS[C@H](C)C#N", 1), ("CS[C@@H](C)C#N", 20))
    ]
    energies = [one.energy + one.spread for one in found]
    assert energies[0] == pytest.approx(energies[1], abs=0.05)


def test_handed_shapes_of_butane_count_twice() -> None:
    found = species(molecule("CCCC"), "butane", 1, vibrations=False)
    assert len(found.energies) == 2
    gap = found.energies[1] - found.energies[0]
    assert 0.3 < gap < 1.0
    # one anti shape and two gauche ones, mirror images of each other
    assert found.spread == pytest.approx(-RT * math.log(1 + 2 * math.exp(-gap / RT)), abs=1e-6)


def test_more_starts_change_little() -> None:
    few, many = (
        species(molecule("CSCCC#N"), "adduct", 1, n_optimised=n, vibrations=False) for n in (5, 9)
    )
    assert few.energy + few.spread == pytest.approx(many.energy + many.spread, abs=0.25)
    assert few.halved < 0.6


def test_what_falls_apart_is_an_error() -> None:
    ion = Chem.AddHs(molecule("C[S-]"))
    engine = Gfn2([atom.GetAtomicNum() for atom in ion.GetAtoms()], -1)
    apart = np.array(
        [[0, 0, 0], [0, 0, 6.0], [1.0, 0, -0.4], [-0.5, 0.9, -0.4], [-0.5, -0.9, -0.4]]
    )
    with pytest.raises(MechanismError, match="the ion"):
        from_starts(ion, apart[None], engine, name="the ion", vibrations=False)


@pytest.mark.parametrize(
    ("smiles", "message"),
    [
        ("C[Pt]C", "holds Pt"),
        ("C" * 80, "more than the 200"),
        ("[CH2]C", "odd number of electrons"),
    ],
)
def test_what_is_not_computed(smiles: str, message: str) -> None:
    with pytest.raises(MechanismError, match=message):
        species(molecule(smiles), "it", 1)
