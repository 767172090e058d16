"""What processes that others start have in common."""

from __future__ import annotations

import os
import threading
import time


def end_with(parent: int) -> None:
    """Let this process end soon after the one with this number, which started it, is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
