"""Drugs and reagents against the table of warheads: which is found, where, and what it becomes.

``warhead_molecules.csv`` states the chemistry: an attacked atom has the map number 1 (several
where symmetry or the literature leaves it open), ``none`` and ``refused: <name>`` are expected
of the others. Rows marked ``design`` were written together with the patterns and say only that
these do what was meant. Those marked ``held_out`` were written afterwards: at the first run
precision was 0.86 and recall 0.90 of 21 warheads. Those marked ``blind`` were written by another
hand that had seen neither: precision 0.91 and recall 0.78 of 50 at the first run. The patterns
were mended after both, so today's figures flatter.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from rdkit import Chem
from rdkit.Chem.rdChemReactions import ReactionFromSmarts
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands import warheads as module
from workbench.ligands.adducts import enumerate_adducts, flat_adduct
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand, load_ligands
from workbench.ligands.warheads import chosen_warhead, find_warheads, reacted
from workbench.settings import LigandSettings
from workbench.tables import compounds, warheads

TABLE = Path(__file__).parent / "warhead_molecules.csv"
KNOWN_MISSES = {"embelin", "pentachloronitrobenzene"}
TRIAZOLE = "n1cnc(-c2ccccc2)n1"
CYSTEINE = Chem.MolFromSmiles("N[C@@H](CS)C(=O)O")
MODELLED = [row.name for row in warheads() if row.modelled]


class Case(NamedTuple):
    name: str
    mol: Chem.Mol
    formula: str
    expected: str
    attacked: frozenset[int]
    split: str

    @property
    def positive(self) -> bool:
        return self.expected != "none" and not self.expected.startswith("refused: ")


def read_cases() -> list[Case]:
    made = []
    with TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            mol = Chem.MolFromSmiles(row["smiles"])
            attacked = frozenset(a.GetIdx() for a in mol.GetAtoms() if a.GetAtomMapNum() == 1)
            for atom in mol.GetAtoms():
                atom.SetAtomMapNum(0)
            known = (row["formula"], row["expected"], attacked, row["split"])
            made.append(Case(row["name"], mol, *known))
    return made


CASES = read_cases()


@cache
def answer(mol: Chem.Mol) -> tuple[str, int]:
    """Return what was found, in the table's words, and the attacked atom (-1 for none)."""
    finding = find_warheads(mol)
    if finding.matches:
        return finding.matches[0].name, finding.matches[0].reactive_atom_index
    return (f"refused: {finding.refused[0].name}" if finding.refused else "none"), -1


def is_right(case: Case) -> bool:
    name, atom = answer(case.mol)
    return name == case.expected and (not case.attacked or atom in case.attacked)


def test_the_molecules_are_what_their_names_say() -> None:
    assert len(CASES) >= 380
    assert sum(case.expected == "none" for case in CASES) >= 160
    assert len({case.name for case in CASES}) == len(CASES)
    assert [c.name for c in CASES if CalcMolFormula(c.mol) != c.formula] == []
    assert [c.name for c in CASES if bool(c.attacked) != c.positive] == []
    skeletons = {Chem.MolToSmiles(case.mol, isomericSmiles=False) for case in CASES}
    for compound in compounds():
        mol = Chem.MolFromSmiles(compound.smiles)
        assert Chem.MolToSmiles(mol, isomericSmiles=False) in skeletons, compound.name


@pytest.mark.parametrize(
    ("split", "bar"), [("all", 0.97), ("design", 0.97), ("held_out", 0.9), ("blind", 0.97)]
)
def test_precision_and_recall(split: str, bar: float) -> None:
    chosen = [case for case in CASES if split in (case.split, "all")]
    found = [case for case in chosen if answer(case.mol)[1] >= 0]
    right = [case for case in found if case.positive and is_right(case)]
    assert len(right) / len(found) >= bar
    assert len(right) / sum(case.positive for case in chosen) >= bar


def test_only_the_known_molecules_are_missed_and_every_row_is_at_work() -> None:
    missed = {case.name: answer(case.mol) for case in CASES if not is_right(case)}
    assert missed.keys() == KNOWN_MISSES, missed
    seen = {case.expected.removeprefix("refused: ") for case in CASES if is_right(case)}
    assert {row.name for row in warheads()} - seen == set()


def test_two_warheads_are_ranked_and_the_user_chooses() -> None:
    two = f"C=CC(=O)NNC(=O)/C=C\\{TRIAZOLE}"
    matches = find_warheads(Chem.MolFromSmiles(two)).matches
    assert [m.name for m in matches] == ["triazolyl acrylohydrazide", "acrylamide"]
    for choice in ("Acrylamide", str(matches[1].reactive_atom_index)):
        assert chosen_warhead(matches, choice, "here") is matches[1]
    with pytest.raises(LigandError, match="none of its warheads"):
        chosen_warhead(matches, "quinone", "here")
    # places that symmetry makes equal count once
    twice = Chem.MolFromSmiles(f"O=C(/C=C\\{TRIAZOLE})NNC(=O)/C=C\\{TRIAZOLE}")
    assert [m.name for m in find_warheads(twice).matches] == ["triazolyl acrylohydrazide"]


