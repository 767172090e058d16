"""What long work says while it runs: a line that renews itself, or one after the other."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""


def to_stream(stream: TextIO | None = None) -> Progress:
    """Return a reporter that writes ``[12 s] stage 3/20`` to a stream (stderr by default)."""
    out = stream or sys.stderr
    started = time.monotonic()
    renews = out.isatty()

    def report(stage: str, done: int, total: int) -> None:
        counted = f" {done}/{total}" if total > 1 else ""
        line = f"[{time.monotonic() - started:4.0f} s] {stage}{counted}"
        if renews and done < total:
            out.write(f"\r\x1b[K{line}")
        else:
            out.write(f"\r\x1b[K{line}\n" if renews else f"{line}\n")
        out.flush()

    return report


def to_notebook() -> Progress:
    """Return a reporter that renews one bar under a notebook's cell.

    Raises
    ------
    ImportError
        Outside of a notebook's environment, where IPython is missing.
    """
    from IPython.display import HTML, display

    started = time.monotonic()
    handle = display(HTML(""), display_id=True)

    def report(stage: str, done: int, total: int) -> None:
        bar = f'<progress value="{done}" max="{total}"></progress>' if total > 1 else ""
        counted = f" {done}/{total}" if total > 1 else ""
        spent = f"[{time.monotonic() - started:.0f} s]"
        handle.update(HTML(f"{bar} {spent} {html.escape(stage)}{counted}"))

    return report
