"""The files of a comparison: what differs stands out, what is missing stays blank, text is text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path

import pytest
from comparison_cases import comparison_of, hostile_comparison
from rdkit import Chem
from report_cases import HOSTILE

from workbench.records.comparison import Comparison
from workbench.records.docking import DockingResult
from workbench.report.comparison_page import (
    build_comparison_scene,
    comparison_html,
    notebook_html,
    write_comparison,
)


@pytest.fixture(scope="module")
def comparison(docked: DockingResult) -> Comparison:
    return comparison_of(docked)


def test_the_files(comparison: Comparison, tmp_path: Path) -> None:
    names = [path.name for path in write_comparison(comparison, tmp_path)]
    assert sorted(names) == [f"comparison.{x}" for x in ("csv", "html", "json", "sdf")]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    table = list(csv.DictReader(io.StringIO((tmp_path / "comparison.csv").read_text())))
    assert [row["ligand"] for row in table] == ["KPT-185", "analog", "inert"]
    assert table[1]["adduct_score_kcal_per_mol"] == "-8.9000"
    assert table[1]["adduct_score_spread_kcal_per_mol"] == "0.5000"
    assert table[1]["reaction_relative_to_selinexor_kcal_per_mol"] == ""
    assert table[2]["adduct_score_kcal_per_mol"] == ""
    record = json.loads((tmp_path / "comparison.json").read_text())
    assert (record["schema_version"], record["reference"]) == (1, "KPT-185")
    assert record["ligands"][1]["adduct_score"]["spread"] == 0.5
    assert "drawing" not in record["ligands"][0]
    poses = list(Chem.SDMolSupplier(str(tmp_path / "comparison.sdf")))
    assert [mol.GetProp("ligand") for mol in poses] == ["KPT-185", "analog"]
    assert poses[1].GetProp("core_superposed_angstrom") == "0.2500"


def test_a_difference_beyond_both_spreads_stands_out(comparison: Comparison) -> None:
    page = comparison_html(comparison)
    rows = re.findall(r"<tr data-pose-row.*?</tr>", page, re.DOTALL)
    told = re.findall(r'class="delta told">\u0394 ([^<]+)<', rows[1])
    # scores differ by 2.0 with spreads of 0.4 and 0.5; strain and geometry do not differ
    assert told == ["+2.00"]
    assert "told" not in rows[0]
    assert "Weighted" in page and "recognition × 1" in page
    assert "it could not be docked" in page


def test_without_weights_nothing_is_weighed(docked: DockingResult) -> None:
    from dataclasses import replace

    page = comparison_html(replace(comparison_of(docked), weights={}))
    assert "Nothing is weighed" in page
    assert ">Weighted<" not in page


def test_each_pose_is_drawn_once_in_place_and_once_on_the_core(comparison: Comparison) -> None:
    scene = build_comparison_scene(comparison)
    assert scene is not None
    assert [pose["id"] for pose in scene["poses"]] == ["drug-0", "drug-1", "drug-1-aligned"]
    assert scene["poses"][0]["beside"] is None
    assert scene["poses"][1]["beside"]["label"] == "KPT-185"
    assert scene["poses"][2]["link"] is None
    assert "not where it docked" in scene["poses"][2]["note"]
    assert scene["poses"][1]["link"][3] == 1


def test_hostile_texts_load_nothing(docked: DockingResult) -> None:
    hostile = hostile_comparison(docked, HOSTILE)
    page = comparison_html(hostile)
    assert page.count("<script") == 5  # the scene and the viewer's own
    assert "<script>alert" not in notebook_html(hostile)
    assert not re.search(
        r"(src|href)=[\"'](?!#|data:|https://doi\.org/|[^\"':]*/report\.html)", page
    )
    assert "default-src 'none'" in html.unescape(page)
