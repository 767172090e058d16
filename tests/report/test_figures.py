"""Drawings: right carbon, right hand, safe to stand inside a page."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from workbench.errors import OutputError
from workbench.report.figures import adduct_svg, drug_svg, still_svg
from workbench.results import DockingResult

SVG = "{http://www.w3.org/2000/svg}"
GOLD = re.compile("#F9C1", re.IGNORECASE)


def test_the_attacked_carbon_and_only_it_is_highlighted(docked: DockingResult) -> None:
    drawn = drug_svg(docked)
    assert len(re.findall(r"<ellipse[^>]*#F9C1", drawn)) == 1
    plain = replace(docked, ligand={**docked.ligand, "warhead": None})
    assert not GOLD.search(drug_svg(plain))


def test_the_highlight_stands_on_the_carbon_that_the_index_names(docked: DockingResult) -> None:
    def centre(index: int) -> tuple[float, float]:
        warhead = {**docked.ligand["warhead"], "reactive_atom_index": index}
        drawn = drug_svg(replace(docked, ligand={**docked.ligand, "warhead": warhead}))
        found = re.search(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'", drawn)
        assert found
        return float(found.group(1)), float(found.group(2))

    beta, alpha, methyl = centre(7), centre(6), centre(0)
    # a C=C is one bond long, the methyl of the ester far away
    bond = ((beta[0] - alpha[0]) ** 2 + (beta[1] - alpha[1]) ** 2) ** 0.5
    far = ((beta[0] - methyl[0]) ** 2 + (beta[1] - methyl[1]) ** 2) ** 0.5
    assert 3 * bond < far < 7 * bond


def test_both_sulphur_and_carbon_of_the_adduct_are_highlighted(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        assert len(re.findall(r"<ellipse[^>]*#F9C1", adduct_svg(adduct))) == 2


def test_an_adduct_without_label_is_drawn(docked: DockingResult) -> None:
    assert "Structure of adduct<" in adduct_svg(replace(docked.adducts[0], label=""))


@pytest.mark.parametrize(
    ("smiles", "said"),
    [
        ("not a smiles", "not readable"),
        ("", "not readable"),
        ("CCO", "no carbon on a cysteine's sulphur"),
    ],
)
def test_a_wrong_adduct_is_refused(docked: DockingResult, smiles: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        adduct_svg(replace(docked.adducts[0], smiles=smiles))


def test_a_drawing_never_contradicts_its_label(docked: DockingResult) -> None:
    first, second = docked.adducts
    with pytest.raises(OutputError, match="bR cannot be drawn: its SMILES is S"):
        adduct_svg(replace(first, smiles=second.smiles))


@pytest.mark.parametrize("index", [3, 999, -1])
def test_an_index_that_names_no_carbon_is_refused(docked: DockingResult, index: int) -> None:
    warhead = {**docked.ligand["warhead"], "reactive_atom_index": index}
    with pytest.raises(OutputError, match="not a carbon"):
        drug_svg(replace(docked, ligand={**docked.ligand, "warhead": warhead}))


def test_drawings_are_well_formed_and_follow_the_page(hostile: DockingResult) -> None:
    for text in (drug_svg(hostile), adduct_svg(hostile.adducts[0]), still_svg(hostile)):
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert not [node for node in root.iter() if node.get("id") or "script" in node.tag]
        assert root.find(f"{SVG}title") is not None
    assert "currentColor" in drug_svg(hostile)
    assert "#000000" not in drug_svg(hostile)


def test_the_still_shows_the_bond_and_the_residue(docked: DockingResult) -> None:
    root = ElementTree.fromstring(still_svg(docked))
    texts = [node.text for node in root.iter(f"{SVG}text")]
    best = docked.adducts[1].poses[0]
    assert f"S\u2013C {best.sg_c_distance_angstrom:.2f} \u00c5" in texts
    assert "C528" in texts
    # one ball and one gleam for each drug atom, besides those of the side chains
    assert len(list(root.iter(f"{SVG}circle"))) >= 2 * 25


def test_the_still_of_an_invalid_pose_says_so(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    bad = replace(docked, adducts=(replace(adduct, poses=adduct.poses[2:]),))
    assert "Not valid: no receptor clash" in still_svg(bad)


def test_no_structure_no_still(docked: DockingResult) -> None:
    with pytest.raises(OutputError, match="nothing to draw"):
        still_svg(replace(docked, adducts=(), encounter=(), receptor_pdb=""))
