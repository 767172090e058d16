"""Session scripts that open the complexes as the page shows them, in PyMOL and in ChimeraX.

They name files of the run's own folder only; nothing that a user typed goes into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.records.docking import DockingResult, PoseRecord
from workbench.report.scene import build_scene
from workbench.report.summary import best_of, best_pose

FloatArray = NDArray[np.float64]

DISTANCE_ANGSTROM = 62.0
"""From the eye to the drug, as in the page's own view."""

PYMOL_FILE, CHIMERAX_FILE = "view.pml", "view.cxc"


def session_scripts(result: DockingResult) -> dict[str, str]:
    """Return ``view.pml`` and ``view.cxc`` by name; empty without a bonded complex as a file.

    The best complex of each diastereomer is opened; that of the pose that the page shows first
    is visible. Run them from the folder that holds the complexes.

    References
    ----------
    PyMOL's ``set_view`` (model axes to camera axes, column by column) and ChimeraX's
    ``view matrix camera`` (rows of the camera's place in the scene), as their manuals say.
    """
    scene, shown = build_scene(result), best_pose(result)
    best = [pose for pose in map(best_of, result.adducts) if pose and "pdb" in pose.files]
    if scene is None or shown is None or "pdb" not in shown[1].files:
        return {}
    turn = np.array(scene["view"], dtype=np.float64).reshape(3, 3)
    center = np.array(scene["center"], dtype=np.float64)
    near = _numbers(scene)
    return {
        PYMOL_FILE: _pymol(best, shown[1], turn, center, near),
        CHIMERAX_FILE: _chimerax(best, shown[1], turn, center, near),
    }


def _pymol(
    poses: Sequence[PoseRecord],
    shown: PoseRecord,
    turn: FloatArray,
    center: FloatArray,
    near: Sequence[int],
) -> str:
    lines = ["# Run in the folder of the complexes: pymol view.pml", "reinitialize"]
    for pose in poses:
        name = pose.files["pdb"].removesuffix(".pdb")
        lines += [f"load {pose.files['pdb']}, {name}"]
        if pose is not shown:
            lines.append(f"disable {name}")
    numbers = "+".join(map(str, near)) or "0"
    view = [
        *turn.T.ravel(),
        *(0.0, 0.0, -DISTANCE_ANGSTROM),
        *center,
        *(DISTANCE_ANGSTROM - 25, DISTANCE_ANGSTROM + 40, 0.0),
    ]
    lines += [
        "hide everything",
        "bg_color white",
        "show cartoon, polymer",
        "set cartoon_transparency, 0.35",
        "color grey70, polymer",
        f"show sticks, polymer and resi {numbers} and not name N+C+O",
        "show sticks, resn LIG",
        "util.cbag resn LIG",
        "util.cnc polymer",
        "set stick_radius, 0.12, polymer",
        "hide (hydro)",
        f"label polymer and name CA and resi {numbers}, oneletter + resi",
        "set_view (" + ", ".join(f"{value:.5f}" for value in view) + ")",
    ]
    return "\n".join(lines) + "\n"


def _chimerax(
    poses: Sequence[PoseRecord],
    shown: PoseRecord,
    turn: FloatArray,
    center: FloatArray,
    near: Sequence[int],
) -> str:
    lines = ["# Run in the folder of the complexes: chimerax view.cxc", "close session"]
    # models are numbered from 1 in the order in which they are opened
    for number, pose in enumerate(poses, start=1):
        lines.append(f"open {pose.files['pdb']}")
        if pose is not shown:
            lines.append(f"hide #{number} models")
    eye = center + turn[2] * DISTANCE_ANGSTROM
    camera = np.column_stack([turn.T, eye]).ravel()
    lines += [
        "set bgColor white",
        "hide atoms",
        "cartoon protein",
        "color protein #b8bec6",
        "transparency protein 35 target c",
        *([f"show protein & :{','.join(map(str, near))} & sidechain atoms"] if near else []),
        "show :LIG atoms",
        "style :LIG stick",
        "color all byhetero",
        "hide H atoms",
        *([f"label protein & :{','.join(map(str, near))} residues"] if near else []),
        "view matrix camera " + ",".join(f"{value:.5f}" for value in camera),
    ]
    return "\n".join(lines) + "\n"


def _numbers(scene: dict[str, Any]) -> list[int]:
    """Return the residue numbers that are shown with the first pose."""
    pose = scene["poses"][scene["first"]]
    labels = (scene["receptor"]["labels"][i] for i in {*pose["near"], *scene["focus"]})
    digits = ("".join(c for c in label[1:] if c.isdigit()) for label in labels)
    return sorted({int(text) for text in digits if text})
