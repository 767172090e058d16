"""One small scan that the tests of the folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from resistance_cases import CHEAP

import workbench
from workbench.records.scan import ScanResult


@pytest.fixture(scope="session")
def scan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scan")


@pytest.fixture(scope="session")
def result(scan_folder: Path) -> ScanResult:
    return workbench.scan(
        ["C528S", "E571K", "R749Q"], ["selinexor"], settings=CHEAP, out=scan_folder
    )
