"""The page: alone on the disk, no request to anywhere, readable, and hostile text stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from report_cases import HOSTILE, ten_poses, without_adducts

from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.docking_page import notebook_html, report_html
from workbench.report.scene import build_scene

LOADING = ("src", "srcset", "data", "poster", "action", "formaction", "background", "ping")
VERDICTS = ("no_thiol", "no_warhead", "unsupported_warhead")


class Page(HTMLParser):
    """Collects tags with their attributes, the text of scripts, and all visible text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.data: dict[str, str] = {}
        self.words = ""
        self._open: dict[str, str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "script":
            self._open = self.tags[-1][1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.words += data
        elif self._open.get("type") == "application/json":
            self.data[self._open["id"]] = data
        else:
            self.scripts.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(docked: DockingResult) -> Page:
    return Page(report_html(docked))


def test_nothing_is_loaded(docked: DockingResult, page: Page) -> None:
    for tag, attributes in page.tags:
        assert not set(attributes) & set(LOADING), tag
        if "href" in attributes and tag != "a":
            assert attributes["href"] == "data:,"
        if tag == "a":
            assert attributes["href"].startswith(("#", "https://doi.org/", "complex_"))
    text = report_html(docked)
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", text)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts|eval)\b", text)
    # an address may stand in a citation or name the SVG dialect, nothing else
    for address in re.findall(r"https?://[^\s\"'<>]+", text):
        assert address.startswith(("https://doi.org/", "http://www.w3.org/"))


def test_the_policy_allows_these_scripts_alone(page: Page) -> None:
    policy = next(m["content"] for m in page.named("meta") if "http-equiv" in m)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in page.scripts
    }
    assert len(page.scripts) == 4
    assert set(rules["script-src"].split()) == hashes
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_the_scene_arrives_whole(docked: DockingResult, page: Page) -> None:
    assert json.loads(page.data["scene"]) == build_scene(docked)


def test_the_page_says_what_it_must(docked: DockingResult, page: Page) -> None:
    words = " ".join(page.words.split())
    for said in (
        "KPT-185 fits into the groove bonded to Cys528, in this model.",
        "does not rank SINE drugs",
        "No reaction energy",
        "In the search the receptor is rigid but for",
        "estimate",
        "\u00b11.5",
        "says how well the search repeats itself",
        "spread over seeds of 0.4: none is preferred",
        "1.2 \u00c5 from encounter pose 1",
        "No encounter pose that is ready to attack leads to bR",
        "no encounter pose that is ready to attack leads here",
        "mean \u221210.70, spread 0.40",
        "GLU529 3.2 \u00c5",
        "PoseBusters: bond lengths",
        "GLU529",
        "How to cite",
        "workbench dock KPT-185",
        "CUDA: not installed",
        "no receptor clash",
    ):
        assert said in words, said
    best = docked.adducts[1].poses[0]
    assert f"\u2212{abs(best.score_kcal_per_mol):.2f}" in words


def test_every_number_of_a_pose_is_in_its_row(docked: DockingResult) -> None:
    text = report_html(docked)
    for adduct in docked.adducts:
        for pose in adduct.poses:
            row = re.search(
                rf'<tr data-pose-row="{adduct.label}-{pose.rank}".*?</tr>', text, re.DOTALL
            )
            assert row
            values = {
                float(value) for value in re.findall(r'data-value="(-?[\d.]+)"', row.group(0))
            }
            assert {
                pose.score_kcal_per_mol,
                *pose.score_terms.values(),
                pose.minimised_energy_kcal_per_mol,
                pose.strain_kcal_per_mol,
                pose.sg_c_distance_angstrom,
                pose.c_s_c_angle_degree,
            } <= values


def test_energies_between_drug_and_protein_have_their_table(docked: DockingResult) -> None:
    """Only what was computed has a column; the strongest residue comes first."""
    assert 'class="energies"' not in report_html(docked)
    first = docked.adducts[0]
    pose = replace(
        first.poses[0],
        interaction_kcal_per_mol=-41.25,
        residue_energies_kcal_per_mol={"CYS528": 9.5, "LYS568": -4.31, "PHE572": -6.04},
    )
    plain = replace(docked, adducts=(replace(first, poses=(pose,)),))
    words = Page(report_html(plain)).words
    assert "\u221241.2" in words
    assert "PHE572 \u22126.0, LYS568 \u22124.3, CYS528 9.5" in words


def test_ids_are_unique_and_labels_point_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointers = [
        attributes[name].lstrip("#")
        for _, attributes in page.tags
        for name in ("for", "aria-describedby")
        if name in attributes
    ]
    anchors = [a["href"][1:] for a in page.named("a") if a["href"].startswith("#")]
    assert {*pointers, *anchors} <= set(ids)


@pytest.mark.parametrize("make", [report_html, notebook_html])
def test_hostile_text_is_text(hostile: DockingResult, docked: DockingResult, make: object) -> None:
    assert callable(make)
    text, plain = Page(make(hostile)), Page(make(docked))
    assert len(text.named("script")) == len(plain.named("script"))
    assert text.scripts == plain.scripts
    assert "<script>alert(1)</script>" in text.words
    assert HOSTILE.splitlines()[0] in text.words
    known = {tag for tag, _ in plain.tags} | {"p", "strong", "em"}
    assert {tag for tag, _ in text.tags} <= known


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_without_adducts_has_its_page(docked: DockingResult, verdict: str) -> None:
    result = without_adducts(docked, verdict)
    page = Page(report_html(result))
    assert "The reason in words." in page.words
    assert "S\u2013C bond" not in page.words
    assert not [a for a in page.named("section") if a.get("id") in ("adducts", "contacts")]
    assert ("cannot react" in page.words) == (verdict == "no_thiol")
    assert "The reason in words." in Page(notebook_html(result)).words


def test_without_any_structure_the_page_has_no_viewer(docked: DockingResult) -> None:
    bare = replace(without_adducts(docked, "no_warhead"), receptor_pdb="")
    page = Page(report_html(bare))
    assert not page.named("canvas")
    assert page.data == {}


def test_a_contradiction_gives_no_page(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    wrong = replace(adduct.poses[0], sg_c_distance_angstrom=3.3)
    with pytest.raises(OutputError, match="in its record"):
        report_html(replace(docked, adducts=(replace(adduct, poses=(wrong,)),)))


def test_the_notebook_summary_is_small_and_has_no_script(docked: DockingResult) -> None:
    text = notebook_html(docked)
    assert len(text) < 40_000
    page = Page(text)
    assert not page.named("script")
    assert not page.named("style")
    for adduct in docked.adducts:
        assert adduct.label in page.words
    assert "not an affinity" in page.words


def test_ten_poses_in_the_whole_groove_stay_small() -> None:
    assert 100_000 < len(report_html(ten_poses()).encode()) < 1_500_000


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * c for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def themes() -> list[dict[str, str]]:
    style = files("workbench.report").joinpath("templates", "style.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", block)) for block in blocks]


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark", "print"])
def test_contrast_is_enough_to_read(theme: dict[str, str]) -> None:
    inks = ("ink", "soft", "accent", "good", "bad", "plain", "atom-n", "atom-o", "atom-f")
    pairs = [(ink, back) for ink in inks for back in ("card", "stripe", "mark")]
    pairs += [("ink", "back"), ("soft", "back"), ("accent", "back")]
    for tone in ("good", "bad", "plain"):
        pairs += [(ink, f"{tone}-back") for ink in (tone, "ink", "accent")]
    for ink, back in pairs:
        low, high = sorted((luminance(theme[ink]), luminance(theme[back])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, back)
