"""What the tests of the screen share: libraries, cheap stages, runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyarrow import parquet

from workbench.records.screen import ScreenResult
from workbench.screening.run import screen
from workbench.settings import ClusterSettings, IsolationSettings, ScreenSettings

STUBS = {name: f"screening_stubs:{name}" for name in ("read", "search", "minimise", "react")}
NOWHERE = ClusterSettings(scheduler="tcp://127.0.0.1:9")
SETTINGS = ScreenSettings(
    chunk_size=10,
    minimised_fraction=0.2,
    isolation=IsolationSettings(timeout_s=60.0, memory_gb=2.0),
)

_DRIVER = """
import sys
from screening_cases import STUBS
from workbench.screening.run import screen
from workbench.settings import ClusterSettings, ScreenSettings
if __name__ == "__main__":
    file, folder, scheduler, settings = sys.argv[1:]
    screen(file, folder, settings=ScreenSettings.model_validate_json(settings), functions=STUBS,
           resume=True, cluster=ClusterSettings(scheduler=scheduler, workers=2))
"""


def library(path: Path, names: Sequence[str]) -> Path:
    """Write a list of different texts that the stubs take for SMILES."""
    path.write_text("".join(f"{'C' * (k + 1)} {name}\n" for k, name in enumerate(names)))
    return path


def run(
    file: Path,
    folder: Path,
    cluster: ClusterSettings,
    settings: ScreenSettings = SETTINGS,
    **options: Any,
) -> ScreenResult:
    """Begin or go on with a screen of stubs."""
    options = {"functions": STUBS, "resume": True, **options}
    return screen(file, folder, settings=settings, cluster=cluster, **options)


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a finished screen."""
    found: list[dict[str, Any]] = parquet.read_table(folder / "results.parquet").to_pylist()
    return found


def driver(
    file: Path, folder: Path, scheduler: str, settings: ScreenSettings = SETTINGS
) -> subprocess.Popen[bytes]:
    """Start a screen of stubs in a process of its own, which can be killed."""
    script = file.parent / "driver.py"
    script.write_text(_DRIVER)
    words = [str(script), str(file), str(folder), scheduler, settings.model_dump_json()]
    return subprocess.Popen([sys.executable, *words], start_new_session=True)


def wait_for(condition: Any, seconds: float = 240.0) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def inodes(folder: Path, stage: str = "") -> dict[str, int]:
    """Return the finished chunks, of all stages or one: a chunk made anew is another file."""
    found = (folder / "chunks").glob(f"{stage or '*'}-*.parquet")
    return {path.name: path.stat().st_ino for path in found}
