"""What a reader finds the way by in the 3D view: helices, pockets and the groove's surface."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.report.pdb_lines import Structure
from workbench.report.surface import groove_surface
from workbench.structures.facts import groove_facts

FloatArray = NDArray[np.float64]

UNITS_PER_ANGSTROM = 100
CARBON_RADIUS_ANGSTROM = 1.7
"""Of van der Waals (Bondi 1964, doi:10.1021/j100785a001)."""

SMALLEST_BALL_ANGSTROM = 0.5
FEWEST_OF_A_HELIX = 8


def landmarks(
    base: Structure, receptor: dict[str, Any], subject: FloatArray, center: FloatArray
) -> dict[str, Any]:
    """Return the ``helices``, ``pockets`` and ``surface`` of a scene.

    Parameters
    ----------
    receptor
        Its record; helices and pockets need human numbering.
    subject
        ``(n, 3)`` angstrom: around which the surface is drawn.
    center
        ``(3,)`` angstrom: where the scene's origin is.
    """
    mesh = groove_surface(base, subject)
    return {
        "helices": _helices(base, center) if receptor.get("numbering") == "human" else [],
        "pockets": pocket_balls(receptor.get("pockets") or [], center),
        "surface": {
            "xyz": integers(mesh.points - center),
            "quads": mesh.quads.ravel().tolist(),
            "hydropathy": np.rint(100 * mesh.hydropathy).astype(int).tolist(),
        },
    }


def pocket_balls(pockets: list[dict[str, Any]], center: FloatArray) -> list[dict[str, Any]]:
    """Return each pocket as a ball that just touches the nearest atom."""
    return [
        {
            "name": str(pocket["name"]),
            "xyz": integers(np.array(pocket["centre_angstrom"], dtype=np.float64) - center),
            "radius": round(UNITS_PER_ANGSTROM * ball_radius(float(pocket["room_angstrom"]))),
        }
        for pocket in pockets
    ]


def ball_radius(room_angstrom: float) -> float:
    """Return how large a pocket is drawn, in angstrom; one without room is still seen."""
    return max(SMALLEST_BALL_ANGSTROM, room_angstrom - CARBON_RADIUS_ANGSTROM)


def integers(values: FloatArray) -> list[int]:
    """Return coordinates in hundredths of an angstrom, flat."""
    rounded: list[int] = (
        np.rint(np.asarray(values).ravel() * UNITS_PER_ANGSTROM).astype(int).tolist()
    )
    return rounded


def _helices(base: Structure, center: FloatArray) -> list[dict[str, Any]]:
    """Return name and middle of each helix of the groove that the receptor holds."""
    found = []
    for name, first, last in groove_facts().helices:
        places = [
            point
            for atom, point in zip(base.atoms, base.coordinates, strict=True)
            if atom.name == "CA" and atom.element == "C" and first <= atom.residue_number <= last
        ]
        if len(places) >= FEWEST_OF_A_HELIX:
            found.append({"name": name, "xyz": integers(np.mean(places, axis=0) - center)})
    return found
