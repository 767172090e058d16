"""The same seed gives the same search in a process that compiles and in one that loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.docking import compiling


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


@pytest.mark.slow
def test_compiling_and_loading_search_alike(tmp_path: Path) -> None:
    compiled = _history(tmp_path)
    assert any(tmp_path.rglob("*.nbc"))
    assert _history(tmp_path) == compiled
    assert len(compiled.split()) > 3


def test_a_change_in_a_called_function_compiles_its_callers_anew(tmp_path: Path) -> None:
    folder, cache = tmp_path / "kernels", tmp_path / "cache"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "compiling.py").write_text(Path(compiling.__file__).read_text(encoding="utf-8"))
    (folder / "outer.py").write_text(
        "from kernels.compiling import compiled\nfrom kernels.inner import inner\n"
        "@compiled()\ndef outer(x):\n    return inner(x) + 1\n"
    )
    seen = []
    for factor in (2, 5):
        (folder / "inner.py").write_text(
            "from kernels.compiling import compiled\n"
            f"@compiled()\ndef inner(x):\n    return {factor} * x\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", "from kernels.outer import outer; print(outer(10))"],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
            | {"WORKBENCH_CACHE_DIR": str(cache)},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.append(int(ran.stdout))
    assert any(cache.rglob("*.nbc"))
    assert not any(folder.rglob("*.nbc"))
    assert seen == [21, 51]
