"""The shipped crystal reference poses: elements, bonds and labels on the drugs' own atoms."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from scipy.spatial.distance import pdist

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for, reference_pose, reference_poses

# name, component, entry, label, decided, symmetry-equivalent orders (3! per CF3, 2 for a ring or
# a pair that can be turned over), order of the attacked bond as the component draws it:
# K76 alone keeps its alkene, and draws it E where the drug is Z
SINES = [
    ("selinexor", "V6A", "6XJS", "bS", True, 6 * 6 * 2, 1.0),
    ("eltanexor", "6L8", "5JLJ", "bS_aS", True, 6 * 6 * 2 * 2, 1.0),
    ("KPT-185", "K85", "4GMX", "bR", False, 6 * 2, 1.0),
    ("KPT-251", "51K", "4GPT", "bR", False, 6 * 6 * 2, 1.0),
    ("KPT-276", "K76", "4WVF", "bS", True, 6 * 6 * 2 * 2 * 2, 2.0),
]


@pytest.mark.parametrize(("name", "ccd", "pdb", "label", "resolved", "orders", "attacked"), SINES)
def test_the_pose_is_on_the_drugs_atoms(
    name: str, ccd: str, pdb: str, label: str, resolved: bool, orders: int, attacked: float
) -> None:
    pose, ligand = reference_pose(name.upper()), load_ligand(name)
    assert (pose.ccd, pose.pdb, pose.diastereomer, pose.resolved) == (ccd, pdb, label, resolved)
    assert 1.0 <= pose.uncertainty_angstrom <= 2.0
    assert label in [a.label for a in enumerate_adducts(ligand)]
    drug = ligand.mol
    symbols = [a.GetSymbol() for a in drug.GetAtoms()]
    assert [a.GetSymbol() for a in pose.mol.GetAtoms()] == symbols
    pair = (ligand.warhead.reactive_atom_index, ligand.warhead.partner_atom_index)
    assert pose.mol.GetBondBetweenAtoms(*pair).GetBondTypeAsDouble() == attacked
    straight = pose.coordinates_for(drug)
    assert len(straight) == orders
    for xyz in straight[:20]:
        for bond in drug.GetBonds():
            ends = xyz[bond.GetBeginAtomIdx()] - xyz[bond.GetEndAtomIdx()]
            assert 1.1 < np.linalg.norm(ends) < 2.0
    # the same set for a drug in another order
    order = list(range(drug.GetNumAtoms()))
    random.Random(3).shuffle(order)
    turned = pose.coordinates_for(Chem.RenumberAtoms(drug, order))[:, np.argsort(order)]
    assert {x.round(3).tobytes() for x in turned} == {x.round(3).tobytes() for x in straight}


def test_the_mirror_check_of_the_alpha_carbon_of_eltanexor() -> None:
    pose = reference_pose("eltanexor")
    labels = {atom.GetProp("_CIPCode") for atom in pose.mol.GetAtoms() if atom.HasProp("_CIPCode")}
    # R without the sulphur, as deposited; the adduct in the same place is called S
    assert labels == {"R"}
    assert pose.diastereomer.endswith("aS")


def test_hydrolysed_lactones_are_kept_apart_from_their_drugs() -> None:
    forms = {(p.ccd, p.form) for p in reference_poses()}
    assert {("LBF", "drug"), ("LMB", "hydrolysed"), ("RJA", "hydrolysed")} <= forms
    assert reference_pose("LMB").ccd == "LBF"
    assert reference_pose("ratjadone A") is None
    assert reference_pose("verdinexor") is None
    with pytest.raises(LigandError, match="no compound"):
        reference_pose("aspirin")
    with pytest.raises(LigandError, match="another skeleton"):
        reference_pose("selinexor").coordinates_for(load_ligand("KPT-276").mol)


def test_the_pose_of_a_ligand_needs_the_same_stereoisomer() -> None:
    z = load_ligand("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    e = load_ligand("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert reference_for(z).ccd == "K85"
    assert reference_for(e) is None
    assert reference_for(load_ligand("CCO")) is None


def test_the_coordinates_are_the_components(shared_structures: Path) -> None:
    path = shared_structures / "ligands" / "as_deposited" / "V6A_model_6XJS.sdf"
    deposited = Chem.MolFromMolFile(str(path)).GetConformer().GetPositions()
    # a rigid move keeps every distance
    own = np.sort(pdist(reference_pose("selinexor").coordinates))
    assert np.abs(own - np.sort(pdist(deposited))).max() < 0.01
