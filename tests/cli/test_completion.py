"""The shell's completion as bash runs it, and help that shows how a verb is used."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from workbench.cli import main
from workbench.cli.main import build_parser

BASH = shutil.which("bash")


def completed(script: str, *words: str) -> list[str]:
    assert BASH
    program = (
        f"{script}\nCOMP_WORDS=({' '.join(words)} '')\nCOMP_CWORD={len(words)}\n"
        'COMP_WORDS=("${COMP_WORDS[@]}")\n_workbench\nprintf \'%s\\n\' "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        [BASH, "--norc", "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.split()


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", "bash"]) == 0
    return capsys.readouterr().out


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_bash_offers_verbs_options_names_and_choices(script: str) -> None:
    assert {"dock", "compare", "prepare", "completion"} <= set(completed(script, "workbench"))
    offered = completed(script, "workbench", "dock")
    assert {"--receptor", "--seed", "selinexor", "KPT-185"} <= set(offered)
    assert "--weights" not in offered
    assert set(completed(script, "workbench", "dock", "--form")) >= {"adduct", "hydrolysed"}
    assert {"receptor", "ligand"} <= set(completed(script, "workbench", "prepare"))


def test_zsh_gets_the_same_by_its_own_bridge(
    script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "zsh"]) == 0
    printed = capsys.readouterr().out
    assert "bashcompinit" in printed and printed.endswith(script)


@pytest.mark.parametrize("verb", build_parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr]
def test_the_help_of_every_verb_shows_an_example(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "example" in text and f"workbench {verb}" in text.split("example", 1)[1]
