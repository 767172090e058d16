"""The same seed gives the same search in a process that compiles and in one that loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def _history(cache: Path) -> str:
    script = Path(__file__).with_name("small_search.py")
    ran = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def test_compiling_and_loading_search_alike(tmp_path: Path) -> None:
    compiled = _history(tmp_path)
    assert any(tmp_path.rglob("*.nbc"))
    assert _history(tmp_path) == compiled
    assert len(compiled.split()) > 3
