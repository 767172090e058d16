"""Optional packages: how they come in, and what is said when one is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from workbench.errors import MechanismError
from workbench.optional import tblite_interface

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
