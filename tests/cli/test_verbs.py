"""What the verbs write and print, as far as it costs little; the shell's completion; Ctrl-C."""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench import __version__
from workbench.cli import main, verbs
from workbench.cli.main import VERBS, verb
from workbench.mechanism import reactivity
from workbench.mechanism.energetics import Bench

RATES = ["--k-on", "1e5", "--k-off", "0.1", "--k-inact", "1e-3", "--k-rev", "5e-6"]
PROGRAM = [sys.executable, "-m", "workbench"]


def as_json(*words: str, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_prepare_ligand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "ligand", "selinexor", "eltanexor", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    # SDF and PDBQT of both, drawings of two drugs and of two and four adducts, the list
    listed = [Path(line) for line in printed.out.splitlines()]
    assert len(listed) == 13 and all(path.is_file() for path in listed)
    assert "attacked atom 3" in printed.err  # of O=C(/C=C\n1...): the carbon at the triazole
    found = json.loads((tmp_path / "ligands.json").read_text())
    assert [row["name"] for row in found] == ["selinexor", "eltanexor"]
    assert [len(row["adducts"]) for row in found] == [2, 4]
    placed = next(iter(Chem.SDMolSupplier(str(tmp_path / found[0]["files"][0]), removeHs=False)))
    assert placed.GetConformer().Is3D()
    assert CalcMolFormula(placed) == found[0]["formula"] == "C17H11F6N7O"
    assert found[0]["properties"]["molecular_weight_g_per_mol"] == pytest.approx(443.31, abs=0.01)
    lines = (tmp_path / found[0]["files"][0]).read_text().splitlines()
    lines[4] = "       nan" + lines[4][10:]
    (tmp_path / "broken.sdf").write_text("\n".join(lines) + "\n")
    assert main(["dock", str(tmp_path / "broken.sdf"), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_prepare_ligand_goes_on_over_broken_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "mine.csv", tmp_path / "out"
    table.write_text("drawn;who\nCCO;ethanol\nC1CC;broken\nC(C)N.Cl;amine\n")
    columns = ["--smiles-column", "drawn", "--name-column", "who"]
    words = ["prepare", "ligand", str(table), "missing.smi", "--out", str(out), *columns]
    assert main(words) == 3
    errors = [x for x in capsys.readouterr().err.splitlines() if x.startswith("workbench: ")]
    assert len(errors) == 2
    assert "line 3 of 'mine.csv'" in errors[0] and "missing.smi" in errors[1]
    found = json.loads((out / "ligands.json").read_text())
    assert [row["name"] for row in found] == ["ethanol", "amine"]
    assert "hydrogen chloride" in found[1]["warnings"][0]
    none = ["prepare", "ligand", "C1CC", "selinxor", "--out", str(tmp_path / "none")]
    assert main(none) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not (tmp_path / "none").exists()


def test_prepare_ligand_enumerates_and_charges_on_request(tmp_path: Path) -> None:
    words = ["prepare", "ligand", "OC(=O)C=Cn1cncn1", "--out", str(tmp_path)]
    assert main([*words, "--max-stereoisomers", "2", "--ph", "7.4"]) == 0
    found = json.loads((tmp_path / "ligands.json").read_text())
    assert [row["charge"] for row in found] == [-1, -1]
    assert [row["name"].split(": ")[1] for row in found] == ["E)", "Z)"]


def test_prepare_receptor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "receptor", "human-groove", "--out", str(tmp_path)]) == 0
    names = {Path(line).name for line in capsys.readouterr().out.splitlines()}
    kinds = ("cif", "pdb", "pdbqt", "json", "html")
    assert names == {"box.json", *(f"receptor.{kind}" for kind in kinds)}
    receptor = json.loads((tmp_path / "receptor.json").read_text())
    assert receptor["verdict"] == "thiol" and receptor["groove_state"] == "open"
    assert receptor["human_residue"] == 528
    box = json.loads((tmp_path / "box.json").read_text())
    assert box["size_angstrom"] == [26.0, 26.0, 26.0]


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json("info", capsys=capsys)
    assert {"CPU", "Reference"} <= {p["name"] for p in report["platforms"] if p["works"]}
    assert "human-groove" in report["receptors"] and "selinexor" in report["compounds"]
    assert main(["info"]) == 0
    assert "human-groove" in capsys.readouterr().out


@pytest.mark.slow
def test_selftest_passes_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    rows = as_json("selftest", capsys=capsys)
    assert [row["compound"] for row in rows] == ["KPT-185", "KPT-251"]
    assert all(row["rmsd_angstrom"] <= 2.0 and row["valid"] for row in rows)


def test_simulate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "course"
    words = ["simulate", "selinexor", "--days", "3", *RATES, "--mutant-fraction", "0.5"]
    against = ["--against-regimen", "100 mg weekly", "--out", str(out)]
    printed = as_json(*words, *against, capsys=capsys)
    written = json.loads((out / "simulation.json").read_text())
    assert written["cmax_ng_per_ml"] == printed["cmax_ng_per_ml"]
    assert {row["status"] for row in written["parameters"]} == {"published", "assumed", "given"}
    # kinetics are linear: the first peak follows the dose
    other = written["against"]["cmax_ng_per_ml"]
    assert other == pytest.approx(written["cmax_ng_per_ml"] * 100 / 80)
    table = pd.read_csv(out / "simulation.csv")
    assert table.export_capacity.min() == pytest.approx(written["lowest_export_capacity"], rel=1e-4)
    assert str(tmp_path) not in (out / "simulation.html").read_text()
    assert main(["simulate", "--days", "1", *RATES[:6]]) == 0
    assert "assumed, not measured: k_rev" in capsys.readouterr().out


def test_nes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = as_json("nes", "NSNELALKLAGLDINK", capsys=capsys)[0]
    assert (first["start"], first["end"], first["sequence"]) == (5, 14, "LALKLAGLDI")
    assert (first["pattern"], first["direction"]) == ("1a", "plus")
    assert first["pockets"]["P1"] == "L5" and first["warnings"]
    path = tmp_path / "cargo.fasta"
    path.write_text(">one\nNSNELALKLAGLDINK\n>\x1b[2Jtwo\nRSFEMTEFNQALEEI\n")
    assert main(["nes", str(path)]) == 0
    text = capsys.readouterr().out
    assert "1a-R" in text and "\x1b" not in text
    assert as_json("nes", "GGGGSGGGGS", capsys=capsys) == []


def test_react_of_shipped_drugs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "reactivity"
    (found,) = as_json("react", "KPT-330", "--out", str(out), capsys=capsys)
    assert (found["ligand"], found["model"]) == ("selinexor", "truncated")
    assert [adduct["label"] for adduct in found["adducts"]] == ["bR", "bS"]
    assert {adduct["relative_to_selinexor_kcal_per_mol"] for adduct in found["adducts"]} == {0.0}
    assert {path.name for path in out.iterdir()} == {
        f"reactions.{kind}" for kind in ("csv", "html", "json")
    }
    assert str(tmp_path) not in (out / "reactions.html").read_text()


def test_react_of_a_new_drug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    monkeypatch.setattr(reactivity, "Bench", partial(Bench, n_optimised=1))
    assert main(["react", "C=CC#N", "CCO"]) == 3
    captured = capsys.readouterr()
    line = next(line for line in captured.out.splitlines() if " single " in line)
    assert float(line.split()[2]) < 0
    assert "forms no adduct" in captured.err


def test_a_table_with_hostile_names_is_prepared_and_reacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = '=1+1 <script>alert(1)</script> \u202e\x1b[31m ../../x " ' + "n" * 10_000
    path = tmp_path / "=1 <img src=x>.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([["name", "smiles"], [name, "C=CC=O"], ["b", "C=CC(C)=O"]])
    out = tmp_path / "<b>out"
    assert main(["react", str(path), "--out", str(out)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    page = (out / "reactions.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<img" not in page and "<b>out" not in page
    rows = list(csv.reader((out / "reactions.csv").open(newline="", encoding="utf-8")))
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert main(["prepare", "ligand", str(path), "--out", str(tmp_path / "prep")]) == 0
    written = [file.name for file in (tmp_path / "prep").rglob("*")]
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ()")
    for file in written:
        assert set(file) <= allowed and len(file) < 200 and not file.startswith(("-", "."))
    assert sum(file.endswith(".sdf") for file in written) == 2


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["dynamics", "x"], "encounter", None),
        (["dynamics", "x", "--encounter"], "encounter", 0),
        (["dynamics", "x", "--encounter", "3"], "encounter", 3),
        (["dynamics", "--encounter", "--resume", "x"], "encounter", 0),
        (["scan", "--mutations", "C528S", "E571K", "--seed", "2"], "mutations", "C528S,E571K"),
        (["scan", "--mutations", "C528S,E571K", "--quick"], "mutations", "C528S,E571K"),
        (["simulate", "--k-on", "-1"], "treatment_k_on_per_molar_per_s", -1.0),
        (["compounds", "[Na+].[Cl-]", "--compare", "C"], "name", "[Na+].[Cl-]"),
    ],
)
def test_words_are_read(words: list[str], name: str, value: object) -> None:
    assert verb(words[0]).make_context(words[0], words[1:]).params[name] == value


SHELLS = {
    "bash": "source <(printf '%s' \"$SCRIPT\")\n"
    "COMP_WORDS=({words})\nCOMP_CWORD={last}\n_workbench_completion workbench\n"
    "printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "fish": 'printf \'%s\' "$SCRIPT" | source; complete -C "{line}"',
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_offers_verbs_options_names_and_choices(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    command = tmp_path / "workbench"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m workbench "$@"\n')
    command.chmod(0o755)
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    search = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def offered(line: str) -> set[str]:
        words = shlex.join(line.split(" "))
        code = SHELLS[shell].format(words=words, last=line.count(" "), line=line)
        done = subprocess.run(
            [program, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"SCRIPT": script, "PATH": search, "HOME": str(tmp_path)},
        )
        return {one.split("\t")[0] for one in done.stdout.splitlines()}

    assert offered("workbench comp") == {"compare", "completion", "compounds"}
    assert offered("workbench dock sel") == {"selinexor"}
    assert offered("workbench dock --form ") == {"adduct", "hydrolysed", "oxidised"}


@pytest.mark.parametrize("name", VERBS)
def test_the_help_of_every_verb_shows_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "-h"]) == main([name, "--help"]) == 0
    text = capsys.readouterr().out
    examples = text.split("examples:\n")[-1].splitlines()
    assert examples and all(f"workbench {name}" in line for line in examples)
    for line in examples:
        if not line.strip().startswith("eval"):
            words = shlex.split(line.split(" > ")[0])[1:]
            taken = verb(words[0])
            while hasattr(taken, "commands"):
                taken = taken.commands[words.pop(1)]
            assert taken.make_context(name, words[1:]).params


def test_every_verb_is_listed_by_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().err
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == said
    files = {path.stem for path in Path(verbs.__path__[0]).glob("[a-z]*.py")}
    assert files == set(VERBS) and all(f"\n  {name} " in said for name in VERBS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"workbench {__version__}\n"


def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    words = [*PROGRAM, "dock", "selinexor", "--out", "out"]
    running = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert running.stderr is not None
    assert "encounter" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert said.endswith("workbench: interrupted\n")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="groups of processes of Linux")
def test_ctrl_c_ends_a_scan_and_its_processes(tmp_path: Path) -> None:
    import psutil

    words = ["scan", "--mutations", "C528S", "--ligands", "selinexor", "--jobs", "2"]
    with subprocess.Popen([*PROGRAM, *words, "--out", str(tmp_path / "out")]) as running:
        started: list[psutil.Process] = []
        while len(started) < 2:
            assert running.poll() is None
            started = psutil.Process(running.pid).children()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
    assert not psutil.wait_procs(started, timeout=60)[1]
    assert "seed" in json.loads((tmp_path / "out" / "pairs" / "settings.json").read_text())
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert not (tmp_path / "out" / "scan.json").exists()


@pytest.mark.skipif(os.name != "posix", reason="file names that are no text")
def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    out = os.fsencode(tmp_path) + b"/\xff\xf0"
    done = subprocess.run(
        [*PROGRAM, "react", "selinexor", "--out", out],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert b"\\udcff" in done.stdout
    assert len(os.listdir(out)) == 3
