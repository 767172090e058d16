from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from analysis_toys import SELINEXOR_BS, adduct_from
from rdkit import Chem
from spyrmsd import rmsd as spyrmsd

from workbench import geometry
from workbench.analysis.reference import compare_to_reference, find_core, symmetric_rmsd
from workbench.errors import LigandError
from workbench.ligands.geometry import connectivity, equivalent_mappings

SINES = {"K85", "51K", "K76", "6L8", "V6A"}


@dataclass(frozen=True)
class Placed:
    mol: Chem.Mol
    coordinates: np.ndarray


def self_rmsd(mol, a, b):
    skeleton = connectivity(mol)
    return symmetric_rmsd(a, b, equivalent_mappings(skeleton, skeleton))


def test_benzene_turned_by_sixty_degrees_is_the_same_benzene():
    mol = Chem.MolFromSmiles("c1ccccc1")
    theta = np.radians(60 * np.arange(6))
    ring = 1.39 * np.stack([np.cos(theta), np.sin(theta), np.zeros(6)], axis=1)
    for degree in (60, 120, 180, 300):
        assert self_rmsd(mol, ring @ geometry.rotation_about([0, 0, 1], degree).T, ring) < 1e-9
    half = ring @ geometry.rotation_about([0, 0, 1], 30).T
    assert self_rmsd(mol, half, ring) == pytest.approx(2 * 1.39 * np.sin(np.radians(15)))


def test_different_atoms_may_not_swap():
    x = np.array([[0.0, 0, 0], [1.5, 0, 0], [2.2, 1.2, 0]])
    assert self_rmsd(Chem.MolFromSmiles("CCO"), x[[2, 1, 0]], x) > 0.5


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("c1ccccc1", 12),
        ("CC(C)(C)C", 24),
        ("FC(F)(F)c1ccccc1", 12),
        ("C1CC1", 6),
        ("CCO", 1),
        ("O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1", 72),
    ],
)
def test_number_of_equivalent_orders_is_the_symmetry_of_the_graph(smiles, count):
    skeleton = connectivity(Chem.MolFromSmiles(smiles))
    assert len(equivalent_mappings(skeleton, skeleton)) == count


def test_rmsd_agrees_with_spyrmsd_on_displaced_shuffled_coordinates(reference_molecules):
    rng = np.random.default_rng(3)
    for name, mol in reference_molecules.items():
        x = mol.GetConformer().GetPositions()
        skeleton = connectivity(mol)
        numbers = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
        adjacency = Chem.GetAdjacencyMatrix(mol)
        mappings = equivalent_mappings(skeleton, skeleton)
        other = x[mappings[len(mappings) // 2]] + rng.normal(scale=0.7, size=x.shape)
        asked = spyrmsd.symmrmsd(x, other, numbers, numbers, adjacency, adjacency)
        assert symmetric_rmsd(x, other, mappings) == pytest.approx(asked), name


def test_drugs_are_matched_whatever_their_order_and_bond_orders(reference_molecules):
    """The deposited bound form has no C=C and another atom order than the drug's SMILES."""
    reference = reference_molecules["V6A"]
    target = reference.GetConformer().GetPositions()
    adduct = adduct_from(SELINEXOR_BS)
    mapping = equivalent_mappings(
        connectivity(adduct.mol, adduct.n_drug_atoms), connectivity(reference)
    )[0]
    result = compare_to_reference(adduct, target[mapping], Placed(reference, target))
    assert result.rmsd_angstrom < 1e-9
    assert result.core_rmsd_angstrom < 1e-9
    shifted = compare_to_reference(
        adduct, target[mapping] + [0, 0.6, 0.8], Placed(reference, target)
    )
    assert shifted.rmsd_angstrom == pytest.approx(1.0)
    assert shifted.core_rmsd_angstrom == pytest.approx(1.0)


def test_other_inhibitors_have_no_core(reference_molecules):
    assert {name for name, mol in reference_molecules.items() if find_core(mol)} == SINES


def test_ligand_without_core_gets_none_for_its_parts():
    adduct = adduct_from("CN(C)C(=O)CCSCC")
    x = np.random.default_rng(1).normal(size=(adduct.n_drug_atoms, 3))
    result = compare_to_reference(adduct, x, Placed(adduct.ligand.mol, x))
    assert result.rmsd_angstrom == 0
    assert result.core_rmsd_angstrom is None


BAD = [
    (lambda x: x, "c1ccccc1", "heavy atoms"),
    (lambda x: x[:-1], None, "shape"),
    (lambda x: np.full_like(x, np.nan), None, "not finite"),
    (lambda x: x, "O=C(CCn1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NCc1cnccn1", "connectivities"),
]


@pytest.mark.parametrize(("spoil", "smiles", "message"), BAD)
def test_bad_input_is_refused(reference_molecules, spoil, smiles, message):
    adduct = adduct_from(SELINEXOR_BS)
    reference = Chem.MolFromSmiles(smiles) if smiles else reference_molecules["V6A"]
    x = np.zeros((reference.GetNumAtoms(), 3))
    with pytest.raises(LigandError, match=message):
        compare_to_reference(
            adduct, spoil(np.zeros((adduct.n_drug_atoms, 3))), Placed(reference, x)
        )


def test_endless_symmetry_is_refused():
    skeleton = connectivity(
        Chem.MolFromSmiles("CC(C)(C)c1c(C(C)(C)C)c(C(C)(C)C)c(C(C)(C)C)c(C(C)(C)C)c1C(C)(C)C")
    )
    with pytest.raises(LigandError, match="too many"):
        equivalent_mappings(skeleton, skeleton)
