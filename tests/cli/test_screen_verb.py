"""``workbench screen`` as a command: exit codes, files, what is refused, Ctrl-C."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.cli import main

pytest.importorskip("distributed", reason="the extra screen is not installed")

COMMAND = [sys.executable, "-c", "import sys; from workbench.cli import entry; sys.exit(entry())"]


def test_a_screen_without_anything_to_dock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "=few <b>.smi"
    names = ("benzene", "=broken", "<script>alert(1)</script>", "n" * 10_000, "\u202e\U0001f600 x")
    smiles = ("c1ccccc1", "C(C", "c1ccccc1", "CCO", "CCC")
    lines = (f"{one} {name}\n" for one, name in zip(smiles, names, strict=True))
    file.write_text("".join(lines), encoding="utf-8")
    out = tmp_path / "out"
    words = ["screen", str(file), "--out", str(out), "--workers", "1"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "5 ligands: 0 docked, 4 dropped, 0 twice, 1 failed" in done.stdout
    assert "dashboard http://127.0.0.1" in done.stderr
    with (out / "failures.csv").open() as handle:
        (failure,) = csv.DictReader(handle)
    assert failure["name"] == "'=broken"
    assert failure["reason"].startswith("line 2 of '=few <b>.smi': 'C(C' is no SMILES")
    page = (out / "screen.html").read_text()
    assert "0 of 5 ligands docked" in page
    assert "<b>" not in page and "<script>alert" not in page
    assert "=few &lt;b&gt;.smi" in page
    assert "no warhead" in page
    assert str(tmp_path) not in page
    (out / "screen.html").unlink()
    assert main(["screen", "report", str(out)]) == 0
    assert (out / "screen.html").read_text() == page
    capsys.readouterr()
    assert main(["screen", "query", str(out), "SELECT count(*) AS rows FROM results"]) == 0
    assert capsys.readouterr().out.split() == ["rows", "5"]
    assert main(["screen", "query", str(out), "SELECT nothing FROM results"]) == 2
    assert main(words) == 2
    assert "--resume" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_leaves_what_can_go_on(tmp_path: Path) -> None:
    file = tmp_path / "one.smi"
    file.write_text("CC(C)OC(=O)/C=C\\n1cnc(-c2cccc(Cl)c2)n1 ester\n")
    out = tmp_path / "out"
    words = ["screen", str(file), "--out", str(out), "--workers", "1"]
    process = subprocess.Popen([*COMMAND, *words], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 90
    while not list(out.glob("chunks/read-*.parquet")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "workbench: interrupted\n" in told
    assert (out / "manifest.json").is_file()
    assert not (out / "results.parquet").exists()
