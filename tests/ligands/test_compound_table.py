"""The shipped table of compounds: its chemistry agrees with itself, its gaps stay gaps."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem.Descriptors import MolWt
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.ligands.catalogue import (
    compound_names,
    drug_named,
    drug_of_skeleton,
    find_compound,
    name_key,
    nearest_names,
)
from workbench.tables import Compound, compounds, read_table

ALL = compounds()


@pytest.mark.parametrize("compound", ALL, ids=lambda c: c.name)
def test_smiles_formula_weight_and_inchikey_agree(compound: Compound) -> None:
    mol = Chem.MolFromSmiles(compound.smiles)
    assert CalcMolFormula(mol) == compound.formula
    assert MolWt(mol) == pytest.approx(compound.mw, abs=0.015)
    assert Chem.MolToInchiKey(mol) == compound.inchikey


def test_every_row_has_a_source_and_a_confidence() -> None:
    assert all(c.source and c.confidence and c.kind for c in ALL)
    assert {c.kind for c in ALL} == {"inhibitor", "control", "bound_form"}


def test_bound_forms_are_the_drug_plus_two_hydrogens_or_say_otherwise() -> None:
    by_name = {c.name: c for c in ALL}
    gains = {
        c.name: round(c.mw - by_name[c.parent].mw, 2)
        for c in ALL
        if c.kind == "bound_form" and c.mw is not None
    }
    # K76 keeps its alkene; opened lactones took up water as well (18.02 + 2.02)
    expected = {"K76": 0.0, "LMB": 20.03, "RJA": 20.03, "AA8": 20.03}
    for name, gain in gains.items():
        code = name.rstrip(")").split()[-1]
        assert gain == pytest.approx(expected.get(code, 2.02), abs=0.02), name


def test_names_are_unambiguous_and_none_reads_as_a_smiles() -> None:
    owners: dict[str, set[str]] = {}
    for compound in ALL:
        for name in compound_names(compound):
            owners.setdefault(name_key(name), set()).add(compound.name)
    assert [key for key, names in owners.items() if len(names) > 1] == []
    parameters = Chem.SmilesParserParams()
    parameters.parseName = False
    for key in owners:
        for form in (key, key.upper()):
            assert Chem.MolFromSmiles(form, parameters) is None, form


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SELINEXOR", "selinexor"),
        ("kpt 330", "selinexor"),
        ("kpt_8602", "eltanexor"),
        ("1393477-72-9", "selinexor"),
        ("cas 1393477-72-9", "selinexor"),
        ("lmb", "leptomycin B"),
        ("KPT185", "KPT-185"),
    ],
)
def test_names_are_found_in_any_case(text: str, name: str) -> None:
    compound = find_compound(text)
    assert compound is not None
    assert compound.name == name
    assert drug_named(text) is compound


def test_blanks_stay_blank() -> None:
    verdinexor = find_compound("verdinexor")
    assert verdinexor is not None
    assert verdinexor.pdb_ligand == ""
    assert verdinexor.pdb_entries == ()


def test_the_nearest_name_of_a_misspelling_comes_first() -> None:
    assert nearest_names("selinexr")[0] == "selinexor"
    assert nearest_names("KPT-184")[0] == "KPT-185"
    assert nearest_names("zzzzzzzz") == ()


def test_a_skeleton_finds_the_drug_and_never_the_bound_form() -> None:
    for compound in ALL:
        found = drug_of_skeleton(compound.inchikey)
        if compound.kind != "bound_form":
            assert found is not None
            assert found.inchikey.split("-")[0] == compound.inchikey.split("-")[0]
    e_isomer = Chem.MolFromSmiles("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    found = drug_of_skeleton(Chem.MolToInchiKey(e_isomer))
    assert found is not None
    assert found.name == "KPT-185"


def test_a_table_with_other_columns_is_refused() -> None:
    from dataclasses import make_dataclass

    wrong = make_dataclass("Wrong", [("name", str)])
    with pytest.raises(ValueError, match="columns"):
        read_table("compounds.csv", wrong)
