"""The embedded groove; a server on this machine and an empty cache, for the tests that fetch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_server import FaultServer

from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor


@pytest.fixture(scope="session")
def human_groove() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FaultServer) -> Path:
    """An empty cache; the folder of its files."""
    server.counts.clear()
    server.files.clear()
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "structures"
