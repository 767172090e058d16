"""A result as pictures for papers and slides: SVG without a display, PNG where a browser is."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.drawings import adduct_svg, drug_svg, still_of
from workbench.report.scene import build_scene
from workbench.report.still import draw_still

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_SECONDS = 60
SCALE = 2
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def pictures(result: DockingResult) -> dict[str, str]:
    """Return SVG pictures by file name.

    ``pose.svg`` (the pose to show first in its groove), ``groove.svg`` (the empty groove, its
    surface coloured by hydropathy), ``drug.svg``, and ``adduct_<label>.svg`` for each diastereomer.

    Raises
    ------
    OutputError
        When the result contradicts itself so that a picture would be wrong.
    """
    name = str(result.ligand.get("name", "the drug"))
    drawn = {"drug.svg": drug_svg(result)}
    scene = build_scene(result)
    if scene is not None:
        if scene["poses"]:
            drawn["pose.svg"] = still_of(scene, name)
            first = scene["poses"][scene["first"]]
            sulphur = first["link"][0] if first["link"] else None
            scene = {**scene, "poses": [], "lining": first["near"], "sulphur": sulphur}
        drawn["groove.svg"] = draw_still(scene, "The groove of XPO1")
    for number, adduct in enumerate(result.adducts, start=1):
        label = adduct.label if re.fullmatch(r"[A-Za-z0-9_]{1,40}", adduct.label) else str(number)
        drawn[f"adduct_{label}.svg"] = adduct_svg(result, adduct)
    return {file: _standing_alone(text) for file, text in drawn.items()}


def png_of(svg: str) -> bytes:
    """Return a picture as PNG at twice its size, white behind it, drawn by a headless browser.

    Raises
    ------
    OutputError
        When no Chromium is installed, or it draws nothing.
    """
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise OutputError(
            "a PNG is drawn by Chromium, which is not installed: install it, or use the SVG files"
        )
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = (round(float(x)) for x in size.groups()) if size else (800, 600)
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "page.html", Path(folder) / "picture.png"
        page.write_text(
            f'<!doctype html><meta charset="utf-8"><style>body{{margin:0;background:#fff}}'
            f"svg{{display:block;width:{width}px;height:{height}px}}</style>{svg}",
            encoding="utf-8",
        )
        command = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--force-device-scale-factor={SCALE}",
            f"--window-size={width},{height}",
            f"--user-data-dir={folder}/profile",
            f"--screenshot={picture}",
            page.as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=True)
            return picture.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise OutputError(
                f"Chromium drew no PNG ({type(error).__name__}): use the SVG files"
            ) from error


def _standing_alone(svg: str) -> str:
    """Give a drawing of a page a size of its own, for programs that know no style sheet."""
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        return svg
    text = svg.replace("currentColor", "#17202d")
    text = re.sub(r"var\(--[a-z-]+,([^()]+)\)", r"\1", text)
    return text.replace(NAMESPACE, f'{NAMESPACE} width="{size[1]}" height="{size[2]}"', 1)
