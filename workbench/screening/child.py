"""The process that does the chemistry of one worker, and may die of it.

``python -m workbench.screening.child MEMORY_BYTES`` reads messages from standard input and answers
on standard output, each a length and a pickle; what libraries print goes to standard error.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import struct
import sys
import threading
import time
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")

_GRACE_S = 30.0
"""After the time limit, when the worker that should have ended this process is gone itself."""


def write_message(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    content = pickle.dumps(message)
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def read_message(stream: BinaryIO) -> Any:
    """Return the next message.

    Raises
    ------
    EOFError
        When the other side is gone.
    """
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content


def limit_memory(limit_bytes: int) -> None:
    """Let allocations beyond a limit fail, where the system can."""
    try:
        import resource
    except ImportError:  # not on Windows: the worker's own watch is left
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def end_with_parent(parent: int) -> None:
    """End this process soon after the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def answer(job: Any, stage: str, item: dict[str, Any]) -> tuple[str, Any]:
    """Return ``("done", rows)`` or ``(kind of failure, reason)`` for one item."""
    from workbench.errors import ScreenError, WorkbenchError
    from workbench.screening.job import stage_function

    try:
        return "done", stage_function(job, stage)(job, item)
    except ScreenError as error:
        return "broken", str(error)
    except WorkbenchError as error:
        return "refused", str(error)
    except MemoryError:
        return "memory", ""
    except Exception as error:
        # whatever a library throws at one ligand is that ligand's failure, and is listed
        return "error", f"{type(error).__name__}: {error}"


def opened(content: bytes) -> tuple[Any, tuple[str, Any]]:
    """Return the job and the answer to its arrival; its functions are imported at once."""
    try:
        from workbench.screening.job import STAGES, stage_function

        job = pickle.loads(content)
        for stage in STAGES:
            stage_function(job, stage)
    except Exception as error:
        # the worker turns the reason into an error of the whole screen
        return None, ("broken", f"{type(error).__name__}: {error}")
    return job, ("done", None)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer messages until the worker is gone."""
    job = None
    while True:
        try:
            message = read_message(requests)
        except EOFError:
            return
        if message[0] == "job":
            job, reply = opened(message[1])
        else:
            _, stage, item, timeout_s = message
            faulthandler.dump_traceback_later(timeout_s + _GRACE_S, exit=True)
            reply = answer(job, stage, item)
            faulthandler.cancel_dump_traceback_later()
        write_message(answers, reply)


def main() -> None:
    """Run until standard input ends."""
    limit_memory(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    parent = os.getppid()
    threading.Thread(target=end_with_parent, args=(parent,), daemon=True).start()
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
