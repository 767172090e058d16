"""Free energies over conformers, and additions of a thiol, at GFN2-xTB."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import MechanismError
from workbench.gfn2 import Gfn2
from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import Bench, addition, carbanion, modelled, thiolate_species
from workbench.mechanism.species import from_starts, shapes_of, species
from workbench.mechanism.thermochemistry import RT

pytest.importorskip("tblite", reason="the extra react is not installed")


def test_addition_to_a_nitrile() -> None:
    ligand = load_ligand("C/C=C/C#N", name="crotononitrile")
    nitrile = addition(ligand, Bench(n_optimised=2))
    assert set(nitrile.delta_g) == {"bR", "bS"}
    # one is the other's mirror image
    assert nitrile.delta_g["bR"] == nitrile.delta_g["bS"]
    # thiols add to acrylonitriles in water and can leave again: a few kcal/mol downhill, not tens
    assert -20 < nitrile.delta_g["bR"] < -2
    assert nitrile.index["retro_michael_kcal_per_mol"] == -nitrile.delta_g["bR"]
    assert -11 < nitrile.index["lumo_ev"] < -5
    assert nitrile.index["thiolate_addition_kcal_per_mol"] < 0
    assert nitrile.warnings == ()


def test_cycle_closes_with_searches_of_their_own() -> None:
    """RSH + drug -> adduct is RS- + drug -> carbanion, then its proton from RSH."""
    ligand = load_ligand("C=CC#N", name="acrylonitrile")
    benches = [Bench(seed=seed, n_optimised=6) for seed in (1, 7)]
    drug, (adduct,) = modelled(ligand, "truncated", "methanethiol")
    thiol = Chem.MolFromSmiles("CS")
    first, second = benches

    def step(bench: Bench) -> float:
        thiol_energy = bench.species(thiol, "thiol").energy
        return bench.species(adduct.mol, "adduct").energy - thiol_energy

    direct = step(first) - first.species(drug, "drug").energy
    anion = carbanion(adduct, ligand, second).energy
    thiolate = [thiolate_species(seed).energy for seed in (1, 7)]
    addition_step = anion - second.species(drug, "drug").energy - thiolate[0]
    proton_step = step(second) + thiolate[1] - anion
    assert addition_step + proton_step == pytest.approx(direct, abs=0.1)


def test_enantiomers_agree_from_mirrored_shapes() -> None:
    mol, shapes = shapes_of(Chem.MolFromSmiles("CS[C@H](C)CC#N"), "R", 1, 30)
    image, _ = shapes_of(Chem.MolFromSmiles("CS[C@@H](C)CC#N"), "S", 1, 1)
    engine = Gfn2(mol)
    right, left = (
        from_starts(one, starts, engine, name="it", vibrations=True)
        for one, starts in ((mol, shapes[:2]), (image, shapes[:2] * np.array([1, 1, -1])))
    )
    assert right.free_energy == pytest.approx(left.free_energy, abs=0.05)
    # the wrong hand is noticed
    with pytest.raises(MechanismError, match="does not hold together"):
        from_starts(image, shapes[:1], engine, name="it", vibrations=False)


def test_handed_shapes_of_butane_count_twice() -> None:
    found = species(Chem.MolFromSmiles("CCCC"), "butane", 1, vibrations=False)
    assert len(found.energies) == 2
    gap = found.energies[1] - found.energies[0]
    assert 0.3 < gap < 1.0
    # one anti shape and two gauche ones, mirror images of each other
    assert found.spread == pytest.approx(-RT * math.log(1 + 2 * math.exp(-gap / RT)), abs=1e-6)


def test_what_falls_apart_is_an_error() -> None:
    ion = Chem.AddHs(Chem.MolFromSmiles("C[S-]"))
    apart = np.array(
        [[0, 0, 0], [0, 0, 6.0], [1.0, 0, -0.4], [-0.5, 0.9, -0.4], [-0.5, -0.9, -0.4]]
    )
    with pytest.raises(MechanismError, match="the ion"):
        from_starts(ion, apart[None], Gfn2(ion), name="the ion", vibrations=False)


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
        species(Chem.MolFromSmiles(smiles), "it", 1)
