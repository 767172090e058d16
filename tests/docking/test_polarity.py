"""Which atoms hold their water hard: by drawing for ligands, by name for receptors."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from workbench.docking.polarity import holds_water, receptor_holds_water
from workbench.structures.loading import load_receptor


@pytest.mark.parametrize(
    ("smiles", "strong"),
    [
        ("CC(=O)NC", {2}),
        ("CN(C)C(=O)N(C)C", {4}),
        ("NNC(=O)c1cnccn1", {3}),
        ("CC(=O)OC", set()),
        ("CC(C)=O", set()),
        ("CCOCC", set()),
        ("CCO", set()),
        ("CC#N", set()),
        ("CC(=O)[O-]", {2, 3}),
        ("C[N+](=O)[O-]", set()),
        ("CP(=O)([O-])[O-]", {2, 3, 4}),
        ("CS(C)=O", {3}),
        ("CS(C)(=O)=O", set()),
        ("c1ccncc1", {3}),
        ("c1cncnc1", set()),
        ("c1cnccn1", set()),
        ("Cn1ccnc1", {4}),
        ("Cn1cnc(C)n1", {3, 6}),
        ("Cc1nnco1", set()),
        ("Cc1nccs1", set()),
        ("Nc1ncnc2c1ncn2C", {7}),
        ("CN(C)C", {1}),
        ("CNC", {1}),
        ("CN(C)c1ccccc1", set()),
        ("CC[NH3+]", {2}),
        ("C[NH+]1CCCC1", {1}),
        ("CNC(N)=[NH2+]", {1, 3, 4}),
        ("CC(=N)SC", {2}),
    ],
)
def test_strong_atoms_of_ligands(smiles: str, strong: set[int]) -> None:
    found = holds_water(Chem.MolFromSmiles(smiles))
    assert set(np.flatnonzero(found).tolist()) == strong


def test_strong_atoms_of_a_receptor() -> None:
    receptor = load_receptor("human-groove")
    every = np.arange(len(receptor.atoms))
    found = receptor_holds_water(receptor, every)
    strong = {
        (receptor.atoms[i].residue_name, receptor.atoms[i].name) for i in every[found].tolist()
    }
    backbone = {name for residue, name in strong if residue == "ALA"}
    assert backbone == {"O"}
    for residue, names in (
        ("LYS", {"O", "NZ"}),
        ("GLU", {"O", "OE1", "OE2"}),
        ("ASN", {"O", "OD1"}),
        ("SER", {"O"}),
        ("TYR", {"O"}),
        ("ARG", {"O", "NE", "NH1", "NH2"}),
    ):
        assert {name for own, name in strong if own == residue} == names
    assert {name for own, name in strong if own.startswith("HI")} == {"O", "ND1", "NE2"}
