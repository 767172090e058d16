"""What a stage says of itself: rate, time left, failures; now and then, and at the end."""

from __future__ import annotations

import pytest

from workbench.screening import meter
from workbench.screening.meter import Meter


def test_rate_and_time_left_count_only_what_was_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(meter.time, "monotonic", lambda: now[0])
    said: list[tuple[str, int, int]] = []
    counter = Meter("search", 100, lambda *words: said.append(words))
    counter.found(40)
    now[0] = 102.0
    counter.count(1, 0)
    assert said == []
    now[0] = 160.0
    counter.count(9, 2)
    # ten in a minute; fifty are left
    assert said == [("search (10 per minute, 5 min left, 2 failed)", 50, 100)]
    now[0] = 162.0
    counter.count(50, 0)
    counter.end()
    counter.end()
    assert said[1:] == [("search (58.1 per minute, 2 failed)", 100, 100)]
