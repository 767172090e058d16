"""The table of compounds, the components of crystals, and the reference poses they gave."""

from __future__ import annotations

import random
from dataclasses import make_dataclass
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Descriptors import MolWt
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from scipy.spatial.distance import pdist

from workbench.errors import LigandError
from workbench.ligands.adducts import enumerate_adducts, flat_adduct
from workbench.ligands.catalogue import (
    compound_names,
    drug_named,
    drug_of_skeleton,
    find_compound,
    looks_saturated,
    name_key,
    nearest_names,
)
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for, reference_pose, reference_poses
from workbench.tables import compounds, read_table

ALL = compounds()
BOUND = {c.pdb_ligand: c for c in ALL if c.kind == "bound_form"}
# component, drug, its InChIKey
CODES = [
    ("V6A", "selinexor", "DEVSOMFAQLZNKR-RJRFIUFISA-N"),
    ("6L8", "eltanexor", "JFBAVWVBLRIWHM-AWNIVKPZSA-N"),
    ("K85", "KPT-185", "NLNGWFLRRRYNIL-PLNGDYQASA-N"),
    ("51K", "KPT-251", "LDFXTRYMMZGKIC-UPHRSURJSA-N"),
    ("K76", "KPT-276", "JCHAWRDHMUSLMM-UPHRSURJSA-N"),
    ("LMB", "leptomycin B", "YACHGFWEQXFSBS-XYERBDPFSA-N"),
    ("RJA", "ratjadone A (flat)", "CAYGMWMWJUFODP-UHFFFAOYSA-N"),
    ("AA8", "anguinomycin A (flat)", "SGYKTDIJCLHSET-UHFFFAOYSA-N"),
    ("D29", "LFS-829 (inferred parent of CCD D29)", "RHGMNEJBFFWLNY-DUXPYHPUSA-N"),
]
Z_276 = "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1"
E_276 = "O=C(/C=C/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1"


def test_smiles_formula_weight_and_inchikey_agree() -> None:
    for compound in ALL:
        mol = Chem.MolFromSmiles(compound.smiles)
        assert CalcMolFormula(mol) == compound.formula
        assert MolWt(mol) == pytest.approx(compound.mw, abs=0.015)
        assert Chem.MolToInchiKey(mol) == compound.inchikey
        assert compound.source and compound.confidence
    assert {c.kind for c in ALL} == {"inhibitor", "control", "bound_form"}
    # what nobody could verify stays blank
    assert find_compound("verdinexor").pdb_entries == ()


def test_bound_forms_are_the_drug_plus_two_hydrogens_or_say_otherwise() -> None:
    by_name = {c.name: c for c in ALL}
    # K76 keeps its alkene; opened lactones took up water as well (18.02 + 2.02)
    expected = {"K76": 0.0, "LMB": 20.03, "RJA": 20.03, "AA8": 20.03}
    for code, component in BOUND.items():
        gain = component.mw - by_name[component.parent].mw
        assert gain == pytest.approx(expected.get(code, 2.02), abs=0.02), code


def test_names_are_unambiguous_and_none_reads_as_a_smiles() -> None:
    owners: dict[str, set[str]] = {}
    for compound in ALL:
        for name in compound_names(compound):
            owners.setdefault(name_key(name), set()).add(compound.name)
    assert [key for key, names in owners.items() if len(names) > 1] == []
    parameters = Chem.SmilesParserParams()
    parameters.parseName = False
    for key in (*owners, *BOUND):
        for form in (key, key.upper()):
            assert Chem.MolFromSmiles(form, parameters) is None, form


def test_names_are_found_in_any_case_and_near_ones_are_offered() -> None:
    for text in ("SELINEXOR", "kpt 330", "1393477-72-9", "cas 1393477-72-9"):
        assert drug_named(text) is find_compound(text)
        assert find_compound(text).name == "selinexor"
    assert drug_named("lmb").name == "leptomycin B"
    assert nearest_names("selinexr")[0] == "selinexor"
    assert nearest_names("KPT-184")[0] == "KPT-185"
    assert nearest_names("zzzzzzzz") == ()


def test_a_skeleton_finds_the_drug_and_never_the_bound_form() -> None:
    for compound in ALL:
        found = drug_of_skeleton(compound.inchikey)
        if compound.kind != "bound_form":
            assert found.inchikey.split("-")[0] == compound.inchikey.split("-")[0]
    e_isomer = Chem.MolFromSmiles("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert drug_of_skeleton(Chem.MolToInchiKey(e_isomer)).name == "KPT-185"


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="columns"):
        read_table("compounds.csv", make_dataclass("Wrong", [("name", str)]))


@pytest.mark.parametrize(("code", "drug", "inchikey"), CODES)
def test_a_component_gives_the_drug_and_says_so(code: str, drug: str, inchikey: str) -> None:
    # the SMILES of K76 is the E isomer, which may be meant
    drawn = [] if code == "K76" else [BOUND[code].smiles]
    for given in (code, code.lower(), BOUND[code].name, *drawn):
        ligand = load_ligand(given)
        assert (ligand.name, ligand.inchikey) == (drug, inchikey)
        assert f"PDB component {code} is a crystal ligand as deposited" in ligand.warnings[0]
        assert f"{drug} was taken" in ligand.warnings[0]


