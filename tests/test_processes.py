"""Work in other processes: what is said on the way, how one ends, and what it may import."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.errors import DockingError
from workbench.processes import Child, LostError, Say, answers

HERE = "test_processes:work"


def work(setup: dict[str, int], message: str, say: Say) -> Any:
    setup["messages"] = setup.get("messages", 0) + 1
    say(message, setup["messages"])
    if message == "wait":
        time.sleep(600)
    if message == "exit":
        sys.exit("no more")
    if message == "refuse":
        raise DockingError("no place")
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
    with pytest.raises(LostError, match=r"ended with code 1 \(no more\)") as told:
        child.ask("exit")
    assert told.value.kind == "crash"


def test_an_error_or_a_lost_child_takes_only_its_own_message() -> None:
    found = dict(answers(HERE, {}, ["a", "exit", "refuse", "b"], jobs=2))
    assert isinstance(found[1], LostError)
    assert isinstance(found[2], DockingError) and str(found[2]) == "no place"
    assert not any(psutil.pid_exists(found[place]) for place in (0, 3))


def test_leaving_the_loop_ends_the_children() -> None:
    found = answers(HERE, {}, ["a", *["wait"] * 20], jobs=2)
    place, child = next(found)
    assert place == 0
    found.close()
    assert not psutil.pid_exists(child)


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