def test_the_table_is_sound() -> None:
    for warhead in warheads():
        pattern = Chem.MolFromSmarts(warhead.smarts)
        numbers = {atom.GetAtomMapNum(): atom.GetIdx() for atom in pattern.GetAtoms()}
        assert len(numbers) == pattern.GetNumAtoms() and 0 not in numbers
        assert pattern.GetBondBetweenAtoms(numbers[1], numbers[2]) is not None
        if not warhead.modelled:
            assert warhead.refusal
            continue
        assert warhead.reference
        assert warhead.reversibility in ("reversible", "irreversible", "locked")
        reaction = ReactionFromSmarts(warhead.reaction)
        assert reaction.Validate(silent=True)[1] == 0
        # every atom of the drug is on the right as well, and a sulphur on the attacked one
        (product,) = reaction.GetProducts()
        assert sorted(atom.GetAtomMapNum() for atom in product.GetAtoms()) == [0, *sorted(numbers)]
        (sulphur,) = (atom for atom in product.GetAtoms() if not atom.GetAtomMapNum())
        assert [atom.GetAtomMapNum() for atom in sulphur.GetNeighbors()] == [1]


def composition(mol: Chem.Mol) -> Counter[str]:
    return Counter(atom.GetSymbol() for atom in Chem.AddHs(mol).GetAtoms())


def drawn(case: Case) -> Ligand:
    smiles = Chem.MolToSmiles(case.mol)
    try:
        ligand = load_ligand(smiles)
    except LigandError:
        # the warhead's geometry is open
        ligand = load_ligands(smiles, settings=LigandSettings(max_stereoisomers=128))[0]
    return ligand if ligand.warhead else replace(ligand, warhead=ligand.other_warheads[0])


@pytest.mark.parametrize("name", MODELLED)
def test_adducts_balance_and_additions_go_back(name: str) -> None:
    for case in (case for case in CASES if case.expected == name and is_right(case)):
        ligand = drawn(case)
        adduct = flat_adduct(ligand)
        left = (ligand.mol.GetAtomWithIdx(index) for index in adduct.left_atoms)
        gone = Counter(symbol for a in left for symbol in (a.GetSymbol(), *"H" * a.GetTotalNumHs()))
        # the thiol's hydrogen leaves with the group
        gone += Counter({"H": int(bool(gone))})
        whole = composition(Chem.MolFromSmiles(adduct.smiles))
        assert whole + gone == composition(ligand.mol) + composition(CYSTEINE)
        sulphur = adduct.mol.GetAtomWithIdx(adduct.sg_index)
        bonded = {n.GetIdx() for n in sulphur.GetNeighbors()}
        assert bonded == {adduct.cb_index, adduct.reactive_atom_index}
        match = ligand.warhead
        _, changed = reacted(ligand.mol, match.reaction, match.atom_indices)
        if not gone and len(changed) == 1:
            drug, (ends,) = Chem.RWMol(adduct.remnant()), changed
            drug.RemoveBond(*ends)
            drug.AddBond(*ends, ligand.mol.GetBondBetweenAtoms(*ends).GetBondType())
            for atom in map(drug.GetAtomWithIdx, ends):
                atom.SetNumExplicitHs(0)
                atom.SetNoImplicit(False)
            Chem.SanitizeMol(drug)
            assert CalcMolFormula(drug) == ligand.formula
            assert Chem.MolToInchiKey(drug).split("-")[0] == ligand.inchikey.split("-")[0]


# the whole adduct, drawn by hand
PRODUCTS = [
    # isothiocyanate: dithiocarbamate; isocyanate: thiocarbamate; nitrile: thioimidate
    ("S=C=NCC", ["CCNC(=S)SC[C@H](N)C(=O)O"]),
    ("O=C=NCC", ["CCNC(=O)SC[C@H](N)C(=O)O"]),
    ("CC(=O)NCC#N", ["CC(=O)NCC(=N)SC[C@H](N)C(=O)O"]),
    ("N#CN1CCCC1", ["N=C(SC[C@H](N)C(=O)O)N1CCCC1"]),
    # quinones give hydroquinones and catechols, quinone methides phenols
    ("CC1=CC(=O)c2c(O)cccc2C1=O", ["Cc1c(SC[C@H](N)C(=O)O)c(O)c2c(O)cccc2c1O"]),
    ("O=C1C(=O)c2ccccc2C=C1", ["Oc1c(O)c2ccccc2c(SC[C@H](N)C(=O)O)c1"]),
    ("O=C1C=CC=CC1=C", ["Oc1ccccc1CSC[C@H](N)C(=O)O"]),
    # paracetamol with the sulphur beside its hydroxyl group
    ("CC(=O)N=C1C=CC(=O)C=C1", ["CC(=O)Nc1ccc(O)c(SC[C@H](N)C(=O)O)c1"]),
    # exchange, acylation, arylation
    ("C1CCSSC1", ["SCCCCSSC[C@H](N)C(=O)O"]),
    ("CSS(C)(=O)=O", ["CSSC[C@H](N)C(=O)O"]),
    ("C=CCS[S@](=O)CC=C", ["C=CCSSC[C@H](N)C(=O)O"]),
    ("CCSN1C(=O)CCC1=O", ["CCSSC[C@H](N)C(=O)O"]),
    ("C[C@@H]1CC(=O)O1", ["C[C@@H](O)CC(=O)SC[C@H](N)C(=O)O"]),
    ("CS(=O)(=O)c1ncccn1", ["c1cnc(nc1)SC[C@H](N)C(=O)O"]),
    # alkynes: both sides of the new C=C
    (
        "CC#CC(=O)NC",
        ["C/C(=C/C(=O)NC)SC[C@H](N)C(=O)O", "C/C(=C\\C(=O)NC)SC[C@H](N)C(=O)O"],
    ),
    ("COC(=O)C#C", ["COC(=O)/C=C/SC[C@H](N)C(=O)O", "COC(=O)/C=C\\SC[C@H](N)C(=O)O"]),
    # (R)-propylene oxide keeps its centre: O > CH2O > CH3 becomes O > CH2S > CH3
    ("C[C@@H]1CO1", ["C[C@@H](O)CSC[C@H](N)C(=O)O"]),
]


