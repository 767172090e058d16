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
from browser_page import Browser
from report_cases import PAGES
from stored_docking import HOSTILE

import workbench
from workbench.records.docking import DockingResult
from workbench.report.docking_page import report_html
from workbench.report.pictures import pictures, png_of

pytestmark = pytest.mark.browser

CANVAS = "document.getElementById('canvas')"
DRAWN = f"Number({CANVAS}.dataset.primitives) > 0"
PICTURE = f"{CANVAS}.toDataURL()"
POSE = f"{CANVAS}.dataset.pose"
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COLOURS = """(() => {
  const canvas = document.getElementById('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4)
    seen.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2]);
  return seen.size;
})()"""
WITH_SCENE = ("dock", "compare", "groove", "scan", "tour")
SORTED = {
    "dock": ("#adducts table", 1),
    "compare": ("table.sortable", 3),
    "simulate": ("#parameters table", 1),
    "groove": ("#pockets table", 2),
    "react": ("#energies table", 2),
    "screen": ("#scaffolds table", 2),
    "dynamics": ("#contacts table", 1),
}
"""A table of the page and a column of numbers."""


@pytest.fixture(scope="module")
def pages(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    texts = {name: make("selinexor") for name, make in PAGES.items()}
    texts |= {f"hostile {name}": make(HOSTILE) for name, make in PAGES.items()}
    texts["dock"] = report_html(docked)
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8", errors="backslashreplace")
    return {name: folder / f"{name}.html" for name in texts}


def opened(browser: Browser, page: Path, width: int = 1280, scheme: str = "light") -> Browser:
    browser.open(page, width, 900 if width > 600 else 844, scheme=scheme)
    if "<canvas" in page.read_text(encoding="utf-8"):
        while not browser.run(DRAWN):
            browser.run(NEXT_FRAME)
    return browser


def click(browser: Browser, selector: str) -> None:
    browser.run(f"document.querySelector({json.dumps(selector)}).click()")
    browser.run(NEXT_FRAME)


def keep(browser: Browser, name: str) -> None:
    folder = os.environ.get("WORKBENCH_TEST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def changes(browser: Browser, selector: str) -> bool:
    before = browser.run(PICTURE)
    click(browser, selector)
    return bool(browser.run(PICTURE) != before)


def check_sorting(browser: Browser, selector: str, column: int) -> None:
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


@pytest.mark.parametrize("name", PAGES)
def test_it_is_silent_fits_draws_and_sorts(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    for title, width, scheme in (
        (name, 1280, "light"),
        (name, 390, "dark"),
        (f"hostile {name}", 390, "light"),
    ):
        opened(browser, pages[title], width, scheme)
        keep(browser, f"{title.replace(' ', '_')}_{scheme}_{width}")
        assert browser.complaints == []
        assert browser.requests == [pages[title].as_uri()]
        assert browser.run("document.documentElement.scrollWidth") <= width
    opened(browser, pages[name])
    if name in WITH_SCENE:
        assert browser.run(COLOURS) > 200
        assert changes(browser, "#show-surface")
    if name in SORTED:
        check_sorting(browser, *SORTED[name])


def checked(browser: Browser, page: Path) -> None:
    """Open a page and define the checker in it."""
    opened(browser, page)
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.run(f"{axe}; undefined")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Browser, pages: dict[str, Path], name: str) -> None:
    checked(browser, pages[name])
    for scheme in ("light", "dark"):
        browser.page.emulate_media(color_scheme=scheme)
        assert serious(browser) == []


def test_axe_sees_a_pale_text_and_a_button_without_a_name(
    browser: Browser, pages: dict[str, Path]
) -> None:
    checked(browser, pages["react"])
    browser.run(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<p style=\"color: #aaa; background: #fff\">pale</p><button></button>')"
    )
    assert {found["id"] for found in serious(browser)} == {"color-contrast", "button-name"}


def serious(browser: Browser) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.run(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v =>"
        " ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))})))"
    )
    return [violation for violation in found if violation["impact"] in ("serious", "critical")]


def test_the_viewer_answers_to_its_controls(
    browser: Browser, pages: dict[str, Path], docked: DockingResult
) -> None:
    opened(browser, pages["dock"])
    first, second = docked.adducts
    assert browser.run(POSE) == f"{first.label}-1"
    for pose in (*first.poses, *second.poses):
        label = first.label if pose in first.poses else second.label
        click(browser, f"[data-view='{label}-{pose.rank}']")
        assert browser.run(POSE) == f"{label}-{pose.rank}"
        drawn = float(browser.run(f"{CANVAS}.dataset.bond"))
        assert drawn == pytest.approx(pose.sg_c_distance_angstrom, abs=0.02)
    assert "no receptor clash" in browser.run("document.getElementById('shown').textContent")
    rows = "[...document.querySelectorAll('#contacts tbody tr')].filter(r => !r.hidden)"
    assert set(browser.run(f"{rows}.map(r => r.dataset.pose)")) == {f"{second.label}-3"}
    click(browser, "[data-view='encounter-1']")
    assert float(browser.run(f"{CANVAS}.dataset.bond")) > 2.5
    click(browser, f"[data-view='{first.label}-1']")
    for box in ("labels", "sides", "contacts", "reference"):
        assert changes(browser, f"#show-{box}"), box
        click(browser, f"#show-{box}")
    click(browser, "#reset")
    start = browser.run(PICTURE)
    browser.run(f"{CANVAS}.focus({{ preventScroll: true }})")
    for key in ("ArrowLeft", "ArrowUp", "+", "."):
        browser.page.keyboard.press(key)
        browser.run(NEXT_FRAME)
    assert browser.run(PICTURE) != start
    click(browser, "#reset")
    assert browser.run(PICTURE) == start
    outside = (
        "[...document.querySelectorAll('button, select, input, a[href], summary, canvas')]"
        ".filter(e => e.tabIndex < 0).length"
    )
    assert browser.run(outside) == 0


def test_an_outside_script_and_an_outside_request_are_refused(
    browser: Browser, pages: dict[str, Path]
) -> None:
    opened(browser, pages["dock"])
    browser.run(
        "{ const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s) }"
    )
    assert browser.run("window.broken === undefined")
    asked = browser.run("fetch('https://example.org/').then(() => 'sent', () => 'refused')")
    assert asked == "refused"


def test_on_paper_and_without_scripts_there_is_the_still(
    browser: Browser, pages: dict[str, Path]
) -> None:
    opened(browser, pages["dock"])
    browser.page.emulate_media(media="print")
    launched = browser.page.context.browser
    assert launched is not None
    plain = launched.new_page(java_script_enabled=False)
    plain.goto(pages["dock"].as_uri())
    for page in (browser.page, plain):
        box = page.locator(".still svg").first.bounding_box()
        assert box is not None and box["height"] > 200
        assert not page.locator("canvas").is_visible()
    plain.close()
    browser.page.emulate_media(media="screen")


def test_the_tour_changes_scene_and_level_and_answers(
    browser: Browser, pages: dict[str, Path]
) -> None:
    opened(browser, pages["tour"])
    visible = "[...document.querySelectorAll('.step')].filter(e => e.offsetHeight).map(e => e.id)"
    seen = "[...document.querySelectorAll('.now .course')].filter(e => e.offsetHeight).length"
    said = "document.querySelector('#step-1 [role=status]')"
    click(browser, "#step-1 input[value='0']")
    assert browser.run(f"{said}.className") == ""
    click(browser, "#step-1 input[value='1']")
    assert browser.run(f"{said}.className") == "right" and browser.run(f"{said}.offsetHeight")
    shown, poses = set(), []
    for step in range(8):
        if step:
            click(browser, f"#step-{step} .turn button:last-child")
        assert browser.run(visible) == [f"step-{step + 1}"]
        assert browser.run(seen) == 0
        shown.add(browser.run(PICTURE))
        poses.append(browser.run(POSE))
        keep(browser, f"tour_step_{step + 1}")
    assert len(shown) == 8
    assert poses == [*["groove"] * 3, "encounter", "encounter", "adduct", "encounter", "C528S"]
    click(browser, "[data-level='course']")
    assert browser.run(seen) >= 2


def test_without_a_network_the_still_of_a_view_is_seen(
    browser: Browser, docked: DockingResult, tmp_path: Path
) -> None:
    path = tmp_path / "view.html"
    text = f"<!doctype html><body>{workbench.view(docked).write_html()}"
    path.write_text(text, encoding="utf-8")
    browser.open(path)
    box = "document.querySelector('svg').getBoundingClientRect()"
    assert browser.run(f"{box}.width") >= 700
    # what lies over it lets it through
    over = "document.querySelector('[id^=\"3dmolviewer\"]')"
    assert browser.run(f"getComputedStyle({over}).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_png_shows_the_picture(browser: Browser, docked: DockingResult) -> None:
    png = png_of(pictures(docked)["drug.svg"])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) > 5_000
