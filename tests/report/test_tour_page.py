"""The tour: its statements stand on the tables, and its scene shows what the text says."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench
from workbench.cli.main import main
from workbench.errors import OutputError
from workbench.mechanism.nes import displacement
from workbench.records.docking import DockingResult
from workbench.report.tour import (
    STATUSES,
    Step,
    build_tour_scene,
    computed,
    fact,
    read_steps,
    read_tour_poses,
    tour_html,
)


@pytest.fixture(scope="module")
def runs() -> tuple[DockingResult, DockingResult]:
    return read_tour_poses()


@pytest.fixture(scope="module")
def steps(runs: tuple[DockingResult, DockingResult]) -> tuple[Step, ...]:
    return read_steps(computed(*runs))


@pytest.fixture(scope="module")
def scene(runs: tuple[DockingResult, DockingResult]) -> dict[str, Any]:
    return build_tour_scene(*runs)


@pytest.fixture(scope="module")
def page() -> str:
    return tour_html()


def test_each_step_speaks_at_both_levels_and_asks(steps: tuple[Step, ...]) -> None:
    assert [step.name for step in steps] == [
        *("export", "groove", "signal", "drug", "encounter", "bond", "reversal", "mutant"),
    ]
    for step in steps:
        assert {statement.level for statement in step.statements} == {"leaflet", "course"}
        assert step.questions
        for question in step.questions:
            assert 0 <= question.right < len(question.answers)
            assert len({text for text, _ in question.answers}) == len(question.answers) >= 3
            assert question.answers[question.right][1].startswith(("Yes", "That is the idea"))


def test_what_is_measured_has_a_source_and_no_blank_is_filled(steps: tuple[Step, ...]) -> None:
    for step in steps:
        for statement in step.statements:
            assert statement.status in STATUSES
            assert not re.search(r"[{}]", statement.text)
            if statement.status in ("measured", "reported"):
                assert statement.source, statement.text


def test_published_figures_are_the_ones_of_the_literature(page: str) -> None:
    assert "Kd of 35 nM" in page  # Fung 2017 eLife 6:e23961
    assert "5.29 nM" in page  # eLife 2023;12:e80625
    assert "above about 40 kDa".lower() in page.lower()
    assert "NSNELALKLAGLDINK" in page


def test_the_pockets_that_the_text_names_are_those_that_the_crystal_pose_fills(
    steps: tuple[Step, ...],
) -> None:
    drug = next(step for step in steps if step.name == "drug")
    named = [s.text for s in drug.statements if "crystal pose fills" in s.text]
    assert re.findall(r"P\d", named[0]) == list(displacement("selinexor").shared)


def test_the_views_show_poses_that_exist(steps: tuple[Step, ...], scene: dict[str, Any]) -> None:
    known = {pose["id"] for pose in scene["poses"]}
    assert {step.view["pose"] for step in steps} == known
    for before, after in pairwise(steps):
        assert before.view != after.view, after.name


def test_the_bond_forms_between_sulphur_and_carbon(scene: dict[str, Any]) -> None:
    poses = {pose["id"]: pose for pose in scene["poses"]}
    touch, bond = poses["encounter"], poses["adduct"]
    for pose, least, most, bonded in ((touch, 3.0, 4.2, 0), (bond, 1.75, 1.90, 1)):
        sulphur, carbon = pose["link"][:2]
        assert scene["receptor"]["elements"][sulphur] == "S"
        assert pose["elements"][carbon] == "C"
        moved = np.array(pose["moved"], dtype=float).reshape(-1, 4)
        there = np.array(scene["receptor"]["xyz"], dtype=float).reshape(-1, 3)
        there[moved[:, 0].astype(int)] = moved[:, 1:]
        drug = np.array(pose["xyz"], dtype=float).reshape(-1, 3)
        assert least < np.linalg.norm(there[sulphur] - drug[carbon]) / 100 < most
        assert pose["link"][3] == bonded


def test_the_mutant_has_serines_oxygen_in_place_of_the_sulphur(scene: dict[str, Any]) -> None:
    poses = {pose["id"]: pose for pose in scene["poses"]}
    mutant, wild = poses["C528S"], poses["encounter"]
    added = mutant["elements"][len(wild["elements"]) :]
    assert sorted(added) == ["C", "C", "O"]
    assert "S" not in mutant["elements"]
    assert mutant["link"] is None
    hidden = [scene["receptor"]["labels"][index] for index in mutant["hidden"]]
    assert hidden == ["C528"]
    serine = np.array(mutant["xyz"], dtype=float).reshape(-1, 3)[len(wild["elements"]) :]
    sulphur = np.array(scene["receptor"]["xyz"], dtype=float).reshape(-1, 3)[wild["link"][0]]
    oxygen = serine[added.index("O")]
    assert np.linalg.norm(oxygen - sulphur) / 100 < 3.5


def test_the_empty_groove_shows_the_pockets(scene: dict[str, Any]) -> None:
    assert scene["poses"][0]["id"] == "groove"
    assert scene["poses"][0]["elements"] == []
    assert [pocket["name"] for pocket in scene["pockets"]] == ["P0", "P1", "P2", "P3", "P4"]
    assert scene["surface"]["quads"]


@pytest.mark.parametrize(
    ("table", "wanted"),
    [("mutations.csv", {"mutation": "C528Q"}), ("pharmacology.csv", {"compound": "selinexor"})],
)
def test_a_fact_is_one_row_or_refused(table: str, wanted: dict[str, str]) -> None:
    with pytest.raises(OutputError, match="rows, not one"):
        fact(table, wanted)


def test_the_page_is_small_and_asks_for_nothing(page: str) -> None:
    assert len(page.encode()) < 3_000_000
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?!data:)", page)


def test_it_is_written_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert workbench.tour(tmp_path) == tmp_path / "tour.html"
    assert main(["tour", "--out", str(tmp_path / "mine.html")]) == 0
    assert "mine.html" in capsys.readouterr().out
    assert (tmp_path / "mine.html").read_bytes() == (tmp_path / "tour.html").read_bytes()
    with pytest.raises(OutputError, match="does not exist"):
        workbench.tour(tmp_path / "no" / "such" / "tour.html")
