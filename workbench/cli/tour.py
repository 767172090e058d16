"""``workbench tour``: a guided page for students."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.arguments import (
    WRITING,
    Verbs,
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "tour",
        help="a guided page for students: from nuclear export to the bond and the mutant",
        description="Writes one page that opens without a network: nuclear export, the groove, "
        "the export signal and its pockets, selinexor, the bond and its reversal, the mutant "
        "C528S; in plain words or with the chemistry, with questions. Nothing is computed: the "
        "poses ship with the workbench.",
        epilog="example: workbench tour --out tour.html",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("tour.html"), metavar="FILE", help="default: tour.html"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the page; return the exit code."""
    from workbench.report.tour import tour

    with WRITING:
        path = tour(arguments.out)
    print(f"written: {path}; open it in a browser")
    return 0
