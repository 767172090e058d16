"""Ctrl-C stops at once: also inside compiled code, which would swallow or sit out the signal."""

from __future__ import annotations

import os
import signal
import sys
import threading

EXIT_INTERRUPTED = 130

WRITING = threading.Lock()
"""Held while results are put under their final names, so that a stop never falls in between."""


def stop_at_once() -> None:
    """Take SIGINT out of the hands of libraries and end the process when it comes.

    RDKit catches SIGINT during a search and returns half an answer, and Vina runs for many
    seconds without looking. So every thread blocks the signal and one waits for it. Where the
    system cannot block signals, Python's own handling stays.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_wait, daemon=True, name="interrupts").start()


def _wait() -> None:
    signal.sigwait({signal.SIGINT})
    with WRITING:
        print("workbench: interrupted", file=sys.stderr, flush=True)
        os._exit(EXIT_INTERRUPTED)
