"""The box to dock in: the cavity beside the nucleophile, found from the receptor alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.errors import DockingError
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

_SEARCH_RADIUS_ANGSTROM = 12.0
_CLEARANCE_ANGSTROM = (3.0, 5.0)
_BURIAL_RADIUS_ANGSTROM = 8.0
_BURIED_SHARE = 0.5


@dataclass(frozen=True)
class Box:
    """A docking box: centre and edge lengths, ``(3,)`` angstrom each."""

    center_angstrom: tuple[float, float, float]
    size_angstrom: tuple[float, float, float]

    def to_dict(self) -> dict[str, list[float]]:
        """Return the content of ``box.json``."""
        return {name: [round(v, 3) for v in value] for name, value in asdict(self).items()}


def docking_box(receptor: Receptor, edge_angstrom: float = 26.0) -> Box:
    """Centre a cubic box on the cavity beside the reactive residue.

    The cavity is where a probe atom fits (3-5 angstrom from the nearest heavy atom) within 12
    angstrom of CB and lies deeper than half of such places, by the number of atoms around.

    Raises
    ------
    DockingError
        When nothing fits beside the residue.
    """
    heavy = np.array([a.element != "H" for a in receptor.atoms])
    tree = cKDTree(receptor.coordinates[heavy])
    start = receptor.coordinates[receptor.find(receptor.reactive_residue_number, "CB")]
    steps = np.arange(-_SEARCH_RADIUS_ANGSTROM, _SEARCH_RADIUS_ANGSTROM + 0.5, 1.0)
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    offsets = offsets[np.linalg.norm(offsets, axis=1) <= _SEARCH_RADIUS_ANGSTROM]
    points = start + offsets
    distance, _ = tree.query(points)
    points = points[(distance >= _CLEARANCE_ANGSTROM[0]) & (distance <= _CLEARANCE_ANGSTROM[1])]
    if not len(points):
        raise DockingError(
            f"Nothing fits beside residue {receptor.reactive_residue_number} of {receptor.name}: "
            "the site is closed."
        )
    around = np.array(tree.query_ball_point(points, _BURIAL_RADIUS_ANGSTROM, return_length=True))
    deep = points[around >= np.quantile(around, _BURIED_SHARE)]
    x, y, z = (float(v) for v in deep.mean(axis=0))
    return Box((x, y, z), (edge_angstrom,) * 3)
