"""The page of a docking run: alone on the disk, readable, and it claims no more than was found."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import replace

import pytest
from report_cases import Page
from stored_docking import without_adducts

from workbench.records.docking import DockingResult
from workbench.report.docking_page import (
    details,
    headline,
    knowledge,
    notebook_html,
    nucleophile,
    report_html,
    seed_scores,
)
from workbench.report.scene import build_scene
from workbench.report.templating import number, sentence


@pytest.fixture(scope="module")
def text(docked: DockingResult) -> str:
    return report_html(docked)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_policy_allows_these_scripts_alone(page: Page) -> None:
    policy = next(m["content"] for m in page.named("meta") if "http-equiv" in m)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert set(rules["script-src"].split()) == {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in page.scripts
    }


def test_the_scene_and_every_number_of_a_pose_are_on_the_page(
    docked: DockingResult, text: str, page: Page
) -> None:
    assert json.loads(page.scene) == build_scene(docked)
    for adduct in docked.adducts:
        for pose in adduct.poses:
            name = f"{adduct.label}-{pose.rank}"
            row = re.search(rf'<tr data-pose-row="{name}".*?</tr>', text, re.DOTALL)
            assert row
            values = {float(value) for value in re.findall(r'data-value="(-?[\d.]+)"', row[0])}
            assert {
                pose.score_kcal_per_mol,
                *pose.score_terms.values(),
                pose.minimised_energy_kcal_per_mol,
                pose.strain_kcal_per_mol,
                pose.sg_c_distance_angstrom,
                pose.c_s_c_angle_degree,
            } <= values


def test_ids_are_unique_and_links_point_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = [a["href"][1:] for a in page.named("a") if a["href"].startswith("#")]
    pointers = [a[name] for _, a in page.tags for name in ("for", "aria-describedby") if name in a]
    assert {*anchors, *pointers} <= set(ids)


def test_the_strongest_residue_comes_first(docked: DockingResult) -> None:
    first = docked.adducts[0]
    energies = {"CYS528": 9.5, "LYS568": -4.31, "PHE572": -6.04}
    pose = replace(
        first.poses[0], interaction_kcal_per_mol=-41.25, residue_energies_kcal_per_mol=energies
    )
    plain = replace(docked, adducts=(replace(first, poses=(pose,)),))
    assert "PHE572 \u22126.0, LYS568 \u22124.3, CYS528 9.5" in Page(report_html(plain)).words


@pytest.mark.parametrize("verdict", ["no_thiol", "no_warhead", "unsupported_warhead"])
def test_a_verdict_without_adducts_claims_no_bond(docked: DockingResult, verdict: str) -> None:
    result = without_adducts(docked, verdict)
    page = Page(report_html(result))
    assert not [a for a in page.named("section") if a.get("id") in ("adducts", "contacts")]
    assert details(result) == ["The reason in words."]
    assert not any("bond to" in text for text in knowledge(result)["Calculated"])
    assert "The reason in words." in Page(notebook_html(result)).words
    bare = replace(result, receptor_pdb="")
    assert not Page(report_html(bare)).named("canvas")


def test_ranking_path_and_failed_checks_are_told(docked: DockingResult) -> None:
    assert docked.ranking is not None
    first, second = docked.adducts
    assert sentence(docked.ranking["words"]) in details(docked)
    assert sentence("bR scores best") == "bR scores best."  # a label keeps its letters
    assert details(docked)[-1].endswith(f"leads to {second.label}.")
    assert not any("encounter" in text for text in details(replace(docked, encounter=())))
    bad = replace(docked, adducts=(replace(first, poses=first.poses[2:]),))
    assert headline(bad) != headline(docked)
    assert any("no_receptor_clash" in text for text in details(bad))
    assert seed_scores(second) == ""
    spread = first.score_spread_kcal_per_mol
    assert seed_scores(first).endswith(f"spread {spread:.2f}")


def test_a_reference_is_called_an_estimate(docked: DockingResult) -> None:
    assert "\u00b11.3" in knowledge(docked)["Measured"][0]
    assert "\u00b1" not in knowledge(replace(docked, reference=None))["Measured"][0]


def test_the_cell_of_a_notebook_is_small_and_has_no_script(docked: DockingResult) -> None:
    cell = notebook_html(docked)
    page = Page(cell)
    assert len(cell) < 40_000 and not page.named("script") and not page.named("style")
    assert all(adduct.label in page.words for adduct in docked.adducts)


@pytest.mark.parametrize(
    ("receptor", "name"),
    [
        ({"reactive_atom": "A:797:SG", "numbering": "entry"}, "Cys797"),
        ({"reactive_atom": None, "numbering": "human"}, "Cys528"),
        ({"reactive_atom": "nonsense", "numbering": "entry"}, "the reactive cysteine"),
    ],
)
def test_the_nucleophile_by_name(
    docked: DockingResult, receptor: dict[str, str | None], name: str
) -> None:
    assert nucleophile(replace(docked, receptor=receptor)) == name


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-13.456, 2, "\u221213.46"),
        (-0.001, 2, "0.00"),
        (7, 1, "7.0"),
        *[(value, 2, "\u2013") for value in (math.nan, None, True, "12")],
    ],
)
def test_numbers(value: object, digits: int, text: str) -> None:
    assert number(value, digits) == text
