"""A small cluster that the tests of the screen share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.settings import ClusterSettings

distributed = pytest.importorskip("distributed", reason="the extra screen is not installed")


@pytest.fixture(scope="session", autouse=True)
def _stubs_can_be_imported() -> Iterator[None]:
    """The processes of the workers find the stub stages."""
    here = str(Path(__file__).parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
        yield


@pytest.fixture(scope="session")
def local_cluster(_stubs_can_be_imported: None) -> Iterator[object]:
    """Two workers of one thread each, and a scheduler that drivers can connect to."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", memory_limit=0
    ) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster(local_cluster: object) -> ClusterSettings:
    """How a screen reaches the cluster."""
    return ClusterSettings(scheduler=local_cluster.scheduler_address, workers=2)  # type: ignore[attr-defined]
