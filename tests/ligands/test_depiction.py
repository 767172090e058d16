"""Drawings: what is marked, and that nothing a user typed gets in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands import depiction
from workbench.ligands.adducts import after, enumerate_adducts
from workbench.ligands.depiction import adduct_svg, drug_svg, leaving_atoms, pair_svg
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.reading import load_ligand

HOSTILE = "\"><script>alert(1)</script><svg onload=alert(1)>&'\x1b[31m"
Drawn = Callable[[Ligand | Adduct], tuple[dict[int, str], list[str], Chem.Mol]]


def has(svg: str, colour: tuple[float, float, float]) -> bool:
    """Return whether a tint is in a drawing, which must be well-formed."""
    ElementTree.fromstring(svg)
    tints = ("#" + "".join(f"{way(part * 255):02X}" for part in colour) for way in (int, round))
    return any(tint in svg.upper() for tint in tints)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Return what gives the notes at atoms and bonds of a drawing, and the molecule it shows."""
    seen: list[Chem.Mol] = []
    prepare = rdMolDraw2D.PrepareMolForDrawing

    def spy(mol: Chem.Mol) -> Chem.Mol:
        seen.append(mol)
        return prepare(mol)

    monkeypatch.setattr(depiction.rdMolDraw2D, "PrepareMolForDrawing", spy)

    def notes(shown: Ligand | Adduct) -> tuple[dict[int, str], list[str], Chem.Mol]:
        (drug_svg if isinstance(shown, Ligand) else adduct_svg)(shown)
        mol = seen[-1]
        atoms = {a.GetIdx(): a.GetProp("atomNote") for a in mol.GetAtoms() if a.HasProp("atomNote")}
        bonds = [b.GetProp("bondNote") for b in mol.GetBonds() if b.HasProp("bondNote")]
        return atoms, bonds, mol

    return notes


@pytest.mark.parametrize(("name", "letter"), [("selinexor", "Z"), ("eltanexor", "E")])
def test_the_attacked_carbon_and_the_alkene(name: str, letter: str, drawn: Drawn) -> None:
    ligand = load_ligand(name)
    atoms, bonds, _ = drawn(ligand)
    assert bonds == [letter]
    assert atoms == {ligand.warhead.reactive_atom_index: "SG"}
    assert has(drug_svg(ligand), depiction.ATTACKED_COLOUR)
    assert not has(drug_svg(ligand), depiction.OTHER_ATTACKED_COLOUR)


def test_second_places_are_marked_as_such(drawn: Drawn) -> None:
    ligand = load_ligand("C=CC(=O)NNC(=O)/C=C\\n1cnc(-c2ccccc2)n1")
    assert sorted(drawn(ligand)[0].values()) == ["SG", "SG?"]
    assert has(drug_svg(ligand), depiction.OTHER_ATTACKED_COLOUR)


@pytest.mark.parametrize(
    ("smiles", "symbols"),
    [
        ("O=C(CCl)Nc1ccc(F)cc1", ["Cl"]),
        ("C[C@H](Br)C(=O)OC", ["Br"]),
        ("CC(C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1", []),
        ("O=C(C[C@@H]1CO1)Nc1ccccc1", []),
    ],
)
def test_what_leaves(smiles: str, symbols: list[str]) -> None:
    ligand = load_ligand(smiles)
    leaving = leaving_atoms(ligand.mol, ligand.warhead)
    assert [ligand.mol.GetAtomWithIdx(i).GetSymbol() for i in leaving] == symbols
    assert has(drug_svg(ligand), depiction.LEAVING_COLOUR) == bool(symbols)


def test_new_stereo_carries_its_label(drawn: Drawn) -> None:
    for adduct in enumerate_adducts(load_ligand("eltanexor")):
        cips = {centre.atom_index: f"({centre.cip})" for centre in adduct.stereocentres}
        assert len(cips) == 2
        assert drawn(adduct)[0] == cips | {adduct.cb_index: "CB", adduct.ca_index: "CA"}
    # an alkyne that takes up a thiol becomes an alkene of either geometry
    adducts = enumerate_adducts(load_ligand("COC(=O)C#C"))
    assert [drawn(adduct)[1] for adduct in adducts] == [["E"], ["Z"]]
    assert [adduct.label for adduct in adducts] == ["E", "Z"]


def test_the_water_of_an_opened_lactone_is_marked(drawn: Drawn) -> None:
    opened = after(enumerate_adducts(load_ligand("goniothalamin"))[0], "lactone hydrolysis")
    (water,) = [index for index, text in drawn(opened)[0].items() if text == "water"]
    assert opened.mol.GetAtomWithIdx(water).GetSymbol() == "O"
    assert opened.drug_atoms[water] == -1


def test_open_stereo_is_not_drawn_as_if_it_were_known(drawn: Drawn) -> None:
    # one centre; one alkene apart from the lactone's, which RDKit draws as a crossed bond
    atoms, _, mol = drawn(load_ligand("O=C1C=CCC(C=Cc2ccccc2)O1"))
    assert sorted(atoms.values()) == ["?", "SG"]
    assert [b.GetStereo() for b in mol.GetBonds()].count(Chem.BondStereo.STEREOANY) == 1


def test_a_hostile_name_reaches_no_drawing() -> None:
    ligand = replace(load_ligand("selinexor"), name=HOSTILE)
    reference = replace(load_ligand("eltanexor"), name=HOSTILE)
    adduct = replace(enumerate_adducts(ligand)[0], ligand=ligand)
    for svg in (drug_svg(ligand), adduct_svg(adduct), pair_svg(matched_pair(reference, ligand))):
        tags = {element.tag.rsplit("}")[-1] for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "rect", "path", "ellipse", "text", "tspan", "circle", "g"}
        assert "alert" not in svg and "\x1b" not in svg
