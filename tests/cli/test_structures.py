"""``workbench structures FILE``: what an entry is, as its depositors and the literature say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main

HUMAN_AND_YEAST = {528: 539, 532: 543, 537: 548, 568: 579, 571: 582}


def described(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["structures", str(path), "--json"]) == 0
    record: dict[str, object] = json.loads(capsys.readouterr().out)
    return record


def test_a_written_receptor_is_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "receptor", "human-groove", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    found = described(tmp_path / "receptor.pdb", capsys)
    xpo1 = found["xpo1"]
    assert isinstance(xpo1, dict)
    assert (xpo1["chain"], xpo1["entry_residue"]) == ("A", "A:CYS:528")
    assert (xpo1["verdict"], xpo1["groove_state"]) == ("thiol", "open")
    assert xpo1["residue_map"]["568"] == "A:568"
    assert xpo1["reference"]["species"] == "human"
    assert xpo1["reference"]["mutations"] == []
    yeast = next(r for r in xpo1["references"] if r["species"] == "yeast")
    assert "T539C" in yeast["mutations"]
    assert main(["structures", str(tmp_path / "receptor.cif")]) == 0
    text = capsys.readouterr().out
    assert "human C528 = A:528" in text and "pocket P3" in text and "free to react" in text
    # what a file calls itself cannot steer the terminal
    path = tmp_path / "hostile.pdb"
    heads = "COMPND    MOL_ID: 1;\nCOMPND   2 CHAIN: A;\nSOURCE    MOL_ID: 1;\n"
    heads += "SOURCE   2 ORGANISM_SCIENTIFIC: \x1b[31mRED;\n"
    path.write_text(heads + (tmp_path / "receptor.pdb").read_text())
    assert main(["structures", str(path)]) == 0
    text = capsys.readouterr().out
    assert "RED" in text.upper() and "\x1b" not in text


def test_a_mutated_receptor_says_its_mutation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prepare", "receptor", "human-groove", "--mutate", "C528S", "--out", str(tmp_path)]
    assert main(words) == 0
    capsys.readouterr()
    assert main(["structures", str(tmp_path / "receptor.pdb")]) == 0
    text = capsys.readouterr().out
    assert "A:SER:528 (human 528), no_thiol" in text
    assert "C528S (human numbering)" in text


def test_yeast_entry_in_text(shared_structures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["structures", str(shared_structures / "receptors" / "4hb2_pdbredo.pdb")]) == 0
    text = capsys.readouterr().out
    for human, yeast in HUMAN_AND_YEAST.items():
        assert f"{human} = C:{yeast}" in text
    assert "groove      closed: mean width" in text
    assert "T539C Y1022C (yeast numbering)" in text


def test_another_protein_in_text(
    shared_structures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["structures", str(shared_structures / "adducts" / "5HG8.pdb")]) == 0
    text = capsys.readouterr().out
    assert "no XPO1 here" in text
    assert "X:CYS:797:SG to X:634:9001:C21, 1.80 A, seen by its length, not on record" in text


def test_an_id_is_described_from_the_users_own_folder(
    shared_structures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WORKBENCH_STRUCTURE_DIR", str(shared_structures / "receptors"))
    assert main(["structures", "3nc1", "--describe", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["xpo1"]["groove_state"] == "open"
    assert [chain["chain"] for chain in found["chains"]] == ["C", "A"]
    assert found["ligands"] == ["C:GTP:181", "C:MG:182"]
