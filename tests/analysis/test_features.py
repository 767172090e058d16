"""Features counted by hand on small molecules."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.analysis.features import perceive


@pytest.mark.parametrize(
    ("smiles", "acceptors", "donors", "positive", "negative"),
    [
        ("CC(=O)NC", 1, 1, 0, 0),
        ("CC(=O)[O-]", 2, 0, 0, 1),
        ("CC(=O)O", 1, 1, 0, 0),
        ("CC(=O)OC", 1, 0, 0, 0),
        ("NC(=[NH2+])NC", 0, 5, 1, 0),
        ("Cc1c[nH]c[nH+]1", 0, 2, 1, 0),
        ("Cc1cnc[nH]1", 1, 1, 0, 0),
        ("c1ccncc1", 1, 0, 0, 0),
        ("c1ccoc1", 0, 0, 0, 0),
        ("C[N+](=O)[O-]", 2, 0, 0, 0),
        ("CN(C)C", 1, 0, 0, 0),
        ("C[NH3+]", 0, 3, 1, 0),
        ("Nc1ccccc1", 0, 2, 0, 0),
        ("CC#N", 1, 0, 0, 0),
        ("FC(F)(F)c1ccccc1", 0, 0, 0, 0),
        ("CO", 1, 1, 0, 0),
        ("CSC", 0, 0, 0, 0),
        # Selinexor: carbonyl, two triazole and two pyrazine nitrogens; two N-H.
        ("O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1", 5, 2, 0, 0),
    ],
)
def test_features_by_hand(smiles, acceptors, donors, positive, negative):
    found = perceive(Chem.AddHs(Chem.MolFromSmiles(smiles)))
    assert len(found.acceptors) == acceptors
    assert len(found.donors) == donors
    assert (len(found.positive), len(found.negative)) == (positive, negative)


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("Cc1ccccc1", 1),
        ("Cc1ccc(O)cc1", 1),
        ("Cc1c[nH]c2ccccc12", 2),
        ("Cc1cnc[nH]1", 1),
        ("Cc1c[nH]c[nH+]1", 0),
        ("Cc1ccccn1", 0),
        ("c1cnccn1", 0),
        ("c1nc[nH]n1", 0),
        ("FC(F)(F)c1ccccc1", 1),
        ("FC(F)(F)c1cc(C(F)(F)F)ccc1", 0),
        ("COc1cc(C(F)(F)F)ccc1", 1),
    ],
)
def test_rings_that_attract_a_cation(smiles, count):
    found = perceive(Chem.AddHs(Chem.MolFromSmiles(smiles)))
    assert len(found.electron_rich_rings) == count


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CC", 2),
        ("CSC", 3),
        ("CO", 0),
        ("CCO", 1),
        ("FC(F)(F)c1ccccc1", 9),
        ("c1ccncc1", 3),
        ("CCCl", 2),
    ],
)
def test_hydrophobic_atoms_by_hand(smiles, count):
    assert len(perceive(Chem.AddHs(Chem.MolFromSmiles(smiles))).hydrophobic) == count


def test_carboxylate_is_no_carbonyl():
    counts = [len(perceive(Chem.MolFromSmiles(s)).carbonyls) for s in ("CC(=O)[O-]", "CC(=O)N")]
    assert counts == [0, 1]
