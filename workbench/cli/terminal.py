"""What the terminal sees: exit codes, one-line messages, aligned columns, and how Ctrl-C ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

EXIT_USAGE = 2
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130
LONGEST_WORD = 300
"""A word of a message may be as long as that, as a path may; of a longer one the middle is cut."""


def exit_code(failed: bool, some_done: bool) -> int:
    """Return 0, or 3 when some failed and some did not, or 1 when all did."""
    if not failed:
        return 0
    return EXIT_SOME_FAILED if some_done else 1


def command_line() -> str:
    """Return what the user typed, for the provenance."""
    return shlex.join(["workbench", *sys.argv[1:]])


def print_json(content: Any) -> None:
    """Print a record as JSON in ASCII, so that no name in it can steer the terminal."""
    print(json.dumps(content, indent=2))


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of equally many cells as text, each column as wide as its widest cell."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def tell(text: object) -> None:
    """Print one line on standard error that begins with the program's name.

    Control and invisible characters become spaces, so that a name from outside cannot steer the
    terminal.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    long_word = rf"\S{{{LONGEST_WORD + 1},}}"
    print(
        "workbench: " + re.sub(long_word, lambda word: f"{word[0][:60]}...{word[0][-40:]}", line),
        file=sys.stderr,
        flush=True,
    )


WRITING = threading.Lock()
"""Held while results are put under their final names, so that a stop never falls in between."""


def stop_at_once() -> None:
    """End the process when SIGINT comes, also inside compiled code.

    RDKit catches SIGINT during a search and returns half an answer, and Vina runs for many
    seconds without looking. So every thread blocks the signal and one waits for it. Where the
    system cannot block signals, Python's own handling stays.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_end_on_interrupt, daemon=True, name="interrupts").start()


def _end_on_interrupt() -> None:
    signal.sigwait({signal.SIGINT})
    with WRITING:
        tell("interrupted")
        os._exit(EXIT_INTERRUPTED)
