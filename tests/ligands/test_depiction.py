"""Drawings: what is marked, and that nothing a user typed gets in."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands import depiction
from workbench.ligands.adducts import after, enumerate_adducts
from workbench.ligands.depiction import adduct_svg, drug_svg, leaving_atoms, pair_svg
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.molecules import Adduct, Ligand, WarheadMatch
from workbench.ligands.reading import load_ligand
from workbench.tables import Warhead

HOSTILE = "\"><script>alert(1)</script><svg onload=alert(1)>&'\x1b[31m"


def has(svg: str, colour: tuple[float, float, float]) -> bool:
    """Return whether a tint is in a drawing, which must be well-formed."""
    ElementTree.fromstring(svg)
    wanted = "#" + "".join(f"{int(part * 255):02X}" for part in colour)
    near = "#" + "".join(f"{round(part * 255):02X}" for part in colour)
    return wanted in svg.upper() or near in svg.upper()


def drawn(draw: str, shown: Ligand | Adduct, monkeypatch: pytest.MonkeyPatch) -> Chem.Mol:
    """Return the molecule that a drawing shows, with its notes."""
    seen: list[Chem.Mol] = []
    prepare = rdMolDraw2D.PrepareMolForDrawing

    def spy(mol: Chem.Mol) -> Chem.Mol:
        seen.append(mol)
        return prepare(mol)

    with monkeypatch.context() as patch:
        patch.setattr(depiction.rdMolDraw2D, "PrepareMolForDrawing", spy)
        getattr(depiction, draw)(shown)
    return seen[0]


def notes_of(
    draw: str, shown: Ligand | Adduct, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[int, str], list[str]]:
    """Return the notes at atoms and bonds that a drawing is given."""
    mol = drawn(draw, shown, monkeypatch)
    atoms = {a.GetIdx(): a.GetProp("atomNote") for a in mol.GetAtoms() if a.HasProp("atomNote")}
    bonds = [b.GetProp("bondNote") for b in mol.GetBonds() if b.HasProp("bondNote")]
    return atoms, bonds


@pytest.mark.parametrize(("name", "letter"), [("selinexor", "Z"), ("eltanexor", "E")])
def test_the_attacked_carbon_and_the_alkene(
    name: str, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ligand = load_ligand(name)
    atoms, bonds = notes_of("drug_svg", ligand, monkeypatch)
    assert bonds == [letter]
    ((index, text),) = atoms.items()
    assert text == "SG"
    # the vinyl carbon that bears the triazole nitrogen
    carbon = ligand.mol.GetAtomWithIdx(index)
    assert any(n.GetSymbol() == "N" and n.GetIsAromatic() for n in carbon.GetNeighbors())


def test_second_places_are_marked_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    ligand = load_ligand("C=CC(=O)NNC(=O)/C=C\\n1cnc(-c2ccccc2)n1")
    assert ligand.other_warheads
    atoms, _ = notes_of("drug_svg", ligand, monkeypatch)
    assert sorted(atoms.values()) == ["SG"] + ["SG?"] * len(ligand.other_warheads)
    svg = drug_svg(ligand)
    assert has(svg, depiction.ATTACKED_COLOUR) and has(svg, depiction.OTHER_ATTACKED_COLOUR)
    assert not has(drug_svg(load_ligand("selinexor")), depiction.OTHER_ATTACKED_COLOUR)


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
    assert ligand.warhead is not None
    leaving = leaving_atoms(ligand.mol, ligand.warhead)
    assert [ligand.mol.GetAtomWithIdx(i).GetSymbol() for i in leaving] == symbols
    assert has(drug_svg(ligand), depiction.LEAVING_COLOUR) == bool(symbols)


def test_no_warhead_no_tint() -> None:
    svg = drug_svg(load_ligand("CCOc1ccccc1"))
    assert not has(svg, depiction.WARHEAD_COLOUR) and not has(svg, depiction.ATTACKED_COLOUR)


def test_new_stereocentres_carry_their_label(monkeypatch: pytest.MonkeyPatch) -> None:
    for adduct in enumerate_adducts(load_ligand("eltanexor")):
        atoms, _ = notes_of("adduct_svg", adduct, monkeypatch)
        cips = {centre.atom_index: f"({centre.cip})" for centre in adduct.stereocentres}
        assert len(cips) == 2
        assert atoms == cips | {adduct.cb_index: "CB", adduct.ca_index: "CA"}


def test_a_new_double_bond_carries_e_or_z(monkeypatch: pytest.MonkeyPatch) -> None:
    # an alkyne that takes up a thiol becomes an alkene of either geometry
    adducts = enumerate_adducts(_with_alkyne(load_ligand("COC(=O)C#Cc1ccccc1")))
    assert [adduct.label for adduct in adducts] == ["E", "Z"]
    for adduct in adducts:
        _, bonds = notes_of("adduct_svg", adduct, monkeypatch)
        assert bonds == [adduct.label]


def _with_alkyne(ligand: Ligand) -> Ligand:
    """Return the ligand with a hand-made warhead, so that the table may change."""
    row = Warhead(
        "ynoate", "test", "C#CC(=O)O", 0, 1, ("0-1:-1",), 9, 107.0, "reversible", "", "", "-", "-"
    )
    mol = ligand.mol
    # the SMARTS leaves two ways round only on paper: the ester carbon fixes the order
    match = next(m for m in mol.GetSubstructMatches(Chem.MolFromSmarts(row.smarts), uniquify=False))
    return replace(ligand, warhead=WarheadMatch(row, match), warhead_verdict="adduct")


def test_the_water_of_an_opened_lactone_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = after(enumerate_adducts(load_ligand("goniothalamin"))[0], "lactone hydrolysis")
    atoms, _ = notes_of("adduct_svg", opened, monkeypatch)
    (water,) = [index for index, text in atoms.items() if text == "water"]
    assert opened.mol.GetAtomWithIdx(water).GetSymbol() == "O"
    assert opened.drug_atoms[water] == -1


def test_open_stereo_is_not_drawn_as_if_it_were_known(monkeypatch: pytest.MonkeyPatch) -> None:
    # one centre; one alkene apart from the lactone's
    ligand = load_ligand("O=C1C=CCC(C=Cc2ccccc2)O1")
    atoms, _ = notes_of("drug_svg", ligand, monkeypatch)
    assert sorted(atoms.values()) == ["?", "SG"]
    bonds = drawn("drug_svg", ligand, monkeypatch).GetBonds()
    # RDKit draws it as a crossed bond
    assert [b.GetStereo() for b in bonds].count(Chem.BondStereo.STEREOANY) == 1


def test_a_hostile_name_reaches_no_drawing() -> None:
    ligand = replace(load_ligand("selinexor"), name=HOSTILE)
    reference = replace(load_ligand("eltanexor"), name=HOSTILE)
    adduct = replace(enumerate_adducts(ligand)[0], ligand=ligand)
    pictures = (drug_svg(ligand), adduct_svg(adduct), pair_svg(matched_pair(reference, ligand)))
    for svg in pictures:
        tags = {element.tag.rsplit("}")[-1] for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "rect", "path", "ellipse", "text", "tspan", "circle", "g"}
        assert "alert" not in svg and "\x1b" not in svg
