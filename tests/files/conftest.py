"""The stored docking run, for all tests of files."""

from __future__ import annotations

import pytest
from stored_docking import stored_docking

from workbench.records.docking import DockingResult


@pytest.fixture(scope="session")
def docked() -> DockingResult:
    return stored_docking()
