"""Free energies of molecules over their conformers, at GFN2-xTB."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.quantum import Gfn2
from workbench.mechanism.species import from_starts, shapes_of, species
from workbench.mechanism.thermochemistry import RT

pytest.importorskip("tblite", reason="the extra react is not installed")


def molecule(smiles: str) -> Chem.Mol:
    return Chem.MolFromSmiles(smiles)


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


def test_handed_shapes_of_butane_count_twice() -> None:
    found = species(molecule("CCCC"), "butane", 1, vibrations=False)
    assert len(found.energies) == 2
    gap = found.energies[1] - found.energies[0]
    assert 0.3 < gap < 1.0
    # one anti shape and two gauche ones, mirror images of each other
    assert found.spread == pytest.approx(-RT * math.log(1 + 2 * math.exp(-gap / RT)), abs=1e-6)


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
