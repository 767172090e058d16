"""The command line: exit codes, one clear sentence, nothing half-written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.cli import main

MIXTURE = "O=C(/C=C\\n1cnc(-c2ccccc2)n1)NNc1cnccn1.CCCCc1ccccc1"
TWICE = "O=C(/C=C\\n1cnc(-c2ccccc2)n1)NNC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
OPEN_ALKENE = "COC(=O)C=Cn1cnc(-c2cccc(Cl)c2)n1"
LONG = "C" * 45 + "OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"
LARGE = "C1CCCCC1" * 26 + "OC(=O)/C=C\\n1cnc(-c2ccccc2)n1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["selinexxor"], "selinexor"),
        (["c1ccccc"], "ring"),
        (["CC(=O)N(C"], "C"),
        (["CCX"], "CCX"),
        ([""], "empty"),
        ([MIXTURE], "mixture"),
        (["c1ccccc1CCO"], "warhead"),
        (["CS(=O)(=O)Cl"], "halide"),
        ([TWICE, "--warhead", "aldehyde"], "none of its warheads"),
        ([OPEN_ALKENE], "/"),
        ([LONG], "40"),
        ([LARGE], "150"),
        (["[Na+].[Cl-]"], "salts"),
        (["missing.sdf"], "missing.sdf"),
        (["selinexor", "--receptor", "nowhere.pdb"], "nowhere.pdb"),
        (["selinexor", "--receptor", "7L5E"], "network is switched off"),
        (["selinexor", "--receptor", "human-grove"], "human-groove"),
        (["selinexor", "--mutate", "C528"], "C528"),
        (["selinexor", "--mutate", "S528C"], "528"),
        (["selinexor", "--platform", "CUDAA"], "CUDA"),
        (["selinexor", "--nucleophile", "A:528:SG"], "Cys528"),
    ],
)
def test_bad_input_of_dock(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code = main(["dock", *words, "--out", str(out)])
    message = capsys.readouterr().err
    assert code in (1, 2)
    assert said in message
    assert message.startswith("workbench: ")
    assert "Traceback" not in message
    assert len(message) < 600
    assert not out.exists() or not list(out.iterdir())


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
    ],
)
def test_usage_errors_exit_with_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2


def test_a_bare_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "workbench dock selinexor" in capsys.readouterr().err


def test_an_output_path_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert main(["dock", "KPT-185", "--out", str(taken)]) == 2
    assert "not a folder" in capsys.readouterr().err
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("folder", ["/proc/workbench-results", "missing/parent/results"])
def test_an_output_folder_that_cannot_be_made(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dock", "KPT-185", "--out", folder]) == 2
    assert Path(folder).name in capsys.readouterr().err


def test_coordinates_that_are_no_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "ligand", "KPT-185", "--out", str(tmp_path)]) == 0
    source = next(tmp_path.glob("*.sdf"))
    lines = source.read_text().splitlines()
    lines[4] = "       nan" + lines[4][10:]
    broken = tmp_path / "broken.sdf"
    broken.write_text("\n".join(lines) + "\n")
    capsys.readouterr()
    out = tmp_path / "out"
    assert main(["dock", str(broken), "--out", str(out)]) == 2
    assert "broken.sdf" in capsys.readouterr().err
    assert not out.exists()


def test_prepare_ligand_writes_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "ligand", "selinexor", "eltanexor", "--out", str(tmp_path)]) == 0
    listed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    # SDF and PDBQT of both, drawings of two drugs and of two and four adducts, the list
    assert len(listed) == 13
    assert all(path.is_file() for path in listed)
    rows = json.loads((tmp_path / "ligands.json").read_text())
    assert [row["name"] for row in rows] == ["selinexor", "eltanexor"]
    assert [len(row["adducts"]) for row in rows] == [2, 4]
    assert rows[0]["formula"] == "C17H11F6N7O"
    placed = next(iter(Chem.SDMolSupplier(str(tmp_path / rows[0]["files"][0]), removeHs=False)))
    assert placed.GetConformer().Is3D()
    assert CalcMolFormula(placed) == "C17H11F6N7O"
    assert sum(a.GetAtomicNum() == 1 for a in placed.GetAtoms()) == 11
    assert rows[0]["properties"]["molecular_weight_g_per_mol"] == pytest.approx(443.31, abs=0.01)


def test_prepare_receptor_writes_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "receptor", "human-groove", "--out", str(tmp_path)]) == 0
    names = {Path(line).name for line in capsys.readouterr().out.splitlines()}
    assert names == {
        "receptor.cif",
        "receptor.pdb",
        "receptor.pdbqt",
        "receptor.json",
        "receptor.html",
        "box.json",
    }
    receptor = json.loads((tmp_path / "receptor.json").read_text())
    assert receptor["verdict"] == "thiol"
    assert receptor["groove_state"] == "open"
    assert receptor["human_residue"] == 528
    box = json.loads((tmp_path / "box.json").read_text())
    assert box["size_angstrom"] == [26.0, 26.0, 26.0]


def test_info_tells_platforms_and_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    working = {p["name"] for p in report["platforms"] if p["works"]}
    assert {"CPU", "Reference"} <= working
    assert "human-groove" in report["receptors"]
    assert "selinexor" in report["compounds"]
    assert report["force_fields"] == ["mmff94s", "amber"]
    assert report["amber_programs"] in (True, False)
    assert main(["info"]) == 0
    assert "human-groove" in capsys.readouterr().out


@pytest.mark.slow
def test_selftest_passes_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["compound"] for row in rows] == ["KPT-185", "KPT-251"]
    assert all(row["rmsd_angstrom"] <= 2.0 and row["valid"] for row in rows)


def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "workbench", "dock", "selinexor", "--out", str(out)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    assert "encounter" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert said.endswith("workbench: interrupted\n")
    assert list(out.iterdir()) == []


def test_prepare_ligand_goes_on_over_broken_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("drawn;who\nCCO;ethanol\nC1CC;broken\nC(C)N.Cl;amine\n")
    out = tmp_path / "out"
    words = ["prepare", "ligand", str(table), "missing.smi", "--out", str(out)]
    columns = ["--smiles-column", "drawn", "--name-column", "who"]
    assert main([*words, *columns]) == 3
    said = capsys.readouterr().err.splitlines()
    errors = [line for line in said if line.startswith("workbench: ")]
    assert len(errors) == 2
    assert "line 3 of 'mine.csv'" in errors[0]
    assert "missing.smi" in errors[1]
    rows = json.loads((out / "ligands.json").read_text())
    assert [row["name"] for row in rows] == ["ethanol", "amine"]
    assert "hydrogen chloride" in rows[1]["warnings"][0]


def test_prepare_ligand_with_nothing_to_read_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["prepare", "ligand", "C1CC", "selinxor", "--out", str(out)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not out.exists()


def test_prepare_ligand_enumerates_and_charges_on_request(tmp_path: Path) -> None:
    words = ["prepare", "ligand", "OC(=O)C=Cn1cncn1", "--out", str(tmp_path)]
    assert main([*words, "--max-stereoisomers", "2", "--ph", "7.4"]) == 0
    rows = json.loads((tmp_path / "ligands.json").read_text())
    assert [row["charge"] for row in rows] == [-1, -1]
    assert [row["name"].split(": ")[1] for row in rows] == ["E)", "Z)"]


@pytest.mark.parametrize(
    "option", [("--ph", "15"), ("--ph", "acid"), ("--max-stereoisomers", "0"), ("--tautomer", "x")]
)
def test_options_of_a_ligand_are_checked(option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["prepare", "ligand", "selinexor", *option])
    assert stop.value.code == 2


def test_without_a_verb_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "workbench dock selinexor" in capsys.readouterr().err


def test_prepare_says_how_a_ligand_was_understood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "ligand", "selinexor", "--out", str(tmp_path / "prep")]) == 0
    said = capsys.readouterr().err
    # atom 3 of O=C(/C=C\\n1...): the vinyl carbon at the triazole
    assert "'selinexor': triazolyl acrylohydrazide, attacked atom 3" in said
