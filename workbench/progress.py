"""What long work says while it runs: a line that renews itself on a terminal, lines elsewhere."""

from __future__ import annotations

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
