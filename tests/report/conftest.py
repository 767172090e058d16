"""The stored docking run and one browser, for all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_driver import Browser, find_browser
from stored_docking import stored_docking

from workbench.records.docking import DockingResult


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium found: install it or name it in CHROMIUM")
    with Browser(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="session")
def docked() -> DockingResult:
    return stored_docking()
