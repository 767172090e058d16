"""``workbench completion``: what the shell offers after a tab."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.cli.arguments import Verbs

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
BODY = """_workbench() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{verbs}"
  else
    case "$prev" in
{choices}      *)
        case "${{COMP_WORDS[1]}}" in
{options}        esac
        case "${{COMP_WORDS[1]}}" in
          {named}) case "$cur" in -*) ;; *) words="$words {names}" ;; esac ;;
        esac ;;
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
  if [ "$COMP_CWORD" -gt 1 ]; then COMPREPLY+=( $(compgen -f -- "$cur") ); fi
}}
complete -o filenames -F _workbench workbench
"""
ZSH = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
TAKES_LIGANDS = ("dock", "compare", "simulate", "compounds", "prepare")


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "completion",
        help="what the shell offers after a tab",
        description="Prints a script for the shell: verbs, options and the catalogue's names.",
        epilog='examples: eval "$(workbench completion bash)" in .bashrc; eval "$(workbench '
        'completion zsh)" in .zshrc',
    )
    parser.add_argument("shell", choices=["bash", "zsh"])
    parser.set_defaults(run=lambda arguments: run(arguments.shell, verbs.choices))


def run(shell: str, verbs: Mapping[str, argparse.ArgumentParser]) -> int:
    """Print a function of bash that completes what the verbs understand; return the exit code."""
    from workbench.tables import compounds

    options = {verb: sorted(set(_words(parser))) for verb, parser in verbs.items()}
    choices = {name: values for parser in verbs.values() for name, values in _choices(parser)}
    drugs = (x for x in compounds() if x.kind != "bound_form")
    names = sorted({name for x in drugs for name in (x.name, *x.synonyms) if PLAIN.fullmatch(name)})
    script = BODY.format(
        verbs=" ".join(verbs),
        choices="".join(
            f'      {name}) words="{" ".join(values)}" ;;\n' for name, values in choices.items()
        ),
        options="".join(
            f'          {verb}) words="{" ".join(words)}" ;;\n' for verb, words in options.items()
        ),
        named="|".join(TAKES_LIGANDS),
        names=" ".join(names),
    )
    print((ZSH if shell == "zsh" else "") + script, end="")
    return 0


def _inner(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of a verb's own verbs (argparse has no public way to them)."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a verb's options, and its own verbs with theirs."""
    for action in parser._actions:
        yield from action.option_strings
        if not action.option_strings and action.choices is not None:
            yield from (str(choice) for choice in action.choices)
    for inner in _inner(parser):
        yield from _words(inner)


def _choices(parser: argparse.ArgumentParser) -> Iterator[tuple[str, list[str]]]:
    """Yield each option that takes one of a few words."""
    for action in parser._actions:
        values: Any = action.choices
        if action.option_strings and values is not None:
            yield action.option_strings[-1], [str(value) for value in values]
    for inner in _inner(parser):
        yield from _choices(inner)
