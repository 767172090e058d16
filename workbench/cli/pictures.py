"""``workbench picture`` and ``tour``: a run as pictures, and a guided page for students."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.arguments import WRITING, Verbs
from workbench.files.writing import as_bytes, prepare_output_folder, write_files


def add_picture(verbs: Verbs) -> None:
    """Add the verb ``picture``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "picture",
        help="pictures of a docking run: pose, groove, drug, adducts, contacts",
        description="Draws the run that lies in a folder: the pose in its groove, the empty "
        "groove with its surface coloured by hydropathy, the drug, each adduct and the contacts "
        "of its best pose. SVG needs no display and no other program.",
        epilog="examples: workbench picture selinexor/; workbench picture selinexor/ --png "
        "--out figures/",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="as workbench dock wrote it")
    parser.add_argument(
        "--png", action="store_true", help="also PNG at twice the size; needs Chromium"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the pictures (default: DIR)"
    )
    parser.set_defaults(run=run_picture)


def run_picture(arguments: argparse.Namespace) -> int:
    """Write the pictures; return the exit code."""
    from workbench.files.docking import read_docking_result
    from workbench.report.pictures import pictures, png_of

    result = read_docking_result(arguments.folder)
    folder = prepare_output_folder(arguments.out or arguments.folder)
    drawn = pictures(result)
    contents = {name: as_bytes(text) for name, text in drawn.items()}
    if arguments.png:
        contents |= {f"{name[:-4]}.png": png_of(text) for name, text in drawn.items()}
    with WRITING:
        write_files(folder, contents)
    print(f"written to {folder}: {', '.join(contents)}")
    return 0


def add_tour(verbs: Verbs) -> None:
    """Add the verb ``tour``."""
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
    parser.set_defaults(run=run_tour)


def run_tour(arguments: argparse.Namespace) -> int:
    """Write the page; return the exit code."""
    from workbench.report.tour import tour

    with WRITING:
        path = tour(arguments.out)
    print(f"written: {path}; open it in a browser")
    return 0
