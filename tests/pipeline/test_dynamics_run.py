"""Dynamics of a docked pose: read back, run, measured, written."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import UsageError
from workbench.files.reopening import DockedFolder
from workbench.physics.complex import Complex, EncounterComplex
from workbench.pipeline.dynamics import propagate
from workbench.records.docking import DockingResult
from workbench.report.dynamics_page import write_dynamics
from workbench.settings import DynamicsSettings


@pytest.fixture(scope="module")
def bonded(docked_folder: Path) -> Complex:
    return DockedFolder(docked_folder).bonded("bS_1")[0]


@pytest.fixture(scope="module")
def encounter(docked_folder: Path) -> EncounterComplex:
    return DockedFolder(docked_folder).encounter(1)[0]


def test_a_pose_comes_back_atom_for_atom(bonded: Complex, docked_folder: Path) -> None:
    """The file's own lines: names and coordinates, in the file's order."""
    lines = (docked_folder / "complex_bS_1.cif").read_text().splitlines()
    rows = [line.split() for line in lines if line.startswith(("ATOM ", "HETATM "))]
    assert len(rows) == len(bonded.atoms)
    written = {(r[18], r[16], r[9], r[19]): [float(x) for x in r[10:13]] for r in rows}
    assert len(written) == len(rows)
    points = sorted(bonded.coordinates.round(3).tolist())
    assert points == sorted(list(written.values()))
    assert bonded.bonded and bonded.adduct.label == "bS"
    sulphur, carbon = bonded.coordinates[[bonded.sg, bonded.reactive_carbon]]
    assert 1.78 < np.linalg.norm(sulphur - carbon) < 1.88


def test_the_best_valid_pose_is_taken(docked_folder: Path, docked_drug: DockingResult) -> None:
    valid = [(p.score_kcal_per_mol, a.label, p.rank) for a in docked_drug.adducts for p in a.poses
             if p.valid]  # fmt: skip
    _, label, rank = min(valid)
    assert DockedFolder(docked_folder).bonded()[1] == f"{label} {rank}"


def test_an_encounter_comes_back(encounter: EncounterComplex, docked_drug: DockingResult) -> None:
    assert not encounter.bonded
    sulphur, carbon = encounter.coordinates[[encounter.sg, encounter.reactive_carbon]]
    assert np.linalg.norm(sulphur - carbon) == pytest.approx(
        docked_drug.encounter[0].sg_c_distance_angstrom, abs=0.01
    )


BAD_FOLDERS = {
    "no result": ("result.json", lambda text: None, "result.json in .* cannot be read"),
    "no JSON": ("result.json", lambda text: "{", "no complete docking result"),
    "an older schema": ("result.json", lambda text: '{"schema_version": 0}', "schema 0"),
    "no complex": ("complex_bS_1.cif", lambda text: None, "complex_bS_1.cif in .* cannot be read"),
    "no mmCIF": ("complex_bS_1.cif", lambda text: "junk", "cannot be read as mmCIF"),
    "an atom gone": (
        "complex_bS_1.cif",
        lambda text: "\n".join(line for line in text.splitlines() if " SG " not in line),
        "cannot be read as mmCIF|has no atom",
    ),
    "another receptor": (
        "result.json",
        lambda text: text.replace('"name": "human-groove"', '"name": "mine"'),
        "does not ship .* --receptor",
    ),
}


@pytest.mark.parametrize(("name", "spoil", "said"), BAD_FOLDERS.values(), ids=BAD_FOLDERS)
def test_a_folder_of_another_kind_is_refused(
    docked_folder: Path, tmp_path: Path, name: str, spoil: Callable[[str], str | None], said: str
) -> None:
    mine = shutil.copytree(docked_folder, tmp_path / "mine")
    text = spoil((mine / name).read_text())
    (mine / name).unlink()
    if text is not None:
        (mine / name).write_text(text)
    with pytest.raises(UsageError, match=said):
        DockedFolder(mine).bonded("bS_1")


def test_a_pose_that_is_not_there_is_refused(docked_folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no pose 'bS_9'; it has bR_1, bR_2, bS_1, bS_2"):
        DockedFolder(docked_folder).bonded("bS_9")
    with pytest.raises(UsageError, match=r"encounter poses, none of rank 99"):
        DockedFolder(docked_folder).encounter(99)


def test_an_encounter_run_is_measured(
    encounter: EncounterComplex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.physics.dynamics._STEPS", 5)
    result = propagate(encounter, tmp_path, DynamicsSettings(length_ps=0.5), label="encounter 1")
    write_dynamics(result, tmp_path)
    record = json.loads((tmp_path / "dynamics.json").read_text())
    assert record["state"] == "encounter"
    (replica,) = record["replicas"]
    (row,) = csv.DictReader((tmp_path / "dynamics.csv").open())
    nearest = float(row["sg_c_distance_angstrom"])
    assert replica["numbers"]["sg_c_lowest_angstrom"] == pytest.approx(nearest, rel=1e-5)
    assert 0 < replica["numbers"]["kept_contacts"] <= 1
    assert {p.name for p in (tmp_path / "replica_1").iterdir()} >= {
        "trajectory.dcd", "start.pdb", "log.csv", "checkpoint.chk",
    }  # fmt: skip
