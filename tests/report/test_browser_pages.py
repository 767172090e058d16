"""Every type of page in a real browser: silent, accessible, alive; hostile text does nothing.

Screenshots are kept in the folder that WORKBENCH_TEST_SCREENSHOTS names.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser_driver import Browser
from page_cases import HOSTILE_PAGES, PAGES, WITH_DRAWINGS, WITH_SCENE
from report_cases import HOSTILE_NAMES, ten_poses

from workbench.records.docking import DockingResult
from workbench.report.docking_page import report_html

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
LONGEST_SECONDS = 2.0
SORTED = {
    "dock": ("#adducts table", 1),
    "compare": ("table.sortable", 3),
    "simulate": ("#parameters table", 1),
    "groove": ("#pockets table", 2),
    "scan": ("#grooves table", 2),
    "react": ("#energies table", 2),
    "screen": ("#scaffolds table", 2),
    "dynamics": ("#contacts table", 2),
}
"""A table of each page and a column of numbers; the tour has no table."""
SECOND_VIEW = {"dock": "bR-1", "compare": "drug-1", "scan": "C528S|selinexor"}
"""What a button of the page shows, other than what stands there first."""


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


@pytest.mark.parametrize("name", SECOND_VIEW)
def test_a_button_shows_its_pose(browser: Browser, pages: dict[str, Path], name: str) -> None:
    opened(browser, pages[name])
    before, second = browser.run(PICTURE), SECOND_VIEW[name]
    click(browser, f"button[data-view='{second}']")
    assert browser.run("document.getElementById('canvas').dataset.pose") == second
    if name != "scan":
        pressed = (
            "[...document.querySelectorAll('.quick [aria-pressed=true]')].map(b => b.dataset.view)"
        )
        assert browser.run(pressed) == [second]
    if name == "compare":
        # both drugs have the same pose here: what changes is the reference compound beside it
        click(browser, "#show-beside")
    assert browser.run(PICTURE) != before


@pytest.mark.parametrize("name", WITH_DRAWINGS)
def test_each_drawing_has_lines_or_bars(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    opened(browser, pages[name])
    drawn = browser.run(
        "[...document.querySelectorAll('.plot svg')].map(s => { const b = s.getBBox();"
        " return [b.width, b.height, s.querySelectorAll('polyline, rect, path').length] })"
    )
    assert drawn
    for width, height, marks in drawn:
        assert width > 100 and height > 40 and marks > 0


@pytest.mark.parametrize("name", SORTED)
def test_a_table_sorts_both_ways(browser: Browser, pages: dict[str, Path], name: str) -> None:
    opened(browser, pages[name])
    selector, column = SORTED[name]
    table = f"document.querySelector({json.dumps(selector)})"
    cells = (
        f"[...{table}.tBodies[0].rows].map(r => r.cells[{column}])"
        ".map(c => c.dataset.value ?? c.textContent).map(Number)"
    )
    head = f"{table}.tHead.rows[{table}.tHead.rows.length - 1].cells[{column}]"
    for direction, sign in (("ascending", 1), ("descending", -1)):
        browser.run(f"{head}.querySelector('button').click()")
        assert browser.run(f"{head}.getAttribute('aria-sort')") == direction
        values = [value for value in browser.run(cells) if value]
        assert len(set(values)) > 1
        assert values == sorted(values, key=lambda v: sign * v)


@pytest.mark.parametrize("name", [*PAGES, "ten poses"])
def test_it_answers_soon(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str
) -> None:
    """Processor time of the page's own thread, so that a busy machine does not count."""
    page = pages.get(name, tmp_path / "ten.html")
    if name == "ten poses":
        page.write_text(report_html(ten_poses()), encoding="utf-8")
        assert page.stat().st_size < LARGEST_BYTES
    browser.send("Performance.enable", timeDomain="threadTicks")
    opened(browser, page)
    if name in (*WITH_SCENE, "ten poses"):
        before = browser.run(PICTURE)
        click(browser, "#closer")
        assert browser.run(PICTURE) != before
    found = browser.send("Performance.getMetrics")["metrics"]
    browser.send("Performance.disable")
    assert {m["name"]: m["value"] for m in found}["TaskDuration"] < LONGEST_SECONDS


@pytest.mark.parametrize("text", HOSTILE_NAMES)
@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_hostile_text_does_nothing(
    browser: Browser, docked: DockingResult, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / "hostile.html"
    page = HOSTILE_PAGES[name](docked, HOSTILE_NAMES[text])
    path.write_text(page, encoding="utf-8", errors="backslashreplace")
    for width in (1280, 390):
        opened(browser, path, width)
        assert browser.complaints() == []
        assert browser.requests() == [path.as_uri()]
        assert browser.run("document.documentElement.scrollWidth") <= width
        if len(HOSTILE_NAMES[text]) < 1000:  # a picture of the longest is too high for the browser
            keep(browser, f"hostile_{name}_{text}_{width}".replace(" ", "_"))
    dialogs = [e for e in browser.events if e.get("method") == "Page.javascriptDialogOpening"]
    assert dialogs == []


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
