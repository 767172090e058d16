"""Drawings and charts: right carbon, right hand, true to scale, safe to stand anywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure
from report_cases import reactions

from workbench.cli.main import main
from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report import pictures as module
from workbench.report.charts import INKS, Curve, bars, histogram, line_plot, svg
from workbench.report.docking_page import write_docking
from workbench.report.drawings import adduct_svg, drug_svg
from workbench.report.pictures import pictures, png_of
from workbench.report.reaction_page import energy_bars

SVG = "{http://www.w3.org/2000/svg}"
ATTACKED = re.compile(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-attacked")


def test_the_attacked_carbon_is_the_one_that_bears_the_triazole(docked: DockingResult) -> None:
    drawn = drug_svg(docked)
    (beta,) = ATTACKED.findall(drawn)
    others = re.findall(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-warhead", drawn)
    x, y = (float(part) for part in beta)
    apart = sorted(((x - float(u)) ** 2 + (y - float(v)) ** 2) ** 0.5 for u, v in others)
    # of the warhead's other atoms the nitrogen and the alpha carbon lie a bond away
    assert len(apart) >= 3 and apart[1] < 1.2 * apart[0] and apart[-1] > 1.6 * apart[0]


def test_an_adduct_shows_its_new_centre_and_the_cysteine(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        drawn = adduct_svg(docked, adduct)
        assert len(ATTACKED.findall(drawn)) == 1
        assert "--tint-cysteine" in drawn


def test_a_drawing_never_contradicts_its_record(docked: DockingResult) -> None:
    first, second = docked.adducts
    for smiles in ("not a smiles", "", "CCO", "C[C@H](SC[C@H](N)C(=O)O)n1cncn1"):
        with pytest.raises(OutputError):
            adduct_svg(docked, replace(first, smiles=smiles))
    with pytest.raises(OutputError, match=f"SMILES is that of {second.label}"):
        adduct_svg(docked, replace(first, smiles=second.smiles))
    assert "<svg" in adduct_svg(docked, replace(first, label=""))
    for index in (0, 6, 999, -1):  # no thiol attacks these
        warhead = {**docked.ligand["warhead"], "reactive_atom_index": index}
        with pytest.raises(OutputError, match=f"attack its atom {index}"):
            drug_svg(replace(docked, ligand={**docked.ligand, "warhead": warhead}))


@pytest.fixture(scope="module")
def drawn(docked: DockingResult) -> dict[str, str]:
    return pictures(docked)


def test_every_picture_stands_alone(docked: DockingResult, drawn: dict[str, str]) -> None:
    adducts = {f"adduct_{adduct.label}.svg" for adduct in docked.adducts}
    assert set(drawn) == {"drug.svg", "pose.svg", "groove.svg"} | adducts
    for text in drawn.values():
        root = ElementTree.fromstring(text)
        assert float(root.get("width", 0)) > 100
        assert root.find(f"{SVG}title") is not None
        assert "var(--" not in text and "currentColor" not in text
        assert not [node for node in root.iter() if "script" in node.tag or node.get("href")]


def test_the_still_shows_the_bond_and_the_residue(
    docked: DockingResult, drawn: dict[str, str]
) -> None:
    root = ElementTree.fromstring(drawn["pose.svg"])
    texts = [node.text for node in root.iter(f"{SVG}text")]
    length = next(float(text.split()[1]) for text in texts if text and text.startswith("S\u2013C"))
    real = docked.adducts[0].poses[0].sg_c_distance_angstrom
    assert length == pytest.approx(real, abs=0.006)
    assert "C528" in texts
    # one ball and one gleam for each drug atom, besides those of the side chains
    assert len(list(root.iter(f"{SVG}circle"))) >= 2 * 31


def test_the_verb_draws_what_lies_in_a_folder(docked: DockingResult, tmp_path: Path) -> None:
    adduct = docked.adducts[0]
    write_docking(replace(docked, adducts=(replace(adduct, poses=adduct.poses[2:]),)), tmp_path)
    assert main(["picture", str(tmp_path), "--out", str(tmp_path / "figures")]) == 0
    # the one pose is not valid, and the picture says so
    assert "no receptor clash" in (tmp_path / "figures" / "pose.svg").read_text()
    assert main(["picture", str(tmp_path / "nothing")]) == 2


def test_without_a_browser_a_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(OutputError, match="Chromium"):
        png_of("<svg/>")


def test_bars_are_as_high_as_their_counts() -> None:
    (axis,) = histogram([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 4.0], x_label="<x>").axes
    (steps,) = axis.patches
    assert steps.get_data().values.tolist() == [2.0, 0.0, 4.0]


def test_energies_grow_from_zero_and_carry_their_uncertainty() -> None:
    root = ElementTree.fromstring(energy_bars(reactions()))
    assert "Free energy of addition" in root.attrib["aria-label"]
    (axis,) = bars([("a", 1.5, 0.5), ("b", -2.0, None)], x_label="x").axes
    assert [(bar.get_x(), bar.get_width()) for bar in axis.patches] == [(0.0, 1.5), (0.0, -2.0)]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first on top
    (error,) = axis.containers[1:]
    ((ends,),) = (line.get_segments() for line in error.lines[2])
    assert ends[:, 0].tolist() == [1.0, 2.0]


def test_a_chart_is_the_same_text_again_in_the_ink_of_the_page() -> None:
    curve = Curve("<a>", [0.0, 5.0, 10.0], [0.0, 1.0, 0.5], [0.0, 0.9, 0.4], [0.0, 1.1, 0.6])
    first, again, other = (
        svg(line_plot([curve], x_label="d", y_label="<y>", marks=[1.0]), title)
        for title in ("T", "T", "U<")
    )
    assert first == again
    root = ElementTree.fromstring(other)
    assert root.get("aria-label") == "U<"
    assert "var(--accent,#0a6560)" in first and "currentColor" in first
    assert not re.search("#000000|<style|font-family", first)
    ids = [{e.get("id") for e in ElementTree.fromstring(x).iter()} - {None} for x in (first, other)]
    assert ids[0] and ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize(
    "chart",
    [
        line_plot(
            [Curve(f"{n}", [0.0, 1.0], [1.0, 2.0], [0.0, 1.0], [2.0, 3.0], n) for n in range(3)],
            x_label="x",
            y_label="y",
            marks=[0.5],
        ),
        histogram([0.0, 1.0, 2.0], [2.0, 1.0], x_label="x"),
        bars([("a", 1.5, 0.5), ("b", -2.0, None)], x_label="x"),
    ],
    ids=["lines", "histogram", "bars"],
)
def test_every_colour_of_a_chart_is_one_of_the_page(chart: Figure) -> None:
    painted = set(re.findall(r"(?:fill|stroke)(?:: ?|=\")([^;\"]+)", svg(chart, "T")))
    assert painted - {"none"} <= set(INKS.values())
