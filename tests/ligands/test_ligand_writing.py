"""SD records and PDBQT: nothing is lost, nothing hostile gets through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed, embed_drug
from workbench.ligands.reading import load_ligand
from workbench.ligands.writing import drug_sdf_block, ligand_pdbqt
from workbench.text import clean_name, clean_text, quoted

SINES = ["selinexor", "eltanexor", "KPT-185", "KPT-251", "KPT-276", "verdinexor"]


def read_sdf(text: str) -> Chem.Mol:
    supplier = Chem.SDMolSupplier()
    supplier.SetData(text)
    (mol,) = supplier
    return mol


@pytest.mark.parametrize("name", SINES)
def test_records_read_back(name: str) -> None:
    ligand = load_ligand(name)
    xyz = embed_drug(ligand, seed=2, n_conformers=2).GetConformer().GetPositions()
    assert Chem.MolToInchiKey(read_sdf(drug_sdf_block(ligand, xyz))) == ligand.inchikey
    # that of an adduct is the drug with one bond less
    adduct = enumerate_adducts(ligand)[-1]
    xyz = embed(adduct, 1, seed=1)[0]
    read = read_sdf(drug_sdf_block(adduct, xyz, {"score_kcal_per_mol": -7.25}))
    assert read.GetProp("_Name") == name
    assert float(read.GetProp("score_kcal_per_mol")) == -7.25
    assert np.abs(read.GetConformer().GetPositions() - xyz[: adduct.n_drug_atoms]).max() < 1e-3
    attacked = {ligand.warhead.reactive_atom_index, ligand.warhead.partner_atom_index}
    assert read.GetNumBonds() == ligand.mol.GetNumBonds()
    for bond in ligand.mol.GetBonds():
        ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        expected = 1.0 if set(ends) == attacked else bond.GetBondTypeAsDouble()
        assert read.GetBondBetweenAtoms(*ends).GetBondTypeAsDouble() == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a\n\n$$$$\n>  <b>\nc", "1"),
        ("x>\n>  <y", "a\n\n$$$$\n>  <b>\nc"),
        ("", ""),
        ("<script>", "$$$$$$$$"),
        ("\u202e\x00\x1b", "\x00\r\n\v\f\u2028\u2029>  <injected>"),
    ],
)
def test_hostile_tags_and_names_stay_one_record(name: str, value: str) -> None:
    ligand = replace(load_ligand("CCO"), name=name)
    xyz = embed_drug(ligand, seed=1).GetConformer().GetPositions()
    text = drug_sdf_block(ligand, xyz, {name: value, "last": 7})
    assert text.count("$$$$") == 1
    assert text.endswith("\n$$$$\n")
    assert text.count("\n>  <") == 2
    read = read_sdf(text)
    assert read.GetProp("last") == "7"
    assert len(list(read.GetPropNames())) == 2


@pytest.mark.parametrize(
    "coordinates",
    [
        np.zeros((2, 3)),
        np.zeros((3, 2)),
        np.zeros(9),
        *(np.full((3, 3), bad) for bad in (np.nan, np.inf, 1e5)),
    ],
)
def test_bad_coordinates_are_refused(coordinates: np.ndarray) -> None:
    with pytest.raises(LigandError, match="coordinate"):
        drug_sdf_block(load_ligand("CCO"), coordinates)


@pytest.mark.parametrize("name", [*SINES, "CS(=O)(=O)c1cc(Cl)c(Br)cc1-c1ccsc1"])
def test_every_pdbqt_atom_is_the_drug_atom_in_its_place(name: str) -> None:
    ligand = load_ligand(name)
    placed = embed_drug(ligand, seed=4, n_conformers=2)
    text, atoms = ligand_pdbqt(ligand, placed)
    assert sorted(atoms.values()) == list(range(ligand.mol.GetNumAtoms()))
    xyz = placed.GetConformer().GetPositions()
    lines = {int(x[6:11]): x for x in text.splitlines() if x.startswith("ATOM")}
    for serial, index in atoms.items():
        point = [float(lines[serial][k : k + 8]) for k in (30, 38, 46)]
        assert np.abs(np.array(point) - xyz[index]).max() < 0.002
        kind = lines[serial][77:].strip()[0].replace("A", "C")
        assert kind == ligand.mol.GetAtomWithIdx(index).GetSymbol()[0]
    polar = sum(atom.GetTotalNumHs() for atom in ligand.mol.GetAtoms() if atom.GetSymbol() in "NOS")
    assert len(lines) == len(atoms) + polar


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("two\n lines\t", "two lines"),
        ("$$$$$$$$", "$$ $$ $$ $$"),
        ("> <a>", "'> <a>"),
        ("\x1b[31mred", "[31mred"),
        ("a\u202eb\u200bc", "a b c"),
    ],
)
def test_text_is_made_one_safe_line(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert clean_name("\n\t", text) == text
    assert len(clean_name(text * 500, "fallback")) <= 80
    assert quoted("x" * 500, 20) == "'" + "x" * 17 + "...'"
