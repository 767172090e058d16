"""The tour: its statements stand on the tables, and its scene shows what the text says."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_cases import points, receptor_of

import workbench
from workbench.cli.main import main
from workbench.errors import OutputError
from workbench.mechanism.nes import displacement
from workbench.report.tour import (
    STATUSES,
    build_tour_scene,
    computed,
    fact,
    read_steps,
    read_tour_poses,
)


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    return read_steps(computed(*read_tour_poses()))


@pytest.fixture(scope="module")
def scene() -> dict[str, Any]:
    return build_tour_scene(*read_tour_poses())


def test_each_step_speaks_at_both_levels_and_asks(steps: list[dict[str, Any]]) -> None:
    assert [step["name"] for step in steps] == [
        *("export", "groove", "signal", "drug", "encounter", "bond", "reversal", "mutant"),
    ]
    for step in steps:
        assert {said["level"] for said in step["statements"]} == {"leaflet", "course"}
        assert step["questions"]
        for question in step["questions"]:
            answers = dict(question["answers"])
            assert 0 <= question["right"] < len(answers) == len(question["answers"]) >= 3
        for said in step["statements"]:
            assert said["status"] in STATUSES
            assert not re.search(r"[{}]", said["text"])
            assert said["source"] or said["status"] not in ("measured", "reported")


def test_the_pockets_that_the_text_names_are_those_that_the_crystal_pose_fills(
    steps: list[dict[str, Any]],
) -> None:
    drug = next(step for step in steps if step["name"] == "drug")
    named = [s["text"] for s in drug["statements"] if "crystal pose fills" in s["text"]]
    assert re.findall(r"P\d", named[0]) == list(displacement("selinexor").shared)


def test_the_views_show_poses_that_exist(
    steps: list[dict[str, Any]], scene: dict[str, Any]
) -> None:
    assert {step["view"]["pose"] for step in steps} == {pose["id"] for pose in scene["poses"]}
    for before, after in pairwise(steps):
        assert before["view"] != after["view"], after["name"]
    assert scene["poses"][0]["id"] == "groove" and scene["poses"][0]["elements"] == []
    assert len(scene["pockets"]) == 5 and scene["surface"]["quads"]


def test_the_bond_forms_between_sulphur_and_carbon(scene: dict[str, Any]) -> None:
    poses = {pose["id"]: pose for pose in scene["poses"]}
    for name, least, most, bonded in (("encounter", 3.0, 4.2, 0), ("adduct", 1.75, 1.90, 1)):
        pose = poses[name]
        sulphur, carbon = pose["link"][:2]
        assert scene["receptor"]["elements"][sulphur] == "S"
        assert pose["elements"][carbon] == "C"
        own = receptor_of(scene, pose)[sulphur]
        assert least < np.linalg.norm(own - points(pose["xyz"])[carbon]) < most
        assert pose["link"][3] == bonded


def test_the_mutant_has_serines_oxygen_in_place_of_the_sulphur(scene: dict[str, Any]) -> None:
    poses = {pose["id"]: pose for pose in scene["poses"]}
    mutant, wild = poses["C528S"], poses["encounter"]
    n_drug = len(wild["elements"])
    added = mutant["elements"][n_drug:]
    assert sorted(added) == ["C", "C", "O"]
    assert "S" not in mutant["elements"] and mutant["link"] is None
    assert [scene["receptor"]["labels"][i] for i in mutant["hidden"]] == ["C528"]
    oxygen = points(mutant["xyz"])[n_drug + added.index("O")]
    assert np.linalg.norm(oxygen - points(scene["receptor"]["xyz"])[wild["link"][0]]) < 3.5


@pytest.mark.parametrize(
    ("table", "wanted"),
    [("mutations.csv", {"mutation": "C528Q"}), ("pharmacology.csv", {"compound": "selinexor"})],
)
def test_a_fact_is_one_row_or_refused(table: str, wanted: dict[str, str]) -> None:
    with pytest.raises(OutputError, match="rows, not one"):
        fact(table, wanted)


def test_it_is_written_where_asked_with_the_figures_of_the_literature(tmp_path: Path) -> None:
    assert main(["tour", "--out", str(tmp_path)]) == 0
    page = (tmp_path / "tour.html").read_text(encoding="utf-8")
    assert "Kd of 35 nM" in page  # Fung 2017 eLife 6:e23961
    assert "5.29 nM" in page  # eLife 2023;12:e80625
    assert "40 kDa" in page and "NSNELALKLAGLDINK" in page
    assert len(page.encode()) < 3_000_000
    with pytest.raises(OutputError, match="does not exist"):
        workbench.tour(tmp_path / "no" / "such" / "tour.html")
