"""Names, files and folders that mean harm, given to the command line: shown, never obeyed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rdkit import Chem

from workbench.cli import main
from workbench.report.tour import POSES, WILD_TYPE

NAMES = {
    "<script>alert(1)</script>": "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1",
    '=HYPERLINK("http://x","y")': "NC(=O)/C(=C/n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)c1cncnc1",
    "n" * 10_000: "O=C(/C=C\\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1ccccn1",
    "\u202eevil \u05e9\u05dc\u05d5\u05dd": "C=CC(=O)NC",
    "\U0001f9ea \U0001f469\u200d\U0001f52c": "C=CC=O",
    "../../etc/passwd\n$$$$\n> <a>": "C=CC(C)=O",
}
"""Each with a drug of the shipped table, so that nothing is computed."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of ligands whose own name means harm, too."""
    path = tmp_path_factory.mktemp("named") / "=1+1 <img src=x onerror=alert(1)> \U0001f600.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["name", "smiles"])
        writer.writerows(NAMES.items())
    return path


def no_formula(path: Path) -> None:
    for row in csv.reader(path.open(newline="", encoding="utf-8")):
        for cell in row:
            if cell.lstrip(" ").startswith(FORMULA_STARTS):
                float(cell)  # a negative number


def test_react(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "<b>out"
    assert main(["react", str(table), "--out", str(out)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    no_formula(out / "reactions.csv")
    page = (out / "reactions.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<img" not in page and "<b>out" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert len({one["ligand"] for one in json.loads((out / "reactions.json").read_text())}) == 6


def test_prepare_ligand(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["prepare", "ligand", str(table), "--out", str(out)]) == 0
    names = sorted(path.name for path in out.rglob("*"))
    assert len([name for name in names if name.endswith(".sdf")]) == len(NAMES)
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ()")
    for name in names:
        assert set(name) <= allowed and len(name) < 200 and not name.startswith(("-", "."))
    for path in out.rglob("*.sdf"):
        assert all(mol is not None for mol in Chem.SDMolSupplier(str(path)))


def test_picture(tmp_path: Path) -> None:
    record = json.loads((POSES / WILD_TYPE / "result.json").read_text())
    record["ligand"]["name"] = "</svg><script>alert(1)</script>\U0001f600\u202e"
    run = tmp_path / "run"
    run.mkdir()
    for path in (POSES / WILD_TYPE).iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    (run / "result.json").write_text(json.dumps(record))
    assert main(["picture", str(run), "--out", str(tmp_path / "drawn")]) == 0
    drawings = list((tmp_path / "drawn").glob("*.svg"))
    assert len(drawings) >= 4
    for drawing in drawings:
        tags = {element.tag.split("}")[1] for element in ElementTree.parse(drawing).iter()}
        assert "script" not in tags


@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "{}"],
        ["simulate", "selinexor", "--regimen", "{}"],
        ["dock", "{}"],
        ["compare", "selinexor", "eltanexor", "--reference", "{}"],
        ["scan", "--mutations", "{}", "--ligands", "selinexor"],
        ["scan", "--mutations", "C528S", "--ligands", "{}"],
        ["screen", "{}.smi"],
        ["dynamics", "{}"],
        ["compounds", "{}"],
    ],
)
@pytest.mark.parametrize("name", [*NAMES, "\x1b[31mred", "drug\udcff"])
def test_a_refusal_is_one_printable_sentence(
    words: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [word.replace("{}", name) for word in words]
    if words[0] != "compounds":
        asked += ["--out", str(tmp_path / "out")]
    assert main(asked) in (1, 2)
    said = capsys.readouterr().err
    assert said.startswith("workbench: ")
    assert all(line.isprintable() for line in said.split("\n"))
    assert len(said) < 1000
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").rglob("*.html"))


@pytest.mark.skipif(os.name != "posix", reason="file names that are no text")
def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    out = os.fsencode(tmp_path) + b"/\xff\xf0"
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "react", "selinexor", "--out", out],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert b"\\udcff" in done.stdout
    assert sorted(os.listdir(out)) == [b"reactions.csv", b"reactions.html", b"reactions.json"]
