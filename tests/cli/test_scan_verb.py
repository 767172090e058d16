"""``workbench scan``: what it refuses, and that Ctrl-C leaves a scan that goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.cli import main

COMMON = ["scan", "--mutations", "C528S"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scan", "--mutations", "C539S", "--ligands", "selinexor"], "in human numbering"),
        (["scan", "--mutations", "C539S", "C528R+C1S", "--ligands", "selinexor"], "not among"),
        (["scan", "--mutations", ",", "--ligands", "selinexor"], "no mutation"),
        ([*COMMON, "--ligands", ","], "no drug"),
        ([*COMMON, "--ligands", "nonsuch"], "nonsuch"),
        ([*COMMON, "--seeds", "1"], "--seeds 1"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_ctrl_c_ends_it_and_its_processes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbench", *COMMON, "--ligands", "selinexor", "--jobs", "2"]
    with subprocess.Popen([*command, "--out", str(tmp_path / "out")]) as running:
        end = time.monotonic() + 120
        started: list[int] = []
        while len(started) < 3 and time.monotonic() < end:  # two, and Python's tracker
            time.sleep(0.1)
            started = _children(running.pid)
        assert len(started) >= 3
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
    end = time.monotonic() + 60
    left = started
    while left and time.monotonic() < end:
        time.sleep(0.2)
        left = [pid for pid in left if Path(f"/proc/{pid}").exists()]
    assert not left
    settings = tmp_path / "out" / "pairs" / "settings.json"
    assert "seed" in json.loads(settings.read_text())
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert not (tmp_path / "out" / "scan.json").exists()
