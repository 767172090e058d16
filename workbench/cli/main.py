"""Parse the command, run its verb, turn errors into one sentence and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from workbench import __version__
from workbench.cli.terminal import EXIT_INTERRUPTED, EXIT_USAGE, stop_at_once, tell
from workbench.errors import WorkbenchError

VERBS = {
    "dock": "a drug on the reactive cysteine: encounter, adducts, complexes, page",
    "compare": "several drugs side by side: one table, one page",
    "scan": "resistance: structure and chemistry per mutant and drug",
    "react": "thiol addition: energies, reversibility against selinexor",
    "dynamics": "short molecular dynamics of a docked pose",
    "simulate": "concentration, occupancy, export capacity against time",
    "enumerate": "a library from a core and a table of building blocks",
    "screen": "many ligands, on this machine or a cluster",
    "prepare": "docking-ready files of a receptor or of ligands",
    "nes": "patterns of nuclear export signals and their pockets",
    "picture": "pictures of a docking run",
    "compounds": "the known XPO1 inhibitors and warheads",
    "structures": "the known XPO1 structures; what an entry is",
    "fetch": "entries of the PDB or AlphaFold DB into the cache",
    "selftest": "redock KPT-185 and KPT-251, compare with references",
    "completion": "what the shell offers after a tab",
    "tour": "a guided page for students",
    "info": "versions, platforms, GPU, data shipped",
}
EXAMPLES = (
    "workbench dock selinexor --out selinexor/",
    "workbench compare selinexor eltanexor --out pair/",
    "workbench scan --mutations C528S,E571K --ligands selinexor --out scan/",
    "workbench simulate selinexor --out course/",
    "workbench compounds selinexor",
    "workbench dock --help",
)


class Verbs(TyperGroup):
    """Lists all verbs without loading them; loads the one that is asked for."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of a verb, its command and the words that are left."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else verb(name), rest


@cache
def command() -> Any:
    """Return the whole command line."""
    app = _app(cls=Verbs, epilog=_shown(EXAMPLES), add_completion=True)
    app.callback()(_workbench)
    for name, what in VERBS.items():
        app.command(name, short_help=what)(_not_loaded)
    return typer.main.get_command(app)


def _app(**more: Any) -> typer.Typer:
    names = {"help_option_names": ["-h", "--help"]}
    return typer.Typer(rich_markup_mode=None, context_settings=names, **more)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"workbench {__version__}")
        raise typer.Exit()


VERSION = typer.Option("--version", help="Show it.", callback=_print_version, is_eager=True)


def _workbench(version: Annotated[bool, VERSION] = False) -> None:
    """How a SINE drug binds Cys528 of XPO1: search, bonded complex, checks, page."""


def _not_loaded() -> None:
    """Stand for a verb in the list."""


@cache
def verb(name: str) -> Any:
    """Return the command of a verb: ``run`` of its file, or one command for each of ``KINDS``."""
    from workbench.cli.options import expanded

    module = importlib.import_module(f"workbench.cli.verbs.{name}")
    app = _app(add_completion=False)
    kinds = getattr(module, "KINDS", {})
    if kinds:
        app.callback(help=module.HELP, epilog=_shown(module.EXAMPLES))(_not_loaded)
    for kind, run in (kinds or {"": module.run}).items():
        app.command(
            kind or name,
            cls=getattr(module, "Command", TyperCommand),
            help=inspect.getdoc(run),
            epilog=_shown([one for one in module.EXAMPLES if f"{name} {kind}" in one]),
        )(expanded(run))
    return typer.main.get_command(app)


def _shown(examples: Sequence[str]) -> str:
    """Return commands as the end of a help; the backspace keeps their lines as they are."""
    return "\n".join(("\b", "examples:", *(f"  {example}" for example in examples)))


def entry() -> int:
    """Run as a program of its own: the ``workbench`` command."""
    stop_at_once()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that lacks a sign of a name, or a name that is no text, shows its number
        sys.stdout.reconfigure(errors="backslashreplace")
    return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 done, 1 failed, 2 usage, 3 some inputs failed, 130 interrupted.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if not words and "_WORKBENCH_COMPLETE" not in os.environ:
        with contextlib.redirect_stdout(sys.stderr):
            main(["--help"])
        return EXIT_USAGE
    try:
        code: int = command().main(words, "workbench", standalone_mode=False) or 0
        sys.stdout.flush()
    except WorkbenchError as error:
        tell(error)
        return error.exit_code
    except typer.TyperException as error:
        said = error.format_message().replace("Value error, ", "")
        name = words[0] if words[0] in VERBS else "VERB"
        tell(f"{said} (`workbench {name} --help` tells more)")
        return EXIT_USAGE
    except BrokenPipeError:
        # The reader went away (``workbench info | head``): nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if code == EXIT_INTERRUPTED:
        tell("interrupted")
    return code
