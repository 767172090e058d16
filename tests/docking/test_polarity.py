"""Which atoms hold their water hard: by drawing for ligands, by name for receptors."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from workbench.docking.polarity import Hold, holds_water, receptor_holds_water
from workbench.structures.loading import load_receptor


@pytest.mark.parametrize(
    ("smiles", "strong", "charged"),
    [
        ("CC(=O)NC", {2}, set()),
        ("CN(C)C(=O)N(C)C", {4}, set()),
        ("NNC(=O)c1cnccn1", {3}, set()),
        ("CC(=O)OC", set(), set()),
        ("CC(C)=O", set(), set()),
        ("CCOCC", set(), set()),
        ("CCO", set(), set()),
        ("CC#N", set(), set()),
        ("CC(=O)[O-]", set(), {2, 3}),
        ("C[N+](=O)[O-]", set(), set()),
        ("CP(=O)([O-])[O-]", set(), {2, 3, 4}),
        ("CS(C)=O", {3}, set()),
        ("CS(C)(=O)=O", set(), set()),
        ("c1ccncc1", {3}, set()),
        ("c1cncnc1", set(), set()),
        ("c1cnccn1", set(), set()),
        ("Cn1ccnc1", {4}, set()),
        ("Cn1cnc(C)n1", {3}, set()),
        ("Cn1cccn1", set(), set()),
        ("Cn1ccnn1", {4}, set()),
        ("c1nnn[n-]1", {1, 2, 3}, {4}),
        ("Cc1nnco1", set(), set()),
        ("Cc1nccs1", set(), set()),
        ("Nc1ncnc2c1ncn2C", {7}, set()),
        ("CN(C)C", {1}, set()),
        ("CNC", {1}, set()),
        ("CN(C)c1ccccc1", set(), set()),
        ("CC[NH3+]", set(), {2}),
        ("C[NH+]1CCCC1", set(), {1}),
        ("CNC(N)=[NH2+]", set(), {1, 3, 4}),
        ("CC(=N)SC", {2}, set()),
    ],
)
def test_atoms_of_ligands(smiles: str, strong: set[int], charged: set[int]) -> None:
    found = holds_water(Chem.MolFromSmiles(smiles))
    assert set(np.flatnonzero(found == Hold.STRONG).tolist()) == strong
    assert set(np.flatnonzero(found == Hold.CHARGED).tolist()) == charged


@pytest.mark.parametrize(
    ("smiles", "atoms"), [("c1ccoc1", {3}), ("Cc1nnco1", {5}), ("CCOCC", set())]
)
def test_the_oxygen_of_an_aromatic_ring_holds_no_water(smiles: str, atoms: set[int]) -> None:
    found = holds_water(Chem.MolFromSmiles(smiles))
    assert set(np.flatnonzero(found == Hold.NOT).tolist()) == atoms


@pytest.mark.parametrize(
    ("residue", "strong", "charged"),
    [
        ("ALA", {"O"}, set()),
        ("LYS", {"O"}, {"NZ"}),
        ("GLU", {"O"}, {"OE1", "OE2"}),
        ("ASP", {"O"}, {"OD1", "OD2"}),
        ("ASN", {"O", "OD1"}, set()),
        ("GLN", {"O", "OE1"}, set()),
        ("SER", {"O"}, set()),
        ("TYR", {"O"}, set()),
        ("ARG", {"O"}, {"NE", "NH1", "NH2"}),
        ("HIS", {"O", "ND1", "NE2"}, set()),
    ],
)
def test_atoms_of_a_receptor(residue: str, strong: set[str], charged: set[str]) -> None:
    receptor = load_receptor("human-groove")
    found = receptor_holds_water(receptor, np.arange(len(receptor.atoms)))
    for hold, names in ((Hold.STRONG, strong), (Hold.CHARGED, charged)):
        atoms = [receptor.atoms[i] for i in np.flatnonzero(found == hold)]
        assert {atom.name for atom in atoms if atom.residue_name == residue} == names
