"""Processes killed at random moments, and a scheduler that dies."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from screening_cases import driver, inodes, library, rows, run, wait_for

from workbench.settings import ClusterSettings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals of Linux"),
    pytest.mark.timeout(1800),
]

ROUNDS = 20
LIGANDS = 120
WORKER = "spawn_main"
"""Of the processes that Dask starts."""

CHEMIST = "workbench.screening.isolation"


def _family(process: subprocess.Popen[bytes], word: str = "") -> list[psutil.Process]:
    """Return the processes under one that run and have a word in their command."""
    found = []
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if word in " ".join(child.cmdline()):
                    found.append(child)
    return found


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _is_at_work(process: subprocess.Popen[bytes]) -> bool:
    return bool(_family(process, CHEMIST)) or process.poll() is not None


@pytest.fixture(scope="module")
def expected(
    tmp_path_factory: pytest.TempPathFactory, local_cluster: Any
) -> tuple[Path, list[dict[str, Any]]]:
    """A file of slow ligands and the rows of its uninterrupted screen."""
    place = tmp_path_factory.mktemp("kills")
    file = library(place / "slow.smi", [f"slow{k}" for k in range(LIGANDS)])
    run(file, place / "out", ClusterSettings(scheduler=local_cluster.scheduler_address, workers=2))
    return file, rows(place / "out")


def test_twenty_kills_at_random_moments_change_nothing(expected, tmp_path):
    """Each round a worker, a chemist, the driver with its scheduler, or all of them die."""
    file, wanted = expected
    out = tmp_path / "out"
    rng = random.Random(1)
    process = driver(file, out, "local")
    for number in range(ROUNDS):
        wait_for(partial(_is_at_work, process))
        time.sleep(rng.uniform(0.0, 2.0))
        family = _family(process)
        victim = ("worker", "chemist", "driver", "all")[number % 4]
        if victim == "worker":
            _kill(_family(process, WORKER)[:1])
        elif victim == "chemist":
            _kill(_family(process, CHEMIST)[:1])
        elif victim == "driver":
            process.kill()
        else:
            _kill(family)
            process.kill()
        if victim in ("driver", "all") or process.poll() is not None:
            process.wait()
            wait_for(lambda family=family: not any(map(_runs, family)))
            process = driver(file, out, "local")
    assert process.wait(timeout=300) == 0
    assert rows(out) == wanted
    assert not list(out.rglob("*.tmp"))


@contextmanager
def _dask(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of Dask."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        _kill(_family(process))
        process.kill()
        process.wait()


def _worker(address: str) -> Any:
    return _dask("worker", address, "--nthreads", "1", "--memory-limit", "0", "--no-dashboard")


def test_a_killed_scheduler_ends_the_run_and_resume_goes_on(expected, tmp_path, cluster):
    file, wanted = expected
    out = tmp_path / "out"
    address = "tcp://127.0.0.1:18786"
    with (
        _dask("scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard") as scheduler,
        _worker(address),
        _worker(address),
    ):
        process = driver(file, out, address)
        wait_for(lambda: len(inodes(out, "search")) >= 2, 120)
        scheduler.send_signal(signal.SIGKILL)
        assert process.wait(timeout=90) == 1
    assert len(inodes(out, "search")) < LIGANDS // 10
    run(file, out, cluster)
    assert rows(out) == wanted
