"""``workbench picture``: a finished docking run as pictures for papers and slides."""

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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pictures; return the exit code."""
    from workbench.files.docking import read_docking_result
    from workbench.files.writing import as_bytes, prepare_output_folder, write_files
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
