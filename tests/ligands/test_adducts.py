"""Every stereoisomer of the adduct, with cysteine and other thiols, and what may follow."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdCIPLabeler
from rdkit.Chem.rdChemReactions import ReactionFromSmarts
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.analysis.reference import compare_to_reference
from workbench.errors import LigandError
from workbench.ligands import adducts as module
from workbench.ligands.adducts import (
    adduct_with,
    after,
    enumerate_adducts,
    flat_adduct,
    steps_of,
    thiol_mol,
    thiol_named,
    what_may_follow,
)
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for_adduct
from workbench.settings import LigandSettings
from workbench.tables import compounds, follow_ups, thiols, warheads

L_CYSTEINE = Chem.MolFromSmiles("N[C@@H](CS)C(=O)O")
GLUTATHIONE = "N[C@@H](CCC(=O)N[C@@H](CSC)C(=O)NCC(=O)O)C(=O)O"
TWO = ["bR", "bS"]
FOUR = ["bR_aR", "bR_aS", "bS_aR", "bS_aS"]

# by hand: the drug's formula + C3H7NO2S
TABLE = [
    ("selinexor", TWO, "C20H18F6N8O3S"),
    ("eltanexor", FOUR, "C20H17F6N7O3S"),
    ("verdinexor", TWO, "C21H19F6N7O3S"),
    ("KPT-185", TWO, "C19H23F3N4O5S"),
    ("KPT-251", TWO, "C17H14F6N6O3S"),
    ("KPT-276", TWO, "C19H17F8N5O3S"),
    ("PKF050-638", TWO, "C16H20ClN5O4S"),
]


def bonds_of(mol: Chem.Mol) -> set[frozenset[int]]:
    return {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in mol.GetBonds()}


@pytest.mark.parametrize(("name", "labels", "formula"), TABLE)
def test_isomers_formula_and_atoms(name: str, labels: list[str], formula: str) -> None:
    ligand = load_ligand(name)
    adducts = enumerate_adducts(ligand)
    assert [a.label for a in adducts] == labels
    assert len({a.smiles for a in adducts}) == len(labels)
    drug, n = ligand.mol, ligand.mol.GetNumAtoms()
    for adduct in adducts:
        whole = Chem.MolFromSmiles(adduct.smiles)
        assert adduct.formula == CalcMolFormula(whole) == formula
        assert whole.HasSubstructMatch(L_CYSTEINE, useChirality=True)
        # the drug's atoms in the drug's order, then SG, CB and CA, and three new bonds
        assert (adduct.sg_index, adduct.cb_index, adduct.ca_index) == (n, n + 1, n + 2)
        symbols = [a.GetSymbol() for a in adduct.mol.GetAtoms()]
        assert symbols == [a.GetSymbol() for a in drug.GetAtoms()] + ["S", "C", "C"]
        assert [a.GetTotalNumHs() for a in list(adduct.mol.GetAtoms())[n:]] == [0, 2, 3]
        chain = [(adduct.reactive_atom_index, n), (n, n + 1), (n + 1, n + 2)]
        assert bonds_of(adduct.mol) == bonds_of(drug) | {frozenset(pair) for pair in chain}
        carbon = adduct.mol.GetAtomWithIdx(adduct.reactive_atom_index)
        assert Counter(a.GetSymbol() for a in carbon.GetNeighbors()) == {"S": 1, "N": 1, "C": 1}
        assert carbon.GetTotalNumHs() == 1
        assert carbon.GetHybridization() == Chem.HybridizationType.SP3


@pytest.mark.parametrize("name", ["selinexor", "eltanexor", "KPT-251"])
def test_the_atom_order_of_the_input_changes_nothing(name: str) -> None:
    ligand = load_ligand(name)
    expected = {(a.label, a.smiles) for a in enumerate_adducts(ligand)}
    rng = random.Random(7)
    for _ in range(6):
        order = list(range(ligand.mol.GetNumAtoms()))
        rng.shuffle(order)
        mixed = Chem.MolToSmiles(Chem.RenumberAtoms(ligand.mol, order), canonical=False)
        shuffled = load_ligand(mixed)
        assert (shuffled.inchikey, shuffled.smiles) == (ligand.inchikey, ligand.smiles)
        assert {(a.label, a.smiles) for a in enumerate_adducts(shuffled)} == expected


def test_both_alkene_isomers_give_the_same_adducts() -> None:
    z = load_ligand("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    e = load_ligand("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert z.inchikey != e.inchikey
    assert [a.smiles for a in enumerate_adducts(z)] == [a.smiles for a in enumerate_adducts(e)]


def test_existing_stereocentres_and_alkenes_are_kept() -> None:
    adducts = enumerate_adducts(load_ligand("C/C=C/C[C@H](C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"))
    assert [a.label for a in adducts] == TWO
    kept = Chem.MolFromSmiles("C/C=C/C[C@H](C)OC(=O)C")
    mirrored = Chem.MolFromSmiles("C/C=C/C[C@@H](C)OC(=O)C")
    cis = Chem.MolFromSmiles("C/C=C\\C[C@H](C)OC(=O)C")
    for adduct in adducts:
        whole = Chem.MolFromSmiles(adduct.smiles)
        found = [whole.HasSubstructMatch(m, useChirality=True) for m in (kept, mirrored, cis)]
        assert found == [True, False, False]


@pytest.mark.parametrize(
    ("smiles", "part"),
    [
        ("CCC(C)OC(=O)/C=C\\n1cnc(-c2ccccc2)n1", "stereocentre.*undefined"),
        ("CC=CCOC(=O)/C=C\\n1cnc(-c2ccccc2)n1", "double bond.*undefined"),
        ("CS(=O)(=O)Cl", "halide"),
        ("c1ccccc1", "no electrophile"),
    ],
)
def test_open_stereo_elsewhere_and_no_warhead_are_errors(smiles: str, part: str) -> None:
    with pytest.raises(LigandError, match=part):
        enumerate_adducts(load_ligand(smiles))


def test_a_displaced_group_leaves_and_the_centre_is_inverted() -> None:
    (adduct,) = enumerate_adducts(load_ligand("Cl[C@@H](C)C(=O)NC"))
    (chlorine,) = adduct.left_atoms
    assert adduct.ligand.mol.GetAtomWithIdx(chlorine).GetSymbol() == "Cl"
    # from the sulphur, behind the chlorine: H, CH3, CO turn the other way
    assert adduct.smiles == Chem.CanonSmiles("S([C@H](C)C(=O)NC)C[C@H](N)C(=O)O")


def test_a_charged_acid_keeps_its_charge() -> None:
    ligand = load_ligand("[O-]C(=O)/C=C\\n1cnc(-c2ccccc2)n1", settings=LigandSettings(ph=7.4))
    assert ligand.charge == -1
    for adduct in enumerate_adducts(ligand):
        assert Chem.GetFormalCharge(adduct.mol) == -1
        assert adduct.formula == "C14H15N4O4S-"


# thiol, its formula from the literature, formula of its adduct with selinexor C17H11F6N7O, and
# the L-amino acids from the textbook: L-cysteine is R, glutathione's cysteine R, its Glu S
THIOLS = [
    ("cysteine", "C3H7NO2S", "C20H18F6N8O3S", "N[C@@H](CSC)C(=O)O"),
    ("capped cysteine", "C6H12N2O2S", "C23H23F6N9O3S", "CC(=O)N[C@@H](CSC)C(=O)NC"),
    ("methanethiol", "CH4S", "C18H15F6N7OS", "CSC"),
    ("glutathione", "C10H17N3O6S", "C27H28F6N10O7S", GLUTATHIONE),
]


@pytest.mark.parametrize(("name", "formula", "adduct_formula", "drawn"), THIOLS)
def test_another_thiol_balances_and_both_halves_keep_their_stereo(
    name: str, formula: str, adduct_formula: str, drawn: str
) -> None:
    assert CalcMolFormula(thiol_mol(name)) == formula == thiol_named(name).formula
    for drug in ("selinexor", "eltanexor", "leptomycin B", "goniothalamin"):
        adducts = enumerate_adducts(load_ligand(drug))
        mols = [adduct_with(adduct, name) for adduct in adducts]
        assert len({Chem.MolToSmiles(mol) for mol in mols}) == len(adducts)
        for adduct, mol in zip(adducts, mols, strict=True):
            if drug == "selinexor":
                assert CalcMolFormula(mol) == adduct_formula
            if name == "cysteine":
                assert Chem.MolToSmiles(mol) == adduct.smiles
            assert not any(atom.GetAtomMapNum() for atom in mol.GetAtoms())
            assert mol.HasSubstructMatch(Chem.MolFromSmiles(drawn), useChirality=True)
            for ends in bonds_of(adduct.remnant()):
                kept, before = (m.GetBondBetweenAtoms(*ends).GetStereo() for m in (mol, adduct.mol))
                assert kept == before
            # S ranks above C and N whatever it carries, so the labels of the drug's half stay
            rdCIPLabeler.AssignCIPLabels(mol)
            for centre in adduct.stereocentres:
                assert mol.GetAtomWithIdx(centre.atom_index).GetProp("_CIPCode") == centre.cip


def test_thiols_by_name_and_after_a_step() -> None:
    assert [t.name for t in thiols()] == [row[0] for row in THIOLS]
    assert all(row.source for row in thiols())
    assert thiol_named("GSH").name == "glutathione"
    assert thiol_named("ac-cys-nhme").name == "capped cysteine"
    with pytest.raises(LigandError, match="known are cysteine"):
        thiol_named("benzenethiol")
    opened = after(enumerate_adducts(load_ligand("goniothalamin"))[0], "hydrolysed")
    # goniothalamin C13H12O2 + H2O + CH4S
    assert CalcMolFormula(adduct_with(opened, "methanethiol")) == "C14H18O3S"


COMPONENTS = {c.pdb_ligand: c for c in compounds() if c.kind == "bound_form"}
# the intact drug with the stereo that component RJA shows, its lactone closed by hand
RATJADONE = (
    "C/C=C/[C@@H]1O[C@@H]([C@H](O)/C=C/C=C(\\C)C[C@@H](C)/C=C(C)\\C=C\\[C@H]2CC=CC(=O)O2)"
    "C[C@@H](O)[C@@H]1C"
)


def adducts_of(name: str) -> tuple[Adduct, ...]:
    return enumerate_adducts(load_ligand(name))


# drug + H2O + C3H7NO2S, by hand
@pytest.mark.parametrize(
    ("name", "formula"), [("leptomycin B", "C36H57NO9S"), ("goniothalamin", "C16H21NO5S")]
)
def test_an_opened_lactone_takes_up_water_and_keeps_its_stereo(name: str, formula: str) -> None:
    for adduct in adducts_of(name):
        opened = after(adduct, "lactone hydrolysis")
        assert (opened.form, opened.formula) == ("hydrolysed", formula)
        n = adduct.n_drug_atoms
        assert opened.drug_atoms == (*adduct.drug_atoms, -1)
        assert opened.atom_pairs == adduct.atom_pairs
        assert (opened.sg_index, opened.cb_index, opened.ca_index) == (n + 1, n + 2, n + 3)
        tail = [opened.mol.GetAtomWithIdx(i) for i in range(n, n + 4)]
        hydrogens = [(a.GetSymbol(), a.GetTotalNumHs()) for a in tail]
        assert hydrogens == [("O", 1), ("S", 0), ("C", 2), ("C", 3)]
        acid = Chem.MolFromSmarts("[CX4]([SX2])[CX4][CX3](=O)[OX2H]")
        assert len(opened.mol.GetSubstructMatches(acid)) == 1
        centres = [[c.atom_index for c in either.stereocentres] for either in (adduct, opened)]
        assert centres[0] == centres[1]


@pytest.mark.parametrize(
    ("code", "name", "flat"),
    [
        ("LMB", "leptomycin B", False),
        ("RJA", "ratjadone A", True),
        ("AA8", "anguinomycin A", True),
        ("RJA", RATJADONE, False),
    ],
)
def test_the_opened_acid_is_the_component(code: str, name: str, flat: bool) -> None:
    for adduct in (flat_adduct(load_ligand(name)),) if flat else adducts_of(name):
        opened = after(adduct, "hydrolysed")
        # without the sulphur: the component's connectivity
        key = Chem.MolToInchiKey(opened.remnant())
        assert key.split("-")[0] == COMPONENTS[code].inchikey.split("-")[0]
        pose = reference_for_adduct(opened)
        assert (pose.ccd, pose.form) == (code, "hydrolysed")
        placed = pose.coordinates_for(opened.remnant())
        assert placed.shape[1:] == (opened.n_drug_atoms, 3)
        for bond in opened.remnant().GetBonds():
            ends = placed[0][bond.GetBeginAtomIdx()] - placed[0][bond.GetEndAtomIdx()]
            assert 1.1 < np.linalg.norm(ends) < 1.7
        assert compare_to_reference(opened, placed[0], pose).rmsd_angstrom == pytest.approx(0.0)


def test_the_stereo_of_the_component_is_asked_for() -> None:
    mirrored = RATJADONE.replace("@@", "#").replace("@", "@@").replace("#", "@")
    assert reference_for_adduct(after(adducts_of(mirrored)[0], "hydrolysed")) is None
    assert reference_for_adduct(adducts_of("leptomycin B")[0]).ccd == "LBF"


def test_a_flat_adduct_is_for_paper_only() -> None:
    flat = flat_adduct(load_ligand("ratjadone A"))
    # C28H40O5 + C3H7NO2S
    assert (flat.label, flat.stereocentres, flat.formula) == ("flat", (), "C31H47NO7S")
    assert after(flat, "hydrolysed").label == "flat"
    with pytest.raises(LigandError, match="undefined"):
        adducts_of("ratjadone A")
    with pytest.raises(LigandError, match="no shape to dock"):
        embed(flat, 2, seed=1)


@pytest.mark.parametrize(
    ("name", "steps", "reversal"),
    [
        ("selinexor", [], True),
        ("leptomycin B", ["lactone hydrolysis"], True),
        ("plumbagin", ["hydroquinone re-oxidation"], None),
        ("N-ethylmaleimide", [], None),
        # a group has left
        ("ClCC(=O)NC", [], False),
    ],
)
def test_what_may_follow(name: str, steps: list[str], reversal: bool | None) -> None:
    for adduct in adducts_of(name):
        assert [step.name for step in steps_of(adduct)] == steps
        lines = what_may_follow(adduct)
        if reversal is not None:
            assert bool(lines and lines[0].startswith("reversal")) == reversal
        if not steps:
            with pytest.raises(LigandError, match="steps that do: none"):
                after(adduct, "lactone hydrolysis")


def test_a_hydrolysed_adduct_has_taken_its_last_step() -> None:
    opened = after(adducts_of("leptomycin B")[0], "hydrolysed")
    assert what_may_follow(opened) == ()
    with pytest.raises(LigandError, match="does not apply to the hydrolysed"):
        after(opened, "hydrolysed")


# quinone + cysteine - 2 H, the thiol where its C-H was
@pytest.mark.parametrize(
    ("quinone", "oxidised", "formula"),
    [
        # plumbagin, 1,4-benzoquinone, 1,2-naphthoquinone
        (
            "CC1=CC(=O)c2c(O)cccc2C1=O",
            "CC1=C(SC[C@H](N)C(=O)O)C(=O)c2c(O)cccc2C1=O",
            "C14H13NO5S",
        ),
        ("O=C1C=CC(=O)C=C1", "O=C1C=CC(=O)C(SC[C@H](N)C(=O)O)=C1", "C9H9NO4S"),
        ("O=C1C(=O)c2ccccc2C=C1", "O=C1C(=O)c2ccccc2C(SC[C@H](N)C(=O)O)=C1", "C13H11NO4S"),
    ],
)
def test_a_hydroquinone_adduct_is_oxidised_to_the_thioquinone(
    quinone: str, oxidised: str, formula: str
) -> None:
    (first,) = adducts_of(quinone)
    done = after(first, "hydroquinone re-oxidation")
    assert (done.form, done.label, done.formula) == ("oxidised", "single", formula)
    assert done.smiles == Chem.CanonSmiles(oxidised)
    assert done.drug_atoms == first.drug_atoms
    assert reference_for_adduct(done) is None


@pytest.mark.parametrize("quinone", ["O=C1C=C(O)C(=O)C=C1O", "O=C1C(=O)C=CC(C)=C1O"])
def test_a_hydroxyquinone_gets_its_own_carbonyls_back(quinone: str) -> None:
    first = adducts_of(quinone)[0]
    done = after(first, "hydroquinone re-oxidation")
    double = Chem.MolFromSmarts("[OX1]=[CX3;R]")
    before = {match[0] for match in first.ligand.mol.GetSubstructMatches(double)}
    assert {done.drug_atoms[match[0]] for match in done.mol.GetSubstructMatches(double)} == before


def test_the_table_is_sound_and_an_unbalanced_step_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {warhead.name for warhead in warheads()}
    for step in follow_ups():
        assert set(step.applies_to) <= known
        assert step.reference and step.confidence
        assert ReactionFromSmarts(step.reaction).Validate(silent=True)[1] == 0
    wrong = tuple(replace(step, loses="O") for step in follow_ups())
    monkeypatch.setattr(module, "follow_ups", lambda: wrong)
    with pytest.raises(LigandError, match="does not balance"):
        after(adducts_of("goniothalamin")[0], "hydrolysed")
