"""Additions of a thiol at GFN2-xTB: known orders, closed cycles, indices."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import (
    Addition,
    Bench,
    addition,
    carbanion,
    modelled,
    thiolate_species,
)

pytest.importorskip("tblite", reason="the extra react is not installed")


@pytest.fixture(scope="module")
def nitrile() -> Addition:
    return addition(load_ligand("C/C=C/C#N", name="crotononitrile"), Bench(n_optimised=4))


def test_addition_to_a_nitrile(nitrile: Addition) -> None:
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
    direct = (
        benches[0].species(adduct.mol, "adduct").energy
        - benches[0].species(drug, "drug").energy
        - benches[0].species(thiol, "thiol").energy
    )
    anion = carbanion(adduct, ligand, benches[1])
    thiolate = [thiolate_species(seed).energy for seed in (1, 7)]
    addition_step = anion.energy - benches[1].species(drug, "drug").energy - thiolate[0]
    proton_step = (
        benches[1].species(adduct.mol, "adduct").energy
        + thiolate[1]
        - anion.energy
        - benches[1].species(thiol, "thiol").energy
    )
    assert addition_step + proton_step == pytest.approx(direct, abs=0.1)
