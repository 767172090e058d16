"""Results in notebooks: registered with IPython, drawn by functions, never by the records."""

from __future__ import annotations

import subprocess
import sys

import pytest

import workbench
from workbench.errors import UsageError
from workbench.records.reaction import Reactions

IN_IPYTHON = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import workbench
from workbench.records.reaction import AdductEnergy, Reaction, Reactions
assert not any(name.startswith("workbench.report") for name in sys.modules)
one = Reaction("a<b", "GFN2", "whole", (AdductEnergy("bR", -1.0, 0.5, None),))
print(shell.display_formatter.format(Reactions([one]))[0]["text/html"])
"""


def test_ipython_shows_a_result_and_loads_the_pages_only_then() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_IPYTHON], capture_output=True, text=True, check=True
    )
    assert "a&lt;b" in done.stdout
    assert "<table" in done.stdout


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError):
        workbench.view(Reactions())  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        workbench.plot(Reactions())  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        workbench.plot()
