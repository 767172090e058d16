"""How far long work is, in a file and in a notebook."""

from __future__ import annotations

import io
from typing import Any

import pytest

from workbench.progress import to_notebook, to_stream


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
