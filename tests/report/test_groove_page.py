"""The page of a receptor: pockets where they lie, the state as measured."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_cases import groove_page, points

import workbench
from workbench.errors import OutputError
from workbench.pipeline.preparing import write_receptor
from workbench.report.groove_page import build_groove_scene
from workbench.report.landmarks import ball_radius
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_pdb

NAMES = ["P0", "P1", "P2", "P3", "P4"]
PKI_CONTACTS = {"V518", "I521", "L525", "C528", "A541", "I544", "F561", "V565", "F572"}
"""Of the residues within 5 angstrom of the PKI NES in 3NBY."""


@pytest.fixture(scope="module")
def receptor() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="module")
def scene(receptor: Receptor) -> dict[str, Any]:
    return build_groove_scene(receptor_pdb(receptor), receptor_json(receptor))


def test_balls_touch_what_is_drawn_and_go_no_further(scene: dict[str, Any]) -> None:
    assert [pocket["name"] for pocket in scene["pockets"]] == NAMES
    atoms = points(scene["receptor"]["xyz"])
    for pocket in scene["pockets"]:
        nearest = np.linalg.norm(atoms - points(pocket["xyz"])[0], axis=1).min()
        # a carbon's radius is left free; backbone atoms, which may be nearer, are not drawn
        assert nearest - pocket["radius"] / 100 > 1.7 - 0.03
    assert ball_radius(1.9) == 0.5  # one without room is still seen


def test_the_lining_is_shown_and_the_sulphur_is_marked(
    scene: dict[str, Any], receptor: Receptor
) -> None:
    labels = scene["receptor"]["labels"]
    assert {labels[i] for i in scene["lining"]} >= PKI_CONTACTS
    assert [labels[i] for i in scene["focus"]] == ["C528"]
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
    assert (points(scene["receptor"]["xyz"]) @ view.T)[:, 2].mean() < centres[:, 2].mean()


def test_pockets_of_other_coordinates_are_refused(receptor: Receptor) -> None:
    moved = receptor.with_coordinates(receptor.coordinates + 1.0)
    with pytest.raises(OutputError, match="nearest atom to P0"):
        build_groove_scene(receptor_pdb(moved), receptor_json(receptor))


def test_page_and_notebook_hold_the_measures_and_each_pocket(receptor: Receptor) -> None:
    text = groove_page(receptor)
    rows = dict(re.findall(r'data-pocket="(P\d)">.*?<td class="wide">(.*?)</td>', text))
    assert list(rows) == NAMES
    assert {"C528", "K568"} <= set(rows["P3"].split(", "))
    measures = receptor_json(receptor)["groove_measures"]
    assert f"{measures['mean_width_angstrom']:.2f}" in text
    assert all(change[1:] in text for change in receptor.changes[:2])
    assert "10.1038/s41586-021-03819-2" in text  # a model of AlphaFold's
    assert 'class="verdict good"' in text
    script = workbench.view(receptor)._make_html()
    assert script.count("addSphere") == 5
    assert all(f'addLabel("{name}"' in script for name in NAMES)


def test_only_an_open_groove_with_a_thiol_is_good(receptor: Receptor) -> None:
    mutant = load_receptor("human-groove", mutations=("C528S",))
    closed = replace(receptor, numbering="entry", groove_state="closed")
    for text in (groove_page(mutant), groove_page(closed)):
        assert 'class="verdict plain"' in text
    assert "free thiol" not in groove_page(mutant)


def test_another_protein_has_no_pockets(receptor: Receptor) -> None:
    other = replace(receptor, numbering="entry", groove_state="unknown")
    record = receptor_json(other)
    scene = build_groove_scene(receptor_pdb(other), record)
    assert scene["pockets"] == [] and scene["sulphur"] is not None
    text = groove_page(other)
    assert 'id="pockets"' not in text and "show-pockets" not in text


def test_yeast_residues_carry_both_numbers(shared_structures: Path, tmp_path: Path) -> None:
    entry = load_receptor(shared_structures / "receptors" / "5dif_groove_495-650.pdb")
    write_receptor(entry, tmp_path)
    text = (tmp_path / "receptor.html").read_text(encoding="utf-8")
    assert "C528 (539)" in text and "K568 (579)" in text
