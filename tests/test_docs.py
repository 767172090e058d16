"""The documentation: it builds without a warning, and its commands are real ones that run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.cli.main import VERBS, main, verb

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//[^\"' >]+")
INSIDE = re.compile(r'^eval "\$\((workbench [^)]+)\)"')
OTHER_PROGRAMS = {
    "python",
    "python3",
    "pip",
    "conda",
    "dask",
    "mkdocs",
    "jupyter",
    "ruff",
    "mypy",
    ".",
}
CHEAP = {"nes", "compounds", "structures", "simulate", "picture", "completion", "info", "tour"} | {
    "enumerate"
}
"""Verbs that run here as they stand, beside a finished docking run."""

COSTLY = {"react", "scan", "dock", "compare", "dynamics", "screen", "selftest", "prepare"}
OF_THE_READER = ("tcp://", "slurm", ".pdb", ".cif", "library.sdf")
"""A cluster, or a file that only the reader has: such a command is parsed, not run."""

SHORTENED = {
    "dock": ["--quick", "--poses", "1"],
    "compare": ["--quick", "--poses", "1"],
    "scan": ["--quick"],
    "enumerate": ["--count", "12"],
    "dynamics": ["--length-ps", "0.5"],
}
"""What a command is given besides, so that it runs in a time that tests have."""

SMILES = "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"


def harvest(text: str) -> Iterator[str]:
    """Yield the commands of the shell blocks of a page, continued lines joined."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            for part in line.split(" && "):
                command = part.strip()
                if command and not command.startswith("#"):
                    inside = INSIDE.match(command)
                    yield inside[1] if inside else command


def words_of(command: str) -> list[str]:
    words = shlex.split(command, comments=True)
    return [Path(words[0]).name, *words[1:]] if words[0] != "." else words


COMMANDS = [shlex.join(words_of(c)) for page in PAGES for c in harvest(page.read_text())]
OURS = sorted({c for c in COMMANDS if words_of(c)[0] == "workbench"})


def is_cheap(command: str) -> bool:
    words = words_of(command)
    if words[1] == "prepare":
        return words[2] == "ligand"
    if words[1] == "react":
        return set(words[2:]) <= {"selinexor", "eltanexor"}
    return words[1] in CHEAP and not {"--describe", "--png"} & set(words)


def is_costly(command: str) -> bool:
    readers = any(word in command for word in OF_THE_READER)
    return words_of(command)[1] in COSTLY and not is_cheap(command) and not readers


def test_the_pages_hold_commands_for_every_verb_and_known_programs() -> None:
    assert set(VERBS) <= {words_of(command)[1] for command in OURS}
    assert {words_of(command)[0] for command in COMMANDS} <= OTHER_PROGRAMS | {"workbench"}


@pytest.mark.parametrize("command", OURS)
def test_a_command_is_one_that_the_parser_takes(command: str) -> None:
    _, name, *words = words_of(command)
    taken = verb(name)
    if name == "prepare":
        taken = taken.commands[words.pop(0)]
    assert taken.make_context(name, words).params


@pytest.fixture(scope="module")
def desk(docked_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the commands read: small files, docking runs."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("library.smi", "mine.smi"):
        (folder / name).write_text(f"{SMILES} own\n")
    (folder / "mine.csv").write_text(f"name,drawn\nown,{SMILES}\n")
    (folder / "groups.csv").write_text("position,name,smiles\n1,phenyl,[*:1]c1ccccc1\n")
    (folder / "nes.fa").write_text(">PKI\nNSNELALKLAGLDINK\n")
    for name in ("selinexor", "mine"):
        shutil.copytree(docked_folder, folder / name)
    return folder


@pytest.mark.parametrize("command", [c for c in OURS if is_cheap(c)])
def test_a_cheap_command_runs(
    command: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = words_of(command)
    monkeypatch.chdir(desk)
    assert main([*words[1:], *(SHORTENED["enumerate"] if words[1] == "enumerate" else [])]) == 0
    said = capsys.readouterr()
    assert said.out.strip(), said.err
    if "--out" in words:
        assert (desk / words[words.index("--out") + 1]).exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in OURS if is_costly(c)])
def test_a_costly_command_runs(
    command: str, tmp_path: Path, shared_structures: Path, desk: Path
) -> None:
    """The command in a process of its own, shortened; entries come from the shared folder."""
    words = words_of(command)[1:]
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    if words[1:2] in (["report"], ["query"]):
        (tmp_path / "library.smi").write_text("c1ccccc1 benzene\n")
        assert main(["screen", str(tmp_path / "library.smi"), "--out", str(tmp_path / "run")]) == 0
    more = [] if "--quick" in words else SHORTENED.get(words[0], [])
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *words, *more],
        cwd=tmp_path,
        env=os.environ | {"WORKBENCH_STRUCTURE_DIR": str(shared_structures / "receptors")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    if "--out" in words:
        assert any((tmp_path / words[words.index("--out") + 1]).iterdir())


def test_the_site_builds_without_a_warning_and_works_offline(tmp_path: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "site"), strict=True))
    pages = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "student.html", "glossary.html"} <= set(pages)
    assert {name: LINK.findall(text) for name, text in pages.items() if LINK.search(text)} == {}
    for name in ("dock", "tour", "screen", "prepare ligand"):
        assert f"workbench {name}<" in pages["command_line.html"]
    assert "workbench.pipeline.docking.dock" in pages["python.html"]
    listed = (ROOT / "mkdocs.yml").read_text()
    assert [p.name for p in PAGES[1:] if str(p.relative_to(ROOT / "docs")) not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_pages_calls_what_there_is(page: Path) -> None:
    for block in PYTHON.findall(page.read_text()):
        for node in ast.walk(ast.parse(block)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if ast.unparse(node.func.value) == "workbench":
                signature = inspect.signature(getattr(workbench, node.func.attr))
                keywords = {str(word.arg): None for word in node.keywords}
                signature.bind(*node.args, **keywords)
