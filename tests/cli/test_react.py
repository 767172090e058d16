"""``workbench react``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import workbench
from workbench.cli import main
from workbench.errors import MechanismError


def test_shipped_drugs_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "reactivity"
    assert main(["react", "KPT-330", "--out", str(out), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["ligand"], found["model"]) == ("selinexor", "truncated")
    assert [adduct["label"] for adduct in found["adducts"]] == ["bR", "bS"]
    assert {adduct["relative_to_selinexor_kcal_per_mol"] for adduct in found["adducts"]} == {0.0}
    assert found["index"]["lumo_ev"] < 0
    assert "reaction_energies.csv" in found["provenance"]["energies_from"]
    assert {path.name for path in out.iterdir()} == {
        "reactions.csv",
        "reactions.html",
        "reactions.json",
    }
    assert str(tmp_path) not in (out / "reactions.html").read_text()


def test_a_new_drug_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    assert main(["react", "C=CC#N", "CCO"]) == 3
    captured = capsys.readouterr()
    line = next(line for line in captured.out.splitlines() if " single " in line)
    assert float(line.split()[2]) < 0
    assert "forms no adduct" in captured.err
    assert "no affinity, no rate and no barrier" in captured.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["CCO"], "forms no adduct"),
        (["C=CC(=O)NCC[N+](C)(C)C"], "charge +1"),
        (["O=C(CCl)NC"], "loses a group"),
        (["C=CC(=O)[Se]C"], "selenium"),
        (["selinexor", "--out", "missing/folder"], "does not exist"),
    ],
)
def test_refusals(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["react", *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_python_names_a_wrong_level() -> None:
    with pytest.raises(MechanismError, match="choose gfn2 or dft"):
        workbench.react("selinexor", level="b3lyp")  # type: ignore[arg-type]


def test_interrupt_stops_a_computation() -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    environment = os.environ | {"PYTHONPATH": str(Path(workbench.__file__).parents[1])}
    started = subprocess.Popen(
        [sys.executable, "-m", "workbench", "react", "eltanexor", "--live"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert started.stderr is not None
    assert "eltanexor" in started.stderr.readline()
    started.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert started.wait(timeout=30) == 130
    assert time.monotonic() - begun < 20
    assert "interrupted" in started.stderr.read()
    started.stderr.close()
