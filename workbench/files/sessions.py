"""Session scripts that open the complexes as the page shows them, in PyMOL and in ChimeraX.

They name files of the run's own folder only; nothing that a user typed goes into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.records.docking import DockingResult, PoseRecord, best_of, best_pose

FloatArray = NDArray[np.float64]

DISTANCE_ANGSTROM = 62.0
"""From the eye to the drug, as in the page's own view."""

PYMOL_FILE, CHIMERAX_FILE = "view.pml", "view.cxc"


@dataclass(frozen=True)
class SessionView:
    """From where the complexes are looked at, as on the page.

    Parameters
    ----------
    turn
        ``(3, 3)``: rows are the screen's right, up, and the direction towards the viewer.
    center
        ``(3,)`` angstrom.
    residues
        Numbers of those whose side chains are shown.
    """

    turn: FloatArray
    center: FloatArray
    residues: tuple[int, ...]


def session_scripts(result: DockingResult, view: SessionView | None) -> dict[str, str]:
    """Return ``view.pml`` and ``view.cxc`` by name; empty without a bonded complex as a file.

    The best complex of each diastereomer is opened; that of the pose that the page shows first
    is visible. Run them from the folder that holds the complexes.

    References
    ----------
    PyMOL's ``set_view`` (model axes to camera axes, column by column) and ChimeraX's
    ``view matrix camera`` (rows of the camera's place in the scene), as their manuals say.
    """
    shown = best_pose(result)
    best = [pose for pose in map(best_of, result.adducts) if pose and "pdb" in pose.files]
    if view is None or shown is None or "pdb" not in shown[1].files:
        return {}
    return {
        PYMOL_FILE: _pymol(best, shown[1], view),
        CHIMERAX_FILE: _chimerax(best, shown[1], view),
    }


def _pymol(poses: Sequence[PoseRecord], shown: PoseRecord, view: SessionView) -> str:
    lines = ["# Run in the folder of the complexes: pymol view.pml", "reinitialize"]
    for pose in poses:
        name = pose.files["pdb"].removesuffix(".pdb")
        lines += [f"load {pose.files['pdb']}, {name}"]
        if pose is not shown:
            lines.append(f"disable {name}")
    numbers = "+".join(map(str, view.residues)) or "0"
    camera = [
        *view.turn.T.ravel(),
        *(0.0, 0.0, -DISTANCE_ANGSTROM),
        *view.center,
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
        "set_view (" + ", ".join(f"{value:.5f}" for value in camera) + ")",
    ]
    return "\n".join(lines) + "\n"


def _chimerax(poses: Sequence[PoseRecord], shown: PoseRecord, view: SessionView) -> str:
    lines = ["# Run in the folder of the complexes: chimerax view.cxc", "close session"]
    # models are numbered from 1 in the order in which they are opened
    for number, pose in enumerate(poses, start=1):
        lines.append(f"open {pose.files['pdb']}")
        if pose is not shown:
            lines.append(f"hide #{number} models")
    eye = view.center + view.turn[2] * DISTANCE_ANGSTROM
    camera = np.column_stack([view.turn.T, eye]).ravel()
    numbers = ",".join(map(str, view.residues))
    lines += [
        "set bgColor white",
        "hide atoms",
        "cartoon protein",
        "color protein #b8bec6",
        "transparency protein 35 target c",
        *([f"show protein & :{numbers} & sidechain atoms"] if numbers else []),
        "show :LIG atoms",
        "style :LIG stick",
        "color all byhetero",
        "hide H atoms",
        *([f"label protein & :{numbers} residues"] if numbers else []),
        "view matrix camera " + ",".join(f"{value:.5f}" for value in camera),
    ]
    return "\n".join(lines) + "\n"
