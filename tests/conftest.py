"""What all tests share: the opt-in marks and the folder of real structure files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

for _library in ("OMP", "OPENBLAS", "MKL"):
    # the tests' molecules are small: more threads only wait for each other
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

OPT_IN = ("slow", "network", "gpu", "browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    for mark in OPT_IN:
        parser.addoption(f"--{mark}", action="store_true", help=f"also run tests marked {mark}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:  # a folder's tests share their docked drugs, so they stay in one process
        place = item.path.relative_to(Path(__file__).parent)
        item.add_marker(pytest.mark.xdist_group(place.parts[0]))
    for mark in OPT_IN:
        if config.getoption(f"--{mark}") or os.environ.get(f"WORKBENCH_TEST_{mark.upper()}"):
            continue
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"opt-in: run with --{mark}"))


@pytest.fixture(autouse=True, scope="session")
def _no_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test fetches from the internet, or sees what the user has cached."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_OFFLINE", "1")
        patch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.delenv("WORKBENCH_STRUCTURE_DIR", raising=False)
        yield


@pytest.fixture(scope="session")
def shared_structures() -> Path:
    """Folder of real structure files (receptors/, ligands/, adducts/)."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(
        os.environ.get("WORKBENCH_TEST_STRUCTURES", root.parent / "shared" / "structures")
    )
    if not (folder / "receptors").is_dir():
        pytest.skip(f"no structure files: set WORKBENCH_TEST_STRUCTURES (looked in {folder.name})")
    return folder
