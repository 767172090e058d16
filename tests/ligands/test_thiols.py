"""Adducts with chosen thiols: atoms balance, stereo stays."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.adducts import adduct_with, after, enumerate_adducts, thiol_mol, thiol_named
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.tables import thiols

# formulas from the literature, by hand; the adduct's is that of selinexor C17H11F6N7O more
THIOLS = [
    ("cysteine", "C3H7NO2S", "C20H18F6N8O3S"),
    ("capped cysteine", "C6H12N2O2S", "C23H23F6N9O3S"),
    ("methanethiol", "CH4S", "C18H15F6N7OS"),
    ("glutathione", "C10H17N3O6S", "C27H28F6N10O7S"),
]


def test_the_table() -> None:
    assert [t.name for t in thiols()] == [name for name, _, _ in THIOLS]
    for row in thiols():
        mol = Chem.MolFromSmiles(row.smiles)
        marked = [a for a in mol.GetAtoms() if a.GetAtomMapNum() == 1]
        assert [a.GetSymbol() for a in marked] == ["S"]
        assert CalcMolFormula(mol) == row.formula
        assert row.source


@pytest.mark.parametrize(("name", "formula", "adduct_formula"), THIOLS)
def test_the_atoms_balance(name: str, formula: str, adduct_formula: str) -> None:
    assert CalcMolFormula(thiol_mol(name)) == formula
    adduct = enumerate_adducts(load_ligand("selinexor"))[0]
    mol = adduct_with(adduct, name)
    assert CalcMolFormula(mol) == adduct_formula
    assert len(Chem.GetMolFrags(mol)) == 1
    assert not any(atom.GetAtomMapNum() for atom in mol.GetAtoms())


# L-amino acids, written from the textbook: L-cysteine is R, glutathione's cysteine R, its Glu S
CENTRES = {
    "cysteine": "N[C@@H](CSC)C(=O)O",
    "capped cysteine": "CC(=O)N[C@@H](CSC)C(=O)NC",
    "methanethiol": "CSC",
    "glutathione": "N[C@@H](CCC(=O)N[C@@H](CSC)C(=O)NCC(=O)O)C(=O)O",
}


@pytest.mark.parametrize("drug", ["selinexor", "eltanexor", "leptomycin B", "goniothalamin"])
@pytest.mark.parametrize("name", list(CENTRES))
def test_the_stereo_of_both_halves_stays(drug: str, name: str) -> None:
    adducts = enumerate_adducts(load_ligand(drug))
    mols = [adduct_with(adduct, name) for adduct in adducts]
    assert len({Chem.MolToSmiles(mol) for mol in mols}) == len(adducts)
    for adduct, mol in zip(adducts, mols, strict=True):
        assert mol.HasSubstructMatch(Chem.MolFromSmiles(CENTRES[name]), useChirality=True)
        check_drug_half(adduct, mol)


def check_drug_half(adduct: Adduct, mol: Chem.Mol) -> None:
    assert geometries(mol) == geometries(adduct.mol)
    for atom in list(adduct.mol.GetAtoms())[: adduct.n_drug_atoms]:
        assert mol.GetAtomWithIdx(atom.GetIdx()).GetAtomicNum() == atom.GetAtomicNum()
    # S ranks above C and N whatever it carries, so the labels of the drug's half stay
    rdCIPLabeler.AssignCIPLabels(mol)
    for centre in adduct.stereocentres:
        assert mol.GetAtomWithIdx(centre.atom_index).GetProp("_CIPCode") == centre.cip


def geometries(mol: Chem.Mol) -> dict[frozenset[int], Chem.BondStereo]:
    return {
        frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())): bond.GetStereo()
        for bond in mol.GetBonds()
        if bond.GetStereo() > Chem.BondStereo.STEREOANY
    }


def test_an_adduct_with_cysteine_is_the_whole_that_the_adduct_tells() -> None:
    for drug in ("eltanexor", "leptomycin B"):
        for adduct in enumerate_adducts(load_ligand(drug)):
            assert Chem.MolToSmiles(adduct_with(adduct, "cysteine")) == adduct.smiles


def test_a_hydrolysed_adduct_takes_any_thiol_too() -> None:
    opened = after(enumerate_adducts(load_ligand("goniothalamin"))[0], "hydrolysed")
    # goniothalamin C13H12O2 + H2O + CH4S
    assert CalcMolFormula(adduct_with(opened, "methanethiol")) == "C14H18O3S"


def test_names_and_synonyms() -> None:
    assert thiol_named("GSH").name == "glutathione"
    assert thiol_named("ac-cys-nhme").name == "capped cysteine"
    with pytest.raises(LigandError, match="known are cysteine, capped cysteine"):
        thiol_named("benzenethiol")
