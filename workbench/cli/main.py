"""Parse the command, run its verb, turn errors into one sentence and an exit code."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from workbench import __version__
from workbench.cli import (
    compounds,
    docking,
    dynamics,
    enumeration,
    installation,
    mechanism,
    pictures,
    prepare,
    scan,
    screen,
    structures,
)
from workbench.cli.arguments import EXIT_INTERRUPTED, stop_at_once, tell
from workbench.errors import WorkbenchError

VERBS = (
    *(docking.add_dock, docking.add_compare, scan.add_parser),
    *(mechanism.add_react, dynamics.add_parser, mechanism.add_simulate),
    *(enumeration.add_parser, screen.add_parser, prepare.add_parser, mechanism.add_nes),
    *(pictures.add_picture, compounds.add_parser, structures.add_structures),
    *(structures.add_fetch, installation.add_selftest, installation.add_completion),
    *(pictures.add_tour, installation.add_info),
)

EXIT_USAGE = 2

EPILOG = """examples:
  workbench dock selinexor --out selinexor/
  workbench compare selinexor eltanexor --out pair/
  workbench scan --mutations C528S,E571K --ligands selinexor --out scan/
  workbench simulate selinexor --out course/
  workbench compounds selinexor
each verb has --help with examples of its own
"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="How a SINE drug binds Cys528 of XPO1: search, bonded complex, checks, page.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for add_verb in VERBS:
        add_verb(verbs)
    return parser


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
    parser = build_parser()
    words = sys.argv[1:] if argv is None else argv
    if not words:
        parser.print_help(sys.stderr)
        return EXIT_USAGE
    arguments = parser.parse_args(words)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except WorkbenchError as error:
        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("workbench: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader went away (``workbench info | head``): nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
