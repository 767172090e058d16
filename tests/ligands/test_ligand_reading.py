"""What a user may type: names, SMILES, files, and a table of everything that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.conformers import embed_drug
from workbench.ligands.reading import load_ligand, load_ligands
from workbench.ligands.writing import drug_sdf_block

Z_185 = "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
E_185 = "CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
FLAT_185 = "CC(C)OC(=O)C=Cn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
FLAT_NEW = "CC(C)OC(=O)C=Cn1cnc(-c2cc(OC)cc(C(F)(F)F)c2Cl)n1"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("selinxor", "did you mean selinexor"),
        ("KPT-334", "did you mean"),
        ("no such drug", "no catalogue name is near"),
        ("missing.sdf", "no file"),
        ("selinexor.pdb", "no catalogue name"),
        ("CCO(C=", "breaks at character 6"),
        ("C1CC=O", "unclosed ring"),
        ("C[N](C)(C)(C)C", "valence"),
        ("c1ccccc1=O", "valence|kekulize"),
        ("[Na+].[Cl-]", "nothing but salts and solvents"),
        ("c1ccccc1CCN.CCCCCC1CC1", "mixture of 2 compounds"),
        (f"{Z_185}.{E_185}", "mixture of 2 compounds"),
        ("[H][H]", "no heavy atom"),
        ("[Pt](N)(N)(Cl)Cl", "platinum"),
        ("OB(O)c1ccccc1", "boron"),
        ("[2H]C(=O)C", "isotope"),
        ("C[CH2]", "radical"),
        ("*CC", "dummy"),
        ("CC~C", "neither single"),
        ("CN->C", "neither single|valence"),
        ("CC$C", "neither single|valence"),
        ("C" * 151, "151 heavy atoms"),
        ("C" * 50, "47 rotatable bonds"),
        ("C" * 5000, "5000 characters"),
        ("C\x00C", "no SMILES"),
        ("CC\u202eO", "no SMILES"),
        ("CCO |$a;b;c$|", "no SMILES"),
        ("C>>C", "reaction SMILES"),
        ("C17H11F6N7O", "molecular formula"),
        ("InChI=1S/CH4/h1H4", "InChI"),
        ("DEVSOMFAQLZNKR-RJRFIUFISA-N", "InChIKey"),
        ("[R1]CC", "no SMILES"),
        ("[Fe+2].[Cl-].[Cl-]", "iron"),
        ("<script>alert(1)</script>", "no SMILES"),
        (FLAT_NEW, "geometry of the warhead"),
    ],
)
def test_bad_input(text: str, part: str) -> None:
    with pytest.raises(LigandError, match=f"(?i){part}") as caught:
        load_ligand(text)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 500


def test_selinexor_by_name_smiles_and_key() -> None:
    by_name = load_ligand("SELINEXOR")
    assert (by_name.name, by_name.formula, by_name.charge) == ("selinexor", "C17H11F6N7O", 0)
    assert by_name.inchikey == "DEVSOMFAQLZNKR-RJRFIUFISA-N"
    assert by_name.warnings == ()
    by_smiles = load_ligand(by_name.smiles.replace("C(=O)", "[C:7](=O)"))
    assert by_smiles.inchikey == by_name.inchikey
    assert by_smiles.name == "DEVSOMFAQLZNKR"
    assert not any(atom.GetAtomMapNum() for atom in by_smiles.mol.GetAtoms())
    assert load_ligand(by_name.smiles, name="my drug").name == "my drug"
    verdicts = [load_ligand(x).warhead_verdict for x in ("LMB", "CS(=O)(=O)Cl", "c1ccccc1")]
    assert verdicts == ["adduct", "unsupported_warhead", "no_warhead"]


def test_alkene_geometry_is_kept_and_compared_with_the_catalogue() -> None:
    z, e = load_ligand(Z_185), load_ligand(E_185)
    assert z.inchikey == load_ligand("KPT-185").inchikey
    assert z.warnings == ()
    assert e.inchikey != z.inchikey
    assert "another stereoisomer" in e.warnings[0]


@pytest.mark.parametrize("name", ["KPT-185", "eltanexor"])
def test_a_missing_geometry_is_taken_from_the_catalogue_with_a_warning(name: str) -> None:
    drug = load_ligand(name)
    flat = Chem.Mol(drug.mol)
    Chem.RemoveStereochemistry(flat)
    filled = load_ligand(Chem.MolToSmiles(flat))
    assert filled.inchikey == drug.inchikey
    assert filled.smiles == drug.smiles
    assert f"taken from the catalogue's {name}" in filled.warnings[0]


def test_warnings_show_the_confidence_of_the_catalogue() -> None:
    assert "general knowledge" in " ".join(load_ligand("KPT-185").warnings)
    assert "unverified" in " ".join(load_ligand("CHEMBL3545185").warnings)
    assert "NOT verified" in " ".join(load_ligand("oridonin").warnings)
    assert "INFERRED" in " ".join(load_ligand("LFS-829").warnings)


@pytest.mark.parametrize("name", ["selinexor", "eltanexor"])
def test_a_structure_file_gives_the_same_ligand_with_the_stereo_of_its_coordinates(
    name: str, tmp_path: Path
) -> None:
    drug = load_ligand(name)
    placed = embed_drug(drug, seed=1)
    record = drug_sdf_block(drug, placed.GetConformer().GetPositions(), {"score": -1.5})
    (tmp_path / "one.sdf").write_text(record)
    (tmp_path / "one.mol").write_text(Chem.MolToMolBlock(placed))
    for file_name in ("one.sdf", "one.mol"):
        read = load_ligand(tmp_path / file_name)
        assert read.inchikey == drug.inchikey
        assert read.name == drug.name
        numbers = [a.GetAtomicNum() for a in drug.mol.GetAtoms()]
        assert [a.GetAtomicNum() for a in read.mol.GetAtoms()] == numbers


def test_names_from_files_are_made_safe(tmp_path: Path) -> None:
    table = tmp_path / "x.csv"
    table.write_text("smiles,name\nCCO,\x1b[31m$$$$\u202e>  <evil>\nCCN,>  <tag>\n")
    names = [ligand.name for ligand in load_ligands(str(table))]
    assert names == ["[31m$$ $$ > <evil>", "'> <tag>"]


BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))


def test_nothing_is_printed_about_bad_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.mol"
    broken.write_text(BLOCK[1:])
    for text in ("CCO(C=", "C1CC=O", "c1cccc1", "C[N](C)(C)(C)C", str(broken)):
        with pytest.raises(LigandError):
            load_ligand(text)
    assert capfd.readouterr() == ("", "")
