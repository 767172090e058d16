"""Chunks in, files out: a bounded number of tasks on the cluster, each lost one given again."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from workbench.errors import ScreenError, WorkbenchError
from workbench.provenance import versions
from workbench.screening.cluster import no_worker, worker_start_s
from workbench.screening.isolation import Isolated
from workbench.screening.plan import Item, Job, PackedJob, Row
from workbench.screening.store import Chunk
from workbench.settings import ClusterSettings, IsolationSettings
from workbench.text import clean_name, clean_text

PER_WORKER = 4
"""Tasks in the scheduler's hands for each worker: enough that none waits for the driver."""

ANSWER_S = 30.0
LONGEST_REASON = 500
_LOOK_EVERY_S = 1.0

Write = Callable[[Chunk, list[Row]], None]
Report = Callable[[int, int], None]
"""Called with how many items are done, and how many of them failed."""


class Outcome(NamedTuple):
    """What came of one item; ``kind`` is ``done``, or the kind of failure."""

    kind: str
    reason: str
    rows: list[Row]
    seconds: float


@dataclass
class _Open:
    """A chunk whose rows are on their way."""

    chunk: Chunk
    missing: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    open_chunk: _Open
    items: list[Item]
    future: Any
    attempt: int


class Engine:
    """Runs stages on a Dask cluster.

    Parameters
    ----------
    client
        Of the cluster.
    cluster
        ``workers`` of them are kept busy, and more if there are more.
    log
        Of the cluster, for the error when no worker is there.
    """

    def __init__(self, client: Any, job: Job, cluster: ClusterSettings, log: Path) -> None:
        self._client = client
        self._cluster = cluster
        self._log = log
        self._came = False
        self._alive = time.monotonic()
        self._limits = job.settings.isolation
        self._versions = job.versions
        self._token = secrets.token_hex(4)
        packed = job.packed()
        self._job = client.submit(same, packed, key=f"job-{packed.digest[:16]}-{self._token}")
        self._submitted = 0
        self._finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._running: dict[str, _Task] = {}
        self._window = PER_WORKER * cluster.workers

    def run(
        self, chunks: Iterable[Chunk], items_per_task: int, write: Write, report: Report
    ) -> None:
        """Do chunks; each is written as soon as all of its items are done.

        Parameters
        ----------
        items_per_task
            1 where an item takes seconds: then a worker that is lost loses little.

        Raises
        ------
        ScreenError
            When the cluster is gone, its workers cannot do the work, or none of them is alive for
            ``worker_start_s``; work that is slow is waited for.
        OutputError
            When a chunk cannot be written.
        """
        waiting = _pieces(chunks, items_per_task)
        looked = 0.0
        self._alive = time.monotonic()
        while True:
            if time.monotonic() - looked > _LOOK_EVERY_S:
                self._look()
                looked = time.monotonic()
            for open_chunk, items in islice(waiting, max(0, self._window - len(self._running))):
                self._submit(open_chunk, items, 1)
            if not self._running:
                return
            try:
                future = self._finished.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                continue
            task = self._running.pop(future.key)
            outcomes = self._outcomes(task)
            if outcomes is None:
                self._submit(task.open_chunk, task.items, task.attempt + 1)
                continue
            _take(task, outcomes, write)
            report(len(outcomes), sum(outcome.kind != "done" for outcome in outcomes))

    def _submit(self, open_chunk: _Open, items: list[Item], attempt: int) -> None:
        self._submitted += 1
        stage = open_chunk.chunk.stage
        future = self._client.submit(
            run_items,
            self._job,
            stage,
            items,
            self._limits,
            self._versions,
            key=f"{stage}-{self._token}{self._submitted:010d}",
            pure=False,
        )
        self._running[future.key] = _Task(open_chunk, items, future, attempt)
        future.add_done_callback(self._finished.put)

    def _outcomes(self, task: _Task) -> list[Outcome] | None:
        """Return what came of a task; ``None`` when it is to be given out again."""
        from distributed import KilledWorker

        if task.future.cancelled():
            raise _lost()
        error = task.future.exception(timeout=ANSWER_S)
        if error is None:
            outcomes: list[Outcome] = task.future.result()
            return outcomes
        if isinstance(error, KilledWorker):
            if task.attempt < self._limits.attempts:
                return None
            reason = "the workers that had it were lost, again and again"
            return [Outcome("worker", reason, [], 0.0) for _ in task.items]
        if isinstance(error, WorkbenchError):
            raise error
        raise ScreenError(
            f"the workers cannot do the work ({type(error).__name__}: {error}): the workbench must "
            "be installed on every host; then start again with --resume"
        ) from error

    def _look(self) -> None:
        """Follow the number of workers; raise when the scheduler or all workers are gone."""
        if self._client.status != "running":
            raise _lost()
        try:
            threads = sum(self._client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise _lost() from error
        now = time.monotonic()
        if threads:
            self._came, self._alive = True, now
        elif now - self._alive > worker_start_s(self._cluster):
            raise no_worker(self._cluster, self._came, self._log)
        self._window = PER_WORKER * max(threads, self._cluster.workers)


def _lost() -> ScreenError:
    return ScreenError(
        "the connection to the Dask scheduler was lost: see to it that one runs, then start again "
        "with --resume; nothing that was finished is done again"
    )


def _pieces(chunks: Iterable[Chunk], size: int) -> Iterator[tuple[_Open, list[Item]]]:
    """Yield the items of chunks in pieces for one task each."""
    for chunk in chunks:
        open_chunk = _Open(chunk, len(chunk.items))
        for start in range(0, len(chunk.items), size):
            yield open_chunk, list(chunk.items[start : start + size])


def _take(task: _Task, outcomes: list[Outcome], write: Write) -> None:
    """Add a task's rows to its chunk, and write the chunk when it is complete."""
    open_chunk = task.open_chunk
    for item, outcome in zip(task.items, outcomes, strict=True):
        open_chunk.rows += _rows(item, outcome)
    open_chunk.missing -= len(task.items)
    if not open_chunk.missing:
        write(open_chunk.chunk, open_chunk.rows)


def _rows(item: Item, outcome: Outcome) -> list[Row]:
    """Return the rows of an item, or the one that says why there are none."""
    place = {"record": item["record"], "isomer": item.get("isomer", 0)}
    seconds = {"seconds": round(outcome.seconds, 3)}
    if outcome.kind != "done":
        told = (
            {"where": item["where"], "name": clean_name(item["name"], "")}
            if "where" in item
            else {}
        )
        reason = clean_text(outcome.reason)[:LONGEST_REASON]
        return [
            {**place, **told, "status": "failed", "kind": outcome.kind, "reason": reason} | seconds
        ]
    return [{**place, "status": "done", **row, **seconds} for row in outcome.rows]


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
    here = _here()
    other = [f"{name} {here[name]}, not {v}" for name, v in expected.items() if here[name] != v]
    if other:
        raise ScreenError(
            f"a worker has {'; '.join(other)}: install the same versions on every host"
        )
    if getattr(_mine, "limits", None) != limits:
        _mine.process, _mine.limits = Isolated(limits), limits
    outcomes = []
    for item in items:
        kind, content, seconds = _mine.process.run(job, stage, item)
        reason, rows = (content, []) if isinstance(content, str) else ("", content)
        outcomes.append(Outcome(kind, reason, rows, seconds))
    return outcomes


def same(content: PackedJob) -> PackedJob:
    """Return the job: as a task of its own it travels once to each worker."""
    return content


@cache
def _here() -> dict[str, str]:
    return versions()
