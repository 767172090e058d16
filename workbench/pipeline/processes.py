"""Docking runs in processes of their own: several drugs at once, a crash takes only its drug.

Such a process runs ``serve``: it reads one pickled ``Task`` from its standard input, writes the
folder, and says on standard output, one JSON list per line, how far it is. It ends when its
parent does.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbench.errors import DockingError, WorkbenchError
from workbench.ligands.molecules import Ligand
from workbench.pipeline.docking import dock
from workbench.progress import Progress
from workbench.report.docking_page import write_docking
from workbench.settings import DockSettings
from workbench.structures.receptor import Receptor

PROGRAM = "from workbench.pipeline.processes import serve; serve()"
SAID, FAILED = "said", "failed"
LAST_LINES = 400


@dataclass(frozen=True)
class Task:
    """One drug to dock, and the folder that is written."""

    ligand: Ligand
    receptor: Receptor
    settings: DockSettings
    seed: int
    jobs: int
    command: str
    folder: str


class Runs:
    """Docking runs in other processes; use it in a ``with`` block, which ends them all."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            process.kill()

    def dock(self, task: Task, progress: Progress) -> None:
        """Dock one drug and write its folder.

        Raises
        ------
        WorkbenchError
            With the run's own reason, or that its process ended.
        """
        with self._started() as process:
            assert process.stdin and process.stdout and process.stderr
            errors: list[bytes] = []
            reader = threading.Thread(target=_drain, args=(process.stderr, errors), daemon=True)
            reader.start()
            content = pickle.dumps(task)
            # the pipe stays open: its end tells the other process that this one is gone
            with suppress(BrokenPipeError):
                process.stdin.write(struct.pack("<Q", len(content)) + content)
                process.stdin.flush()
            reason = _listen(process.stdout, progress)
            process.wait()
            reader.join(timeout=5)
        if reason is not None:
            raise DockingError(reason)
        if process.returncode != 0:
            said = b"".join(errors).decode("utf-8", "replace").strip()[-LAST_LINES:]
            last = said.splitlines()[-1] if said else "it said nothing"
            raise DockingError(
                f"the docking process of {task.ligand.name} ended with code "
                f"{process.returncode} ({last}); try it alone with workbench dock"
            )

    @contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        pipe = subprocess.PIPE
        with self._lock:
            if self._closed:
                raise DockingError("the run was stopped")
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            )
            self._running.append(process)
        try:
            with process:
                yield process
        finally:
            with self._lock:
                self._running.remove(process)


def _drain(stream: IO[bytes], lines: list[bytes]) -> None:
    """Keep the last of what a process says, so that its pipe never fills."""
    for line in stream:
        lines.append(line)
        del lines[:-LAST_LINES]


def _listen(stream: IO[bytes], progress: Progress) -> str | None:
    """Pass on how far a run is; return why it failed, ``None`` when it did not say."""
    for line in stream:
        try:
            kind, *rest = json.loads(line)
        except ValueError:
            continue  # a library's own words
        if kind == SAID:
            progress(*rest)
        elif kind == FAILED:
            return str(rest[0])
    return None


def serve() -> None:
    """Dock the task on standard input: what the other process does."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "w", encoding="utf-8")
    (size,) = struct.unpack("<Q", source.read(8))
    task: Task = pickle.loads(source.read(size))
    writing = threading.Lock()

    def end_with_the_parent() -> None:
        # not through the buffer: its lock would be held when this process ends by itself
        while os.read(0, 1):
            pass
        with writing:
            os._exit(1)

    threading.Thread(target=end_with_the_parent, daemon=True).start()

    def say(kind: str, *rest: object) -> None:
        answers.write(json.dumps([kind, *rest]) + "\n")
        answers.flush()

    try:
        result = dock(
            task.ligand,
            task.receptor,
            settings=task.settings,
            force_field=task.settings.minimization.force_field,
            poses=task.settings.search.n_poses,
            seed=task.seed,
            platform=task.settings.minimization.platform,
            jobs=task.jobs,
            command=task.command,
            progress=lambda stage, done, total: say(SAID, stage, done, total),
        )
        with writing:
            write_docking(result, Path(task.folder))
    except WorkbenchError as error:
        say(FAILED, str(error))
