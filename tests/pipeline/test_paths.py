"""From encounter to adduct: only by a face that leads there, by the nearest symmetric RMSD."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.follow_ups import after
from workbench.ligands.poses import EncounterPose
from workbench.ligands.reading import load_ligand
from workbench.pipeline.paths import nearest_encounter


def _encounter(points: np.ndarray, ready: bool, *labels: str) -> EncounterPose:
    return EncounterPose(points, -7.0, 3.5, 107.0, ready, None, labels)


def test_only_a_ready_pose_of_the_right_face_counts() -> None:
    adduct = next(a for a in enumerate_adducts(load_ligand("KPT-185")) if a.label == "bR")
    drug = np.random.default_rng(0).normal(scale=4.0, size=(adduct.n_drug_atoms, 3))
    shifts = (0.0, 0.0, 2.0, 1.5)
    poses = [
        _encounter(drug + np.array([shift, 0.0, 0.0]), ready, label)
        for shift, ready, label in zip(
            shifts, (False, True, True, True), ("bR", "bS", "bR", "bR"), strict=True
        )
    ]
    origin = nearest_encounter(adduct, drug, poses)
    assert origin is not None
    assert origin.encounter_rank == 4
    assert origin.rmsd_angstrom == pytest.approx(1.5)
    assert nearest_encounter(adduct, drug, poses[:2]) is None


def test_a_flipped_ring_is_no_distance_and_lost_atoms_are_left_out() -> None:
    """The chloride has left; both ortho and both meta carbons change places."""
    ligand = load_ligand("O=C(CCl)Nc1ccccc1")
    (adduct,) = enumerate_adducts(ligand)
    points = np.random.default_rng(1).normal(scale=3.0, size=(ligand.mol.GetNumAtoms(), 3))
    kept = points[list(adduct.drug_atoms)]
    ring = [a.GetIdx() for a in ligand.mol.GetAtoms() if a.GetIsAromatic()]
    flipped = points.copy()
    flipped[ring] = points[[ring[0], *ring[:0:-1]]]
    origin = nearest_encounter(adduct, kept, [_encounter(flipped, True, adduct.label)])
    assert origin is not None
    assert origin.rmsd_angstrom == pytest.approx(0.0, abs=1e-9)


def test_an_opened_lactone_is_compared_without_the_water() -> None:
    ligand = load_ligand("leptomycin-B")
    opened = after(enumerate_adducts(ligand)[0], "hydrolysed")
    points = np.random.default_rng(2).normal(scale=5.0, size=(ligand.mol.GetNumAtoms(), 3))
    drug = np.array([points[old] if old >= 0 else [99.0, 99.0, 99.0] for old in opened.drug_atoms])
    origin = nearest_encounter(opened, drug, [_encounter(points, True, opened.label)])
    assert origin is not None
    assert origin.rmsd_angstrom == pytest.approx(0.0, abs=1e-9)
