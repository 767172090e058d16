"""What of a drug is kept when its reaction is computed."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.errors import WorkbenchError
from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import modelled
from workbench.mechanism.truncation import cut_back, is_achiral, kept_atoms, mirrored

MODELS = [
    ("selinexor", r"O=C(/C=C\n1cncn1)NNc1cnccn1"),
    ("verdinexor", r"O=C(/C=C\n1cncn1)NNc1ccccn1"),
    ("eltanexor", "NC(=O)/C(=C/n1cncn1)c1cncnc1"),
    ("KPT-185", r"CC(C)OC(=O)/C=C\n1cncn1"),
    ("KPT-276", r"O=C(/C=C\n1cncn1)N1CC(F)(F)C1"),
    ("leptomycin B", "O=C1C=C[C@H](C)CO1"),
    # the ether on the attacked C=C stays a substituent of it, its alkyl tail goes
    ("felezonexor", "COCC1=C(C)C(=O)N(Nc2ccc(C(F)(F)F)c(Cl)n2)C1=O"),
    ("goniothalamin", "O=C1C=CCCO1"),
    # a ketone stays a ketone, and conjugated rings stay
    ("CCCCCCCCC(=O)C=C", "CCC(=O)C=C"),
    ("O=C(/C=C/c1ccccc1)c1ccccc1", "O=C(/C=C/c1ccccc1)c1ccccc1"),
    ("C=CC(=O)NC", "C=CC(=O)NC"),
]


@pytest.mark.parametrize(("text", "model"), MODELS)
def test_model_of_a_drug(text: str, model: str) -> None:
    ligand = load_ligand(text)
    assert Chem.MolToSmiles(cut_back(ligand.mol, kept_atoms(ligand))) == Chem.CanonSmiles(model)


def test_labels_are_those_of_the_whole_drug() -> None:
    _, adducts = modelled(load_ligand("eltanexor"), "truncated", "methanethiol")
    assert [one.label for one in adducts] == ["bR_aR", "bR_aS", "bS_aR", "bS_aS"]
    images = {one.label: Chem.MolToSmiles(mirrored(one.mol)) for one in adducts}
    smiles = {one.label: Chem.MolToSmiles(one.mol) for one in adducts}
    assert images["bR_aR"] == smiles["bS_aS"]
    assert images["bR_aS"] == smiles["bS_aR"]
    assert smiles["bR_aR"] != smiles["bR_aS"]


@pytest.mark.parametrize("centre", ["[C@H]", "[C@@H]"])
def test_a_cut_bond_keeps_the_hand_of_its_centre(centre: str) -> None:
    mol = Chem.MolFromSmiles(f"O{centre}(F)CCCCC")
    part = cut_back(mol, [0, 1, 2, 3])
    assert Chem.MolToSmiles(part) == Chem.CanonSmiles(f"O{centre}(F)C")


def test_a_centre_that_is_no_longer_one_loses_its_tag() -> None:
    part = cut_back(Chem.MolFromSmiles("O[C@H](F)CCCCC"), [0, 1, 2])
    assert Chem.MolToSmiles(part) == "OCF"
    assert is_achiral(part)
    assert not is_achiral(Chem.MolFromSmiles("O[C@H](F)C"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CCCCO", "forms no adduct"),
        ("C=CC(=O)N[CH]C", "radical"),
        ("C=CC(=O)NCC[N+](C)(C)C", r"charge \+1"),
        ("CN1C(=O)C(Br)=C(Br)C1=O", "forms no adduct"),
        ("O=C(CCl)NC", "loses a group"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(WorkbenchError, match=message):
        modelled(load_ligand(text), "truncated", "methanethiol")
