"""The stored docking run and one browser, for all tests of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from browser_page import Browser
from playwright.sync_api import sync_playwright
from stored_docking import stored_docking

from workbench.records.docking import DockingResult
from workbench.report.pictures import BROWSERS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = (os.environ.get("CHROMIUM", ""), *BROWSERS)
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium found: install it or name it in CHROMIUM")
    with sync_playwright() as playwright:
        # as root, in a container, Chromium has no sandbox
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield Browser(launched.new_page())
        launched.close()


@pytest.fixture(scope="session")
def docked() -> DockingResult:
    return stored_docking()
