"""How far a stage is: rate, time left, failures, said now and then."""

from __future__ import annotations

import time

from workbench.progress import Progress

_EVERY_S = 5.0


class Meter:
    """Counts what is done in one stage.

    Parameters
    ----------
    found
        Ligands that an earlier run has done.
    """

    def __init__(self, stage: str, total: int, progress: Progress) -> None:
        self._stage = stage
        self._total = total
        self._progress = progress
        self._started = time.monotonic()
        self._told = self._started
        self._done = self._found = self._failed = 0
        self._said = -1

    def found(self, count: int) -> None:
        """Count ligands that an earlier run has done."""
        self._found += count

    def count(self, done: int, failed: int) -> None:
        """Count ligands that are done now, and how many of them failed."""
        self._done += done
        self._failed += failed
        now = time.monotonic()
        if now - self._told >= _EVERY_S:
            self._told = now
            self._say()

    def end(self) -> None:
        """Say the last count, unless it was said or there was nothing to do."""
        if self._total and self._said != self._done + self._found:
            self._say()

    def _say(self) -> None:
        done = self._said = self._done + self._found
        spent = time.monotonic() - self._started
        parts = []
        if self._done:
            parts.append(f"{60 * self._done / max(spent, 1e-9):.3g} per minute")
        if self._done and done < self._total:
            parts.append(f"{_span((self._total - done) * spent / self._done)} left")
        parts.append(f"{self._failed} failed")
        self._progress(f"{self._stage} ({', '.join(parts)})", done, self._total)


def _span(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
