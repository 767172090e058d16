"""What Dask calls on a worker: a task is some items of one stage."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from workbench.errors import ScreenError
from workbench.provenance import versions
from workbench.screening.isolation import Isolated
from workbench.screening.job import Item, PackedJob, Row
from workbench.settings import IsolationSettings


class Outcome(NamedTuple):
    """What came of one item.

    Parameters
    ----------
    kind
        ``done``, or the kind of failure.
    """

    kind: str
    reason: str
    rows: list[Row]
    seconds: float


_mine = threading.local()
"""Each thread of a worker keeps its process from task to task, with the maps that it has made."""


def run_items(
    job: PackedJob,
    stage: str,
    items: list[Item],
    limits: IsolationSettings,
    expected: Mapping[str, str],
) -> list[Outcome]:
    """Do one stage of some items, each on its own.

    Raises
    ------
    ScreenError
        When this worker's packages are others than the driver's, or nothing runs here.
    """
    _check(expected)
    if getattr(_mine, "limits", None) != limits:
        _mine.process, _mine.limits = Isolated(limits), limits
    outcomes = []
    for item in items:
        kind, content, seconds = _mine.process.run(job, stage, item)
        if isinstance(content, str):
            outcomes.append(Outcome(kind, content, [], seconds))
        else:
            outcomes.append(Outcome(kind, "", content, seconds))
    return outcomes


def same(content: PackedJob) -> PackedJob:
    """Return the job: as a task of its own it travels once to each worker."""
    return content


@cache
def _here() -> dict[str, str]:
    return versions()


def _check(expected: Mapping[str, str]) -> None:
    here = _here()
    other = [
        f"{name} {here[name]}, not {text}" for name, text in expected.items() if here[name] != text
    ]
    if other:
        raise ScreenError(
            f"a worker has {'; '.join(other)}: install the same versions on every host"
        )
