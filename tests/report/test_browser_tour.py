"""The tour in a real browser: each step changes the scene, both levels read, the quiz answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_driver import Browser
from test_browser_pages import COLOURS, NEXT_FRAME, PICTURE, click, keep, opened, serious

import workbench

pytestmark = pytest.mark.browser

POSE = "document.getElementById('canvas').dataset.pose"
VISIBLE = "[...document.querySelectorAll('.step')].filter(e => e.offsetHeight).map(e => e.id)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbench.tour(tmp_path_factory.mktemp("tour") / "tour.html")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_silent_asks_for_nothing_and_fits(
    browser: Browser, page: Path, scheme: str, width: int
) -> None:
    opened(browser, page, width, scheme)
    for step in range(8):
        click(browser, f".steps [data-step='{step}']")
        assert browser.run("document.documentElement.scrollWidth") <= width
        keep(browser, f"tour_{scheme}_{width}_{step + 1}")
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]


def test_each_step_shows_its_scene_and_its_text_alone(browser: Browser, page: Path) -> None:
    opened(browser, page)
    pictures, poses = set(), []
    for step in range(8):
        if step:
            click(browser, f"#step-{step} .turn button:last-child")
        assert browser.run(VISIBLE) == [f"step-{step + 1}"]
        assert browser.run(COLOURS) > 200
        pictures.add(browser.run(PICTURE))
        poses.append(browser.run(POSE))
    assert len(pictures) == 8
    assert poses == [*["groove"] * 3, "encounter", "encounter", "adduct", "encounter", "C528S"]


def test_the_bond_is_seen_to_form(browser: Browser, page: Path) -> None:
    opened(browser, page)
    lengths = []
    for step in (4, 5):
        click(browser, f".steps [data-step='{step}']")
        lengths.append(float(browser.run("document.getElementById('canvas').dataset.bond")))
    assert lengths[0] > 3.0
    assert 1.75 < lengths[1] < 1.90


def test_the_level_shows_or_hides_the_chemistry(browser: Browser, page: Path) -> None:
    opened(browser, page)
    seen = "[...document.querySelectorAll('.now .course')].filter(e => e.offsetHeight).length"
    assert browser.run(seen) == 0
    click(browser, "[data-level='course']")
    assert browser.run(seen) >= 2
    pressed = "document.querySelector(\"[data-level='course']\").getAttribute('aria-pressed')"
    assert browser.run(pressed) == "true"


def test_the_quiz_tells_right_from_wrong(browser: Browser, page: Path) -> None:
    opened(browser, page)
    said = "document.querySelector('#step-1 [role=status]')"
    assert browser.run(f"{said}.hidden")
    click(browser, "#step-1 input[value='0']")
    assert browser.run(f"{said}.textContent").startswith("No")
    assert browser.run(f"{said}.className") == ""
    click(browser, "#step-1 input[value='1']")
    assert browser.run(f"{said}.textContent").startswith("Yes")
    assert browser.run(f"{said}.className") == "right"
    assert browser.run(f"Boolean({said}.offsetHeight)")


def test_the_keyboard_does_it_all(browser: Browser, page: Path) -> None:
    opened(browser, page)
    browser.run("document.querySelector('.steps [data-step=\"2\"]').focus()")
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="Enter", text="\r")
    browser.send("Input.dispatchKeyEvent", type="keyUp", key="Enter")
    assert browser.run(VISIBLE) == ["step-3"]
    assert browser.run("document.activeElement.id") == "title-3"
    browser.run("document.getElementById('canvas').focus()")
    before = browser.run(PICTURE)
    browser.key("ArrowLeft")
    browser.run(NEXT_FRAME)
    assert browser.run(PICTURE) != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, page: Path, scheme: str) -> None:
    opened(browser, page, scheme=scheme)
    click(browser, "[data-level='course']")
    assert serious(browser) == []
