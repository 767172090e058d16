"""The shipped crystal reference poses: elements, bonds and labels on the drugs' own atoms."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for, reference_pose, reference_poses

# name, component, entry, label, decided, symmetry-equivalent orders:
# 3! per CF3, 2 for a ring or a pair that can be turned over
SINES = [
    ("selinexor", "V6A", "6XJS", "bS", True, 6 * 6 * 2),
    ("eltanexor", "6L8", "5JLJ", "bS_aS", True, 6 * 6 * 2 * 2),
    ("KPT-185", "K85", "4GMX", "bR", False, 6 * 2),
    ("KPT-251", "51K", "4GPT", "bR", False, 6 * 6 * 2),
    ("KPT-276", "K76", "4WVF", "bS", True, 6 * 6 * 2 * 2 * 2),
]
NAMES = [row[0] for row in SINES]


@pytest.mark.parametrize("row", SINES, ids=NAMES)
def test_what_the_pose_says_about_itself(row: tuple[str, str, str, str, bool, int]) -> None:
    name, ccd, pdb, label, resolved, orders = row
    pose = reference_pose(name.upper())
    assert pose is not None
    assert (pose.ccd, pose.pdb) == (ccd, pdb)
    assert (pose.diastereomer, pose.resolved) == (label, resolved)
    assert 1.0 <= pose.uncertainty_angstrom <= 2.0
    assert "NOT a deposited complex" in pose.method
    assert len(pose.mappings) == orders
    assert label in [a.label for a in enumerate_adducts(load_ligand(name))]


@pytest.mark.parametrize("name", NAMES)
def test_elements_agree_and_mapped_bonds_have_bond_lengths(name: str) -> None:
    pose, drug = reference_pose(name), load_ligand(name).mol
    assert pose is not None
    for xyz in pose.coordinates_for(drug)[:20]:
        for bond in drug.GetBonds():
            begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert 1.1 < np.linalg.norm(xyz[begin] - xyz[end]) < 2.0
    symbols = [a.GetSymbol() for a in drug.GetAtoms()]
    assert [a.GetSymbol() for a in pose.mol.GetAtoms()] == symbols
    for order in pose.mappings[:20]:
        assert [symbols[i] for i in order] == symbols


@pytest.mark.parametrize("name", NAMES)
def test_all_equivalent_orders_of_a_shuffled_drug_are_the_same_set(name: str) -> None:
    pose, drug = reference_pose(name), load_ligand(name).mol
    assert pose is not None
    order = list(range(drug.GetNumAtoms()))
    random.Random(3).shuffle(order)
    shuffled = Chem.RenumberAtoms(drug, order)
    straight = pose.coordinates_for(drug)
    turned = pose.coordinates_for(shuffled)
    back = np.argsort(order)
    one = {xyz.round(3).tobytes() for xyz in straight}
    two = {xyz[back].round(3).tobytes() for xyz in turned}
    assert one == two
    assert len(one) == len(pose.mappings)


@pytest.mark.parametrize("name", NAMES)
def test_the_attacked_bond_is_drawn_as_the_component_draws_it(name: str) -> None:
    pose, ligand = reference_pose(name), load_ligand(name)
    assert pose is not None
    assert ligand.warhead is not None
    pair = (ligand.warhead.reactive_atom_index, ligand.warhead.partner_atom_index)
    order = pose.mol.GetBondBetweenAtoms(*pair).GetBondTypeAsDouble()
    # trap: component K76 alone keeps its alkene, and draws it E where the drug is Z
    assert order == (2.0 if name == "KPT-276" else 1.0)


def test_the_mirror_check_of_the_alpha_carbon_of_eltanexor() -> None:
    pose = reference_pose("eltanexor")
    assert pose is not None
    labels = {atom.GetProp("_CIPCode") for atom in pose.mol.GetAtoms() if atom.HasProp("_CIPCode")}
    # R without the sulphur, as deposited; the adduct in the same place is called S
    assert labels == {"R"}
    assert pose.diastereomer.endswith("aS")


def test_hydrolysed_lactones_are_kept_apart_from_their_drugs() -> None:
    forms = {(p.ccd, p.form) for p in reference_poses()}
    assert {("LBF", "drug"), ("LMB", "hydrolysed"), ("RJA", "hydrolysed")} <= forms
    intact = reference_pose("LMB")
    assert intact is not None
    assert intact.ccd == "LBF"
    assert reference_pose("ratjadone A") is None
    assert reference_pose("verdinexor") is None


def test_the_pose_of_a_ligand_needs_the_same_stereoisomer() -> None:
    z = load_ligand("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    e = load_ligand("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    found = reference_for(z)
    assert found is not None
    assert found.ccd == "K85"
    assert reference_for(e) is None
    assert reference_for(load_ligand("CCO")) is None


def test_unknown_names_and_other_skeletons_are_errors() -> None:
    with pytest.raises(LigandError, match="no compound"):
        reference_pose("aspirin")
    pose = reference_pose("selinexor")
    assert pose is not None
    with pytest.raises(LigandError, match="another skeleton"):
        pose.coordinates_for(load_ligand("KPT-276").mol)


def test_the_thiol_would_sit_at_bonding_distance_of_the_attacked_carbon() -> None:
    for pose in reference_poses():
        assert 1.7 < pose.sg_c_distance_angstrom < 1.95


def test_the_coordinates_are_the_components(shared_structures: Path) -> None:
    pose = reference_pose("selinexor")
    assert pose is not None
    deposited = Chem.MolFromMolFile(
        str(shared_structures / "ligands" / "as_deposited" / "V6A_model_6XJS.sdf")
    )
    # a rigid move keeps every distance
    own = np.sort(distances(pose.coordinates))
    theirs = np.sort(distances(deposited.GetConformer().GetPositions()))
    assert np.abs(own - theirs).max() < 0.01


def distances(xyz: np.ndarray) -> np.ndarray:
    return np.linalg.norm(xyz[:, None] - xyz[None], axis=-1).ravel()