def test_the_deposited_files_give_the_drugs(shared_structures: Path) -> None:
    seen = {}
    for path in sorted((shared_structures / "ligands" / "as_deposited").glob("*.sdf")):
        ligand, code = load_ligand(path), path.name[:3]
        seen[code] = ligand.inchikey
        assert any(f"component {code} " in w for w in ligand.warnings) or code == "LBF"
    expected = {code: key for code, _, key in CODES if code != "D29"}
    assert seen == expected | {"LBF": expected["LMB"]}
    # a component that is the drug needs no warning
    assert not any("component" in warning for warning in load_ligand("lbf").warnings)


def k76(title: str, smiles: str, tmp_path: Path) -> Path:
    mol = Chem.MolFromSmiles(smiles)
    mol.SetProp("_Name", title)
    rdDepictor.Compute2DCoords(mol)
    path = tmp_path / "component.sdf"
    path.write_text(Chem.MolToMolBlock(mol) + "$$$$\n")
    return path


def test_component_k76_is_drawn_e_and_the_drug_is_z(tmp_path: Path) -> None:
    for title in ("K76", "4WVF_K76", "k76 of 4wvf"):
        ligand = load_ligand(k76(title, E_276, tmp_path))
        assert (ligand.name, ligand.inchikey) == ("KPT-276", load_ligand(Z_276).inchikey)
        assert "K76" in ligand.warnings[0]


def test_the_e_isomer_by_itself_and_a_name_of_ones_own_stay(tmp_path: Path) -> None:
    for given in (E_276, k76("my E isomer", E_276, tmp_path)):
        ligand = load_ligand(given)
        assert ligand.inchikey == "JCHAWRDHMUSLMM-OWOJBTEDSA-N"
        assert any("component K76 is drawn like this" in w for w in ligand.warnings)
    assert not any("K76" in w for w in load_ligand(Z_276).warnings)
    table = tmp_path / "mine.csv"
    table.write_text(f"name,smiles\nfrom the crystal,{BOUND['K85'].smiles}\n")
    assert load_ligand(table).name == "from the crystal"


@pytest.mark.parametrize(
    ("smiles", "saturated"),
    [
        # saturated analogs of selinexor, eltanexor and KPT-185 that no crystal holds
        ("O=C(CCn1cnc(-c2cccc(C(F)(F)F)c2)n1)NNc1cnccn1", True),
        ("NC(=O)C(Cn1cnc(-c2ccccc2)n1)c1cncnc1", True),
        ("CCOC(=O)CCn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1", True),
        ("C(Cn1cnc(-c2ccccc2)n1)c1nnco1", True),
        ("OCCn1cncn1", False),
        ("c1cnn(CC2CCNCC2)c1", False),
        ("O=C(Cn1cncn1)NC", False),
        ("CCCC(=O)N", False),
    ],
)
def test_nothing_is_oxidised_by_analogy(smiles: str, saturated: bool) -> None:
    assert looks_saturated(Chem.MolFromSmiles(smiles)) == saturated
    ligand = load_ligand(smiles)
    assert (ligand.warhead, ligand.smiles) == (None, Chem.CanonSmiles(smiles))
    assert any("none was made up" in warning for warning in ligand.warnings) == saturated


# diastereomers by hand; warheads and attacked atoms are in warhead_molecules.csv
TWO = "bR bS"
FOUR = "bR_aR bR_aS bS_aR bS_aS"
LABELS = {
    **dict.fromkeys(("selinexor", "verdinexor", "KPT-185", "KPT-251", "KPT-276"), TWO),
    **dict.fromkeys(("PKF050-638", "leptomycin B", "leptomycin A", "goniothalamin"), TWO),
    **dict.fromkeys(("curcumin", "piperlongumine", "15d-PGJ2", "N-ethylmaleimide"), TWO),
    **dict.fromkeys(("eltanexor", "felezonexor"), FOUR),
    "oridonin": "aR aS",
    # the hydroquinone has no new stereocentre
    "plumbagin": "single",
    # the table leaves stereo open
    **dict.fromkeys(("ratjadone A (flat)", "anguinomycin A (flat)"), "flat"),
    **dict.fromkeys(("sulforaphene", "sulforaphane", CODES[-1][1]), "flat"),
    # no adduct: a word of the reason
    "1'-acetoxychavicol acetate": "quinone methide precursor",
    "ligand G6U of 7CND (probably NCI-1)": "noncovalent",
}


@pytest.mark.parametrize("name", [c.name for c in ALL if c.kind != "bound_form"])
def test_the_diastereomers_of_every_drug(name: str) -> None:
    ligand, expected = load_ligand(name), LABELS[name]
    if ligand.warhead is None:
        assert expected in ligand.warhead_problem
        with pytest.raises(LigandError, match=expected):
            enumerate_adducts(ligand)
    elif expected == "flat":
        assert any("stereo" in warning.casefold() for warning in ligand.warnings)
        with pytest.raises(LigandError, match="undefined"):
            enumerate_adducts(ligand)
        assert flat_adduct(ligand).label == "flat"
    else:
        assert " ".join(adduct.label for adduct in enumerate_adducts(ligand)) == expected


