"""``workbench simulate`` and ``workbench nes``."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from workbench.cli import main

RATES = ["--k-on", "1e5", "--k-off", "0.1", "--k-inact", "1e-3", "--k-rev", "5e-6"]


def test_simulate_writes_what_it_promises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "course"
    words = ["simulate", "selinexor", "--days", "3", *RATES, "--mutant-fraction", "0.5"]
    assert main([*words, "--against-regimen", "100 mg weekly", "--out", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((out / "simulation.json").read_text())
    assert written["cmax_ng_per_ml"] == printed["cmax_ng_per_ml"]
    assert {row["status"] for row in written["parameters"]} == {"published", "assumed", "given"}
    assert written["against"]["cmax_ng_per_ml"] == pytest.approx(
        written["cmax_ng_per_ml"] * 100 / 80
    )
    table = pd.read_csv(out / "simulation.csv")
    assert table.export_capacity.min() == pytest.approx(written["lowest_export_capacity"], rel=1e-4)
    assert (out / "against.csv").is_file()
    assert "100 mg weekly" in (out / "simulation.html").read_text()
    assert str(tmp_path) not in (out / "simulation.html").read_text()


def test_simulate_tells_what_is_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--days", "1", *RATES[:6]]) == 0
    assert "assumed, not measured: k_rev" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--regimen", "80 mg fortnightly"], "'fortnightly' (character 7)"),
        (["--regimen", "0 mg daily"], "no dose"),
        (["--regimen", "1 mg/kg daily"], "body weight"),
        (["--k-inact", "-1"], "k_inact_per_s is -1"),
        (["--mutant-fraction", "2"], "mutant_fraction is 2"),
        (["--days", "0"], "days is 0"),
        (["--pk-of", "aspirin"], "no pharmacokinetics of 'aspirin'"),
        (["--out", "missing/folder"], "does not exist"),
    ],
)
def test_simulate_refuses(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "selinexor", *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("value", ["nan", "fast", ""])
def test_a_rate_that_is_no_number(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["simulate", "--k-on", value])
    assert caught.value.code == 2
    assert "is not a number" in capsys.readouterr().err


def test_nes_of_a_sequence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nes", "NSNELALKLAGLDINK", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["start"] == 5
    assert first["end"] == 14
    assert first["sequence"] == "LALKLAGLDI"
    assert (first["pattern"], first["direction"]) == ("1a", "plus")
    assert first["pockets"]["P1"] == "L5"
    assert first["warnings"]


def test_nes_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cargo.fasta"
    path.write_text(">one\nNSNELALKLAGLDINK\n>\x1b[2Jtwo\nRSFEMTEFNQALEEI\n")
    assert main(["nes", str(path)]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "1a-R" in text
    assert "about half" in text


def test_nes_without_a_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nes", "GGGGSGGGGS"]) == 0
    assert capsys.readouterr().out.startswith("no pattern fits; the text was read as")
    assert main(["nes", "GGGGSGGGGS", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NSNEXALK", "'X' at residue 5"),
        ("none.fasta", "'none.fasta' cannot be read"),
        ("", "is empty"),
        ("A\0C", "at residue 2"),
    ],
)
def test_nes_refuses(text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nes", text]) == 2
    assert message in capsys.readouterr().err


def test_nes_refuses_what_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.fasta"
    path.write_bytes(b"\x89PNG\xff\xfe")
    assert main(["nes", str(path)]) == 2
    assert "no text file" in capsys.readouterr().err
