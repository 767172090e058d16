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
from workbench.cli.main import VERBS, build_parser, main
from workbench.report.tour import POSES, WILD_TYPE

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//[^\"' >]+")
INSIDE = re.compile(r'^eval "\$\((workbench [^)]+)\)"')
OTHER_PROGRAMS = {"python", "python3", "pip", "conda", "dask", "mkdocs", "jupyter", "."}
CHEAP = {
    "nes",
    "compounds",
    "structures",
    "simulate",
    "picture",
    "completion",
    "info",
    "tour",
    "enumerate",
}
"""Verbs that run here as they stand; a docking run stands ready where one is read."""

WITH_EXTRAS = {"--png"}
COSTLY = {"react", "scan", "dock", "compare", "dynamics", "screen", "selftest", "prepare"}
OF_THE_READER = ("tcp://", "slurm", ".pdb", ".cif", "library.sdf")
"""Names a cluster, or a file that only the reader has: such a command is parsed, not run."""

SHORTENED = {
    "dock": ["--quick", "--poses", "1"],
    "compare": ["--quick", "--poses", "1"],
    "scan": ["--quick"],
    "enumerate": ["--count", "12"],
    "dynamics": ["--length-ps", "0.2", "--report-ps", "0.1", "--equilibration-ps", "0.1"],
}
"""What a command is given besides, so that all of them run in a time that tests can have."""

LIBRARY = "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1 own\n"


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
"""Each once, whatever remark stands behind it."""


def is_cheap(command: str) -> bool:
    words = words_of(command)
    if words[1] == "prepare":
        return words[2] == "ligand"
    if words[1] == "react":
        return set(words[2:]) <= {"selinexor", "eltanexor"}
    if words[1] == "structures" and "--describe" in words:
        return False
    return words[1] in CHEAP and not set(words) & WITH_EXTRAS


def is_costly(command: str) -> bool:
    readers = any(word in command for word in OF_THE_READER)
    return words_of(command)[1] in COSTLY and not is_cheap(command) and not readers


def test_the_pages_hold_commands_for_every_verb() -> None:
    shown = {words_of(command)[1] for command in OURS}
    (verbs,) = (a.choices for a in build_parser()._actions if isinstance(a.choices, dict))
    assert len(verbs) == len(VERBS)
    assert set(verbs) <= shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_other_programs_are_known(page: Path) -> None:
    for command in harvest(page.read_text()):
        assert words_of(command)[0] in OTHER_PROGRAMS | {"workbench"}, command


@pytest.mark.parametrize("command", OURS)
def test_a_command_is_one_that_the_parser_takes(command: str) -> None:
    arguments = build_parser().parse_args(words_of(command)[1:])
    assert callable(arguments.run)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the commands read: small files, and a docking run."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("library.smi", "mine.smi"):
        (folder / name).write_text(LIBRARY)
    smiles = LIBRARY.split(maxsplit=1)[0]
    (folder / "mine.csv").write_text(f"name,drawn\nown,{smiles}\n")
    (folder / "groups.csv").write_text("position,name,smiles\n1,phenyl,[*:1]c1ccccc1\n")
    (folder / "nes.fa").write_text(">PKI\nNSNELALKLAGLDINK\n")
    for name in ("selinexor", "mine"):
        shutil.copytree(POSES / WILD_TYPE, folder / name)
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


@pytest.fixture(scope="module")
def docked_desk(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same folder with a whole docking run, which dynamics reads."""
    folder = tmp_path_factory.mktemp("docked_desk")
    shutil.copytree(desk, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "selinexor")
    assert main(["dock", "selinexor", *SHORTENED["dock"], "--out", str(folder / "selinexor")]) == 0
    return folder


@pytest.fixture(scope="module")
def screened_desk(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same folder with a finished screen of what no filter lets through."""
    folder = tmp_path_factory.mktemp("screened_desk")
    shutil.copytree(desk, folder, dirs_exist_ok=True)
    (folder / "library.smi").write_text("c1ccccc1 benzene\n")
    words = ["screen", str(folder / "library.smi"), "--out", str(folder / "run"), "--workers", "1"]
    assert main(words) == 0
    return folder


def desk_for(words: list[str]) -> str:
    """Return the fixture that has what a command reads."""
    if words[1] == "dynamics":
        return "docked_desk"
    return "screened_desk" if words[2:3] in (["report"], ["query"]) else "desk"


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in OURS if is_costly(c)])
def test_a_costly_command_runs(
    command: str, tmp_path: Path, shared_structures: Path, request: pytest.FixtureRequest
) -> None:
    """The command in a process of its own, shortened; entries come from the shared folder."""
    words = words_of(command)[1:]
    shutil.copytree(request.getfixturevalue(desk_for(["", *words])), tmp_path, dirs_exist_ok=True)
    if "run" in words and not (tmp_path / "run").exists():
        # a cheap command may have put a longer one there
        (tmp_path / "library.smi").write_text(LIBRARY)
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

    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "site"), strict=True)
    build(config)
    pages = list((tmp_path / "site").rglob("*.html"))
    names = {page.name for page in pages}
    assert {"index.html", "student.html", "command_line.html", "glossary.html"} <= names
    for page in pages:
        assert LINK.findall(page.read_text(encoding="utf-8")) == [], page.name
    commands = (tmp_path / "site/reference/command_line.html").read_text(encoding="utf-8")
    for verb in ("dock", "tour", "screen", "prepare ligand"):
        assert f"workbench {verb}<" in commands
    assert "--mutant-fraction" in commands
    functions = (tmp_path / "site/reference/python.html").read_text(encoding="utf-8")
    assert "workbench.pipeline.docking.dock" in functions


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_pages_calls_what_there_is(page: Path) -> None:
    for block in PYTHON.findall(page.read_text()):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = node.func
                if isinstance(called.value, ast.Name) and called.value.id == "workbench":
                    signature = inspect.signature(getattr(workbench, called.attr))
                    keywords = {str(word.arg): None for word in node.keywords}
                    signature.bind(*node.args, **keywords)


def test_every_page_is_in_the_navigation() -> None:
    listed = (ROOT / "mkdocs.yml").read_text()
    missing = [p.name for p in PAGES[1:] if str(p.relative_to(ROOT / "docs")) not in listed]
    assert missing == []
