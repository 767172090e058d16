"""What a user may type or give as a file: names, SMILES, records; what is refused, and where."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.conformers import embed_drug
from workbench.ligands.files import FREE_UNPACKING, kind_of_file, read_records
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import LigandFailure, each_ligand, load_ligand, load_ligands
from workbench.ligands.writing import drug_sdf_block
from workbench.settings import LigandSettings

BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))
BLOCK_V3000 = Chem.MolToMolBlock(Chem.MolFromSmiles("CCN"), forceV3000=True)


def named(block: str, name: str) -> str:
    return name + block[block.index("\n") :]


def outcomes(path: Path, **settings: str) -> list[Ligand | LigandFailure]:
    return list(each_ligand(path, settings=LigandSettings(**settings)))


def names(path: Path, **settings: str) -> list[str]:
    return [outcome.name for outcome in outcomes(path, **settings)]


def test_an_sdf_with_one_broken_record_among_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "mixed.sdf"
    broken = named(BLOCK, "broken").replace("  3  2", "  9  2")
    records = [named(BLOCK, "ethanol"), broken, named(BLOCK_V3000, "amine")]
    path.write_text("".join(f"{record}>  <x>\n1\n\n$$$$\n" for record in records))
    first, second, third = outcomes(path)
    assert isinstance(first, Ligand) and isinstance(third, Ligand)
    assert (first.smiles, third.smiles) == ("CCO", "CCN")
    assert isinstance(second, LigandFailure)
    # nine lines of ethanol's block, its tag and end are 13
    start = records[0].count("\n") + 4 + 1
    assert second.where == f"line {start} (record 2) of 'mixed.sdf'"
    assert second.reason.startswith(second.where)
    with pytest.raises(LigandError, match="record 2"):
        load_ligands(path)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_line_ends_byte_order_mark_and_packing_change_nothing(
    tmp_path: Path, ends: str, suffix: str
) -> None:
    texts = {
        "a.smi": "CCO ethanol\nCCN amine\n",
        "b.csv": "name,SMILES\nethanol,CCO\namine,CCN\n",
        "c.sdf": f"{named(BLOCK, 'ethanol')}$$$$\n{named(BLOCK_V3000, 'amine')}$$$$\n",
    }
    for file_name, text in texts.items():
        content = "\ufeff".encode() + text.replace("\n", ends).encode()
        path = tmp_path / (file_name + suffix)
        path.write_bytes(gzip.compress(content, mtime=0) if suffix else content)
        read = load_ligands(str(path))
        assert [(x.name, x.smiles) for x in read] == [("ethanol", "CCO"), ("amine", "CCN")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id;Canonical_SMILES\nA;CCO\n", ("A", "CCO")),
        ("Title\tStructure\nA\tCCO\n", ("A", "CCO")),
        ("sep=;\nSMILES;Compound ID\nCCO;A\n", ("A", "CCO")),
        # of two the one that holds stereo
        ("CANONICAL_SMILES,ISOMERIC_SMILES,id\nCC(O)F,C[C@H](O)F,A\n", ("A", "C[C@H](O)F")),
        ('smiles,comment,name\nCCO,"two\nlines, one cell",A\n', ("A", "CCO")),
        ('"SMILES","name"\n"CCO","a ""b"", c"\n', ('a "b", c', "CCO")),
    ],
)
def test_columns_are_found(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    ligand = load_ligand(path)
    assert (ligand.name, ligand.smiles) == (expected[0], Chem.CanonSmiles(expected[1]))


def test_columns_are_named_by_the_settings(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("smiles;drawn;batch\nC;CCO;X-1\n")
    (read,) = outcomes(table, smiles_column="Drawn", name_column="batch")
    assert isinstance(read, Ligand)
    assert (read.name, read.smiles) == ("X-1", "CCO")
    with pytest.raises(LigandError, match=r"no column 'mol'.*smiles, drawn"):
        outcomes(table, smiles_column="mol")
    with pytest.raises(LigandError, match="no column 'who'"):
        outcomes(table, name_column="who")
    sdf = tmp_path / "table.sdf"
    sdf.write_text(f"{named(BLOCK, 'title')}>  <Batch>\nX-2\n\n$$$$\n")
    assert names(sdf) == ["title"]
    assert names(sdf, name_column="batch") == ["X-2"]


def test_a_list_may_have_tabs_comments_and_a_header(tmp_path: Path) -> None:
    path = tmp_path / "list.smi"
    path.write_text("# from the notebook\nCCO\tmy ethanol\tbatch 1\n\n# end\nCCN   my amine\n")
    assert names(path) == ["my ethanol", "my amine"]
    path.write_text("ID\tSMILES\nA-1\tCCO\n")
    assert names(path) == ["A-1"]
    # a name that could be a header does not swallow the first molecule
    path.write_text("CCO structure\nCCN x\n")
    assert names(path) == ["structure", "x"]


def test_names_that_come_again_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "list.smi"
    path.write_text("CCO a\nCCN a\nCCC a (2)\nCCF a\nCCO\nCCO\n")
    read = load_ligands(path)
    called = [ligand.name for ligand in read]
    assert called == ["a", "a (2)", "a (2) (2)", "a (3)", *called[4:]]
    assert len(set(called)) == len(called)
    assert "more than once" in read[1].warnings[-1]


def test_bytes_that_are_no_utf8_are_named_and_the_structure_is_read(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("smiles,name\nCCO,ethanol\nCCN,caf\xe9\n".encode("latin-1"))
    ethanol, cafe = load_ligands(path)
    assert ethanol.warnings == ()
    assert cafe.name == "caf\ufffd"
    assert cafe.warnings == ("line 3 of 'latin.csv' holds bytes that are no UTF-8",)


@pytest.mark.parametrize(
    ("file_name", "content", "part"),
    [
        ("a.smi", "CCO good\nC1CC bad\n", "line 2 of 'a.smi'.*no SMILES.*unclosed ring"),
        ("a.smi", "CCO good\nCCO\0 nul\n", "line 2 of 'a.smi': holds NUL bytes"),
        ("a.smi", f"CCO good\n{'C' * 5000} long\n", "line 2.*5000 characters"),
        ("a.smi", f"CCO good\nCCN {'x' * 200_000}\n", "line 2.*longer than 100000"),
        ("a.smi", "CCO good\nCCO |$a;b;c$| x\n", "line 2.*CXSMILES"),
        ("a.smi", "CCO good\nC>>C x\n", "line 2.*reaction SMILES"),
        ("a.smi", f"CCO good\n{'.'.join(['C'] * 700)} x\n", "line 2.*700 atoms"),
        ("a.csv", "smiles,name\nCCO,good\n,bad\n", "line 3 of 'a.csv'.*no SMILES"),
        ("a.csv", 'smiles,name\nCCO,good\nCCN,"open\nCCF,x\n', "line 3 of 'a.csv' to line 4"),
        ("a.csv", 'smiles,name\nCCO,good\n"CC"N,x\n', "line 3.*no CSV row"),
        ("a.csv", f"smiles,name\nCCO,good\nCCN,{'x' * 200_000}\n", "line 3.*longer than"),
        ("a.sdf", f"{BLOCK}$$$$\n$RXN\n\n\n\n  1  1\n$$$$\n", "record 2.*reaction or R-group"),
        ("a.sdf", f"{BLOCK}$$$$\n$MDL  REV  1\n$$$$\n", "record 2.*reaction or R-group"),
        ("a.sdf", f"{BLOCK}$$$$\n{'x' * 99}\n\n\n{'y' * 99_000}\n$$$$\n", "record 2.*mol block"),
        ("a.sdf", BLOCK + "$$$$\n" + ("z" * 90_000 + "\n") * 12, "record 2.*1000000 characters"),
    ],
)
def test_bad_records_among_good_ones(
    tmp_path: Path, file_name: str, content: str, part: str
) -> None:
    path = tmp_path / file_name
    path.write_text(content)
    good, bad = outcomes(path)
    assert isinstance(good, Ligand) and isinstance(bad, LigandFailure)
    assert "\n" not in bad.reason and len(bad.reason) < 400
    with pytest.raises(LigandError, match=f"(?s){part}"):
        load_ligands(path)


def polymer() -> str:
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CCCC"))
    group = (
        "M  STY  1   1 SRU\nM  SAL   1  2   2   3\nM  SBL   1  2   1   3\nM  SMT   1 n\n"
        "M  SDI   1  4    0.5  -0.5    0.5   0.5\nM  SDI   1  4    2.5  -0.5    2.5   0.5\nM  END\n"
    )
    return block.replace("M  END\n", group)


def racemate() -> str:
    mol = Chem.MolFromSmiles("C[C@H](O)F |&1:1|")
    return str(Chem.MolToMolBlock(mol, forceV3000=True))


@pytest.mark.parametrize(
    ("file_name", "content", "part"),
    [
        ("empty.smi", b"", "no molecule"),
        ("empty.mol", b"\n\n\n", "no molecule"),
        ("header.csv", b"smiles,name\n", "no molecule"),
        ("wide.smi", "CCO x\n".encode("utf-16"), "UTF-16"),
        ("page.smi", b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        ("twice.csv", b"smiles,SMILES\nC,C\n", "two columns"),
        ("polymer.mol", polymer().encode(), "polymer"),
        ("racemate.mol", racemate().encode(), "racemic"),
        ("binary.sdf", b"\xff\xfe\x00\x01", "cannot be read"),
        ("nocolumn.csv", b"name,formula\na,CCO\n", "no column 'smiles'"),
        ("gap.csv", b"smiles,name\n,nothing\n", "no SMILES"),
        ("nan.sdf", BLOCK.replace("1.2990", "   nan").encode(), "no number|mol block"),
        ("query.mol", BLOCK.replace(" C  ", " A  ").encode(), "dummy"),
        ("broken.smi.gz", gzip.compress(b"CCO x\n" * 50, mtime=0)[:-12], "beyond line|no molecule"),
        ("noise.smi.gz", b"CCO x\n", "cannot be read|beyond"),
    ],
)
def test_files_without_a_usable_record(
    tmp_path: Path, file_name: str, content: bytes, part: str
) -> None:
    path = tmp_path / file_name
    path.write_bytes(content)
    with pytest.raises(LigandError, match=part) as caught:
        load_ligands(path)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_or_none(tmp_path: Path) -> None:
    other = tmp_path / "ligands.xlsx"
    other.write_bytes(b"PK")
    with pytest.raises(LigandError, match=r"is a file, but none of \.sdf"):
        load_ligand(str(other))
    (tmp_path / "folder.smi").mkdir()
    with pytest.raises(LigandError, match="is no file"):
        load_ligand(str(tmp_path / "folder.smi"))
    with pytest.raises(LigandError, match="no file"):
        load_ligand(str(other / "inside.smi"))
    assert kind_of_file("X.SDF.GZ") == ".sdf"
    assert kind_of_file("x.gz") == kind_of_file("x.sdf.zip") == ""


def test_what_breaks_off_is_said_after_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.smi.gz"
    whole = gzip.compress("".join(f"{'C' * (k % 30 + 1)}O x{k}\n" for k in range(20_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    records = list(read_records(path, LigandSettings()))
    assert len(records) > 100
    assert "cannot be read beyond line" in records[-1].problem
    assert not any(record.problem for record in records[:-1])


def test_a_file_that_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.smi.gz"
    path.write_bytes(
        gzip.compress(b"CCO x\n" + (b" " * 99_000 + b"\n") * (FREE_UNPACKING // 90_000))
    )
    with pytest.raises(LigandError, match="unpacks to more than"):
        list(read_records(path, LigandSettings()))


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


# the stereocentre at sulphur of the last is open in the catalogue too
@pytest.mark.parametrize("name", ["KPT-185", "eltanexor", "ligand G6U of 7CND (probably NCI-1)"])
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


def test_nothing_is_printed_about_bad_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.mol"
    broken.write_text(BLOCK[1:])
    for text in ("CCO(C=", "C1CC=O", "c1cccc1", "C[N](C)(C)(C)C", str(broken)):
        with pytest.raises(LigandError):
            load_ligand(text)
    assert capfd.readouterr() == ("", "")
