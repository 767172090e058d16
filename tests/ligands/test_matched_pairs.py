"""A ligand beside a reference: the exchanged groups as a chemist names them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from rdkit import Chem

from workbench.ligands.depiction import laid_out_pair, pair_svg
from workbench.ligands.matched_pairs import MatchedPair, matched_pair, pair_summary
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


smiles = Chem.CanonSmiles


def test_verdinexor_is_the_pyridine() -> None:
    pair = against("verdinexor")
    assert groups(pair) == {(smiles("*c1cnccn1"), smiles("*c1ccccn1"))}
    assert pair.turned_bonds == () and pair.complete
    # one N less in a ring: 12.89 angstrom2 (Ertl's table)
    assert pair.property_changes["tpsa_angstrom2"] == pytest.approx(-12.89, abs=0.01)
    assert pair.property_changes["heavy_atoms"] == 0


def test_eltanexor_loses_the_hydrazine_gains_the_pyrimidine_and_turns_over() -> None:
    pair = against("eltanexor")
    assert groups(pair) == {("", smiles("*c1cncnc1")), (smiles("*Nc1cnccn1"), "")}
    # FACTS: selinexor's triazole is cis to the carbonyl, eltanexor's trans to it
    assert len(pair.turned_bonds) == 1
    assert {pair.reference.mol.GetAtomWithIdx(a).GetSymbol() for a, _ in pair.turned_bonds[0]} == {
        "C"
    }


def test_kpt_185_exchanges_both_ends() -> None:
    assert groups(against("KPT-185")) == {
        (smiles("*NNc1cnccn1"), smiles("*OC(C)C")),
        (smiles("*C(F)(F)F"), smiles("*OC")),
    }


def test_the_other_alkene_is_a_difference() -> None:
    pair = against(E_SELINEXOR)
    assert pair.changes == () and pair.taken_out == () and pair.put_in == ()
    assert len(pair.turned_bonds) == 1
    assert against("selinexor").turned_bonds == ()


def test_the_same_geometry_under_another_letter_is_no_difference() -> None:
    # chlorine instead of hydrogen on the attacked carbon swaps E and Z, not the shape
    pair = against("COC(=O)/C=C(/Cl)c1ccccc1", "COC(=O)/C=C\\c1ccccc1")
    assert groups(pair) == {("", "*Cl")}
    assert pair.turned_bonds == ()
    letters = {
        bond.GetStereo().name
        for ligand in (pair.reference, pair.ligand)
        for bond in ligand.mol.GetBonds()
        if bond.GetStereo() != Chem.BondStereo.STEREONONE
    }
    assert letters == {"STEREOE", "STEREOZ"}
    assert len(against("COC(=O)/C=C(\\Cl)c1ccccc1", "COC(=O)/C=C\\c1ccccc1").turned_bonds) == 1


def test_a_fused_ring_is_not_cut_in_half_and_nothing_may_be_shared() -> None:
    pair = against("O=C(O)c1ccc2ccccc2c1", "O=C(O)c1ccccc1")
    inside = {a for a, _ in pair.core}
    rings = pair.reference.mol.GetRingInfo().AtomRings()
    assert inside and all(len(inside & set(ring)) in (0, 6) for ring in rings)
    nothing = against("C", "O")
    assert nothing.core == () and groups(nothing) == {("O", "C")}
    ElementTree.fromstring(pair_svg(nothing))


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
