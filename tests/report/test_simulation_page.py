"""The drawings and the page of a simulated treatment."""

from __future__ import annotations

import html
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from page_cases import simulated

import workbench
from workbench.errors import UsageError
from workbench.records.simulation import COURSE_COLUMNS, Parameter, SimulationResult
from workbench.report.charts import Curve, line_plot, ticks
from workbench.report.simulation_page import (
    drawings,
    notebook_html,
    simulation_html,
    write_simulation,
)

HOSTILE = "<script>alert('x')</script>&\""


@pytest.fixture
def run() -> SimulationResult:
    return replace(
        simulated("selinexor"),
        regimen="80 mg once",
        parameters=(Parameter("k_on", 1e5, "per M per s", "assumed", "a guess", 1e4, 1e6),),
        warnings=(),
    )


def test_points_lie_where_the_axes_say() -> None:
    drawing = line_plot(
        [Curve("a", [0.0, 5.0, 10.0], [0.0, 1.0, 0.5])],
        title="T",
        x_label="days",
        y_label="share",
        y_max=1.0,
    )
    root = ElementTree.fromstring(drawing)
    points = next(e for e in root.iter() if e.tag.endswith("polyline")).attrib["points"]
    (x0, y0), (x1, y1), (x2, y2) = (map(float, p.split(",")) for p in points.split())
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert y0 - y2 == pytest.approx((y0 - y1) / 2, abs=0.11)
    assert y1 < y0  # up is more


@pytest.mark.parametrize("top", [1.0, 0.037, 700.0, 14.0, 3e5])
def test_ticks_are_few_and_round(top: float) -> None:
    found = ticks(top)
    assert 4 <= len(found) <= 9
    assert found[0] == 0
    assert found[-1] <= top
    assert all(len(f"{value:g}".strip("0").replace(".", "")) <= 4 for value in found)


def test_three_drawings_with_a_band_and_doses(run: SimulationResult) -> None:
    found = drawings([run])
    assert len(found) == 3
    roots = [ElementTree.fromstring(drawing) for _, drawing in found]
    bands = [sum("fill-opacity" in e.attrib for e in root.iter()) for root in roots]
    assert bands == [0, 0, 1]  # low and high differ for the export capacity only


def test_the_page_asks_for_nothing_and_escapes(run: SimulationResult) -> None:
    hostile = replace(run, ligand=HOSTILE, regimen=HOSTILE, warnings=(HOSTILE,))
    page = simulation_html([hostile, run], {"command": HOSTILE})
    assert page.count("<script") == 1  # the one that sorts tables
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"'](?!#|data:)", page)
    assert "default-src 'none'" in html.unescape(page)
    assert "Nothing was measured." in page
    assert "no limit" in page  # of the mean stay
    assert "50 % of XPO1 without a thiol" in page


def test_files(run: SimulationResult, tmp_path: Path) -> None:
    write_simulation([run, run], tmp_path, {"command": "x"})
    assert json.loads((tmp_path / "simulation.json").read_text())["against"]["tmax_h"] == 2.5
    table = pd.read_csv(tmp_path / "simulation.csv")
    assert tuple(table.columns[:6]) == COURSE_COLUMNS
    assert table.export_capacity_high.tolist() == [1.0, 0.9, 0.8]
    write_simulation([run], tmp_path, {"command": "x"})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "simulation.csv",
        "simulation.html",
        "simulation.json",
    ]


def test_a_notebook_shows_it(run: SimulationResult) -> None:
    assert notebook_html(run).count("<svg") == 3


def test_the_figure_lays_runs_over_each_other(run: SimulationResult) -> None:
    axes = workbench.plot(run, replace(run, ligand="eltanexor")).axes
    assert [axis.get_ylabel() for axis in axes] == [
        "plasma, ng/mL",
        "bonded XPO1",
        "export capacity",
    ]
    assert [len(axis.lines) for axis in axes] == [2, 2, 2]
    assert axes[2].lines[0].get_xdata().tolist() == [0.0, 0.5, 1.0]  # days


def test_a_figure_without_matplotlib_names_the_extra(
    run: SimulationResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UsageError, match=r"xpo1-workbench\[figures\]"):
        workbench.plot(run)