def test_the_warhead_of_a_probably_noncovalent_drug_is_only_taken_on_request() -> None:
    by_name = load_ligand("G6U")
    for ligand in (by_name, load_ligand(by_name.smiles)):
        assert ligand.warhead is None
        assert any("noncovalent (probable)" in warning for warning in ligand.warnings)
        assert [match.name for match in ligand.other_warheads] == ["vinyl sulfoxide"]
    for choice in ("vinyl sulfoxide", str(by_name.other_warheads[0].reactive_atom_index)):
        assert load_ligand("G6U", warhead=choice).warhead == by_name.other_warheads[0]


# name, component, entry, label, decided, symmetry-equivalent orders (3! per CF3, 2 for a ring or
# a pair that can be turned over), order of the attacked bond as the component draws it:
# K76 alone keeps its alkene, and draws it E where the drug is Z
POSES = [
    ("selinexor", "V6A", "6XJS", "bS", True, 6 * 6 * 2, 1.0),
    ("eltanexor", "6L8", "5JLJ", "bS_aS", True, 6 * 6 * 2 * 2, 1.0),
    ("KPT-185", "K85", "4GMX", "bR", False, 6 * 2, 1.0),
    ("KPT-251", "51K", "4GPT", "bR", False, 6 * 6 * 2, 1.0),
    ("KPT-276", "K76", "4WVF", "bS", True, 6 * 6 * 2 * 2 * 2, 2.0),
]


@pytest.mark.parametrize(("name", "ccd", "pdb", "label", "resolved", "orders", "attacked"), POSES)
def test_the_pose_is_on_the_drugs_atoms(
    name: str, ccd: str, pdb: str, label: str, resolved: bool, orders: int, attacked: float
) -> None:
    pose, ligand = reference_pose(name.upper()), load_ligand(name)
    assert (pose.ccd, pose.pdb, pose.diastereomer, pose.resolved) == (ccd, pdb, label, resolved)
    assert 1.0 <= pose.uncertainty_angstrom <= 2.0
    assert label in [a.label for a in enumerate_adducts(ligand)]
    drug = ligand.mol
    symbols = [a.GetSymbol() for a in drug.GetAtoms()]
    assert [a.GetSymbol() for a in pose.mol.GetAtoms()] == symbols
    pair = (ligand.warhead.reactive_atom_index, ligand.warhead.partner_atom_index)
    assert pose.mol.GetBondBetweenAtoms(*pair).GetBondTypeAsDouble() == attacked
    straight = pose.coordinates_for(drug)
    assert len(straight) == orders
    for xyz in straight[:20]:
        for bond in drug.GetBonds():
            ends = xyz[bond.GetBeginAtomIdx()] - xyz[bond.GetEndAtomIdx()]
            assert 1.1 < np.linalg.norm(ends) < 2.0
    # the same set for a drug in another order
    order = list(range(drug.GetNumAtoms()))
    random.Random(3).shuffle(order)
    turned = pose.coordinates_for(Chem.RenumberAtoms(drug, order))[:, np.argsort(order)]
    assert {x.round(3).tobytes() for x in turned} == {x.round(3).tobytes() for x in straight}


def test_the_mirror_check_of_the_alpha_carbon_of_eltanexor() -> None:
    pose = reference_pose("eltanexor")
    labels = {atom.GetProp("_CIPCode") for atom in pose.mol.GetAtoms() if atom.HasProp("_CIPCode")}
    # R without the sulphur, as deposited; the adduct in the same place is called S
    assert labels == {"R"}
    assert pose.diastereomer.endswith("aS")


def test_hydrolysed_lactones_are_kept_apart_from_their_drugs() -> None:
    forms = {(p.ccd, p.form) for p in reference_poses()}
    assert {("LBF", "drug"), ("LMB", "hydrolysed"), ("RJA", "hydrolysed")} <= forms
    assert reference_pose("LMB").ccd == "LBF"
    assert reference_pose("ratjadone A") is None
    assert reference_pose("verdinexor") is None
    with pytest.raises(LigandError, match="no compound"):
        reference_pose("aspirin")
    with pytest.raises(LigandError, match="another skeleton"):
        reference_pose("selinexor").coordinates_for(load_ligand("KPT-276").mol)


def test_the_pose_of_a_ligand_needs_the_same_stereoisomer() -> None:
    z = load_ligand("CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    e = load_ligand("CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert reference_for(z).ccd == "K85"
    assert reference_for(e) is None
    assert reference_for(load_ligand("CCO")) is None


def test_the_coordinates_are_the_components(shared_structures: Path) -> None:
    path = shared_structures / "ligands" / "as_deposited" / "V6A_model_6XJS.sdf"
    deposited = Chem.MolFromMolFile(str(path)).GetConformer().GetPositions()
    # a rigid move keeps every distance
    own = np.sort(pdist(reference_pose("selinexor").coordinates))
    assert np.abs(own - np.sort(pdist(deposited))).max() < 0.01
