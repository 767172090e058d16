"""Drawings: right carbon, right hand, safe to stand inside a page."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.drawings import adduct_svg, drug_svg, still_svg

SVG = "{http://www.w3.org/2000/svg}"
ATTACKED = re.compile(r"<ellipse[^>]*--tint-attacked")


def test_the_attacked_carbon_and_only_it_is_marked(docked: DockingResult) -> None:
    assert len(ATTACKED.findall(drug_svg(docked))) == 1
    plain = replace(docked, ligand={**docked.ligand, "warhead": None})
    assert "--tint-" not in drug_svg(plain)


def test_the_mark_stands_on_the_carbon_that_bears_the_triazole(docked: DockingResult) -> None:
    drawn = drug_svg(docked)
    beta = re.search(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-attacked", drawn)
    others = re.findall(r"<ellipse cx='([\d.]+)' cy='([\d.]+)'[^>]*--tint-warhead", drawn)
    assert beta and len(others) >= 3
    # KPT-185 has one nitrogen on that carbon: of the blue bonds' ends one lies a bond away
    x, y = (float(part) for part in beta.groups())
    apart = sorted(((x - float(u)) ** 2 + (y - float(v)) ** 2) ** 0.5 for u, v in others)
    assert apart[1] < 1.2 * apart[0]
    assert apart[-1] > 1.6 * apart[0]


def test_an_adduct_shows_its_new_centre_and_the_cysteine(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        drawn = adduct_svg(docked, adduct)
        assert len(ATTACKED.findall(drawn)) == 1
        assert "--tint-cysteine" in drawn


def test_an_adduct_without_label_is_drawn(docked: DockingResult) -> None:
    assert "Structure of adduct<" in adduct_svg(docked, replace(docked.adducts[0], label=""))


@pytest.mark.parametrize(
    ("smiles", "said"),
    [
        ("not a smiles", "not readable"),
        ("", "not readable"),
        ("CCO", "no adduct of the drug's"),
        ("C[C@H](SC[C@H](N)C(=O)O)n1cncn1", "no adduct of the drug's"),
    ],
)
def test_a_wrong_adduct_is_refused(docked: DockingResult, smiles: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        adduct_svg(docked, replace(docked.adducts[0], smiles=smiles))


def test_a_drawing_never_contradicts_its_label(docked: DockingResult) -> None:
    first, second = docked.adducts
    with pytest.raises(OutputError, match="bR cannot be drawn: its SMILES is that of bS"):
        adduct_svg(docked, replace(first, smiles=second.smiles))


@pytest.mark.parametrize("index", [0, 3, 6, 999, -1])
def test_an_atom_that_no_thiol_attacks_is_refused(docked: DockingResult, index: int) -> None:
    warhead = {**docked.ligand["warhead"], "reactive_atom_index": index}
    with pytest.raises(OutputError, match=f"attack its atom {index}"):
        drug_svg(replace(docked, ligand={**docked.ligand, "warhead": warhead}))


def test_drawings_are_well_formed_and_follow_the_page(hostile: DockingResult) -> None:
    for text in (drug_svg(hostile), adduct_svg(hostile, hostile.adducts[0]), still_svg(hostile)):
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
