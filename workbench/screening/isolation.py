"""One ligand at a time in a process that may crash, hang or eat memory: the worker lives on."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import selectors
import subprocess
import sys
import tempfile
import time
from typing import IO, Any, cast

from workbench.errors import ScreenError
from workbench.screening.child import LENGTH, write_message
from workbench.screening.job import Item, PackedJob, Row
from workbench.settings import IsolationSettings

START_S = 600.0
"""For the first imports, on a cold network disk."""

_LOOK_EVERY_S = 0.1
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
            for pipe in (self._process.stdin, self._process.stdout, self._errors):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process.wait()
        self._process, self._job = None, ""

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
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "workbench.screening.child"),
                str(int(self.limits.memory_gb * 1e9)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **dict.fromkeys(_ONE_CORE, "1")},
            start_new_session=True,
        )

    def _last_words(self) -> str:
        """Return the last line that the process wrote to standard error."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _ask(self, message: Any, timeout_s: float) -> tuple[str, Any]:
        """Send a message and return the answer; raise ``_GoneError`` when none comes."""
        process = cast("subprocess.Popen[bytes]", self._process)
        try:
            write_message(cast(IO[bytes], process.stdin), message)  # type: ignore[arg-type]
        except OSError as error:
            raise _GoneError("crash", self._crash(process)) from error
        deadline = time.monotonic() + timeout_s
        got = bytearray()
        with selectors.DefaultSelector() as waiting:
            stdout = cast(io.BufferedReader, process.stdout)
            waiting.register(stdout, selectors.EVENT_READ)
            while True:
                if waiting.select(_LOOK_EVERY_S):
                    piece = os.read(stdout.fileno(), 1 << 20)
                    if not piece:
                        raise _GoneError("crash", self._crash(process))
                    got += piece
                    if (content := _complete(got)) is not None:
                        return cast(tuple[str, Any], pickle.loads(content))
                elif self._resident_bytes(process.pid) > self.limits.memory_gb * 1e9:
                    raise _GoneError("memory")
                if time.monotonic() > deadline:
                    raise _GoneError("timeout", f"was not done after {timeout_s:g} s")

    @staticmethod
    def _resident_bytes(pid: int) -> int:
        import psutil

        try:
            return int(psutil.Process(pid).memory_info().rss)
        except psutil.Error:
            return 0

    @staticmethod
    def _crash(process: subprocess.Popen[bytes]) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5.0)
        code = process.returncode
        return "the process " + (f"died of signal {-code}" if code and code < 0 else "ended")


def _complete(got: bytearray) -> bytes | None:
    """Return the message that the bytes hold, once all of it is there."""
    if len(got) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(bytes(got[: LENGTH.size]))
    return bytes(got[LENGTH.size :]) if len(got) >= LENGTH.size + length else None
