"""One ligand at a time in a process that may crash, hang or eat memory: the worker lives on."""

from __future__ import annotations

import pickle
import pkgutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import ScreenError, WorkbenchError
from workbench.processes import START_S, Child, LostError, Say
from workbench.screening.plan import STAGES, Item, Job, PackedJob, Row
from workbench.settings import IsolationSettings

_FUNCTION = "workbench.screening.isolation:answer"


class Isolated:
    """A process that does the stages of one worker, started again when it is lost."""

    def __init__(self, limits: IsolationSettings) -> None:
        self.limits = limits
        self._child: Child | None = None
        self._job = ""

    def run(self, job: PackedJob, stage: str, item: Item) -> tuple[str, list[Row] | str, float]:
        """Do one stage of one item.

        Returns
        -------
        tuple
            ``"done"`` and the rows, or a kind of failure (``refused``, ``error``, ``crash``,
            ``timeout``, ``memory``) and its reason; and the seconds that it took.

        Raises
        ------
        ScreenError
            When no process can be started, or it cannot do any work at all.
        """
        kind, content = "", ""
        started = time.monotonic()
        for _ in range(self.limits.attempts):
            child = self._ready(job)
            started = time.monotonic()
            try:
                kind, content = child.ask((stage, item), self.limits.timeout_s)
            except LostError as lost:
                self._child = None
                kind, content = lost.kind, str(lost)
            if kind != "crash":
                break
        if kind == "broken":
            raise ScreenError(content)
        if kind == "memory":
            self.close()
            content = f"needed more than {self.limits.memory_gb:g} GB of memory"
        return kind, content, time.monotonic() - started

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close()
        self._child = None

    def __del__(self) -> None:
        self.close()

    def _ready(self, job: PackedJob) -> Child:
        """Return a process that knows the job."""
        if self._child is not None and self._job == job.digest:
            return self._child
        self.close()
        told = ""
        for _ in range(self.limits.attempts):
            try:
                worker = _Worker(job.content)
                child = Child(_FUNCTION, worker, self.limits.memory_gb, one_core=True)
                kind, reason = child.ask(None, START_S)
            except LostError as lost:
                told = str(lost)
                continue
            self._child, self._job = child, job.digest
            if kind != "done":
                self.close()
                raise ScreenError(f"a worker cannot read its job: {reason}")
            return child
        raise ScreenError(f"the process of a worker does not start: {told}")


@dataclass
class _Worker:
    """What a process keeps: the job, opened by the first message."""

    content: bytes
    job: Job | None = None

    def open(self) -> Job:
        """Return the job; the modules of its stages are imported at once."""
        if self.job is None:
            job: Job = pickle.loads(self.content)
            for stage in STAGES:
                _stage_function(job, stage)
            self.job = job
        return self.job


def answer(worker: _Worker, message: tuple[str, Item] | None, say: Say) -> tuple[str, Any]:
    """Return ``("done", rows)`` or ``(kind of failure, reason)`` for one stage of one item.

    Without a message the job is opened.
    """
    try:
        if message is None:
            worker.open()
            return "done", []
        stage, item = message
        job = worker.open()
        return "done", _stage_function(job, stage)(job, item)
    except ScreenError as error:
        return "broken", str(error)
    except WorkbenchError as error:
        return "refused", str(error)
    except MemoryError:
        return "memory", ""
    except Exception as error:
        # whatever a library throws at one ligand is that ligand's failure, and is listed
        return "error", f"{type(error).__name__}: {error}"


def _stage_function(job: Job, stage: str) -> Callable[[Job, Item], list[Row]]:
    name = job.functions.get(stage)
    if name is None:
        # only this process needs the chemistry: the driver and the workers stay small
        from workbench.screening import stages

        shipped: Callable[[Job, Item], list[Row]] = getattr(stages, stage)
        return shipped
    try:
        function: Callable[[Job, Item], list[Row]] = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ScreenError(
            f"the stage {stage} cannot be run: {name} is not there ({error})"
        ) from error
    return function
