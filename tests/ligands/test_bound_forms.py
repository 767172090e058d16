"""Crystal components as deposited lead back to the drug, and only those that are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import rdDepictor

from workbench.ligands.catalogue import drug_of_component, inchikey_of, looks_saturated
from workbench.ligands.reading import load_ligand
from workbench.tables import compounds

# component, drug, its InChIKey (compounds.csv), stereo of the warhead
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
BOUND = {c.pdb_ligand: c for c in compounds() if c.kind == "bound_form"}
Z_276 = "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1"
E_276 = "O=C(/C=C/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)N1CC(F)(F)C1"


def test_every_bound_form_of_the_table_is_in_this_test() -> None:
    assert set(BOUND) == {code for code, _, _ in CODES}


@pytest.mark.parametrize(("code", "drug", "inchikey"), CODES)
@pytest.mark.parametrize("written", [str.upper, str.lower, lambda code: BOUND[code].name])
def test_a_code_or_name_gives_the_drug_and_says_so(
    code: str, drug: str, inchikey: str, written: object
) -> None:
    ligand = load_ligand(written(code))  # type: ignore[operator]
    assert (ligand.name, ligand.inchikey) == (drug, inchikey)
    assert f"PDB component {code} is a crystal ligand as deposited" in ligand.warnings[0]
    assert f"{drug} was taken" in ligand.warnings[0]


@pytest.mark.parametrize(("code", "drug", "inchikey"), [row for row in CODES if row[0] != "K76"])
def test_the_smiles_of_a_component_gives_the_drug_and_says_so(
    code: str, drug: str, inchikey: str
) -> None:
    ligand = load_ligand(BOUND[code].smiles)
    assert (ligand.name, ligand.inchikey) == (drug, inchikey)
    assert any(f"PDB component {code}" in warning for warning in ligand.warnings)


def test_the_deposited_files_give_the_drugs(shared_structures: Path) -> None:
    folder = shared_structures / "ligands" / "as_deposited"
    seen = {}
    for path in sorted(folder.glob("*.sdf")):
        ligand = load_ligand(path)
        code = path.name[:3]
        seen[code] = ligand.inchikey
        assert any(f"component {code} " in w for w in ligand.warnings) or code == "LBF"
    assert seen == {
        **{code: key for code, _, key in CODES if code != "D29"},
        "LBF": "YACHGFWEQXFSBS-XYERBDPFSA-N",
    }


def k76(title: str, smiles: str, tmp_path: Path) -> Path:
    mol = Chem.MolFromSmiles(smiles)
    mol.SetProp("_Name", title)
    rdDepictor.Compute2DCoords(mol)
    path = tmp_path / "component.sdf"
    path.write_text(Chem.MolToMolBlock(mol) + "$$$$\n")
    return path


@pytest.mark.parametrize("title", ["K76", "4WVF_K76", "k76 of 4wvf"])
def test_the_trap_of_k76(title: str, tmp_path: Path) -> None:
    # the component keeps the alkene and draws it E; the drug is Z
    ligand = load_ligand(k76(title, E_276, tmp_path))
    assert ligand.name == "KPT-276"
    assert ligand.inchikey == load_ligand(Z_276).inchikey
    assert "K76" in ligand.warnings[0]


def test_the_e_isomer_by_itself_stays_and_the_trap_is_named(tmp_path: Path) -> None:
    for given in (E_276, k76("my E isomer", E_276, tmp_path)):
        ligand = load_ligand(given)
        assert ligand.inchikey == "JCHAWRDHMUSLMM-OWOJBTEDSA-N"
        assert any("component K76 is drawn like this" in w for w in ligand.warnings)
    assert not any("K76" in w for w in load_ligand(Z_276).warnings)


def test_a_name_of_ones_own_is_kept(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(f"name,smiles\nfrom the crystal,{BOUND['K85'].smiles}\n")
    ligand = load_ligand(table)
    assert ligand.name == "from the crystal"
    assert ligand.inchikey == "NLNGWFLRRRYNIL-PLNGDYQASA-N"


@pytest.mark.parametrize("code", ["LBF", "lbf"])
def test_a_component_that_is_the_drug_needs_no_warning(code: str) -> None:
    ligand = load_ligand(code)
    assert ligand.name == "leptomycin B"
    assert not any("component" in warning for warning in ligand.warnings)


UNKNOWN = [
    # saturated analogs of selinexor, eltanexor and KPT-185 that no crystal holds
    "O=C(CCn1cnc(-c2cccc(C(F)(F)F)c2)n1)NNc1cnccn1",
    "NC(=O)C(Cn1cnc(-c2ccccc2)n1)c1cncnc1",
    "CCOC(=O)CCn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
    "C(Cn1cnc(-c2ccccc2)n1)c1nnco1",
]


@pytest.mark.parametrize("smiles", UNKNOWN)
def test_nothing_is_oxidised_by_analogy(smiles: str) -> None:
    assert drug_of_component(inchikey_of(Chem.MolFromSmiles(smiles)), "") is None
    ligand = load_ligand(smiles)
    assert ligand.warhead is None
    assert ligand.smiles == Chem.CanonSmiles(smiles)
    assert any("none was made up" in warning for warning in ligand.warnings)


@pytest.mark.parametrize(
    "smiles", ["OCCn1cncn1", "c1cnn(CC2CCNCC2)c1", "O=C(Cn1cncn1)NC", "CCCC(=O)N", Z_276]
)
def test_what_is_no_bound_form(smiles: str) -> None:
    assert not looks_saturated(Chem.MolFromSmiles(smiles))


def test_component_codes_are_no_smiles() -> None:
    parameters = Chem.SmilesParserParams()
    parameters.parseName = False
    for code in BOUND:
        assert Chem.MolFromSmiles(code, parameters) is None
