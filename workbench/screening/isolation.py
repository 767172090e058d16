"""One ligand at a time in a process that may crash, hang or eat memory: the worker lives on.

``python -m workbench.screening.isolation MEMORY_BYTES PIPE`` is that process.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import pkgutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO, Any

from workbench.errors import ScreenError, WorkbenchError
from workbench.processes import end_with
from workbench.screening.plan import STAGES, Item, Job, PackedJob, Row
from workbench.settings import IsolationSettings

START_S = 600.0
"""For the first imports, on a cold network disk."""

_LOOK_EVERY_S = 0.1
_GRACE_S = 30.0
"""After the time limit, when the worker that should have ended the process is gone itself."""

_ONE_CORE = ("OMP_NUM_THREADS", "OPENMM_CPU_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class _GoneError(Exception):
    """The process ended, was ended or had to be: kind and reason."""

    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Isolated:
    """A process that does the stages of one worker, started again when it is lost."""

    def __init__(self, limits: IsolationSettings) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._errors: IO[bytes] | None = None
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
        started = time.monotonic()
        for attempt in range(1, self.limits.attempts + 1):
            try:
                self._ready(job)
                started = time.monotonic()
                kind, content = self._ask(
                    ("run", stage, item, self.limits.timeout_s), self.limits.timeout_s
                )
            except _GoneError as gone:
                self.close()
                kind, content = gone.kind, gone.reason
                if kind == "crash" and attempt < self.limits.attempts:
                    continue
            break
        if kind == "broken":
            raise ScreenError(content)
        if kind == "memory":
            self.close()
            content = f"needed more than {self.limits.memory_gb:g} GB of memory"
        return kind, content, time.monotonic() - started

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for opened in (self._pipe, self._errors):
            if opened is not None:
                opened.close()
        self._process = self._pipe = self._errors = None
        self._job = ""

    def __del__(self) -> None:
        self.close()

    def _ready(self, job: PackedJob) -> None:
        """See to it that a process runs and knows the job."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        told = ""
        for _ in range(self.limits.attempts):
            if self._process is None:
                self._start()
            if self._job == job.digest:
                return
            try:
                kind, reason = self._ask(("job", job.content), START_S)
            except _GoneError as gone:
                told = self._last_words() or gone.reason or gone.kind
                self.close()
                continue
            if kind != "done":
                raise ScreenError(f"a worker cannot read its job: {reason}")
            self._job = job.digest
            return
        raise ScreenError(f"the process of a worker does not start: {told}")

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self._pipe, theirs = Pipe()
        memory = str(int(self.limits.memory_gb * 1e9))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, memory, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                env={**os.environ, **dict.fromkeys(_ONE_CORE, "1")},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def _last_words(self) -> str:
        """Return the last line that the process wrote."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _ask(self, message: Any, timeout_s: float) -> tuple[str, Any]:
        """Send a message and return the answer; raise ``_GoneError`` when none comes."""
        assert self._process is not None and self._pipe is not None
        deadline = time.monotonic() + timeout_s
        try:
            self._pipe.send(message)
            while not self._pipe.poll(_LOOK_EVERY_S):
                if _resident_bytes(self._process.pid) > self.limits.memory_gb * 1e9:
                    raise _GoneError("memory")
                if time.monotonic() > deadline:
                    raise _GoneError("timeout", f"was not done after {timeout_s:g} s")
            kind, content = self._pipe.recv()
        except (OSError, EOFError) as error:
            raise _GoneError("crash", _how_it_ended(self._process)) from error
        return kind, content


def _resident_bytes(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5.0)
    code = process.returncode
    return "the process " + (f"died of signal {-code}" if code and code < 0 else "ended")


def main() -> None:
    """Answer the messages of a worker until it is gone."""
    _limit_memory(int(sys.argv[1]))
    end_with(os.getppid())
    job: Job | None = None
    with Connection(int(sys.argv[2])) as pipe, contextlib.suppress(EOFError):
        while True:
            verb, *words = pipe.recv()
            if verb == "job":
                job, reply = _opened(*words)
            else:
                stage, item, timeout_s = words
                faulthandler.dump_traceback_later(timeout_s + _GRACE_S, exit=True)
                reply = _answer(job, stage, item)
                faulthandler.cancel_dump_traceback_later()
            pipe.send(reply)


def _limit_memory(limit_bytes: int) -> None:
    """Let allocations beyond a limit fail, where the system can."""
    try:
        import resource
    except ImportError:  # not on Windows: the worker's own watch is left
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def _opened(content: bytes) -> tuple[Job | None, tuple[str, Any]]:
    """Return the job and the answer to its arrival; its functions are imported at once."""
    try:
        job: Job = pickle.loads(content)
        for stage in STAGES:
            _stage_function(job, stage)
    except Exception as error:
        # the worker turns the reason into an error of the whole screen
        return None, ("broken", f"{type(error).__name__}: {error}")
    return job, ("done", None)


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


def _answer(job: Any, stage: str, item: Item) -> tuple[str, Any]:
    """Return ``("done", rows)`` or ``(kind of failure, reason)`` for one item."""
    try:
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


if __name__ == "__main__":
    main()
