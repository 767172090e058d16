"""Every type of page in a real browser: silent, accessible, alive; hostile text does nothing.

Screenshots are kept in the folder that WORKBENCH_TEST_SCREENSHOTS names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser_driver import Browser
from comparison_cases import comparison_of, hostile_comparison
from reaction_cases import reaction
from report_cases import HOSTILE
from scan_cases import scan_result
from screen_cases import screen_result

from workbench.report.comparison_page import comparison_html
from workbench.report.groove_page import groove_html
from workbench.report.page import report_html
from workbench.report.reaction_page import reactions_html
from workbench.report.scan_page import scan_html
from workbench.report.screen_page import screen_html
from workbench.report.simulation_page import simulation_html
from workbench.results import DockingResult
from workbench.simulations import (
    BAND_COLUMNS,
    COURSE_COLUMNS,
    Parameter,
    SimulationResult,
)
from workbench.structures.loading import load_receptor
from workbench.structures.writing import receptor_json, receptor_pdb

pytestmark = pytest.mark.browser

DRAWN = "Number(document.getElementById('canvas').dataset.primitives) > 0"
PICTURE = "document.getElementById('canvas').toDataURL()"
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COLOURS = """(() => {
  const canvas = document.getElementById('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4)
    seen.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2]);
  return seen.size;
})()"""
SERIOUS = ("serious", "critical")
LARGEST_BYTES = 3_000_000


def simulated(text: str = "selinexor") -> SimulationResult:
    courses = {name: [0.0, 0.5, 0.25] for name in (*COURSE_COLUMNS, *BAND_COLUMNS)}
    courses["time_h"] = [0.0, 12.0, 24.0]
    courses["export_capacity_high"] = [1.0, 0.9, 0.8]
    parameters = tuple(
        Parameter(name, value, "per s", "assumed", text, 0.1, 10.0)
        for name, value in (("k_on", 3.0), ("k_off", 20.0), ("k_inact", 1.0))
    )
    return SimulationResult(
        ligand=text,
        regimen=text,
        days=1,
        mutant_fraction=0.5,
        site="plasma",
        tmax_h=2.5,
        half_life_h=6.5,
        cmax_ng_per_ml=680,
        auc_ng_h_per_ml=5386,
        highest_ng_per_ml=680,
        lowest_export_capacity=0.25,
        mean_export_capacity=0.4,
        encounter_kd_nm=1000,
        apparent_kd_nm=5.3,
        residence_time_h=None,
        doses=({"time_h": 0.0, "dose_mg": 80.0},),
        parameters=parameters,
        pharmacokinetic_fit=(),
        warnings=(text,),
        limits=("Nothing was measured.",),
        courses=courses,
    )


def groove(text: str = "human-groove") -> str:
    receptor = load_receptor("human-groove")
    bounds = {
        "closed_below_angstrom": 11.8,
        "open_from_angstrom": 12.6,
        "occupied_from_contacts": 6,
        "contact_angstrom": 4.5,
    }
    named = replace(receptor, name=text)
    return groove_html(receptor_pdb(receptor), receptor_json(named), bounds)


PAGES: dict[str, Callable[[DockingResult], str]] = {
    "dock": report_html,
    "compare": lambda result: comparison_html(comparison_of(result)),
    "simulate": lambda result: simulation_html([simulated()], result.provenance),
    "groove": lambda result: groove(),
    "scan": lambda result: scan_html(scan_result()),
    "react": lambda result: reactions_html([reaction("eltanexor", 1.5, 1.8), reaction("x", -2.0)]),
    "screen": lambda result: screen_html(screen_result()),
}
WITH_SCENE = ("dock", "compare", "groove", "scan")


@pytest.fixture(scope="module")
def pages(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_text(make(docked), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


def opened(browser: Browser, page: Path, width: int = 1280, scheme: str = "light") -> Browser:
    browser.open(page, width, 900 if width > 600 else 844, prefers_color_scheme=scheme)
    if "<canvas" in page.read_text(encoding="utf-8"):
        browser.wait(DRAWN)
    return browser


def click(browser: Browser, selector: str) -> None:
    browser.run(f"document.querySelector({json.dumps(selector)}).click()")
    browser.run(NEXT_FRAME)


def keep(browser: Browser, name: str) -> None:
    folder = os.environ.get("WORKBENCH_TEST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.screenshot(Path(folder) / f"{name}.png", whole_page=True)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_silent_asks_for_nothing_and_fits(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str, width: int
) -> None:
    opened(browser, pages[name], width, scheme)
    keep(browser, f"{name}_{scheme}_{width}")
    assert browser.complaints() == []
    assert browser.requests() == [pages[name].as_uri()]
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert pages[name].stat().st_size < LARGEST_BYTES
    if name in WITH_SCENE:
        assert browser.run(COLOURS) > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str
) -> None:
    opened(browser, pages[name], scheme=scheme)
    assert serious(browser) == []


def test_axe_does_find_what_is_wrong(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["simulate"])
    browser.run(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<p style=\"color: #aaa; background: #fff\">pale</p><button></button>')"
    )
    assert {found["id"] for found in serious(browser)} == {"color-contrast", "button-name"}


def serious(browser: Browser) -> list[dict[str, Any]]:
    # defines the checker and returns nothing of it
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.run(f"{axe}; undefined")
    found: list[dict[str, Any]] = browser.run(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v =>"
        " ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))})))"
    )
    return [violation for violation in found if violation["impact"] in SERIOUS]


@pytest.mark.parametrize("name", WITH_SCENE)
def test_the_surface_and_the_pockets_change_the_picture(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    opened(browser, pages[name])
    boxes = ["#show-surface", "#show-pockets"] if name == "groove" else ["#show-surface"]
    for box in boxes:
        before = browser.run(PICTURE)
        click(browser, box)
        assert browser.run(PICTURE) != before
    assert not browser.run("document.querySelector('.of-surface').hidden")


@pytest.mark.parametrize(("name", "second"), [("dock", "bR-1"), ("compare", "drug-1")])
def test_a_button_shows_its_pose(
    browser: Browser, pages: dict[str, Path], name: str, second: str
) -> None:
    opened(browser, pages[name])
    before = browser.run(PICTURE)
    click(browser, f".quick [data-view='{second}']")
    assert browser.run("document.getElementById('canvas').dataset.pose") == second
    pressed = (
        "[...document.querySelectorAll('.quick [aria-pressed=true]')].map(b => b.dataset.view)"
    )
    assert browser.run(pressed) == [second]
    if name == "compare":
        # both drugs have the same pose here: what changes is the reference compound beside it
        click(browser, "#show-beside")
    assert browser.run(PICTURE) != before


@pytest.mark.parametrize("name", ["dock", "compare", "simulate", "react"])
def test_a_table_sorts_both_ways(browser: Browser, pages: dict[str, Path], name: str) -> None:
    opened(browser, pages[name])
    table = "document.querySelector('table.sortable')"
    column = {"compare": 3, "react": 2}.get(name, 1)
    cells = (
        f"[...{table}.tBodies[0].rows].map(r => r.cells[{column}])"
        ".map(c => c.dataset.value ?? c.textContent).map(Number)"
    )
    head = f"{table}.tHead.rows[{table}.tHead.rows.length - 1].cells[{column}]"
    for direction, sign in (("ascending", 1), ("descending", -1)):
        browser.run(f"{head}.querySelector('button').click()")
        assert browser.run(f"{head}.getAttribute('aria-sort')") == direction
        values = [value for value in browser.run(cells) if value]
        assert len(values) > 1
        assert values == sorted(values, key=lambda v: sign * v)


@pytest.mark.parametrize("name", ["compare", "simulate", "groove"])
def test_hostile_text_does_nothing(
    browser: Browser, docked: DockingResult, tmp_path: Path, name: str
) -> None:
    text = {
        "compare": lambda: comparison_html(hostile_comparison(docked)),
        "simulate": lambda: simulation_html([simulated(HOSTILE)], {"command": HOSTILE}),
        "groove": lambda: groove(HOSTILE),
    }[name]()
    path = tmp_path / "hostile.html"
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    for width in (1280, 390):
        opened(browser, path, width)
        assert browser.complaints() == []
        assert browser.run("document.documentElement.scrollWidth") <= width
    dialogs = [e for e in browser.events if e.get("method") == "Page.javascriptDialogOpening"]
    assert dialogs == []
    assert "<script>alert(1)</script>" in browser.run("document.body.textContent")


def test_the_keyboard_reaches_every_control(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["dock"])
    outside = (
        "[...document.querySelectorAll('button, select, input, a[href], summary, canvas')]"
        ".filter(e => e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))"
    )
    assert browser.run(outside) == []
    browser.run("document.querySelector('#canvas').focus()")
    before = browser.run(PICTURE)
    browser.key("ArrowLeft")
    browser.run(NEXT_FRAME)
    assert browser.run(PICTURE) != before
