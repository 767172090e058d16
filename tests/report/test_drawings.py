"""Drawings and charts: right carbon, right hand, true to scale, safe to stand anywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_cases import reactions

from workbench.cli.main import main
from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report import pictures as module
from workbench.report.charts import Curve, bars, histogram, line_plot, ticks
from workbench.report.docking_page import write_docking
from workbench.report.drawings import adduct_svg, drug_svg, interaction_map
from workbench.report.pictures import pictures, png_of
from workbench.report.reaction_page import energy_bars

SVG = "{http://www.w3.org/2000/svg}"
ATTACKED = re.compile(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-attacked")


def test_the_attacked_carbon_is_the_one_that_bears_the_triazole(docked: DockingResult) -> None:
    drawn = drug_svg(docked)
    (beta,) = ATTACKED.findall(drawn)
    others = re.findall(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-warhead", drawn)
    x, y = (float(part) for part in beta)
    apart = sorted(((x - float(u)) ** 2 + (y - float(v)) ** 2) ** 0.5 for u, v in others)
    # of the warhead's other atoms the nitrogen and the alpha carbon lie a bond away
    assert len(apart) >= 3 and apart[1] < 1.2 * apart[0] and apart[-1] > 1.6 * apart[0]


def test_an_adduct_shows_its_new_centre_and_the_cysteine(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        drawn = adduct_svg(docked, adduct)
        assert len(ATTACKED.findall(drawn)) == 1
        assert "--tint-cysteine" in drawn


@pytest.mark.parametrize("smiles", ["not a smiles", "", "CCO", "C[C@H](SC[C@H](N)C(=O)O)n1cncn1"])
def test_a_wrong_adduct_is_refused(docked: DockingResult, smiles: str) -> None:
    with pytest.raises(OutputError):
        adduct_svg(docked, replace(docked.adducts[0], smiles=smiles))


def test_a_drawing_never_contradicts_its_label(docked: DockingResult) -> None:
    first, second = docked.adducts
    with pytest.raises(OutputError, match=f"SMILES is that of {second.label}"):
        adduct_svg(docked, replace(first, smiles=second.smiles))
    assert "<svg" in adduct_svg(docked, replace(first, label=""))


@pytest.mark.parametrize("index", [0, 6, 999, -1])
def test_an_atom_that_no_thiol_attacks_is_refused(docked: DockingResult, index: int) -> None:
    warhead = {**docked.ligand["warhead"], "reactive_atom_index": index}
    with pytest.raises(OutputError, match=f"attack its atom {index}"):
        drug_svg(replace(docked, ligand={**docked.ligand, "warhead": warhead}))


def test_every_picture_stands_alone(docked: DockingResult) -> None:
    found = pictures(docked)
    labels = [adduct.label for adduct in docked.adducts]
    assert set(found) == {
        *("drug.svg", "pose.svg", "groove.svg"),
        *(f"{kind}_{label}.svg" for kind in ("adduct", "contacts") for label in labels),
    }
    for text in found.values():
        root = ElementTree.fromstring(text)
        assert float(root.get("width", 0)) > 100
        assert root.find(f"{SVG}title") is not None
        assert "var(--" not in text and "currentColor" not in text
        assert not [node for node in root.iter() if "script" in node.tag or node.get("href")]


def test_the_still_shows_the_bond_and_the_residue(docked: DockingResult) -> None:
    root = ElementTree.fromstring(pictures(docked)["pose.svg"])
    texts = [node.text for node in root.iter(f"{SVG}text")]
    length = next(float(text.split()[1]) for text in texts if text and text.startswith("S\u2013C"))
    real = docked.adducts[0].poses[0].sg_c_distance_angstrom
    assert length == pytest.approx(real, abs=0.006)
    assert "C528" in texts
    # one ball and one gleam for each drug atom, besides those of the side chains
    assert len(list(root.iter(f"{SVG}circle"))) >= 2 * 31


def test_the_still_of_an_invalid_pose_says_so(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    bad = replace(docked, adducts=(replace(adduct, poses=adduct.poses[2:]),))
    assert "no receptor clash" in pictures(bad)["pose.svg"]


def test_the_map_names_each_residue_once_and_none_over_another(docked: DockingResult) -> None:
    ring = [
        {"type": "hydrophobic", "residue": f"LEU{k}", "ligand_atoms": [k], "distance_angstrom": 3.9}
        for k in range(12)
    ]
    again = {"type": "pi_stacking", "residue": "LEU3", "ligand_atoms": [3]}
    pose = docked.adducts[0].poses[0]
    root = ElementTree.fromstring(interaction_map(replace(pose, interactions=(*ring, again)), "T"))
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert [texts.count(f"LEU{k}") for k in range(12)] == [1] * 12
    boxes = [
        tuple(float(node.get(key, 0)) for key in ("x", "y", "width", "height"))
        for node in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == 12
    for x, y, w, h in boxes:
        assert x >= 0 and x + w <= 760 and y >= 0 and y + h <= 540
    for (x, y, w, h), (u, v, o, p) in combinations(boxes, 2):
        assert x + w <= u or u + o <= x or y + h <= v or v + p <= y
    with pytest.raises(OutputError, match="mol block"):
        interaction_map(replace(pose, drug_sdf=""), "T")


def test_the_verb_draws_what_lies_in_a_folder(docked: DockingResult, tmp_path: Path) -> None:
    write_docking(docked, tmp_path / "run")
    assert main(["picture", str(tmp_path / "run"), "--out", str(tmp_path / "figures")]) == 0
    assert (tmp_path / "figures" / "pose.svg").read_text() == pictures(docked)["pose.svg"]
    assert main(["picture", str(tmp_path / "nothing")]) == 2


def test_without_a_browser_a_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(OutputError, match="Chromium"):
        png_of("<svg/>")


def points_of(drawing: str) -> list[tuple[float, float]]:
    line = next(e for e in ElementTree.fromstring(drawing).iter() if e.tag.endswith("polyline"))
    pairs = (pair.split(",") for pair in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def test_points_lie_where_the_axes_say() -> None:
    curve = Curve("a", [0.0, 5.0, 10.0], [0.0, 1.0, 0.5])
    drawing = line_plot([curve], title="T", x_label="days", y_label="share", y_max=1.0)
    (x0, y0), (x1, y1), (x2, y2) = points_of(drawing)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert y0 - y2 == pytest.approx((y0 - y1) / 2, abs=0.11)
    assert y1 < y0  # up is more


@pytest.mark.parametrize("top", [1.0, 0.037, 700.0, 14.0, 3e5])
def test_ticks_are_few_and_round(top: float) -> None:
    found = ticks(top)
    assert 4 <= len(found) <= 9
    assert found[0] == 0 and found[-1] <= top
    assert all(len(f"{value:g}".strip("0").replace(".", "")) <= 4 for value in found)


def test_bars_are_as_high_as_their_counts() -> None:
    drawing = histogram([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 4.0], title="t", x_label="<x>")
    heights = [float(h) for h in re.findall(r'<rect[^>]* height="([\d.]+)"', drawing)]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert "&lt;x&gt;" in drawing


def test_bars_grow_from_zero_to_the_value() -> None:
    root = ElementTree.fromstring(energy_bars(reactions()))
    boxes = [(float(b.attrib["x"]), float(b.attrib["width"])) for b in root.iter(f"{SVG}rect")]
    zero = boxes[0][0]
    # to the right by 1.5 and 1.8, to the left by 2.0, on one scale
    assert boxes[1][0] == zero
    assert boxes[1][1] / boxes[0][1] == pytest.approx(1.8 / 1.5, abs=0.01)
    assert boxes[2][0] + boxes[2][1] == pytest.approx(zero, abs=0.11)
    assert boxes[2][1] / boxes[0][1] == pytest.approx(2.0 / 1.5, abs=0.01)
    # the one without an uncertainty has no line
    assert sum(path.attrib.get("stroke-width") == "3" for path in root.iter(f"{SVG}path")) == 2
    assert "nan" not in bars([("none", 0.0, 0.0)], title="T", x_label="x").lower()
