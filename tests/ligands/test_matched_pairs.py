"""A ligand beside a reference, and drawings: what is marked, nothing a user typed gets in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from workbench.ligands import depiction
from workbench.ligands.adducts import after, enumerate_adducts
from workbench.ligands.depiction import adduct_svg, drug_svg, laid_out_pair, leaving_atoms, pair_svg
from workbench.ligands.matched_pairs import MatchedPair, matched_pair, pair_summary
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.reading import load_ligand

E_SELINEXOR = "O=C(/C=C/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1"
NAMES = ["eltanexor", "verdinexor", "KPT-185", "KPT-251", "KPT-276", "leptomycin B", E_SELINEXOR]


def against(name: str, reference: str = "selinexor") -> MatchedPair:
    return matched_pair(load_ligand(reference), load_ligand(name))


def groups(pair: MatchedPair) -> set[tuple[str, str]]:
    """Return the exchanges with the places taken off."""

    def plain(text: str) -> str:
        mol = Chem.MolFromSmiles(text)
        for atom in mol.GetAtoms():
            atom.SetAtomMapNum(0)
        return str(Chem.MolToSmiles(mol)) if text else ""

    return {(plain(change.taken_out), plain(change.put_in)) for change in pair.changes}


CINNAMATE = "COC(=O)/C=C\\c1ccccc1"
EXCHANGES = [
    ("selinexor", "selinexor", [], 0),
    ("selinexor", "verdinexor", [("*c1cnccn1", "*c1ccccn1")], 0),
    # FACTS: selinexor's triazole is cis to the carbonyl, eltanexor's trans to it
    ("selinexor", "eltanexor", [("", "*c1cncnc1"), ("*Nc1cnccn1", "")], 1),
    ("selinexor", "KPT-185", [("*NNc1cnccn1", "*OC(C)C"), ("*C(F)(F)F", "*OC")], 0),
    ("selinexor", E_SELINEXOR, [], 1),
    # chlorine on the attacked carbon swaps E and Z, not the shape
    (CINNAMATE, "COC(=O)/C=C(/Cl)c1ccccc1", [("", "*Cl")], 0),
    (CINNAMATE, "COC(=O)/C=C(\\Cl)c1ccccc1", [("", "*Cl")], 1),
    ("O", "C", [("O", "C")], 0),
]


@pytest.mark.parametrize(("reference", "name", "exchanged", "turned"), EXCHANGES)
def test_what_is_exchanged_and_turned_over(
    reference: str, name: str, exchanged: list[tuple[str, str]], turned: int
) -> None:
    pair = against(name, reference)
    assert groups(pair) == {(Chem.CanonSmiles(a), Chem.CanonSmiles(b)) for a, b in exchanged}
    assert (len(pair.turned_bonds), pair.complete) == (turned, True)
    assert bool(pair.core) == (name != "C")
    if name == "verdinexor":
        # one N less in a ring: 12.89 angstrom2 (Ertl's table)
        assert pair.property_changes["tpsa_angstrom2"] == pytest.approx(-12.89, abs=0.01)
        assert pair.property_changes["heavy_atoms"] == 0
    ElementTree.fromstring(pair_svg(pair))


def test_a_fused_ring_is_not_cut_in_half() -> None:
    pair = against("O=C(O)c1ccc2ccccc2c1", "O=C(O)c1ccccc1")
    inside = {a for a, _ in pair.core}
    rings = pair.reference.mol.GetRingInfo().AtomRings()
    assert inside and all(len(inside & set(ring)) in (0, 6) for ring in rings)


@pytest.mark.parametrize("name", NAMES)
def test_every_atom_is_core_or_change_and_drawn_as_the_right_isomer(name: str) -> None:
    pair = against(name)
    molecules = (pair.reference.mol, pair.ligand.mol)
    for side, outside in ((0, pair.taken_out), (1, pair.put_in)):
        atoms = [both[side] for both in pair.core] + list(outside)
        assert sorted(atoms) == list(range(molecules[side].GetNumAtoms()))
    for both in pair.core:
        first, second = (m.GetAtomWithIdx(i) for m, i in zip(molecules, both, strict=True))
        assert first.GetSymbol() == second.GetSymbol()
    left, right = laid_out_pair(pair)
    if name == "verdinexor":
        first, second = (m.GetConformer().GetPositions() for m in (left, right))
        assert max(abs(first[a] - second[b]).max() for a, b in pair.core) < 0.01
    # read back from the flat coordinates alone, as a reader's eye does
    for drawn, ligand in ((left, pair.reference), (right, pair.ligand)):
        read = Chem.MolFromMolBlock(Chem.MolToMolBlock(drawn))
        assert Chem.MolToInchiKey(read) == ligand.inchikey


def test_the_summary_tells_the_brain_and_its_unknown_reason() -> None:
    brain = pair_summary(against("eltanexor"))["brain"]
    assert brain["told_apart"] is False
    assert {row["compound"] for row in brain["measured"]} == {"selinexor", "eltanexor"}
    assert brain["reason"].startswith("unknown")
    assert pair_summary(against("verdinexor"))["brain"]["reason"] is None


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


@pytest.mark.parametrize(
    ("name", "at_atoms", "at_bonds", "undrawn"),
    [
        ("selinexor", ["SG"], ["Z"], 0),
        ("eltanexor", ["SG"], ["E"], 0),
        ("C=CC(=O)NNC(=O)/C=C\\n1cnc(-c2ccccc2)n1", ["SG", "SG?"], ["Z"], 0),
        # an open centre, and an open alkene, which RDKit draws as a crossed bond
        ("O=C1C=CCC(C=Cc2ccccc2)O1", ["?", "SG"], [], 1),
    ],
)
def test_the_attacked_carbons_and_the_alkene(
    name: str, at_atoms: list[str], at_bonds: list[str], undrawn: int, drawn: Drawn
) -> None:
    ligand = load_ligand(name)
    atoms, bonds, mol = drawn(ligand)
    assert (sorted(atoms.values()), bonds) == (at_atoms, at_bonds)
    assert atoms[ligand.warhead.reactive_atom_index] == "SG"
    assert [b.GetStereo() for b in mol.GetBonds()].count(Chem.BondStereo.STEREOANY) == undrawn
    assert has(drug_svg(ligand), depiction.ATTACKED_COLOUR)
    assert has(drug_svg(ligand), depiction.OTHER_ATTACKED_COLOUR) == ("SG?" in at_atoms)


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


def test_a_hostile_name_reaches_no_drawing() -> None:
    ligand = replace(load_ligand("selinexor"), name=HOSTILE)
    reference = replace(load_ligand("eltanexor"), name=HOSTILE)
    adduct = replace(enumerate_adducts(ligand)[0], ligand=ligand)
    for svg in (drug_svg(ligand), adduct_svg(adduct), pair_svg(matched_pair(reference, ligand))):
        tags = {element.tag.rsplit("}")[-1] for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "rect", "path", "ellipse", "text", "tspan", "circle", "g"}
        assert "alert" not in svg and "\x1b" not in svg
