"""The encounter complex: the intact drug in the groove, alkene kept, distances honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from docking_cases import Case
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from workbench.docking import encounter
from workbench.docking.encounter import dock_encounter, docking_box
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import EncounterPose
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_pose
from workbench.settings import EncounterSettings
from workbench.structures.loading import load_receptor

QUICK = EncounterSettings(exhaustiveness=1, n_poses=3, max_evaluations=100_000)


@pytest.fixture(scope="module")
def poses(kpt_185: Case) -> tuple[EncounterPose, ...]:
    box = docking_box(kpt_185.receptor)
    ligand = kpt_185.adduct.ligand
    found = dock_encounter(kpt_185.receptor, ligand, box, QUICK, 1, 2, enumerate_adducts(ligand))
    return found.poses


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
            assert pose.leads_to == ({"re": "bR", "si": "bS"}[str(pose.face)],)


def test_of_each_face_the_best_ready_pose_is_kept() -> None:
    def pose(score: float, ready: bool, *labels: str) -> EncounterPose:
        return EncounterPose(np.zeros((1, 3)), score, 3.5, 107.0, ready, None, labels)

    every = [
        pose(-9, True, "bS"),
        pose(-8, False),
        pose(-7, True, "bS"),
        pose(-6, False, "bR"),
        pose(-5, True, "bR"),
    ]
    chosen = [p.score_kcal_per_mol for p in encounter._chosen(every, 3)]
    assert chosen == [-9, -8, -5]
    assert len(encounter._chosen(every, 1)) == 1


def test_both_forms_of_a_hydrazide_are_docked_twice_with_their_alkene(
    kpt_185: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ETKDG builds the hydrazide trans; component V6A of 6XJS has it cis."""
    ligand = load_ligand("selinexor")
    given: list[tuple[str, int, int]] = []

    def recorded(
        receptor: object, text: str, box: object, settings: EncounterSettings, seed: int, n: int
    ) -> tuple[list[str], list[float]]:
        given.append((text, settings.exhaustiveness, seed))
        return [text, text], [-9.0 + len(given), -5.0 - len(given)]

    monkeypatch.setattr(encounter, "_run_vina", recorded)
    settings = EncounterSettings(exhaustiveness=9, n_runs=2)
    box = docking_box(kpt_185.receptor)
    found = dock_encounter(kpt_185.receptor, ligand, box, settings, 1)
    texts, shares, seeds = zip(*given, strict=True)
    assert texts[:2] == texts[2:]
    assert shares == (2, 2, 2, 2)
    assert seeds[0] == seeds[1] == 1
    assert seeds[2] == seeds[3] != 1
    assert [p.score_kcal_per_mol for p in found.poses] == [-9.0, -8.0]
    assert found.run_scores_kcal_per_mol == (-8.0, -9.0)
    hydrazide = ligand.mol.GetSubstructMatch(Chem.MolFromSmarts("O=C-[NH]-[NH]"))
    angles = []
    for pose in found.poses:
        placed = Chem.Mol(ligand.mol)
        conformer = Chem.Conformer(len(pose.coordinates))
        conformer.SetPositions(pose.coordinates)
        placed.AddConformer(conformer)
        angles.append(abs(rdMolTransforms.GetDihedralDeg(placed.GetConformer(), *hydrazide)))
        Chem.AssignStereochemistryFrom3D(placed)
        assert Chem.MolToSmiles(placed) == ligand.smiles
    assert min(angles) < 30
    assert max(angles) > 150


def test_without_a_thiol_there_is_a_pose_but_no_distance(kpt_185: Case) -> None:
    bare = replace(kpt_185.receptor, reactive_atom=None, verdict="no_thiol")
    found = dock_encounter(bare, kpt_185.adduct.ligand, docking_box(bare), QUICK, 1, 2)
    assert found.poses
    assert len(found.run_scores_kcal_per_mol) == 1
    assert all(p.sg_c_distance_angstrom is None and not p.attack_ready for p in found.poses)
