"""``workbench completion``: what the shell offers after a tab."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

EXAMPLES = (
    'eval "$(workbench completion bash)"  # in .bashrc; zsh in .zshrc alike',
    "workbench completion fish > ~/.config/fish/completions/workbench.fish",
)


def run(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL")]) -> int:
    """Print the script by which a shell completes verbs, options and the catalogue's names."""
    from typer.completion import get_completion_script

    if shell == "zsh":
        print("autoload -U +X compinit && compinit")
    variable = "_WORKBENCH_COMPLETE"
    print(get_completion_script(prog_name="workbench", complete_var=variable, shell=shell))
    return 0
