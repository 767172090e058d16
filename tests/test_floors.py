"""The floors of the package: imports run downwards only, without a circle.

Imports inside functions and strings that name a module count; those for type checking only do not.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (
    {f.stem for f in (ROOT / "workbench").glob("*.py")} - {"__init__", "__main__"},
    {"records"},
    {"structures", "ligands"},
    {"physics", "docking", "mechanism"},
    {"analysis", "files"},
    {"report"},
    {"pipeline"},
    {"screening", "resistance"},
    {"cli"},
    {"__main__", "workbench"},
)
NAMED = re.compile(r"workbench(?:\.\w+)+")
MOST_INSIDE_FUNCTIONS = 14
IMPORT_NAMES = {"scikit-learn": "sklearn", "ipykernel": "IPython"}


class Import(NamedTuple):
    """A module that a module imports."""

    source: str
    target: str
    inside_function: bool


def folder_of(module: str) -> str:
    """Return the folder of a module, or its name where it lies in the root."""
    return module.split(".")[1] if "." in module else module


def floor_of(module: str) -> int:
    """Return the floor of a module, counted from 1 below."""
    return next(n for n, folders in enumerate(FLOORS, 1) if folder_of(module) in folders)


def parts(module: str) -> str:
    """Return the folder of a module; the files of the lowest floor count as one."""
    return "root" if floor_of(module) == 1 else folder_of(module)


@cache
def modules() -> dict[str, Path]:
    files = sorted((ROOT / "workbench").rglob("*.py"))
    names = (".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files)
    return {n.removesuffix(".__init__"): f for n, f in zip(names, files, strict=True)}


def nodes(tree: ast.AST, inside: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Yield what is run, and whether inside a function; neither typing nor docstrings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield node, inside
        yield from nodes(node, inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def named_by(node: ast.AST) -> list[str]:
    """Return the dotted names that an import or a string gives."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return NAMED.findall(node.value)
    return []


def module_of(name: str) -> str:
    """Return the module that defines a name of the package."""
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name


@cache
def imports() -> tuple[Import, ...]:
    found = []
    for source, file in modules().items():
        for node, inside in nodes(ast.parse(file.read_text(encoding="utf-8"))):
            for name in named_by(node):
                target = module_of(name)
                itself = target in ("workbench", source) or source.startswith(f"{target}.")
                if target in modules() and not itself:
                    found.append(Import(source, target, inside))
    return tuple(found)


def test_no_import_runs_upwards_or_sideways() -> None:
    wrong = {
        (source, target)
        for source, target, _ in imports()
        if floor_of(source) <= floor_of(target) and parts(source) != parts(target)
    }
    assert len(imports()) > 300
    assert sorted(wrong) == []


def test_no_circle_of_imports() -> None:
    below: dict[str, set[str]] = defaultdict(set)
    for source, target, _ in imports():
        below[source].add(target)
    try:
        TopologicalSorter(below).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(error.args[1])) from None


def test_few_imports_inside_functions() -> None:
    """Only optional packages, and what the command line loads late, are imported in functions."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    names = {re.split(r"[\[>=<]", line)[0] for lines in extras.values() for line in lines}
    optional = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names} - {"openmm"}
    late = [
        f"{source}: {ast.unparse(node)}"
        for source, file in modules().items()
        if parts(source) not in ("cli", "workbench")
        for node, inside in nodes(ast.parse(file.read_text(encoding="utf-8")))
        if inside and isinstance(node, ast.Import | ast.ImportFrom)
        if not {name.split(".")[0] for name in named_by(node)} <= optional
    ]
    assert len(late) <= MOST_INSIDE_FUNCTIONS, "\n".join(late)
