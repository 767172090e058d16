"""A page in headless Chromium, as the tests ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page


class Browser:
    """One page of a headless browser, with what it complained of and asked for since opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._session = page.context.new_cdp_session(page)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path, width: int = 1280, height: int = 900, scheme: Any = None) -> None:
        """Open a file at a window size and in a colour scheme."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)
        self.complaints.clear()
        self.requests.clear()
        self.page.goto(path.as_uri())

    def run(self, expression: str) -> Any:
        """Evaluate JavaScript, whatever the page's policy on scripts, and return its value."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self._session.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")
