"""What the verbs refuse: the exit code, one printable sentence that names the fault, no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli import main

MIXTURE = "O=C(/C=C\\n1cnc(-c2ccccc2)n1)NNc1cnccn1.CCCCc1ccccc1"
TWICE = "O=C(/C=C\\n1cnc(-c2ccccc2)n1)NNC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
OPEN_ALKENE = "COC(=O)C=Cn1cnc(-c2cccc(Cl)c2)n1"
LONG = "C" * 45 + "OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
LARGE = "C1CCCCC1" * 26 + "OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
SCRIPT = "<script>alert(1)</script>"
SELINEXOR = ["--ligands", "selinexor"]

REFUSED = [
    (["dock", "selinexxor"], 2, "selinexor"),
    (["dock", "c1ccccc"], 2, "ring"),
    (["dock", "CC(=O)N(C"], 2, "C"),
    (["dock", "CCX"], 2, "CCX"),
    (["dock", ""], 2, "empty"),
    (["dock", MIXTURE], 2, "mixture"),
    (["dock", "c1ccccc1CCO"], 2, "warhead"),
    (["dock", "CS(=O)(=O)Cl"], 2, "halide"),
    (["dock", TWICE, "--warhead", "aldehyde"], 2, "none of its warheads"),
    (["dock", OPEN_ALKENE], 2, "/"),
    (["dock", LONG], 2, "40"),
    (["dock", LARGE], 2, "150"),
    (["dock", "[Na+].[Cl-]"], 2, "salts"),
    (["dock", "missing.sdf"], 2, "missing.sdf"),
    (["dock", "selinexor", "--receptor", "nowhere.pdb"], 1, "nowhere.pdb"),
    (["dock", "selinexor", "--receptor", "7L5E"], 1, "network is switched off"),
    (["dock", "selinexor", "--receptor", "human-grove"], 1, "human-groove"),
    (["dock", "selinexor", "--mutate", "C528"], 2, "C528"),
    (["dock", "selinexor", "--mutate", "S528C"], 2, "528"),
    (["dock", "selinexor", "--platform", "CUDAA"], 1, "CUDA"),
    (["dock", "selinexor", "--nucleophile", "A:528:SG"], 1, "Cys528"),
    (["compare", "selinexor"], 2, "at least two"),
    (["compare", "selinexor", "KPT-330"], 2, "at least two"),
    (["compare", "selinexor", "eltanexor", "--reference", "KPT-185"], 2, "not among"),
    (["compare", "selinexor", "eltanexor", "--reference", SCRIPT], 2, "not among"),
    (["compare", "selinexor", "eltanexor", "--weights", "beauty=1"], 2, "beauty"),
    (["compare", "selinexor", "eltanexor", "--mutate", "C528"], 2, "C528"),
    (["compare", "nowhere.csv"], 2, "nowhere.csv"),
    (["dynamics", "nowhere"], 2, "result.json"),
    (["dynamics", ".", "--length-ps", "0.7"], 2, "length_ps"),
    (["dynamics", ".", "--receptor", "human-grove"], 1, "human-groove"),
    (["scan", "--mutations", "C539S", *SELINEXOR], 2, "human numbering"),
    (["scan", "--mutations", "C539S", "C528R+C1S", *SELINEXOR], 2, "not among"),
    (["scan", "--mutations", ",", *SELINEXOR], 2, "no mutation"),
    (["scan", "--mutations", "C528S", "--ligands", ","], 2, "no drug"),
    (["scan", "--mutations", "C528S", "--ligands", "nonsuch"], 2, "nonsuch"),
    (["scan", "--mutations", "C528S", "--seeds", "1"], 2, "--seeds 1"),
    (["simulate", "selinexor", "--regimen", "80 mg fortnightly"], 2, "fortnightly"),
    (["simulate", "selinexor", "--regimen", "0 mg daily"], 2, "no dose"),
    (["simulate", "selinexor", "--regimen", "1 mg/kg daily"], 2, "body weight"),
    (["simulate", "selinexor", "--k-inact", "-1"], 2, "k_inact_per_s"),
    (["simulate", "selinexor", "--mutant-fraction", "2"], 2, "mutant_fraction"),
    (["simulate", "selinexor", "--days", "0"], 2, "days"),
    (["simulate", "selinexor", "--pk-of", "aspirin"], 2, "aspirin"),
    (["simulate", "selinexor", "--out", "missing/folder"], 2, "does not exist"),
    (["react", "CCO"], 2, "forms no adduct"),
    (["react", "C=CC(=O)NCC[N+](C)(C)C"], 2, "charge +1"),
    (["react", "O=C(CCl)NC"], 2, "loses a group"),
    (["react", "C=CC(=O)[Se]C"], 2, "selenium"),
    (["react", "selinexor", "--out", "missing/folder"], 2, "does not exist"),
    (["nes", "NSNEXALK"], 2, "'X' at residue 5"),
    (["nes", "none.fasta"], 2, "none.fasta"),
    (["nes", ""], 2, "empty"),
    (["nes", "A\0C"], 2, "residue 2"),
    (["nes", "picture.fasta"], 2, "no text file"),
    (["compounds", "selinexr"], 2, "did you mean selinexor"),
    (["compounds", "\x1b[31mxx"], 2, "no compound '[31mxx'"),
    (["compounds", "selinexor", "--properties"], 2, "not both"),
    (["compounds", "selinexor", "--warheads"], 2, "not both"),
    (["compounds", "--warheads", "--warhead-family", "lacttone"], 2, "unsaturated lactone"),
    (["compounds", "selinexor", "--warhead-family", "lactone"], 2, "not both"),
    (["compounds", "--warhead-family", "lacttone"], 2, "unsaturated lactone"),
    (["compounds", "--warhead-family", " "], 2, "no family"),
    (["compounds", "--compare", "selinexor"], 2, "need a compound"),
    (["compounds", "--svg", "x.svg"], 2, "need a compound"),
    (["compounds", "selinexor", "--svg", "x.png"], 2, ".svg"),
    (["compounds", "selinexor", "--svg", "nowhere/x.svg"], 2, "cannot be written"),
    (["compounds", "selinexor", "--compare", "eltanexxor"], 2, "eltanexor"),
    (["compounds", "CC(=O", "--compare", "selinexor"], 2, "CC(=O"),
    (["structures", "./nowhere.pdb"], 1, "no file nowhere.pdb"),
    (["structures", "notes.txt"], 1, "not a structure file"),
    (["structures", "foo", "--describe"], 1, "no id of an entry"),
    (["structures", "--describe"], 2, "needs an entry"),
    (["structures", "foo"], 2, "catalogue has no entry"),
    (["structures", "mine.pdb", "--ligand", "V6A"], 2, "not both"),
    (["screen", "x.smi"], 2, "give --out"),
    (["screen", "x.smi", "y.smi", "--out", "out"], 2, "one file of ligands"),
    (["screen", "report"], 2, "one file of ligands"),
    (["screen", "x.pdf", "--out", "out"], 2, "screen reads .sdf"),
    (["screen", "x.smi", "--out", "out"], 2, "does not exist"),
    (["screen", "report", "."], 2, "holds no finished screen"),
    (["screen", "query", ".", "SELECT 1"], 2, "finish the screen first"),
    (["screen", "x.smi", "--out", "out", "--scheduler", "lpr"], 2, "scheduler"),
    (["screen", "x.smi", "--out", "out", "--ligand-memory", "0.01"], 2, "memory_gb"),
]


@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_one_sentence_and_nothing_written(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if words[0] == "screen":
        pytest.importorskip("distributed", reason="the extra screen is not installed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.fasta").write_bytes(b"\x89PNG\xff\xfe")
    assert main(words) == code
    printed = capsys.readouterr()
    assert said in printed.err and printed.out == ""
    assert printed.err.startswith("workbench: ") and printed.err.count("\n") == 1
    assert printed.err.rstrip("\n").isprintable() and len(printed.err) < 1000
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "picture.fasta"]


@pytest.mark.parametrize(
    "words",
    [
        ["dock"],
        ["dock", "selinexor", "--poses", "0"],
        ["dock", "selinexor", "--seed", "-1"],
        ["dock", "selinexor", "--jobs", "two"],
        ["dock", "selinexor", "--force-field", "uff"],
        ["prepare"],
        ["fold"],
        *(["compare", "a", "b", "--weights", text] for text in ("", "a", "a=", "a=nan", "a=1,a=2")),
        ["dynamics", "x", "--length-ps", "0"],
        ["dynamics", "x", "--replicas", "0"],
        *(["simulate", "--k-on", text] for text in ("nan", "fast", "")),
        *(["prepare", "ligand", "a", "--ph", text] for text in ("15", "acid")),
        ["prepare", "ligand", "a", "--max-stereoisomers", "0"],
        ["prepare", "ligand", "a", "--tautomer", "x"],
        ["screen", "x.smi", "--out", "out", "--drop-alerts", "all"],
        # options are never abbreviated
        ["prepare", "ligand", "a.csv", "--name", "who"],
        ["dock", "selinexor", "--pose", "1"],
        ["scan", "--mut", "C528S"],
    ],
)
def test_a_word_that_an_option_does_not_take(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("workbench: ") and said.count("\n") == 1


HOSTILE = (
    '=HYPERLINK("http://x") <script>alert(1)</script>',
    "n" * 10_000,
    "\u202eevil \u05e9\u05dc\u05d5\u05dd \U0001f9ea",
    "../../etc/passwd\n$$$$\n> <a>",
    "\x1b[31mred",
    "drug\udcff",
)


@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "{}"],
        ["simulate", "selinexor", "--regimen", "{}"],
        ["dock", "{}"],
        ["compare", "selinexor", "eltanexor", "--reference", "{}"],
        ["scan", "--mutations", "{}", *SELINEXOR],
        ["scan", "--mutations", "C528S", "--ligands", "{}"],
        ["screen", "{}.smi"],
        ["dynamics", "{}"],
        ["compounds", "{}"],
    ],
)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_in_printable_lines(
    words: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [word.replace("{}", name) for word in words]
    if words[0] != "compounds":
        asked += ["--out", str(tmp_path / "out")]
    assert main(asked) in (1, 2)
    lines = capsys.readouterr().err.rstrip("\n").split("\n")
    assert all(line.startswith("workbench: ") and line.isprintable() for line in lines)
    assert all(len(line) < 1000 for line in lines)
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
