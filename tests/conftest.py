"""What all tests share: opt-in marks, one docked drug, the folder of real structure files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from workbench.cli.main import main
from workbench.files.docking import read_docking_result
from workbench.records.docking import DockingResult
from workbench.structures.fetch import cache_root

for _library in ("OMP", "OPENBLAS", "MKL"):
    # the tests' molecules are small: more threads only wait for each other
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

OPT_IN = ("slow", "network", "gpu", "browser")
EXPENSIVE = ("browser", "local_cluster", "selinexor_minimised")
"""Fixtures of a session that take long to make: the tests of each run in one process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    for mark in OPT_IN:
        parser.addoption(f"--{mark}", action="store_true", help=f"also run tests marked {mark}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        group = _group(item)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    for mark in OPT_IN:
        if config.getoption(f"--{mark}") or os.environ.get(f"WORKBENCH_TEST_{mark.upper()}"):
            continue
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"opt-in: run with --{mark}"))


def _group(item: pytest.Item) -> str:
    """Return the expensive fixture, or the module, whose tests run in one process."""
    used = item._fixtureinfo.name2fixturedefs
    for name in EXPENSIVE:
        if name in used:
            return name
    of_module = any(definitions[-1].scope == "module" for definitions in used.values())
    return str(item.path) if of_module else ""


@pytest.fixture(autouse=True, scope="session")
def _no_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test fetches from the internet, or sees what the user has cached but compiled kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", str(cache_root())))
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


@pytest.fixture(scope="session")
def docked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of ``dock KPT-185 --quick --poses 2``, docked once for all processes of the run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "docked" / "KPT-185"
    with FileLock(shared / "docked.lock"):
        if not (folder / "result.json").is_file():
            folder.parent.mkdir(exist_ok=True)
            words = ["dock", "KPT-185", "--quick", "--poses", "2", "--seed", "1"]
            assert main([*words, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def docked_drug(docked_folder: Path) -> DockingResult:
    return read_docking_result(docked_folder)
