"""``workbench picture``: a docking run as pictures."""

from __future__ import annotations

from pathlib import Path

from workbench.cli.options import argument, flag, option
from workbench.cli.terminal import WRITING
from workbench.files.writing import as_bytes, prepare_output_folder, write_files

EXAMPLES = (
    "workbench picture selinexor/",
    "workbench picture selinexor/ --png --out figures/",
)


def run(
    folder: Path = argument("DIR", "as workbench dock wrote it"),
    png: bool = flag("--png", "also PNG at twice the size; needs Chromium"),
    out: Path | None = option(None, "DIR", "folder of the pictures (default: DIR)"),
) -> int:
    """Draw a docking run: pose, groove, drug, adducts.

    The pose in its groove, the empty groove with its surface coloured by hydropathy, the drug and
    each adduct. SVG needs no display and no other program.
    """
    from workbench.files.docking import read_docking_result
    from workbench.report.pictures import pictures, png_of

    result = read_docking_result(folder)
    target = prepare_output_folder(out or folder)
    drawn = pictures(result)
    contents = {name: as_bytes(text) for name, text in drawn.items()}
    if png:
        contents |= {f"{name[:-4]}.png": png_of(text) for name, text in drawn.items()}
    with WRITING:
        write_files(target, contents)
    print(f"written to {target}: {', '.join(contents)}")
    return 0
