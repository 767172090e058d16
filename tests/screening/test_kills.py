"""Processes killed at random moments, a scheduler that dies, a host that is cut off."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from screening_cases import chunk_files, driver, library, rows, run, wait_for

from workbench.settings import ClusterSettings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals and namespaces of Linux"),
]

ROUNDS = 20
LIGANDS = 120


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def _is_worker(process: psutil.Process) -> bool:
    """Return whether a process is one that Dask spawned, not one that does the chemistry."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _is_chemist(process: psutil.Process) -> bool:
    try:
        return "workbench.screening.child" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.Error:
            continue


def _is_at_work(process: subprocess.Popen[bytes]) -> bool:
    return any(map(_is_chemist, _family(process))) or process.poll() is not None


@pytest.fixture(scope="module")
def expected(
    tmp_path_factory: pytest.TempPathFactory, local_cluster: Any
) -> tuple[Path, list[dict[str, Any]]]:
    """A file of slow ligands and the rows of its uninterrupted screen."""
    place = tmp_path_factory.mktemp("kills")
    file = library(place / "slow.smi", [f"slow{k}" for k in range(LIGANDS)])
    run(file, place / "out", ClusterSettings(scheduler=local_cluster.scheduler_address, workers=2))
    return file, rows(place / "out")


def test_twenty_kills_at_random_moments_change_nothing(
    expected: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
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
            _kill([p for p in family if _is_worker(p)][:1])
        elif victim == "chemist":
            _kill([p for p in family if _is_chemist(p)][:1])
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


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@contextmanager
def _dask(*words: str, inside: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of Dask, perhaps in a network namespace."""
    place = ["ip", "netns", "exec", inside] if inside else []
    process = subprocess.Popen(
        [*place, sys.executable, "-m", "dask", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "15s",
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "15s",
        },
    )
    try:
        yield process
    finally:
        _kill([*_family(process)])
        process.kill()
        process.wait()


def _worker(address: str, inside: str = "") -> Any:
    return _dask(
        "worker", address, "--nthreads", "1", "--memory-limit", "0", "--no-dashboard", inside=inside
    )


def test_a_killed_scheduler_ends_the_run_and_resume_goes_on(
    expected: tuple[Path, list[dict[str, Any]]], tmp_path: Path, cluster: ClusterSettings
) -> None:
    file, wanted = expected
    out = tmp_path / "out"
    address = "tcp://127.0.0.1:18786"
    with (
        _dask("scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard") as scheduler,
        _worker(address),
        _worker(address),
    ):
        process = driver(file, out, address)
        wait_for(lambda: len(chunk_files(out, "search")) >= 2, 120)
        scheduler.send_signal(signal.SIGKILL)
        assert process.wait(timeout=90) == 1
    assert len(chunk_files(out, "search")) < LIGANDS // 10
    run(file, out, cluster)
    assert rows(out) == wanted


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def two_hosts() -> Iterator[Callable[[str], None]]:
    """Two network namespaces behind a bridge; what is yielded takes one off the network."""
    names = ("wbhost1", "wbhost2")
    try:
        _ip("link", "add", "wbbridge", "type", "bridge")
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"no network can be made here: {told.decode().strip()}")
    try:
        _ip("addr", "add", "10.77.0.1/24", "dev", "wbbridge")
        _ip("link", "set", "wbbridge", "up")
        for k, name in enumerate(names, start=2):
            _ip("netns", "add", name)
            _ip("link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"{name}v", "master", "wbbridge", "up")
            _ip("-n", name, "addr", "add", f"10.77.0.{k}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        yield lambda name: _ip("link", "set", f"{name}v", "down")
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", "wbbridge"], check=False, capture_output=True)


def test_a_host_that_is_cut_off_loses_nothing(
    expected: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
    two_hosts: Callable[[str], None],
) -> None:
    file, wanted = expected
    out = tmp_path / "out"
    address = "tcp://10.77.0.1:18787"
    with (
        _dask("scheduler", "--host", "10.77.0.1", "--port", "18787", "--no-dashboard"),
        _worker(address, "wbhost1"),
        _worker(address, "wbhost2"),
    ):
        process = driver(file, out, address)
        wait_for(lambda: len(chunk_files(out, "search")) >= 3, 120)
        assert len(chunk_files(out, "search")) < LIGANDS // 10
        two_hosts("wbhost2")
        assert process.wait(timeout=240) == 0
    assert rows(out) == wanted
