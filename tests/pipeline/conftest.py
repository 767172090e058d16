"""One short docking run, made once for all tests of the pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_cases import QUICK

from workbench.pipeline.docking import dock
from workbench.records.docking import DockingResult
from workbench.report.docking_page import write_docking


@pytest.fixture(scope="session")
def docked() -> DockingResult:
    return dock("KPT-185", poses=2, seed=1, settings=QUICK, jobs=2)


@pytest.fixture(scope="session")
def folder(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("docked")
    write_docking(docked, target)
    return target
