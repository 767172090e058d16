"""The project's own promises: one list of dependencies, the README's commands, one version."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def _requirements() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pairs = [re.match(r"([A-Za-z0-9_.-]+)\s*(.*)", d) for d in project["dependencies"]]
    return {m[1].lower(): m[2] for m in pairs if m} | {"python": project["requires-python"]}


def test_environment_lists_the_same_dependencies() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    lines = [entry for entry in listed if isinstance(entry, str) and entry != "pip"] + by_pip
    named = [line.replace("msgpack-python", "msgpack") for line in lines]  # its name there
    conda = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in named}
    assert conda == _requirements()


def test_ci_runs_the_commands_of_the_readme_in_order() -> None:
    readme = (ROOT / "README.md").read_text()
    script = (ROOT / ".ci/run").read_text().replace('"$away/', "").replace('"\n', "\n")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert [line for line in script.splitlines() if line in commands] == commands


def test_help_is_instant() -> None:
    heavy = (
        "numpy",
        "rdkit",
        "openmm",
        "pandas",
        "numba",
        "pydantic",
        "scipy",
        "gemmi",
        "requests",
    )
    code = (
        "import sys, workbench.cli as c\n"
        "try: c.main(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stderr.strip() == "[]"
    assert "dock" in done.stdout


def test_version_is_one() -> None:
    import workbench

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == workbench.__version__
    assert f"version: {workbench.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{workbench.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
