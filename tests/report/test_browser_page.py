"""The page in a real browser, opened from disk: silent, drawn, and answering to its controls."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_driver import Browser
from report_cases import without_adducts

from workbench.records.docking import DockingResult
from workbench.report.docking_page import report_html

pytestmark = pytest.mark.browser

DRAWN = "Number(document.getElementById('canvas').dataset.primitives) > 0"
PICTURE = "document.getElementById('canvas').toDataURL()"
SHOWN = "document.getElementById('canvas').dataset.pose"
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COUNT = """(() => {
  const canvas = document.getElementById('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const near = (i, r, g, b) => Math.abs(data[i] - r) + Math.abs(data[i + 1] - g)
    + Math.abs(data[i + 2] - b) < 60;
  const colours = new Set();
  let gold = 0, green = 0, magenta = 0;
  for (let i = 0; i < data.length; i += 4) {
    colours.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2]);
    const [r, g, b] = data.slice(i, i + 3);
    gold += r > 140 && g > 0.58 * r && g < 0.88 * r && b < 0.45 * r;
    green += near(i, 80, 170, 120);
    magenta += near(i, 200, 60, 150);
  }
  return { colours: colours.size, gold, green, magenta };
})()"""


@pytest.fixture(scope="module")
def page(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_html(docked), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, page: Path) -> Browser:
    browser.open(page, prefers_color_scheme="light")
    browser.wait(DRAWN)
    return browser


def click(browser: Browser, identifier: str) -> None:
    browser.run(f"document.getElementById('{identifier}').click()")
    browser.run(NEXT_FRAME)


def test_it_opens_in_silence_and_asks_for_nothing(opened: Browser, page: Path) -> None:
    assert opened.complaints() == []
    assert opened.requests() == [page.as_uri()]


def test_the_canvas_shows_the_drug_and_the_bond(opened: Browser) -> None:
    seen = opened.run(COUNT)
    assert seen["colours"] > 200
    assert seen["gold"] > 100
    assert seen["green"] > 200
    assert seen["magenta"] == 0
    assert opened.run(SHOWN) == "bS-1"


def test_every_pose_is_drawn_with_its_own_bond(opened: Browser, docked: DockingResult) -> None:
    for adduct in docked.adducts:
        for pose in adduct.poses:
            name = f"{adduct.label}-{pose.rank}"
            opened.run(f"document.querySelector('[data-view=\"{name}\"]').click()")
            opened.run(NEXT_FRAME)
            drawn = float(opened.run("document.getElementById('canvas').dataset.bond"))
            assert drawn == pytest.approx(pose.sg_c_distance_angstrom, abs=0.02)


def test_an_outside_script_and_an_outside_request_are_refused(opened: Browser) -> None:
    opened.run(
        "{ const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s) }"
    )
    assert opened.run("window.broken === undefined")
    assert opened.run("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == (
        "refused"
    )


@pytest.mark.parametrize(
    "identifier",
    ["show-labels", "show-sides", "show-contacts", "show-reference", "closer", "farther"],
)
def test_each_control_changes_the_picture(opened: Browser, identifier: str) -> None:
    if identifier == "show-contacts":
        opened.run("document.querySelector('[data-view=\"bR-1\"]').click()")
        opened.run(NEXT_FRAME)
    before = opened.run(PICTURE)
    click(opened, identifier)
    assert opened.run(PICTURE) != before


def test_the_reference_is_drawn_in_its_own_colour_and_called_an_estimate(opened: Browser) -> None:
    click(opened, "show-reference")
    assert opened.run(COUNT)["magenta"] > 50
    label = opened.run("document.getElementById('show-reference').parentElement.textContent")
    assert "estimate \u00b11.5 \u00c5" in label


def test_reset_brings_the_first_picture_back(opened: Browser) -> None:
    before = opened.run(PICTURE)
    opened.run("document.getElementById('canvas').focus({ preventScroll: true })")
    for key in ("ArrowLeft", "ArrowUp", "+", "."):
        opened.key(key)
        opened.run(NEXT_FRAME)
    assert opened.run(PICTURE) != before
    click(opened, "reset")
    assert opened.run(PICTURE) == before


def test_the_mouse_turns_it(opened: Browser) -> None:
    before = opened.run(PICTURE)
    opened.run("document.getElementById('canvas').scrollIntoView({ block: 'center' })")
    box = opened.run(
        "(() => { const b = document.getElementById('canvas').getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2] })()"
    )
    opened.mouse("mousePressed", *box, button="left", buttons=1, clickCount=1)
    opened.mouse("mouseMoved", box[0] + 60, box[1] + 20, button="left", buttons=1)
    opened.mouse("mouseReleased", box[0] + 60, box[1] + 20, button="left")
    opened.run(NEXT_FRAME)
    assert opened.run(PICTURE) != before


def test_next_and_the_table_choose_the_pose(opened: Browser) -> None:
    click(opened, "next")
    assert opened.run(SHOWN) == "bS-2"
    opened.run("document.querySelector('[data-view=\"bR-3\"]').click()")
    opened.run(NEXT_FRAME)
    assert opened.run(SHOWN) == "bR-3"
    said = opened.run("document.getElementById('shown').textContent")
    assert "Not valid: no receptor clash" in said
    assert "C528" in said
    rows = opened.run(
        "[...document.querySelectorAll('#contacts tbody tr')].filter(r => !r.hidden)"
        ".map(r => r.dataset.pose)"
    )
    assert rows == ["bR-3"]
    click(opened, "every-contact")
    assert (
        opened.run(
            "[...document.querySelectorAll('#contacts tbody tr')].filter(r => !r.hidden).length"
        )
        == 6
    )


def test_an_encounter_pose_shows_no_bond(opened: Browser) -> None:
    bonded = opened.run(COUNT)["gold"]
    opened.run("document.querySelector('[data-view=\"encounter-1\"]').click()")
    opened.run(NEXT_FRAME)
    assert opened.run(COUNT)["gold"] < bonded / 2


def test_a_table_sorts_by_number_both_ways(opened: Browser) -> None:
    order = "[...document.querySelector('#adducts tbody').rows].map(r => r.dataset.poseRow)"
    button = (
        "[...document.querySelectorAll('#adducts table')][0].tHead.rows[1].cells[{}]"
        ".querySelector('button').click()"
    )
    assert opened.run(order) == ["bR-1", "bR-2", "bR-3"]
    opened.run(button.format(0))
    opened.run(button.format(0))
    assert opened.run(order) == ["bR-3", "bR-2", "bR-1"]
    opened.run(button.format(1))
    assert opened.run(order) == ["bR-1", "bR-2", "bR-3"]
    state = opened.run("document.querySelector('#adducts th[aria-sort]').getAttribute('aria-sort')")
    assert state == "ascending"
    # only the first pose has an RMSD: the others stay below it whichever way it is sorted
    for _ in range(2):
        opened.run(button.format(4))
        assert opened.run(order)[0] == "bR-1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_sees_the_whole_width(browser: Browser, page: Path, scheme: str) -> None:
    browser.open(page, 390, 844, prefers_color_scheme=scheme)
    browser.wait(DRAWN)
    assert browser.run("document.documentElement.scrollWidth") <= 390
    assert browser.run(COUNT)["gold"] > 50
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(13, 18, 24)") == (scheme == "dark")


def test_without_scripts_there_is_the_still(browser: Browser, page: Path) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.send("Page.navigate", url=page.as_uri())
        browser.wait("document.readyState === 'complete'")
        assert (
            browser.run("document.querySelector('.still svg').getBoundingClientRect().height") > 200
        )
        assert browser.run("document.getElementById('canvas').getBoundingClientRect().height") == 0
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_on_paper_there_is_the_still(opened: Browser) -> None:
    opened.send("Emulation.setEmulatedMedia", media="print")
    try:
        assert (
            opened.run("document.querySelector('.still svg').getBoundingClientRect().height") > 200
        )
        assert opened.run("document.getElementById('canvas').getBoundingClientRect().height") == 0
    finally:
        opened.send("Emulation.setEmulatedMedia", media="")


def test_hostile_text_does_nothing(
    browser: Browser, hostile: DockingResult, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(report_html(hostile), encoding="utf-8")
    browser.open(path)
    browser.wait(DRAWN)
    assert browser.complaints() == []
    dialogs = [e for e in browser.events if e.get("method") == "Page.javascriptDialogOpening"]
    assert dialogs == []
    assert "<script>alert(1)</script>" in browser.run("document.querySelector('h1').textContent")


@pytest.mark.parametrize("verdict", ["no_thiol", "no_warhead", "unsupported_warhead"])
def test_a_verdict_without_adducts_opens_in_silence(
    browser: Browser, docked: DockingResult, tmp_path: Path, verdict: str
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_html(without_adducts(docked, verdict)), encoding="utf-8")
    browser.open(path)
    browser.wait(DRAWN)
    assert browser.complaints() == []
    assert browser.run(COUNT)["colours"] > 30
