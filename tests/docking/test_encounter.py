"""The encounter complex: the intact drug in the groove, alkene kept, distances honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from docking_cases import Case
from rdkit import Chem

from workbench.docking.box import docking_box
from workbench.docking.encounter import dock_encounter
from workbench.docking.pose import EncounterPose
from workbench.ligands.library import reference_pose
from workbench.settings import EncounterSettings
from workbench.structures.loading import load_receptor

QUICK = EncounterSettings(exhaustiveness=1, n_poses=3)


@pytest.fixture(scope="module")
def poses(kpt_185: Case) -> tuple[EncounterPose, ...]:
    box = docking_box(kpt_185.receptor)
    return dock_encounter(kpt_185.receptor, kpt_185.adduct.ligand, box, QUICK, 1, 2)


def test_the_box_holds_every_reference_sine() -> None:
    box = docking_box(load_receptor("human-groove"))
    low = np.array(box.center_angstrom) - np.array(box.size_angstrom) / 2
    high = low + np.array(box.size_angstrom)
    for name in ("KPT-185", "KPT-251", "KPT-276", "selinexor", "eltanexor"):
        points = reference_pose(name).coordinates
        assert (points > low + 2).all()
        assert (points < high - 2).all()


def test_the_intact_drug_lies_in_the_groove_with_its_alkene(
    kpt_185: Case, poses: tuple[EncounterPose, ...]
) -> None:
    warhead = kpt_185.adduct.ligand.warhead
    assert warhead is not None
    reference = reference_pose("KPT-185").coordinates.mean(axis=0)
    mol = kpt_185.adduct.ligand.mol
    for pose in poses:
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(pose.coordinates)
        placed = Chem.Mol(mol)
        placed.AddConformer(conformer)
        for bond in placed.GetBonds():
            i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert 1.15 < np.linalg.norm(pose.coordinates[i] - pose.coordinates[j]) < 1.65
        Chem.AssignStereochemistryFrom3D(placed)
        alkene = placed.GetBondBetweenAtoms(warhead.reactive_atom_index, warhead.partner_atom_index)
        assert alkene.GetStereo() == Chem.BondStereo.STEREOZ
    assert min(np.linalg.norm(p.coordinates.mean(axis=0) - reference) for p in poses) < 6


def test_distance_and_angle_are_those_of_the_coordinates(
    kpt_185: Case, poses: tuple[EncounterPose, ...]
) -> None:
    sulphur = kpt_185.receptor.coordinates[kpt_185.receptor.find(528, "SG")]
    warhead = kpt_185.adduct.ligand.warhead
    assert warhead is not None
    scores = [pose.score_kcal_per_mol for pose in poses]
    assert scores == sorted(scores)
    for pose in poses:
        carbon = pose.coordinates[warhead.reactive_atom_index]
        assert pose.sg_c_distance_angstrom == pytest.approx(np.linalg.norm(sulphur - carbon))
        if pose.attack_ready:
            assert pose.sg_c_distance_angstrom <= QUICK.attack_distance_angstrom


def test_without_a_thiol_there_is_a_pose_but_no_distance(kpt_185: Case) -> None:
    bare = replace(kpt_185.receptor, reactive_atom=None, verdict="no_thiol")
    found = dock_encounter(bare, kpt_185.adduct.ligand, docking_box(bare), QUICK, 1, 2)
    assert found
    assert all(p.sg_c_distance_angstrom is None and not p.attack_ready for p in found)
