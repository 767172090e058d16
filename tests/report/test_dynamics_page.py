"""The page and the notebook cell of a run of dynamics, from a made-up result."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from dynamics_cases import dynamics_result

from workbench.records.dynamics import State
from workbench.report.dynamics_page import (
    contact_rows,
    dynamics_html,
    notebook_html,
    write_dynamics,
)

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("state", ["bonded", "encounter"])
def test_a_notebook_shows_it(state: State) -> None:
    result = dynamics_result(state, HOSTILE)
    cell = notebook_html(result)
    assert "0.8 Å, 0.8 Å" in cell
    assert "<script" not in cell
    assert "&lt;script&gt;alert(1)" in cell
    drawings = [f"<svg{part.split('</svg>')[0]}</svg>" for part in cell.split("<svg")[1:]]
    assert len(drawings) == 2
    lines = [e for e in ElementTree.fromstring(drawings[0]).iter() if e.tag.endswith("polyline")]
    assert len(lines) == 2  # one for each replica


def test_contacts_stand_in_the_order_of_the_chain_the_new_ones_last() -> None:
    assert contact_rows(dynamics_result("bonded")) == [
        ("CYS528", True, [1.0, 1.0]),
        ("LYS568", True, [0.5, 0.5]),
        ("PHE572", False, [0.25, 0.0]),
    ]
    page = dynamics_html(dynamics_result("bonded"))
    assert re.findall(r"</span>(seed \d)</span>", page) == ["seed 1", "seed 2"]
    table = page[page.index('<section id="contacts">') :].split("</table>")[0]
    assert 'class="sortable"' in table
    assert re.findall(r'data-value="([\d.]+)"', table) == [
        "1.0",
        "1.0",
        "0.5",
        "0.5",
        "0.25",
        "0.0",
    ]


def test_files(tmp_path: Path) -> None:
    names = [path.name for path in write_dynamics(dynamics_result("encounter"), tmp_path)]
    assert sorted(names) == ["dynamics.csv", "dynamics.html", "dynamics.json"]
    rows = list(csv.DictReader((tmp_path / "dynamics.csv").read_text().splitlines()))
    assert [row["seed"] for row in rows] == ["1"] * 3 + ["2"] * 3
    assert [float(row["sg_c_distance_angstrom"]) for row in rows[:3]] == [3.4, 3.6, 3.5]
    record = json.loads((tmp_path / "dynamics.json").read_text())
    assert record["replicas"][0]["contacts"] == {"LYS568": 0.5, "CYS528": 1.0}
    assert "courses" not in record["replicas"][0]
