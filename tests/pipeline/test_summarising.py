"""What the records say: paths from the encounter, the ranking, warnings of the receptor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from workbench.ligands.adducts import after, enumerate_adducts
from workbench.ligands.molecules import EncounterPose
from workbench.ligands.reading import load_ligand
from workbench.pipeline.summarising import nearest_encounter, ranking, receptor_warnings
from workbench.records.docking import AdductRecord, PoseRecord
from workbench.structures.loading import load_receptor


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
    assert nearest_encounter(adduct, drug, poses) == (4, pytest.approx(1.5))
    assert nearest_encounter(adduct, drug, poses[:2]) == (None, None)


def test_a_flipped_ring_is_no_distance_and_lost_atoms_are_left_out() -> None:
    """The chloride has left; both ortho and both meta carbons change places."""
    ligand = load_ligand("O=C(CCl)Nc1ccccc1")
    (adduct,) = enumerate_adducts(ligand)
    points = np.random.default_rng(1).normal(scale=3.0, size=(ligand.mol.GetNumAtoms(), 3))
    kept = points[list(adduct.drug_atoms)]
    ring = [a.GetIdx() for a in ligand.mol.GetAtoms() if a.GetIsAromatic()]
    flipped = points.copy()
    flipped[ring] = points[[ring[0], *ring[:0:-1]]]
    same = (1, pytest.approx(0.0, abs=1e-9))
    assert nearest_encounter(adduct, kept, [_encounter(flipped, True, adduct.label)]) == same
    # the water of an opened lactone is no atom of the drug
    opened = after(enumerate_adducts(load_ligand("leptomycin-B"))[0], "hydrolysed")
    points = np.random.default_rng(2).normal(scale=5.0, size=(opened.n_drug_atoms - 1, 3))
    drug = np.array([points[old] if old >= 0 else [99.0] * 3 for old in opened.drug_atoms])
    assert nearest_encounter(opened, drug, [_encounter(points, True, opened.label)]) == same


def adduct(label: str, seeds: tuple[float, ...], *, valid: bool = True) -> AdductRecord:
    blank: dict[str, Any] = dict.fromkeys(PoseRecord.__dataclass_fields__)
    pose = PoseRecord(**blank | {"rank": 1, "score_kcal_per_mol": min(seeds), "valid": valid})
    return AdductRecord(label, "", "", (), (pose,), seed_scores_kcal_per_mol=seeds)


@pytest.mark.parametrize(
    ("first", "second", "preferred", "gap", "spread", "words"),
    [
        ((-12.0, -11.9, -11.8), (-10.0, -9.9, -9.5), "bR", 2.0, 0.5, "preferred by score"),
        ((-12.0, -9.0, -9.5), (-10.0, -9.9, -9.5), None, 2.0, 3.0, "within the search's spread"),
        ((-12.0, -11.9, -12.0), (-11.5, -11.4, -11.5), None, 0.5, 0.1, "score can tell apart"),
        ((-12.0,), (-8.0,), None, 4.0, None, "ran with one seed"),
    ],
)
def test_a_winner_is_named_only_beyond_the_spread(
    first: tuple[float, ...],
    second: tuple[float, ...],
    preferred: str | None,
    gap: float,
    spread: float | None,
    words: str,
) -> None:
    told = ranking([adduct("bR", first), adduct("bS", second)])
    assert told["best_scored"] == "bR"
    assert told["preferred"] == preferred
    assert told["gap_kcal_per_mol"] == pytest.approx(gap)
    assert told["spread_kcal_per_mol"] == (None if spread is None else pytest.approx(spread))
    assert words in told["words"]


def test_invalid_poses_do_not_compete() -> None:
    bad = adduct("bR", (-20.0, -20.0), valid=False)
    told = ranking([bad, adduct("bS", (-8.0, -8.1))])
    assert (told["best_scored"], told["preferred"], told["gap_kcal_per_mol"]) == ("bS", None, None)
    assert told["words"] == "only bS with a valid pose"
    assert ranking([bad, bad])["words"] == "none of them with a valid pose"
    # a third diastereomer does not widen the spread
    wild = adduct("bS_aS", (-5.0, -1.0))
    told = ranking([adduct("bR", (-9.0, -9.1)), adduct("bS", (-7.0, -7.0)), wild])
    assert (told["preferred"], told["spread_kcal_per_mol"]) == ("bR", pytest.approx(0.1))


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({}, "poses in it say little about a drug that binds the open groove"),
        ({"A:6100": "A:LYS:100"}, "poses in it say little"),
        ({"E:6004": "E:LEU:4"}, "chain E of cargo fills the NES groove and was kept"),
    ],
)
def test_a_partner_in_the_groove_is_told(kept: dict[str, str], said: str) -> None:
    receptor = load_receptor("human-groove")
    provenance = receptor.provenance | {"groove_occupant": "chain E", "kept_beside": kept}
    full = replace(receptor, name="cargo", groove_state="occupied", provenance=provenance)
    (warning,) = receptor_warnings(full)
    assert said in warning
