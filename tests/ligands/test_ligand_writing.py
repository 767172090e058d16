"""SD records, PDBQT and drawings: nothing is lost, nothing hostile gets through."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed, embed_drug
from workbench.ligands.depiction import adduct_svg, drug_svg
from workbench.ligands.reading import load_ligand
from workbench.ligands.writing import drug_sdf_block, ligand_pdbqt
from workbench.text import clean_name, clean_text, quoted

SINES = ["selinexor", "eltanexor", "KPT-185", "KPT-251", "KPT-276", "verdinexor"]


def read_sdf(text: str) -> list[Chem.Mol]:
    supplier = Chem.SDMolSupplier()
    supplier.SetData(text)
    return list(supplier)


@pytest.mark.parametrize("name", SINES)
def test_the_record_of_an_adduct_is_the_drug_with_one_bond_less(name: str) -> None:
    adduct = enumerate_adducts(load_ligand(name))[-1]
    drug, warhead = adduct.ligand.mol, adduct.ligand.warhead
    assert warhead is not None
    xyz = embed(adduct, 1, seed=1)[0]
    (read,) = read_sdf(drug_sdf_block(adduct, xyz, {"score_kcal_per_mol": -7.25}))
    assert read.GetProp("_Name") == name
    assert float(read.GetProp("score_kcal_per_mol")) == -7.25
    assert np.abs(read.GetConformer().GetPositions() - xyz[: adduct.n_drug_atoms]).max() < 1e-3
    attacked = {warhead.reactive_atom_index, warhead.partner_atom_index}
    for bond in drug.GetBonds():
        ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        written = read.GetBondBetweenAtoms(*ends).GetBondTypeAsDouble()
        expected = 1.0 if set(ends) == attacked else bond.GetBondTypeAsDouble()
        assert written == expected
    assert read.GetNumBonds() == drug.GetNumBonds()


def test_the_record_of_a_drug_reads_back_as_the_drug() -> None:
    for name in SINES:
        ligand = load_ligand(name)
        xyz = embed_drug(ligand, seed=2).GetConformer().GetPositions()
        (read,) = read_sdf(drug_sdf_block(ligand, xyz))
        assert Chem.MolToInchiKey(read) == ligand.inchikey


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a\n\n$$$$\n>  <b>\nc", "1"),
        ("x", "a\n\n$$$$\n>  <b>\nc"),
        ("x>\n>  <y", "$$$$"),
        ("", ""),
        ("<script>", "$$$$$$$$"),
        ("x", ">  <injected>"),
        ("\u202e\x00\x1b", "\x00\r\n\v\f\u2028\u2029"),
    ],
)
def test_hostile_tags_and_names_stay_one_record(name: str, value: str) -> None:
    ligand = replace(load_ligand("CCO"), name=name)
    xyz = embed_drug(ligand, seed=1).GetConformer().GetPositions()
    text = drug_sdf_block(ligand, xyz, {name: value, "last": 7})
    assert text.count("$$$$") == 1
    assert text.endswith("\n$$$$\n")
    assert text.count("\n>  <") == 2
    (read,) = read_sdf(text)
    assert read.GetProp("last") == "7"
    assert len(list(read.GetPropNames())) == 2


@pytest.mark.parametrize(
    "coordinates",
    [
        np.zeros((2, 3)),
        np.zeros((3, 2)),
        np.zeros(9),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.full((3, 3), 1e5),
    ],
)
def test_bad_coordinates_are_refused(coordinates: np.ndarray) -> None:
    with pytest.raises(LigandError, match="coordinate"):
        drug_sdf_block(load_ligand("CCO"), coordinates)


@pytest.mark.parametrize("name", SINES)
def test_every_pdbqt_atom_is_the_drug_atom_in_its_place(name: str) -> None:
    ligand = load_ligand(name)
    placed = embed_drug(ligand, seed=4)
    text, atoms = ligand_pdbqt(ligand, placed)
    assert sorted(atoms.values()) == list(range(ligand.mol.GetNumAtoms()))
    xyz = placed.GetConformer().GetPositions()
    lines = {int(x[6:11]): x for x in text.splitlines() if x.startswith("ATOM")}
    for serial, index in atoms.items():
        point = [float(lines[serial][k : k + 8]) for k in (30, 38, 46)]
        assert np.abs(np.array(point) - xyz[index]).max() < 0.002
        kind = lines[serial][77:].strip()[0]
        assert kind.replace("A", "C") == ligand.mol.GetAtomWithIdx(index).GetSymbol()
    polar = sum(atom.GetTotalNumHs() for atom in ligand.mol.GetAtoms() if atom.GetSymbol() in "NOS")
    assert len(lines) == len(atoms) + polar


def test_pdbqt_of_halogens_and_sulphur_keeps_the_elements() -> None:
    ligand = load_ligand("CS(=O)(=O)c1cc(Cl)c(Br)cc1-c1ccsc1")
    _, atoms = ligand_pdbqt(ligand, embed_drug(ligand, seed=1))
    assert len(atoms) == ligand.mol.GetNumAtoms()


@pytest.mark.parametrize("name", [*SINES, "leptomycin B"])
def test_drawings_are_well_formed_and_mark_the_chemistry(name: str) -> None:
    ligand = load_ligand(name)
    root = ElementTree.fromstring(drug_svg(ligand))
    assert root.tag.endswith("svg")
    drawn = ElementTree.tostring(root, encoding="unicode").upper()
    tint = "#EF7259"
    if ligand.warhead is None:
        assert tint not in drawn
        return
    assert tint in drawn
    adduct = enumerate_adducts(ligand)[0]
    picture = ElementTree.tostring(ElementTree.fromstring(adduct_svg(adduct)), encoding="unicode")
    assert tint in picture.upper()


def test_a_hostile_name_never_reaches_a_drawing() -> None:
    ligand = replace(load_ligand("selinexor"), name="<script>alert(1)</script>")
    assert "script" not in drug_svg(ligand)
    assert "script" not in adduct_svg(enumerate_adducts(ligand)[0])


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
    assert "$$$$" not in clean_text(text)


def test_names_are_cut_and_blanks_replaced() -> None:
    assert clean_name("\n\t", "fallback") == "fallback"
    assert len(clean_name("x" * 500, "fallback")) == 80
    assert quoted("x" * 500, 20) == "'" + "x" * 17 + "...'"