@pytest.mark.parametrize(("smiles", "products"), PRODUCTS, ids=lambda x: str(x)[:24])
def test_products_drawn_by_hand(smiles: str, products: list[str]) -> None:
    made = {adduct.smiles for adduct in enumerate_adducts(load_ligand(smiles))}
    drawn = {Chem.CanonSmiles(product) for product in products}
    assert made == drawn


# epoxide, its labels, the product's labels at the S-bearing and the O-bearing carbon
EPOXIDES = [
    # cis-2,3-epoxybutane (2R,3S): the attacked centre turns over, the other stays: like labels
    ("C[C@H]1O[C@H]1C", {"R", "S"}, {("S", "S"), ("R", "R")}),
    # trans-2,3-epoxybutane (2R,3R): unlike labels
    ("C[C@H]1O[C@@H]1C", {"R"}, {("S", "R")}),
    # cyclohexene oxide: the trans hydroxy sulfide, (1R,2R) or (1S,2S)
    ("C1CC[C@H]2O[C@H]2C1", {"R", "S"}, {("R", "R"), ("S", "S")}),
    # fosfomycin (1R,2S): S takes the place of O at C2, the same ranks turned over
    ("C[C@@H]1O[C@@H]1P(=O)(O)O", {"R", "S"}, {("R", "R")}),
]


@pytest.mark.parametrize(("smiles", "before", "after"), EPOXIDES)
def test_an_epoxide_opens_with_inversion(
    smiles: str, before: set[str], after: set[tuple[str, str]]
) -> None:
    ligand = load_ligand(smiles)
    assert {label for _, label in Chem.FindMolChiralCenters(ligand.mol)} == before
    for adduct in enumerate_adducts(ligand):
        labels = dict(Chem.FindMolChiralCenters(adduct.mol, useLegacyImplementation=False))
        assert ligand.warhead is not None
        oxygen = adduct.mol.GetAtomWithIdx(
            adduct.drug_atoms.index(ligand.warhead.partner_atom_index)
        )
        (carbon,) = (n.GetIdx() for n in oxygen.GetNeighbors())
        assert (labels[adduct.reactive_atom_index], labels[carbon]) in after


def test_both_carbons_of_a_meso_epoxide_are_offered() -> None:
    # mirror images of each other, but not in front of L-cysteine: two trans products
    ligand = load_ligand("C1CC[C@H]2O[C@H]2C1")
    assert ligand.warhead is not None
    places = (ligand.warhead, *ligand.other_warheads)
    made = {
        adduct.smiles
        for place in places
        for adduct in enumerate_adducts(replace(ligand, warhead=place))
    }
    drawn = ("O[C@H]1CCCC[C@@H]1SC[C@H](N)C(=O)O", "O[C@@H]1CCCC[C@H]1SC[C@H](N)C(=O)O")
    assert made == {Chem.CanonSmiles(smiles) for smiles in drawn}


def test_a_reaction_elsewhere_is_an_error() -> None:
    acrylamide = next(row for row in warheads() if row.name == "acrylamide")
    with pytest.raises(LigandError, match="does not react"):
        reacted(Chem.MolFromSmiles("C=CC(=O)N"), acrylamide.reaction, (1, 0, 2, 3, 4))


def test_one_row_is_all_that_a_new_warhead_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    thiirane = "[CX4;H2:1]1[SX2:2][CX4:3]1>>S-[*:1]~[*:3]~[*:2]"
    row = replace(warheads()[0], name="thiirane", reaction=thiirane)
    monkeypatch.setattr(module, "warheads", lambda: (row, *warheads()))
    (adduct,) = enumerate_adducts(load_ligand("C1CS1"))
    assert adduct.smiles == Chem.CanonSmiles("SCCSC[C@H](N)C(=O)O")
