"""Optional packages and progress: what is said when one is missing, and how far long work is."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

import pytest

from workbench.errors import MechanismError
from workbench.optional import tblite_interface
from workbench.progress import to_notebook, to_stream

ASK = """
import os
from workbench.errors import MechanismError
from workbench.optional import tblite_interface
before = os.environ.get("OMP_NUM_THREADS")
interface = tblite_interface("energies", MechanismError)
import numpy as np
made = interface.Calculator("GFN2-xTB", np.array([1, 1]), np.array([[0.0, 0, 0], [0, 0, 1.4]]))
made.set("verbosity", 0)
made.singlepoint()
threads = len(os.listdir("/proc/self/task"))
print(os.environ.get("OMP_NUM_THREADS") == before, threads)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
@pytest.mark.parametrize("asked", [None, "3"])
def test_one_thread_unless_the_user_asks_for_more(asked: str | None) -> None:
    """The calculation's own threads stay in their pool and can be counted after it."""
    pytest.importorskip("tblite")
    without = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment = without | {"OPENBLAS_NUM_THREADS": "1"}
    if asked is not None:
        environment["OMP_NUM_THREADS"] = asked
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    kept, threads = done.stdout.split()
    assert kept == "True"
    assert int(threads) == (1 if asked is None else 3)


def test_a_missing_package_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tblite", None)
    with pytest.raises(MechanismError, match=r"energies need tblite: .*\[react\]"):
        tblite_interface("energies", MechanismError)


def test_a_file_gets_one_line_for_each_step() -> None:
    out = io.StringIO()
    report = to_stream(out)
    report("search", 1, 2)
    report("checks", 0, 1)
    lines = out.getvalue().splitlines()
    assert [line.split("] ")[1] for line in lines] == ["search 1/2", "checks"]


def test_a_notebook_has_one_bar_that_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, content: Any) -> None:
            shown.append(content.data)

    calls = []

    def display(content: Any, *, display_id: bool) -> Handle:
        calls.append(display_id)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    report = to_notebook()
    report("search <b>", 3, 20)
    report("checks", 0, 1)
    assert calls == [True]
    assert '<progress value="3" max="20">' in shown[0]
    assert "search &lt;b&gt; 3/20" in shown[0]
    assert "<progress" not in shown[1]
