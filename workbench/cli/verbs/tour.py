"""``workbench tour``: a guided page for students."""

from __future__ import annotations

from pathlib import Path

from workbench.cli.options import option
from workbench.cli.terminal import WRITING

EXAMPLES = ("workbench tour --out tour.html",)


def run(
    out: Path = option(Path("tour.html"), "FILE", "the page"),
) -> int:
    """Write a guided page for students: from nuclear export to the bond and the mutant.

    The page opens without a network: nuclear export, the groove, the export signal and its
    pockets, selinexor, the bond and its reversal, the mutant C528S; in plain words or with the
    chemistry, with questions. Nothing is computed: the poses ship with the workbench.
    """
    from workbench.report.tour import tour

    with WRITING:
        path = tour(out)
    print(f"written: {path}; open it in a browser")
    return 0
