"""What the bonds become: every modelled warhead once, inversion, E and Z, and the way back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.ligands.warheads import bond_edits, edited
from workbench.tables import warheads

AZOLE = "n1cnc(-c2ccccc2)n1"

# warhead, a molecule, what leaves (SMILES, blank for an addition)
REPRESENTATIVES = [
    ("triazolyl acrylohydrazide", f"CNNC(=O)/C=C\\{AZOLE}", ""),
    ("triazolyl acrylamide", f"CNC(=O)/C=C\\{AZOLE}", ""),
    ("triazolyl acrylate", f"COC(=O)/C=C\\{AZOLE}", ""),
    ("triazolyl enone", f"CC(=O)/C=C\\{AZOLE}", ""),
    ("triazolyl vinyl oxadiazole", f"c1nnc(o1)/C=C\\{AZOLE}", ""),
    ("azolyl acrylohydrazide", "CNNC(=O)/C=C\\n1cccn1", ""),
    ("azolyl acrylamide", "CNC(=O)/C=C\\n1ccnc1", ""),
    ("azolyl acrylate", "COC(=O)/C=C(\\C)n1cnc(C)n1", ""),
    ("azolyl enone", "CC(=O)/C=C/n1cnnn1", ""),
    ("azolyl acrylonitrile", "N#C/C=C/n1nnc2ccccc12", ""),
    ("azolyl vinyl oxadiazole", "c1cnn(c1)/C=C/c1nnco1", ""),
    ("azolyl vinyl sulfone", "CS(=O)(=O)/C=C/n1cccn1", ""),
    ("unsaturated delta-lactone", "O=C1C=CC[C@@H](O1)/C=C/c1ccccc1", ""),
    ("isothiocyanate", "S=C=Nc1ccccc1", ""),
    ("substituted maleimide", "CC1=C(CC)C(=O)NC1=O", ""),
    ("maleimide", "CCN1C(=O)C=CC1=O", ""),
    ("para-quinone", "CC(C)C1=CC(=O)C(C)=CC1=O", ""),
    ("ortho-quinone", "O=C1C(=O)c2ccccc2C=C1", ""),
    ("para-quinone imine", "CC(=O)N=C1C=CC(=O)C=C1", ""),
    ("para-quinone methide", "CC(C)(C)C1=CC(=C)C=C(C1=O)C(C)(C)C", ""),
    ("ortho-quinone methide", "O=C1C=CC=CC1=C", ""),
    ("nitroalkene", "[O-][N+](=O)/C=C/c1ccccc1", ""),
    ("alpha-cyanoacrylamide", "CNC(=O)/C(C#N)=C/C(C)(C)C", ""),
    ("alpha-cyanoacrylate", "COC(=O)C(C#N)=C", ""),
    ("alpha-cyano enone", "CC1(C)C=C(C#N)C(=O)CC1", ""),
    ("alkylidene malononitrile", "N#CC(C#N)=Cc1ccccc1", ""),
    ("alpha-methylene lactone", "C=C1CCOC1=O", ""),
    ("alpha-alkylidene lactone", "CC/C=C1\\CCOC1=O", ""),
    ("butenolide", "O=C1C=CCO1", ""),
    ("alpha-methylene ketone", "C=C1CCCCC1=O", ""),
    ("cross-conjugated cyclopentenone", "CC/C=C1/CC=CC1=O", ""),
    ("enal", "C/C=C/C=O", ""),
    ("alkylidene dicarbonyl", "COC(=O)C(=Cc1ccccc1)C(=O)OC", ""),
    ("enone", "O=C1C=CCCC1", ""),
    ("unsaturated imide", "CC(=O)N1CCC=CC1=O", ""),
    ("acrylate", "COC(=O)/C=C/C(=O)OC", ""),
    ("acrylamide", "C=CC(=O)Nc1ccccc1", ""),
    ("alpha-methylene acid", "CCOC(=O)CC(=C)C(O)=O", ""),
    ("vinyl sulfone", "C=CS(=O)(=O)c1ccccc1", ""),
    ("vinyl sulfonate", "C=CS(=O)(=O)Oc1ccccc1", ""),
    ("vinyl sulfonamide", "C=CS(=O)(=O)NC", ""),
    ("acrylonitrile", "C=CC#N", ""),
    ("vinyl azine", "C=Cc1ccccn1", ""),
    ("vinyl oxadiazole", "C=Cc1nnc(C)o1", ""),
    ("vinyl sulfoxide", "C=C[S@](=O)c1ccccc1", ""),
    ("ynone", "CC(=O)C#CC", ""),
    ("propiolate", "COC(=O)C#C", ""),
    ("alkynamide", "CC#CC(=O)NC", ""),
    ("allenamide", "C=C=CC(=O)NC", ""),
    ("isocyanate", "O=C=Nc1ccccc1", ""),
    ("alpha-ketoamide", "CCC(=O)C(=O)NC", ""),
    ("trifluoromethyl ketone", "CC(=O)C(F)(F)F", ""),
    ("peptidyl hydroxymethyl ketone", "CC(=O)NCC(=O)CO", ""),
    ("alpha-keto azole", "CCC(=O)c1nc2ccccc2o1", ""),
    ("aldehyde", "O=Cc1ccccc1", ""),
    ("cyanamide", "N#CN1CCCC1", ""),
    ("alpha-amino nitrile", "CC(=O)NCC#N", ""),
    ("heteroaryl nitrile", "N#Cc1ncccn1", ""),
    ("chlorofluoroacetamide", "CNC(=O)[C@H](F)Cl", "Cl"),
    ("chloroacetamide", "CNC(=O)CCl", "Cl"),
    ("bromo- or iodoacetamide", "NC(=O)CI", "I"),
    ("alpha-halo ketone or aldehyde", "CC(=O)CCl", "Cl"),
    ("alpha-halo ester", "COC(=O)CBr", "Br"),
    ("fluoromethyl ketone", "CC(=O)CF", "F"),
    ("aroyloxymethyl ketone", "CC(=O)COC(=O)c1ccccc1", "OC(=O)c1ccccc1"),
    ("fluorophenoxymethyl ketone", "CC(=O)COc1c(F)cccc1F", "Oc1c(F)cccc1F"),
    ("allylic or benzylic halide", "BrCc1ccccc1", "Br"),
    ("alkyl bromide or iodide", "CCCBr", "Br"),
    ("sulfonate ester", "CCOS(C)(=O)=O", "OS(C)(=O)=O"),
    ("epoxyphosphonate", "C[C@@H]1O[C@@H]1P(=O)(O)O", ""),
    ("terminal epoxide", "C[C@@H]1CO1", ""),
    ("epoxyamide", "CC(=O)[C@@H]1O[C@@H]1C(N)=O", ""),
    ("internal epoxide", "C1CC[C@H]2O[C@H]2C1", ""),
    ("activated aziridine", "Cc1ccc(cc1)S(=O)(=O)N1CC1", ""),
    ("disulfide", "CCSSCC", "SCC"),
    ("thiosulfonate", "CSS(C)(=O)=O", "CS(=O)O"),
    ("thiosulfinate", "C=CCS[S@](=O)CC=C", "C=CCSO"),
    ("acyl sulfenamide", "CCSN1C(=O)CCC1=O", "O=C1CCC(=O)N1"),
    ("beta-lactone", "C[C@@H]1CC(=O)O1", ""),
    ("beta-lactam", "CC1(C)S[C@@H]2[C@H](NC(=O)C)C(=O)N2[C@H]1C(=O)O", ""),
    ("activated aryl halide", "[O-][N+](=O)c1ccc(Cl)c(c1)[N+]([O-])=O", "Cl"),
    ("sulfonyl heteroarene", "CS(=O)(=O)c1ncccn1", "CS(=O)O"),
    ("halodihydroisoxazole", "C[C@@H]1CC(Br)=NO1", "Br"),
]


def composition(mol: Chem.Mol) -> Counter[str]:
    return Counter(atom.GetSymbol() for atom in Chem.AddHs(mol).GetAtoms())


def test_every_modelled_warhead_has_a_representative() -> None:
    assert [name for name, _, _ in REPRESENTATIVES] == [w.name for w in warheads() if w.modelled]


@pytest.mark.parametrize(("name", "smiles", "leaves"), REPRESENTATIVES, ids=lambda x: str(x)[:24])
def test_adduct_balances_and_goes_back(name: str, smiles: str, leaves: str) -> None:
    ligand = load_ligand(smiles)
    assert ligand.warhead is not None
    assert ligand.warhead.name == name
    adducts = enumerate_adducts(ligand)
    assert adducts
    assert len({a.label for a in adducts}) == len(adducts)
    cysteine = composition(Chem.MolFromSmiles("N[C@@H](CS)C(=O)O"))
    for adduct in adducts:
        whole = composition(Chem.MolFromSmiles(adduct.smiles))
        gone = composition(Chem.MolFromSmiles(leaves)) if leaves else Counter()
        assert whole + gone == composition(ligand.mol) + cysteine
        sulphur = adduct.mol.GetAtomWithIdx(adduct.sg_index)
        bonded = {n.GetIdx() for n in sulphur.GetNeighbors()}
        assert bonded == {adduct.cb_index, adduct.reactive_atom_index}
        assert adduct.drug_atoms[adduct.reactive_atom_index] == ligand.warhead.reactive_atom_index
        if not leaves:
            back = [(a, b, -change) for a, b, change in bond_edits(ligand.warhead)]
            drug = edited(adduct.remnant(), back)
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
]


@pytest.mark.parametrize(("smiles", "products"), PRODUCTS, ids=lambda x: str(x)[:24])
def test_products_drawn_by_hand(smiles: str, products: list[str]) -> None:
    made = {adduct.smiles for adduct in enumerate_adducts(load_ligand(smiles))}
    drawn = {Chem.CanonSmiles(product) for product in products}
    assert made == drawn


def test_anti_and_syn_addition_to_an_alkyne_are_labelled() -> None:
    # propiolate, S and CO on one side: Z, since S ranks over H and CO over H
    labels = {a.label: a.smiles for a in enumerate_adducts(load_ligand("COC(=O)C#C"))}
    assert set(labels) == {"E", "Z"}
    assert labels["Z"] == Chem.CanonSmiles("COC(=O)/C=C\\SC[C@H](N)C(=O)O")


# drug, the attacked centre and its neighbour in the product, CIP labels by hand
INVERSIONS = [
    # Cl > C(=O) > CH3 becomes S > C(=O) > CH3, turned over: S to R, R to S
    ("C[C@H](Cl)C(=O)NC", "S", {"b": "R"}),
    ("C[C@@H](Cl)C(=O)NC", "R", {"b": "S"}),
]


@pytest.mark.parametrize(("smiles", "before", "after"), INVERSIONS)
def test_displacement_at_an_alpha_halo_amide_inverts(
    smiles: str, before: str, after: dict[str, str]
) -> None:
    ligand = load_ligand(smiles)
    assert [label for _, label in Chem.FindMolChiralCenters(ligand.mol)] == [before]
    (adduct,) = enumerate_adducts(ligand)
    labels = dict(Chem.FindMolChiralCenters(adduct.mol))
    assert labels[adduct.reactive_atom_index] == after["b"]


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


def test_a_terminal_epoxide_keeps_its_stereocentre() -> None:
    # (R)-propylene oxide: O > CH2O > CH3 becomes O > CH2S > CH3, untouched
    ligand = load_ligand("C[C@@H]1CO1")
    assert [label for _, label in Chem.FindMolChiralCenters(ligand.mol)] == ["R"]
    (adduct,) = enumerate_adducts(ligand)
    assert adduct.smiles == Chem.CanonSmiles("C[C@@H](O)CSC[C@H](N)C(=O)O")
    assert [label for _, label in Chem.FindMolChiralCenters(adduct.mol)] == ["R"]


def test_an_edit_that_no_kekule_structure_allows_is_an_error() -> None:
    benzene = Chem.MolFromSmiles("c1ccccc1")
    with pytest.raises(LigandError, match="Kekule"):
        edited(benzene, [(0, 1, -1), (1, 2, -1)])


@pytest.mark.parametrize("smiles", ["S=C=Nc1ccccc1", "O=C=NC", "C=C=CC(=O)NC"])
def test_a_cumulated_double_bond_has_no_cis_and_trans(smiles: str) -> None:
    assert load_ligand(smiles).warhead is not None
