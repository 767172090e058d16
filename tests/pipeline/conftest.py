"""The docked drug of the session under the names of this folder's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.records.docking import DockingResult


@pytest.fixture(scope="session")
def folder(docked_folder: Path) -> Path:
    return docked_folder


@pytest.fixture(scope="session")
def docked(docked_drug: DockingResult) -> DockingResult:
    return docked_drug
