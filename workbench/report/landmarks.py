"""Backbone ribbon, point of view, helices, pockets and surface of a 3D scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from workbench.geometry import even_directions
from workbench.report.poses import Structure
from workbench.report.surface import groove_surface
from workbench.structures.groove import groove_facts

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

STEPS_PER_RESIDUE = 5
LONGEST_CA_STEP = 4.5
SHORTEST_HELIX = 5


@dataclass(frozen=True)
class Ribbon:
    """One unbroken stretch of backbone.

    Parameters
    ----------
    points
        ``(n, 3)`` angstrom, along a Catmull-Rom spline through the CA atoms.
    sides
        ``(n, 3)`` unit vectors across the ribbon; along the axis in a helix.
    helix
        ``(n,)`` true where the point belongs to a helix.
    """

    points: FloatArray
    sides: FloatArray
    helix: BoolArray


def ribbons(receptor: Structure) -> list[Ribbon]:
    """Return one ribbon per unbroken stretch of at least three residues."""
    result = []
    for ca in _stretches(receptor):
        if len(ca) < 3:
            continue
        flags = helix_mask(ca)
        points = _spline(ca)
        sides = _spline(_binormals(ca))
        sides /= np.linalg.norm(sides, axis=1, keepdims=True).clip(min=1e-6)
        residue = np.minimum(
            np.round(np.arange(len(points)) / STEPS_PER_RESIDUE).astype(int), len(ca) - 1
        )
        result.append(Ribbon(points, sides, flags[residue]))
    return result


def helix_mask(ca: FloatArray) -> BoolArray:
    """Return which residues are alpha helix, judged from CA distances alone.

    ``ca`` ``(n, 3)`` angstrom are consecutive residues; the result is ``(n,)`` booleans. Helices
    shorter than five residues are not counted. The distances i..i+3 (5.3 +- 0.5 A) and i..i+4
    (6.4 +- 0.6 A) are those of P-SEA, doi:10.1093/bioinformatics/13.3.291.
    """
    n = len(ca)
    mask = np.zeros(n, dtype=bool)
    if n < SHORTEST_HELIX:
        return mask
    third = np.linalg.norm(ca[3 : n - 1] - ca[: n - 4], axis=1)
    fourth = np.linalg.norm(ca[4:] - ca[: n - 4], axis=1)
    starts = (np.abs(third - 5.3) <= 0.5) & (np.abs(fourth - 6.4) <= 0.6)
    for start in np.flatnonzero(starts):
        mask[start : start + SHORTEST_HELIX] = True
    return mask


def _stretches(receptor: Structure) -> list[FloatArray]:
    """Return the CA coordinates, cut where the chain, the numbering or the distance breaks."""
    stretches: list[list[FloatArray]] = []
    previous: tuple[str, int] | None = None
    for atom, point in zip(receptor.atoms, receptor.coordinates, strict=True):
        if atom.name != "CA" or atom.element != "C":
            continue
        joined = (
            previous is not None
            and previous[0] == atom.chain
            and atom.residue_number - previous[1] in (0, 1)
            and np.linalg.norm(point - stretches[-1][-1]) < LONGEST_CA_STEP
        )
        if not joined:
            stretches.append([])
        stretches[-1].append(point)
        previous = (atom.chain, atom.residue_number)
    return [np.array(points) for points in stretches]


def _binormals(ca: FloatArray) -> FloatArray:
    """Return ``(n, 3)`` unit binormals of the CA trace, turned so that neighbours agree."""
    steps = np.diff(ca, axis=0)
    inner = np.cross(steps[:-1], steps[1:])
    inner /= np.linalg.norm(inner, axis=1, keepdims=True).clip(min=1e-6)
    normals = np.vstack([inner[:1], inner, inner[-1:]])
    for i in range(1, len(normals)):
        if normals[i] @ normals[i - 1] < 0:
            normals[i] = -normals[i]
    return normals


def _spline(values: FloatArray) -> FloatArray:
    """Return the Catmull-Rom spline through ``values`` ``(n, 3)``, ends doubled."""
    n = len(values)
    padded = np.vstack([2 * values[0] - values[1], values, 2 * values[-1] - values[-2]])
    curve = CubicHermiteSpline(np.arange(n), values, (padded[2:] - padded[:-2]) / 2)
    drawn: FloatArray = curve(np.linspace(0, n - 1, (n - 1) * STEPS_PER_RESIDUE + 1))
    return drawn


DIRECTIONS = 400
SHADOW_RADIUS = 1.8
SHADOW_DEPTH = 18.0


def best_view(ligand: FloatArray, receptor: FloatArray, bond: FloatArray | None) -> FloatArray:
    """Return the rotation that shows the ligand best.

    Of many directions the one is taken in which few receptor atoms stand before the ligand,
    the ligand is not foreshortened, and the S-C bond is not seen end on.

    Coordinates are in angstrom: ``(n, 3)``, ``(m, 3)`` and, for sulphur and carbon, ``(2, 3)``;
    the sulphur comes out above. The rows of the result, ``(3, 3)``, are the screen's right, up,
    and the direction towards the viewer.
    """
    spread = ligand - ligand.mean(axis=0)
    total = float((spread**2).sum()) or 1.0
    directions = even_directions(DIRECTIONS)
    offsets = receptor[None, :, :] - ligand[:, None, :]
    squared = (offsets**2).sum(axis=-1)
    costs = []
    for direction in directions:
        along = offsets @ direction
        hidden = (along > 1.0) & (along < SHADOW_DEPTH) & (squared - along**2 < SHADOW_RADIUS**2)
        cost = hidden.sum() / len(ligand) + 4.0 * float(((spread @ direction) ** 2).sum()) / total
        if bond is not None:
            cost += 1.5 * abs(float((bond[1] - bond[0]) @ direction)) / 1.82
        costs.append(cost)
    return _upright(directions[int(np.argmin(costs))], spread, bond)


def _upright(toward: FloatArray, spread: FloatArray, bond: FloatArray | None) -> FloatArray:
    """Lay the ligand's long axis along the screen's horizontal."""
    flat = spread - np.outer(spread @ toward, toward)
    _, vectors = np.linalg.eigh(flat.T @ flat)
    right = vectors[:, -1] - (vectors[:, -1] @ toward) * toward
    norm = np.linalg.norm(right)
    if norm < 1e-6:
        right = np.cross(toward, np.eye(3)[int(np.argmin(np.abs(toward)))])
        norm = np.linalg.norm(right)
    right = right / norm
    up = np.cross(toward, right)
    # eigenvectors have no sign of their own: without this the picture could turn over
    sign = (bond[0] - bond[1]) @ up if bond is not None else right[int(np.argmax(np.abs(right)))]
    if sign < 0:
        right, up = -right, -up
    return np.vstack([right, up, toward])


UNITS_PER_ANGSTROM = 100
CARBON_RADIUS_ANGSTROM = 1.7
"""Of van der Waals (Bondi 1964, doi:10.1021/j100785a001)."""

SMALLEST_BALL_ANGSTROM = 0.5
FEWEST_OF_A_HELIX = 8


def landmarks(
    base: Structure, receptor: dict[str, Any], subject: FloatArray, center: FloatArray
) -> dict[str, Any]:
    """Return the ``helices``, ``pockets`` and ``surface`` of a scene.

    Helices and pockets need human numbering in the receptor's record. The surface is drawn around
    ``subject`` (``(n, 3)`` angstrom), and ``center`` (``(3,)`` angstrom) is the scene's origin.
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
    flat: list[int] = np.rint(values * UNITS_PER_ANGSTROM).astype(int).ravel().tolist()
    return flat


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
