"""Work in other processes: one that crashes, hangs or eats memory loses its own work only.

``python -m workbench.processes FUNCTION MEMORY_BYTES PIPE`` is such a process.
"""

from __future__ import annotations

import contextlib
import faulthandler
import math
import os
import pickle
import pkgutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from workbench.errors import WorkbenchError

START_S = 600.0
"""For the first imports, on a cold network disk."""

_LOOK_EVERY_S = 0.1
_GRACE_S = 30.0
"""After the time limit, when the process that should have ended the child is gone itself."""

_LAST_BYTES = 4000
_ONE_CORE = ("OMP_NUM_THREADS", "OPENMM_CPU_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_READY, _REMARK, _ANSWER, _REFUSED = "ready", "remark", "answer", "refused"

Say = Callable[..., None]
"""What a function calls with a remark on the way to its answer."""


class LostError(WorkbenchError):
    """A child ended or had to be ended: ``crash``, ``timeout`` or ``memory``, and the reason."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Child:
    """A Python process that answers messages, one at a time.

    Parameters
    ----------
    function
        ``module:name`` of what is called with ``setup``, the message and a ``Say``.
    setup
        Pickled and sent once; the function may keep things in it.
    memory_gb
        More ends the child (allocations fail, and its resident memory is watched).
    one_core
        Whether numerical libraries in it use one thread.
    """

    def __init__(
        self, function: str, setup: Any, memory_gb: float = math.inf, one_core: bool = False
    ) -> None:
        self._memory_bytes = memory_gb * 1e9
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-m", __name__, function, str(self._memory_bytes)]
        threads = dict.fromkeys(_ONE_CORE, "1") if one_core else {}
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=self._words,
                env={**os.environ, **_safe_paths(), **threads},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._setup: bytes | None = pickle.dumps(setup)

    def ask(self, message: Any, timeout_s: float = math.inf, heard: Say = lambda *_: None) -> Any:
        """Return the answer to a message; ``heard`` is called with each remark before it.

        Raises
        ------
        LostError
            When none comes, or the process did not start; the child is gone then.
        WorkbenchError
            That the function raised.
        """
        if self._setup is not None:
            self._told(self._setup, START_S, heard)
            self._setup = None
        return self._told((message, timeout_s), timeout_s, heard)

    def kill(self) -> None:
        """End the process; a thread that waits for its answer gets ``LostError``."""
        self._process.kill()

    def close(self) -> None:
        """End the process and free what belongs to it."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        self._words.close()

    def _told(self, message: Any, timeout_s: float, heard: Say) -> Any:
        deadline = time.monotonic() + timeout_s
        with contextlib.suppress(OSError):  # a child that is gone shows when its answer is read
            self._pipe.send(message)
        try:
            kind, content = self._received(deadline, timeout_s)
            while kind == _REMARK:
                heard(*content)
                kind, content = self._received(deadline, timeout_s)
        except LostError:
            self.close()
            raise
        if kind == _REFUSED:
            raise content
        return content

    def _received(self, deadline: float, timeout_s: float) -> tuple[str, Any]:
        try:
            while not self._pipe.poll(_LOOK_EVERY_S):
                if self._resident_bytes() > self._memory_bytes:
                    needed = f"needed more than {self._memory_bytes / 1e9:g} GB of memory"
                    raise LostError("memory", needed)
                if time.monotonic() > deadline:
                    raise LostError("timeout", f"was not done after {timeout_s:g} s")
            kind, content = self._pipe.recv()
        except (OSError, EOFError) as error:
            raise LostError("crash", self._how_it_ended()) from error
        return kind, content

    def _resident_bytes(self) -> float:
        if self._memory_bytes == math.inf:
            return 0.0
        import psutil

        try:
            return float(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0.0

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        code = self._process.returncode
        if code and code < 0:
            return f"the process died of signal {-code}"
        self._words.seek(max(0, self._words.seek(0, os.SEEK_END) - _LAST_BYTES))
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return f"the process ended with code {code}" + (f" ({lines[-1]})" if lines else "")


def _safe_paths() -> dict[str, str]:
    """Return variables with which Python imports nothing from the folder that the user stands in.

    An empty entry of PYTHONPATH, as ``export PYTHONPATH=x:$PYTHONPATH`` leaves it, is that folder.
    """
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(filter(None, named))}


def answers(
    function: str,
    setup: Any,
    messages: Sequence[Any],
    jobs: int,
    heard: Say = lambda *_: None,
) -> Iterator[tuple[int, Any]]:
    """Yield each message's place and answer as it comes, or the error in the answer's place.

    ``jobs`` children at most; leaving the loop ends them. ``heard`` is called, in threads, with
    the place of a message and each remark on it. An error is ``LostError``, or the
    ``WorkbenchError`` that the function raised.
    """
    mine = threading.local()
    children: list[Child] = []
    left = threading.Event()

    def answer(place: int) -> Any:
        if getattr(mine, "child", None) is None:
            mine.child = Child(function, setup)
            children.append(mine.child)
        if left.is_set():  # the loop was left while the child began
            mine.child.kill()
        try:
            return mine.child.ask(messages[place], heard=lambda *said: heard(place, *said))
        except WorkbenchError as error:
            if isinstance(error, LostError):
                mine.child = None
            return error

    pool = ThreadPoolExecutor(max(1, min(jobs, len(messages))))
    try:
        places = {pool.submit(answer, place): place for place in range(len(messages))}
        for future in as_completed(places):
            yield places[future], future.result()
    finally:
        left.set()
        pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.kill()
        pool.shutdown()
        for child in children:
            child.close()


def main() -> None:
    """Answer messages until the process that started this one is gone."""
    name, memory, pipe = sys.argv[1:]
    _limit_memory(float(memory))
    _end_with(os.getppid())
    function = pkgutil.resolve_name(name)
    with Connection(int(pipe)) as other, contextlib.suppress(EOFError):
        setup = pickle.loads(other.recv())
        other.send((_READY, None))
        while True:
            message, timeout_s = other.recv()
            if timeout_s < math.inf:
                faulthandler.dump_traceback_later(timeout_s + _GRACE_S, exit=True)
            try:
                said = function(setup, message, lambda *words: other.send((_REMARK, words)))
                reply = (_ANSWER, said)
            except WorkbenchError as error:
                reply = (_REFUSED, error)
            faulthandler.cancel_dump_traceback_later()
            other.send(reply)


def _limit_memory(limit_bytes: float) -> None:
    """Let allocations beyond a limit fail, where the system can."""
    if limit_bytes == math.inf:
        return
    try:
        import resource
    except ImportError:  # not on Windows: the watch of the other process is left
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit_bytes), int(limit_bytes)))


def _end_with(parent: int) -> None:
    """Let this process end soon after the one that started it is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
