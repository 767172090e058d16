"""Pictures that stand alone, and scripts that show the page's own view in other programs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from browser_driver import find_browser

from workbench.cli import main
from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report import pictures as module
from workbench.report.docking_page import write_docking
from workbench.report.drawings import interaction_map
from workbench.report.pictures import pictures, png_of
from workbench.report.scene import build_scene

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d+\.\d+"


def test_every_picture_stands_alone(docked: DockingResult) -> None:
    found = pictures(docked)
    assert set(found) == {
        *("drug.svg", "pose.svg", "groove.svg"),
        *(f"{kind}_{label}.svg" for kind in ("adduct", "contacts") for label in ("bR", "bS")),
    }
    for text in found.values():
        root = ElementTree.fromstring(text)
        assert float(root.get("width", 0)) > 100
        assert "var(--" not in text and "currentColor" not in text
        assert not [node for node in root.iter() if "script" in node.tag or node.get("href")]


def test_hostile_text_is_text(hostile: DockingResult) -> None:
    for text in pictures(hostile).values():
        root = ElementTree.fromstring(text)
        assert not [node for node in root.iter() if "script" in node.tag]


def test_the_map_names_each_residue_once_on_the_side_it_touches(docked: DockingResult) -> None:
    pose = docked.adducts[0].poses[0]
    ring = [
        {"type": "hydrophobic", "residue": f"LEU{k}", "ligand_atoms": [k], "distance_angstrom": 3.9}
        for k in range(12)
    ]
    again = {"type": "pi_stacking", "residue": "LEU3", "ligand_atoms": [3]}
    drawn = interaction_map(replace(pose, interactions=(*ring, again)), "T")
    root = ElementTree.fromstring(drawn)
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert [texts.count(f"LEU{k}") for k in range(12)] == [1] * 12
    assert "pi stacking" in texts and "hydrophobic" in texts
    boxes = [
        tuple(float(node.get(key, 0)) for key in ("x", "y", "width", "height"))
        for node in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == 12
    for k, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and x + w <= 760 and y >= 0 and y + h <= 540
        for u, v, o, p in boxes[k + 1 :]:
            assert x + w <= u or u + o <= x or y + h <= v or v + p <= y


def test_a_pose_without_a_block_is_refused(docked: DockingResult) -> None:
    with pytest.raises(OutputError, match="mol block"):
        interaction_map(replace(docked.adducts[0].poses[0], drug_sdf=""), "T")


def test_the_scripts_look_from_where_the_page_does(docked: DockingResult, tmp_path: Path) -> None:
    write_docking(docked, tmp_path)
    scene = build_scene(docked)
    assert scene is not None
    turn, center = np.array(scene["view"]).reshape(3, 3), np.array(scene["center"])
    pymol, chimerax = ((tmp_path / f"view.{kind}").read_text() for kind in ("pml", "cxc"))
    view = [float(x) for x in re.findall(NUMBER, pymol[pymol.index("set_view") :])]
    assert len(view) == 18
    # column by column: the first three numbers are what the model's x axis becomes
    assert view[:3] == pytest.approx(turn @ [1.0, 0.0, 0.0], abs=1e-4)
    assert view[12:15] == pytest.approx(center, abs=1e-2)
    camera = np.array([float(x) for x in re.findall(NUMBER, chimerax[chimerax.index("camera") :])])
    place = camera.reshape(3, 4)
    # the drug lies straight ahead of the eye, which looks along its own -z
    ahead = place[:, :3].T @ (center - place[:, 3])
    assert ahead == pytest.approx([0.0, 0.0, -62.0], abs=1e-2)
    for text in (pymol, chimerax):
        opened = re.findall(r"(?:load|open) (\S+?\.pdb)", text)
        assert sorted(opened) == ["complex_bR_1.pdb", "complex_bS_1.pdb"]
        assert all((tmp_path / name).is_file() for name in opened)


def test_the_verb_draws_what_lies_in_a_folder(
    docked: DockingResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    write_docking(docked, tmp_path / "run")
    out = tmp_path / "figures"
    assert main(["picture", str(tmp_path / "run"), "--out", str(out)]) == 0
    assert (out / "pose.svg").read_text() == pictures(docked)["pose.svg"]
    assert main(["picture", str(tmp_path / "nothing")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_without_a_browser_a_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(OutputError, match="Chromium"):
        png_of("<svg/>")


@pytest.mark.browser
def test_a_png_shows_the_picture(docked: DockingResult) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium found: install it or name it in CHROMIUM")
    png = png_of(pictures(docked)["contacts_bR.svg"])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(png[k : k + 4], "big") for k in (16, 20))
    assert (width, height) == (1520, 1080)
    assert len(png) > 10_000
