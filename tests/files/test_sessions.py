"""The session scripts: what PyMOL makes of its own, and which words ChimeraX is given."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from stored_docking import without_adducts

from workbench.files.docking import read_docking_result
from workbench.files.sessions import DISTANCE_ANGSTROM, session_scripts
from workbench.records.docking import DockingResult
from workbench.report.docking_page import write_docking
from workbench.report.scene import build_scene, session_view

ASKED = """
import json
from pymol import cmd
cmd.feedback("disable", "all", "everything")
found = {
    "objects": cmd.get_names("objects"),
    "enabled": cmd.get_names("objects", enabled_only=1),
    "view": cmd.get_view(),
    "drug": cmd.count_atoms("visible and resn LIG and rep sticks and not hydro"),
    "hydrogens": cmd.count_atoms("visible and hydro and rep sticks"),
    "cartoon": cmd.count_atoms("visible and polymer and name CA and rep cartoon"),
    "grey": cmd.count_atoms("color grey70 and not elem C"),
    "labels": [],
    "bonds": cmd.count_atoms("visible and resn LIG and neighbor (name SG and resi 528)"),
}
cmd.iterate("visible and label *", "labels.append(label)", space={"labels": found["labels"]})
cmd.ray(240, 180)
cmd.png("view.png")
print("FOUND " + json.dumps(found))
"""
CHIMERAX = {
    "open": r"complex_\w+\.pdb",
    "close": "session",
    "hide": r"#\d+ models|H? ?atoms",
    "set": "bgColor white",
    "cartoon": "protein",
    "color": r"protein #[0-9a-f]{6}|all byhetero",
    "transparency": r"protein \d+ target c",
    "show": r"protein & :\d+(,\d+)* & sidechain atoms|:LIG atoms",
    "style": ":LIG stick",
    "label": r"protein & :\d+(,\d+)* residues",
    "view": r"matrix camera -?\d+\.\d{5}(,-?\d+\.\d{5}){11}",
}
"""Commands and the arguments that the ChimeraX user guide gives them."""


@pytest.fixture(scope="module")
def folder(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run")
    write_docking(docked, path)
    return path


def test_pymol_shows_what_the_page_shows(folder: Path) -> None:
    pymol = shutil.which("pymol")
    if pymol is None:
        pytest.skip("no pymol on PATH: its script is not run")
    (folder / "ask.py").write_text(ASKED)
    done = subprocess.run(
        [pymol, "-cqk", "view.pml", "ask.py"],
        cwd=folder,
        # a system's pymol starts the python3 that lies beside it
        env={"PATH": f"{Path(pymol).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert not re.search(r"error|unrecognized|unknown|invalid", said, re.IGNORECASE), said
    found = json.loads(next(x for x in said.splitlines() if x.startswith("FOUND "))[6:])
    result = read_docking_result(folder)
    scene = build_scene(result)
    assert scene is not None
    names = [f"complex_{adduct.label}_1" for adduct in result.adducts]
    assert found["objects"] == names
    assert found["enabled"] == names[:1]
    assert found["drug"] == len(scene["poses"][scene["first"]]["elements"])
    assert found["hydrogens"] == 0
    assert found["grey"] == 0  # the sulphur is told from the carbons
    assert found["cartoon"] > 100
    assert found["bonds"] == 1  # the attacked carbon, and PyMOL sees its bond to the sulphur
    assert "C528" in found["labels"]
    assert np.reshape(found["view"][:9], (3, 3)).T.ravel() == pytest.approx(scene["view"], abs=1e-3)
    assert found["view"][12:15] == pytest.approx(scene["center"], abs=1e-3)
    assert (folder / "view.png").stat().st_size > 5_000


def test_chimerax_is_given_commands_of_its_guide(folder: Path, docked: DockingResult) -> None:
    lines = (folder / "view.cxc").read_text().splitlines()
    assert lines[0].startswith("#")
    for line in lines[1:]:
        verb, _, rest = line.partition(" ")
        assert re.fullmatch(CHIMERAX[verb], rest), line
    assert {line.split()[0] for line in lines[1:]} == set(CHIMERAX)
    # what is not shown is hidden by the number that it got when it was opened
    opened = [f"open complex_{adduct.label}_1.pdb" for adduct in docked.adducts]
    assert [x for x in lines if x.startswith("open")] == opened
    assert "hide #2 models" in lines and "hide #1 models" not in lines


def test_chimerax_looks_from_where_the_page_looks(folder: Path) -> None:
    """The camera's place: columns are its axes, then its position; it looks down its own -z."""
    text = (folder / "view.cxc").read_text().splitlines()[-1].split()[-1]
    place = np.array([float(x) for x in text.split(",")]).reshape(3, 4)
    axes, eye = place[:, :3], place[:, 3]
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-3)
    assert np.linalg.det(axes) == pytest.approx(1.0, abs=1e-3)
    scene = build_scene(read_docking_result(folder))
    assert scene is not None
    assert eye - DISTANCE_ANGSTROM * axes[:, 2] == pytest.approx(scene["center"], abs=1e-2)


def test_nothing_bonded_gives_no_script(docked: DockingResult) -> None:
    bare = without_adducts(docked, "no_warhead")
    assert session_scripts(bare, session_view(build_scene(bare))) == {}
