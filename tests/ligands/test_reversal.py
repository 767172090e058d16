"""The way back: from every adduct to its drug, the atoms' order and all stereo but the alkene's."""

from __future__ import annotations

import pytest
from analogs import other_analogs, sine_analogs
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts, flat_adduct
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.reading import load_ligand
from workbench.ligands.reversal import released_drug, reverse
from workbench.tables import compounds

ANALOGS = sine_analogs(140, seed=11) + other_analogs(60, seed=12)


def adducts_of(ligand: Ligand) -> tuple[Adduct, ...]:
    """Return the adducts; the flat one where the input leaves stereo open."""
    try:
        return enumerate_adducts(ligand)
    except LigandError as error:
        assert "undefined" in str(error)
        return (flat_adduct(ligand),)


def check_round_trip(ligand: Ligand) -> None:
    for adduct in adducts_of(ligand):
        drug = released_drug(adduct)
        numbers = [a.GetAtomicNum() for a in ligand.mol.GetAtoms()]
        assert [a.GetAtomicNum() for a in drug.mol.GetAtoms()] == numbers
        # all stereo outside the bond that was made anew: the drug is one of the isomers
        assert ligand.smiles in drug.isomers
        assert drug.lost_geometry == (len(drug.isomers) == 2)
        assert {Chem.MolToInchiKey(Chem.MolFromSmiles(s)).split("-")[0] for s in drug.isomers} == {
            ligand.inchikey.split("-")[0]
        }


def test_there_are_200_different_analogs() -> None:
    assert len({Chem.CanonSmiles(smiles) for smiles in ANALOGS}) == 200


@pytest.mark.parametrize("part", range(8))
def test_200_analogs_come_back(part: int) -> None:
    for smiles in ANALOGS[part::8]:
        ligand = load_ligand(smiles)
        assert ligand.warhead is not None, smiles
        check_round_trip(ligand)


LIBRARY = [c.name for c in compounds() if c.kind != "bound_form"]


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_comes_back(name: str) -> None:
    ligand = load_ligand(name)
    if ligand.warhead is None:
        with pytest.raises(LigandError, match="forms no adduct"):
            enumerate_adducts(ligand)
        return
    check_round_trip(ligand)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("selinexor", True),
        ("eltanexor", True),
        ("KPT-251", True),
        # in a ring there is one geometry
        ("leptomycin B", False),
        ("goniothalamin", False),
    ],
)
def test_the_geometry_is_lost_where_there_were_two(name: str, lost: bool) -> None:
    for adduct in enumerate_adducts(load_ligand(name)):
        assert released_drug(adduct).lost_geometry == lost


def test_both_isomers_are_named() -> None:
    (adduct, _) = enumerate_adducts(load_ligand("KPT-185"))
    drug = released_drug(adduct)
    assert "/" not in drug.smiles
    assert set(drug.isomers) == {
        Chem.CanonSmiles("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"),
        Chem.CanonSmiles("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"),
    }


def test_an_attacked_stereocentre_is_turned_back() -> None:
    # from behind the oxygen and back again
    for smiles in ("C[C@H]1O[C@@H]1C(=O)NC", "C[C@@H]1O[C@@H]1C(=O)NC", "C[C@H]1O[C@H]1C(=O)NC"):
        ligand = load_ligand(smiles)
        for adduct in enumerate_adducts(ligand):
            assert Chem.MolToSmiles(reverse(adduct)) == ligand.smiles


@pytest.mark.parametrize("smiles", ["ClCC(=O)NC", "Cl[C@@H](C)C(=O)NC"])
def test_what_has_left_does_not_come_back(smiles: str) -> None:
    for adduct in enumerate_adducts(load_ligand(smiles)):
        assert [adduct.ligand.mol.GetAtomWithIdx(i).GetSymbol() for i in adduct.left_atoms] == [
            "Cl"
        ]
        with pytest.raises(LigandError, match="lost a group"):
            released_drug(adduct)
