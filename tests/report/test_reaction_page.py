"""The files and the page of computed additions."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reaction_cases import reaction

from workbench.files.exports import table_csv
from workbench.records.reaction import Reaction, Reactions, reaction_rows
from workbench.report.reaction_page import (
    energy_bars,
    notebook_html,
    reactions_html,
    write_reactions,
)

HOSTILE = "=cmd<script>alert('x')</script>&\""


@pytest.fixture
def reactions() -> list[Reaction]:
    return [reaction("eltanexor", 1.5, 1.8), reaction(HOSTILE, -2.0, spread=None)]


def test_table(reactions: list[Reaction]) -> None:
    rows = list(csv.DictReader(io.StringIO(table_csv(reaction_rows(reactions), number=".3f"))))
    assert [row["adduct"] for row in rows] == ["bR", "bS", "bR"]
    assert rows[1]["relative_to_selinexor_kcal_per_mol"] == "1.800"
    assert rows[0]["lumo_ev"] == "-8.000"
    assert rows[2]["uncertainty_kcal_per_mol"] == ""
    assert rows[2]["ligand"].startswith("'=")


def test_bars_grow_from_zero_to_the_value(reactions: list[Reaction]) -> None:
    root = ElementTree.fromstring(energy_bars(reactions))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [
        (float(box.attrib["x"]), float(box.attrib["width"])) for box in root.iter(f"{space}rect")
    ]
    assert len(boxes) == 3
    zero = boxes[0][0]
    # to the right by 1.5 and 1.8, to the left by 2.0, on one scale
    assert boxes[1][0] == zero
    assert boxes[1][1] / boxes[0][1] == pytest.approx(1.8 / 1.5, abs=0.01)
    assert boxes[2][0] + boxes[2][1] == pytest.approx(zero, abs=0.11)
    assert boxes[2][1] / boxes[0][1] == pytest.approx(2.0 / 1.5, abs=0.01)
    # the one without an uncertainty has no line
    assert sum(path.attrib.get("stroke-width") == "3" for path in root.iter(f"{space}path")) == 2


def test_nothing_but_zero_can_be_drawn() -> None:
    assert "NaN" not in energy_bars([reaction("selinexor", 0.0, 0.0, spread=0.0)])


def test_page_is_closed_and_escaped(reactions: list[Reaction]) -> None:
    page = reactions_html(reactions)
    assert "<script>alert" not in page
    assert "http://www.w3.org/2000/svg" in page
    assert not re.search(r"src=[\"']https?:|@import|url\(https?:", page)
    assert "default-src 'none'" in html.unescape(page)
    assert "GFN2-xTB/ALPB(water)" in page


def test_files(reactions: list[Reaction], tmp_path: Path) -> None:
    written = write_reactions(reactions, tmp_path)
    assert sorted(path.name for path in written) == [
        "reactions.csv",
        "reactions.html",
        "reactions.json",
    ]
    first = json.loads((tmp_path / "reactions.json").read_text())[0]
    assert set(first) >= {"ligand", "level", "model", "adducts", "index", "warnings"}
    assert set(first["adducts"][0]) == {
        "label",
        "delta_g_kcal_per_mol",
        "relative_to_selinexor_kcal_per_mol",
        "uncertainty_kcal_per_mol",
    }


def test_a_notebook_shows_them(reactions: list[Reaction]) -> None:
    several = Reactions(reactions)
    cell = notebook_html(several)
    assert "eltanexor" in cell
    assert "\u22122.0" in cell
    assert "<script" not in cell
    assert "<svg" not in notebook_html(Reactions())
    frame = several.to_frame()
    assert frame.adduct.tolist() == ["bR", "bS", "bR"]
    assert frame.relative_to_selinexor_kcal_per_mol.tolist() == [1.5, 1.8, -2.0]
    assert frame.lumo_ev.tolist() == [-8.0] * 3
