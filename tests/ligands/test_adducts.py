"""Every stereoisomer of the adduct, its formula, its labels, and the way back to the drug."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.settings import LigandSettings

L_CYSTEINE = Chem.MolFromSmiles("N[C@@H](CS)C(=O)O")
TWO = ["bR", "bS"]
FOUR = ["bR_aR", "bR_aS", "bS_aR", "bS_aS"]

# by hand: the drug's formula + C3H7NO2S
TABLE = [
    ("selinexor", TWO, "C20H18F6N8O3S"),
    ("eltanexor", FOUR, "C20H17F6N7O3S"),
    ("verdinexor", TWO, "C21H19F6N7O3S"),
    ("KPT-185", TWO, "C19H23F3N4O5S"),
    ("KPT-251", TWO, "C17H14F6N6O3S"),
    ("KPT-276", TWO, "C19H17F8N5O3S"),
    ("PKF050-638", TWO, "C16H20ClN5O4S"),
]


@pytest.mark.parametrize(("name", "labels", "formula"), TABLE)
def test_isomers_formula_and_contract(name: str, labels: list[str], formula: str) -> None:
    ligand = load_ligand(name)
    adducts = enumerate_adducts(ligand)
    assert [a.label for a in adducts] == labels
    assert len({a.smiles for a in adducts}) == len(labels)
    for adduct in adducts:
        assert adduct.formula == formula
        whole = Chem.MolFromSmiles(adduct.smiles)
        assert CalcMolFormula(whole) == formula
        assert whole.HasSubstructMatch(L_CYSTEINE, useChirality=True)
        check_contract(adduct)


def check_contract(adduct: Adduct) -> None:
    drug, mol = adduct.ligand.mol, adduct.mol
    n = drug.GetNumAtoms()
    assert adduct.n_drug_atoms == n
    assert (adduct.sg_index, adduct.cb_index, adduct.ca_index) == (n, n + 1, n + 2)
    assert mol.GetNumAtoms() == n + 3
    assert mol.GetNumConformers() == 0
    symbols = [a.GetSymbol() for a in mol.GetAtoms()]
    assert symbols == [a.GetSymbol() for a in drug.GetAtoms()] + ["S", "C", "C"]
    assert [a.GetTotalNumHs() for a in list(mol.GetAtoms())[n:]] == [0, 2, 3]
    new = {
        frozenset((adduct.reactive_atom_index, n)),
        frozenset((n, n + 1)),
        frozenset((n + 1, n + 2)),
    }
    bonds = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in mol.GetBonds()}
    old = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in drug.GetBonds()}
    assert bonds - old == new
    assert old <= bonds
    carbon = mol.GetAtomWithIdx(adduct.reactive_atom_index)
    assert Counter(a.GetSymbol() for a in carbon.GetNeighbors()) == {"S": 1, "N": 1, "C": 1}
    assert carbon.GetTotalNumHs() == 1
    assert carbon.GetHybridization() == Chem.HybridizationType.SP3


@pytest.mark.parametrize("name", ["selinexor", "eltanexor", "KPT-251"])
def test_the_atom_order_of_the_input_changes_nothing_but_the_order(name: str) -> None:
    ligand = load_ligand(name)
    expected = {(a.label, a.smiles) for a in enumerate_adducts(ligand)}
    rng = random.Random(7)
    for _ in range(12):
        order = list(range(ligand.mol.GetNumAtoms()))
        rng.shuffle(order)
        shuffled = load_ligand(
            Chem.MolToSmiles(Chem.RenumberAtoms(ligand.mol, order), canonical=False)
        )
        assert shuffled.inchikey == ligand.inchikey
        assert shuffled.smiles == ligand.smiles
        assert shuffled.warhead is not None
        carbon = shuffled.mol.GetAtomWithIdx(shuffled.warhead.reactive_atom_index)
        assert {a.GetSymbol() for a in carbon.GetNeighbors()} == {"C", "N"}
        assert {(a.label, a.smiles) for a in enumerate_adducts(shuffled)} == expected


def test_both_alkene_isomers_give_the_same_adducts() -> None:
    z = load_ligand("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    e = load_ligand("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert z.inchikey != e.inchikey
    assert [a.smiles for a in enumerate_adducts(z)] == [a.smiles for a in enumerate_adducts(e)]


def test_hydrogens_written_out_on_the_alkene_are_handled() -> None:
    plain = load_ligand("CC(=O)/C=C\\n1cncn1")
    written = load_ligand("CC(=O)/[CH]=[CH]\\n1cncn1")
    assert [a.formula for a in enumerate_adducts(written)] == [
        a.formula for a in enumerate_adducts(plain)
    ]
    assert enumerate_adducts(plain)[0].formula == "C9H14N4O3S"


def test_existing_stereocentres_and_alkenes_are_kept() -> None:
    smiles = "C/C=C/C[C@H](C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
    adducts = enumerate_adducts(load_ligand(smiles))
    assert [a.label for a in adducts] == TWO
    kept = Chem.MolFromSmiles("C/C=C/C[C@H](C)OC(=O)C")
    mirrored = Chem.MolFromSmiles("C/C=C/C[C@@H](C)OC(=O)C")
    cis = Chem.MolFromSmiles("C/C=C\\C[C@H](C)OC(=O)C")
    for adduct in adducts:
        whole = Chem.MolFromSmiles(adduct.smiles)
        assert whole.HasSubstructMatch(kept, useChirality=True)
        assert not whole.HasSubstructMatch(mirrored, useChirality=True)
        assert not whole.HasSubstructMatch(cis, useChirality=True)


@pytest.mark.parametrize(
    ("smiles", "place"),
    [
        ("CCC(C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1", "stereocentre"),
        ("CC=CCOC(=O)/C=C\\n1cnc(-c2ccccc2)n1", "double bond"),
    ],
)
def test_undefined_stereo_elsewhere_is_an_error(smiles: str, place: str) -> None:
    with pytest.raises(LigandError, match=f"{place}.*undefined"):
        enumerate_adducts(load_ligand(smiles))


def test_a_ligand_without_a_warhead_has_no_adduct() -> None:
    with pytest.raises(LigandError, match="halide"):
        enumerate_adducts(load_ligand("CS(=O)(=O)Cl"))
    with pytest.raises(LigandError, match="no electrophile"):
        enumerate_adducts(load_ligand("c1ccccc1"))


def test_a_displaced_group_leaves_and_the_centre_is_inverted() -> None:
    (adduct,) = enumerate_adducts(load_ligand("Cl[C@@H](C)C(=O)NC"))
    assert adduct.drug_atoms == tuple(
        a.GetIdx() for a in adduct.ligand.mol.GetAtoms() if a.GetSymbol() != "Cl"
    )
    # from the sulphur, behind the chlorine: H, CH3, CO turn the other way
    seen = Chem.MolFromSmiles("S([C@H](C)C(=O)NC)C[C@H](N)C(=O)O")
    assert adduct.smiles == Chem.MolToSmiles(seen)


def test_a_charged_acid_keeps_its_charge() -> None:
    ligand = load_ligand("[O-]C(=O)/C=C\\n1cnc(-c2ccccc2)n1", settings=LigandSettings(ph=7.4))
    assert ligand.charge == -1
    for adduct in enumerate_adducts(ligand):
        assert Chem.GetFormalCharge(adduct.mol) == -1
        assert adduct.formula == "C14H15N4O4S-"
