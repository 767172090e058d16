"""Work in other processes: what is said on the way, how one ends, and what it may import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.processes import Child, Lost, Say, answers

HERE = "test_processes:work"


def work(setup: dict[str, int], message: str, say: Say) -> Any:
    setup["messages"] = setup.get("messages", 0) + 1
    say(message, setup["messages"])
    if message == "exit":
        sys.exit("no more")
    if message == "folder":
        import colorsys

        return colorsys.__file__
    return os.getpid()


@pytest.fixture(autouse=True)
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))


def test_a_child_keeps_its_setup_and_says_how_it_ended() -> None:
    child, heard = Child(HERE, {}), []
    first, second = (child.ask(x, heard=lambda *said: heard.append(said)) for x in "ab")
    assert first == second != os.getpid()
    assert heard == [("a", 1), ("b", 2)]
    with pytest.raises(Lost, match=r"ended with code 1 \(no more\)") as told:
        child.ask("exit")
    assert told.value.kind == "crash"


def test_a_lost_child_takes_only_its_own_message() -> None:
    found = dict(answers(HERE, {}, ["a", "exit", "b"], jobs=2))
    assert isinstance(found[1], Lost)
    assert all(isinstance(found[place], int) for place in (0, 2))


def test_a_module_in_the_working_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("colorsys", "pickle", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    child = Child(HERE, {})
    assert not child.ask("folder").startswith(str(tmp_path))
    child.close()


def test_a_child_ends_with_its_parent() -> None:
    program = (
        "import time\nfrom workbench.processes import Child\n"
        f"print(Child({HERE!r}, {{}}).ask('a'), flush=True)\ntime.sleep(600)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(timeout=60)
