"""The page of a receptor: pockets where they lie, the state as measured, nothing from outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_driver import Browser
from report_cases import HOSTILE

import workbench
from workbench.errors import OutputError
from workbench.pipeline.preparing import write_receptor
from workbench.report.groove_page import build_groove_scene, groove_html
from workbench.report.landmarks import ball_radius
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_pdb

BOUNDS = {
    "closed_below_angstrom": 11.8,
    "open_from_angstrom": 12.6,
    "occupied_from_contacts": 6,
    "contact_angstrom": 4.5,
}
NAMES = ["P0", "P1", "P2", "P3", "P4"]
PKI_CONTACTS = {"V518", "I521", "L525", "C528", "A541", "I544", "F561", "V565", "F572"}
"""Of the residues within 5 angstrom of the PKI NES in 3NBY."""


@pytest.fixture(scope="module")
def receptor() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="module")
def scene(receptor: Receptor) -> dict[str, Any]:
    return build_groove_scene(receptor_pdb(receptor), receptor_json(receptor))


def page_of(receptor: Receptor) -> str:
    return groove_html(receptor_pdb(receptor), receptor_json(receptor), BOUNDS)


def points(flat: list[int]) -> np.ndarray:
    return np.array(flat, dtype=float).reshape(-1, 3) / 100


def test_balls_touch_what_is_drawn_and_go_no_further(scene: dict[str, Any]) -> None:
    assert [pocket["name"] for pocket in scene["pockets"]] == NAMES
    atoms = points(scene["receptor"]["xyz"])
    for pocket in scene["pockets"]:
        centre = points(pocket["xyz"])[0]
        nearest = np.linalg.norm(atoms - centre, axis=1).min()
        # a carbon's radius is left free; backbone atoms, which may be nearer, are not drawn
        assert nearest - pocket["radius"] / 100 > 1.7 - 0.03


def test_the_lining_is_shown_and_the_sulphur_is_marked(
    scene: dict[str, Any], receptor: Receptor
) -> None:
    labels = scene["receptor"]["labels"]
    assert {labels[i] for i in scene["lining"]} >= PKI_CONTACTS
    assert [labels[i] for i in scene["focus"]] == ["C528"]
    assert scene["receptor"]["elements"][scene["sulphur"]] == "S"
    third = next(p for p in scene["pockets"] if p["name"] == "P3")
    drawn = points(scene["receptor"]["xyz"])[scene["sulphur"]] - points(third["xyz"])[0]
    centre = next(p for p in receptor_json(receptor)["pockets"] if p["name"] == "P3")
    true = receptor.coordinates[receptor.find(528, "SG")] - np.array(centre["centre_angstrom"])
    assert drawn == pytest.approx(true, abs=0.02)


def test_the_groove_is_seen_from_its_mouth_with_p0_on_the_left(scene: dict[str, Any]) -> None:
    view = np.array(scene["view"]).reshape(3, 3)
    assert np.linalg.det(view) == pytest.approx(1.0, abs=1e-3)
    centres = np.vstack([points(pocket["xyz"]) for pocket in scene["pockets"]]) @ view.T
    assert centres[0, 0] < centres[-1, 0]
    # the helices stand behind the pockets or beside them
    behind = points(scene["receptor"]["xyz"]) @ view.T
    assert behind[:, 2].mean() < centres[:, 2].mean()


def test_pockets_of_other_coordinates_are_refused(receptor: Receptor) -> None:
    record = receptor_json(receptor)
    moved = receptor.with_coordinates(receptor.coordinates + 1.0)
    with pytest.raises(OutputError, match="nearest atom to P0"):
        build_groove_scene(receptor_pdb(moved), record)


def test_a_pocket_without_room_is_still_seen() -> None:
    assert ball_radius(1.9) == 0.5
    assert ball_radius(3.7) == pytest.approx(2.0)


def test_the_page_says_what_it_must(receptor: Receptor) -> None:
    text = page_of(receptor)
    record = receptor_json(receptor)
    assert "The groove is open and empty; C528 is a free thiol." in text
    rows = dict(re.findall(r'data-pocket="(P\d)">.*?<td class="wide">(.*?)</td>', text))
    assert list(rows) == NAMES
    assert {"C528", "K568"} <= set(rows["P3"].split(", "))
    assert f"{record['groove_measures']['mean_width_angstrom']:.2f}" in text
    assert all(change in text for change in ("118 of the 1071 residues", "at pH 7.4"))
    assert "CC-BY 4.0" in text and "10.1038/s41586-021-03819-2" in text
    scene = re.search(r'id="scene">(.*?)</script>', text, re.DOTALL)
    assert scene is not None and len(json.loads(scene[1])["pockets"]) == 5
    assert "default-src" in text
    assert not re.search(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?!data:)', text)


def test_a_mutated_groove_promises_no_bond() -> None:
    text = page_of(load_receptor("human-groove", mutations=("C528S",)))
    assert "S528 has no thiol: no covalent adduct can form" in text
    assert 'class="verdict plain"' in text
    assert "C528" in text and "free thiol" not in text


def test_another_protein_has_no_pockets(receptor: Receptor) -> None:
    other = replace(receptor, numbering="entry", groove_state="unknown")
    record = receptor_json(other)
    assert "pockets" not in record
    scene = build_groove_scene(receptor_pdb(other), record)
    assert scene["pockets"] == [] and scene["sulphur"] is not None
    text = page_of(other)
    assert "Not the NES groove of XPO1" in text
    assert 'id="pockets"' not in text and "show-pockets" not in text


def test_a_closed_groove_is_told_in_any_numbering(receptor: Receptor) -> None:
    text = page_of(replace(receptor, numbering="entry", groove_state="closed"))
    assert "The groove is closed: too narrow to dock into" in text
    assert 'id="state"' in text and "own numbering" in text
    assert 'class="verdict plain"' in text


def test_hostile_text_is_text(receptor: Receptor) -> None:
    bad = replace(
        receptor,
        name="x",
        source=HOSTILE,
        organism=HOSTILE,
        partners=(HOSTILE,),
        changes=(HOSTILE,),
        provenance={HOSTILE: HOSTILE},
    )
    text = page_of(bad)
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_yeast_residues_carry_both_numbers(shared_structures: Path, tmp_path: Path) -> None:
    entry = load_receptor(shared_structures / "receptors" / "5dif_groove_495-650.pdb")
    write_receptor(entry, tmp_path)
    text = (tmp_path / "receptor.html").read_text(encoding="utf-8")
    assert "C528 (539)" in text and "K568 (579)" in text
    assert "In the entry the groove is filled" in text and "chain D" in text


def test_the_notebook_view_holds_the_pockets(receptor: Receptor) -> None:
    script = workbench.view(receptor)._make_html()
    assert script.count("addSphere") == 5
    assert all(f'addLabel("{name}"' in script for name in NAMES)


VIOLET = """(() => {
  const canvas = document.getElementById('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let violet = 0;
  for (let i = 0; i < data.length; i += 4)
    violet += data[i + 2] > data[i] + 20 && data[i] > data[i + 1] + 12;
  return violet;
})()"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_in_silence_and_draws_the_pockets(
    browser: Browser, receptor: Receptor, tmp_path: Path, scheme: str
) -> None:
    path = tmp_path / "receptor.html"
    path.write_text(page_of(receptor), encoding="utf-8")
    browser.open(path, prefers_color_scheme=scheme)
    browser.wait("Number(document.getElementById('canvas').dataset.primitives) > 0")
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]
    drawn = "document.getElementById('canvas').dataset.pockets"
    assert browser.run(drawn) == " ".join(NAMES)
    with_pockets = browser.run(VIOLET)
    assert with_pockets > 4000
    browser.run("document.getElementById('show-pockets').click()")
    browser.run("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
    assert browser.run(drawn) == ""
    assert browser.run(VIOLET) < with_pockets / 4


@pytest.mark.browser
def test_a_phone_sees_the_whole_width(browser: Browser, receptor: Receptor, tmp_path: Path) -> None:
    path = tmp_path / "receptor.html"
    path.write_text(page_of(receptor), encoding="utf-8")
    browser.open(path, 390, 844, prefers_color_scheme="light")
    browser.wait("Number(document.getElementById('canvas').dataset.primitives) > 0")
    assert browser.run("document.documentElement.scrollWidth") <= 390
