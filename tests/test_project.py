"""The project's own promises: one list of dependencies, floors without a way back up."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workbench"
FLOORS = {
    "errors": 1,
    "settings": 1,
    "progress": 1,
    "optional": 2,
    "results": 2,
    "tables": 2,
    "provenance": 2,
    "simulations": 2,
    "trajectories": 2,
    "reactions": 2,
    "scans": 2,
    "comparisons": 3,
    "screens": 2,
    "structures": 3,
    "ligands": 3,
    "docking": 4,
    "mechanism": 4,
    "report": 4,
    "analysis": 5,
    "physics": 5,
    "pipeline": 6,
    "resistance": 7,
    "screening": 7,
    "cli": 8,
}
SAME_FLOOR = {("analysis", "physics")}
"""Interactions and checks read the bonded complex, which physics makes."""


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


def test_ci_runs_the_command_of_the_readme() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if "-m pytest" in line]
    assert len(commands) == 1
    assert commands[0] in (ROOT / "README.md").read_text()


def _arrows() -> list[tuple[str, str, str]]:
    arrows = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        room = inside.parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                parts = name.split(".")
                if parts[0] == "workbench" and len(parts) > 1 and parts[1] != room:
                    arrows.append((str(inside), room, parts[1]))
    return arrows


def test_each_file_imports_from_lower_floors_only() -> None:
    arrows = _arrows()
    assert len(arrows) > 20
    wrong = [
        (path, target)
        for path, room, target in arrows
        if FLOORS[target] >= FLOORS[room] and (room, target) not in SAME_FLOOR
    ]
    assert wrong == []


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
