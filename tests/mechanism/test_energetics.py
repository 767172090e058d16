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
from workbench.mechanism.reaction_table import reaction_energies
from workbench.mechanism.species import from_starts, shapes_of, species
from workbench.mechanism.thermochemistry import RT

pytest.importorskip("tblite", reason="the extra react is not installed")


def test_a_fresh_computation_gives_the_shipped_energy() -> None:
    (row,) = (row for row in reaction_energies() if row.ligand == "acrolein")
    found = addition(load_ligand(row.smiles), Bench(n_optimised=2))
    # 0.1 for the optimiser, which the table is older than, and for two conformers of eight
    assert found.delta_g == pytest.approx({row.adduct: row.delta_g_kcal_per_mol}, abs=0.15)
    assert found.index["retro_michael_kcal_per_mol"] == -found.delta_g[row.adduct]
    assert found.index["lumo_ev"] == pytest.approx(row.lumo_ev, abs=0.05)
    for name in ("thiolate_addition_kcal_per_mol", "proton_transfer_kcal_per_mol"):
        assert found.index[name] == pytest.approx(getattr(row, name), abs=0.6)
    assert found.warnings == ()


def test_mirror_images_are_one_computation() -> None:
    bench = Bench(n_optimised=1)
    _, adducts = modelled(load_ligand("C/C=C/C#N"), "truncated", "methanethiol")
    assert [one.label for one in adducts] == ["bR", "bS"]
    right, left = (bench.species(one.mol, one.label) for one in adducts)
    assert right is left


def test_cycle_closes_with_searches_of_their_own() -> None:
    """RSH + drug -> adduct is RS- + drug -> carbanion, then its proton from RSH."""
    ligand = load_ligand("C=CC#N", name="acrylonitrile")
    benches = [Bench(seed=seed, n_optimised=2) for seed in (1, 7)]
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
        for one, starts in ((mol, shapes[:1]), (image, shapes[:1] * np.array([1, 1, -1])))
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
