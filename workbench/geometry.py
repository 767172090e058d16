"""Distances, angles, dihedrals, planes, chirality and superposition of points."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

FloatArray = NDArray[np.float64]

Node = TypeVar("Node", bound=Hashable)


def unit(vectors: ArrayLike) -> FloatArray:
    """Return vectors scaled to length one; ``(..., 3)``, a zero vector stays zero."""
    array = np.asarray(vectors, dtype=np.float64)
    length = np.linalg.norm(array, axis=-1, keepdims=True)
    return np.divide(array, length, out=np.zeros_like(array), where=length > 0)


def distance(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the distance between points; ``(..., 3)`` each, angstrom."""
    return np.asarray(np.linalg.norm(np.asarray(a, float) - np.asarray(b, float), axis=-1))


def vector_angle(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the angle between vectors ``(..., 3)``, in degrees from 0 to 180."""
    u, v = unit(a), unit(b)
    # atan2 keeps full precision near 0 and 180 degrees, where arccos loses it.
    cross = np.linalg.norm(np.cross(u, v), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, np.sum(u * v, axis=-1))))


def angle(a: ArrayLike, apex: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the angle at ``apex`` between points ``(..., 3)``, in degrees from 0 to 180."""
    centre = np.asarray(apex, dtype=np.float64)
    return vector_angle(np.asarray(a, float) - centre, np.asarray(b, float) - centre)


def dihedral(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> FloatArray:
    """Return the torsion a-b-c-d in degrees, -180 to 180, IUPAC sign (clockwise positive)."""
    p0, p1, p2, p3 = (np.asarray(point, dtype=np.float64) for point in (a, b, c, d))
    axis = unit(p2 - p1)
    n1, n2 = np.cross(p1 - p0, p2 - p1), np.cross(p2 - p1, p3 - p2)
    sine = np.sum(np.cross(n1, n2) * axis, axis=-1)
    return np.asarray(np.degrees(np.arctan2(sine, np.sum(n1 * n2, axis=-1))))


def signed_volume(centre: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> FloatArray:
    """Return the chirality of three neighbours of a centre, with bonds scaled to length one.

    Parameters
    ----------
    centre, a, b, c
        ``(..., 3)`` angstrom.

    Returns
    -------
    volume
        Triple product of the unit vectors: about +-0.77 for a tetrahedral centre, 0 for a
        flat one. Positive when ``a``, ``b``, ``c`` run counter-clockwise, seen with the fourth
        substituent pointing away.
    """
    origin = np.asarray(centre, dtype=np.float64)
    u, v, w = (unit(np.asarray(point, float) - origin) for point in (a, b, c))
    return np.asarray(np.sum(u * np.cross(v, w), axis=-1))


def plane_normal(points: ArrayLike) -> FloatArray:
    """Return the unit normal of the least-squares plane through ``(n, 3)`` points, n >= 3.

    Its sense follows the order of the points (right-hand rule), so that a normal is
    comparable between two placements of one ring.
    """
    ring = np.asarray(points, dtype=np.float64)
    centred = ring - ring.mean(axis=0)
    normal = np.linalg.svd(centred, full_matrices=False)[2][2]
    turn = np.cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0)
    return np.asarray(normal if normal @ turn >= 0 else -normal)


def plane_deviation(points: ArrayLike) -> float:
    """Return the largest distance of ``(n, 3)`` points from their least-squares plane."""
    ring = np.asarray(points, dtype=np.float64)
    return float(np.abs((ring - ring.mean(axis=0)) @ plane_normal(ring)).max())


def plane_angle(normal_a: ArrayLike, normal_b: ArrayLike) -> float:
    """Return the angle between two planes in degrees, 0 to 90."""
    between = float(vector_angle(normal_a, normal_b))
    return min(between, 180.0 - between)


def rotation_about(axis: ArrayLike, degree: float) -> FloatArray:
    """Return the ``(3, 3)`` matrix that turns column vectors about an axis (right-hand rule)."""
    x, y, z = unit(axis)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    theta = np.radians(degree)
    return np.asarray(np.eye(3) + np.sin(theta) * skew + (1 - np.cos(theta)) * skew @ skew)


@dataclass(frozen=True)
class Superposition:
    """A rotation and a translation that lay one set of points on another.

    Parameters
    ----------
    rotation
        ``(3, 3)``, applied from the right.
    translation
        ``(3,)`` angstrom.
    rmsd_angstrom
        Of the matched points.
    """

    rotation: FloatArray
    translation: FloatArray
    rmsd_angstrom: float

    def moved(self, points: ArrayLike) -> FloatArray:
        """Return ``(n, 3)`` points in the other frame."""
        return np.asarray(np.asarray(points, dtype=np.float64) @ self.rotation + self.translation)


def superposed(mobile: ArrayLike, target: ArrayLike) -> Superposition:
    """Return the least-squares superposition of ``(n, 3)`` points, n at least 3.

    References
    ----------
    Kabsch 1976, doi:10.1107/S0567739476001873.
    """
    a, b = np.asarray(mobile, dtype=np.float64), np.asarray(target, dtype=np.float64)
    centre_a, centre_b = a.mean(axis=0), b.mean(axis=0)
    turn, distance_sum = Rotation.align_vectors(b - centre_b, a - centre_a)
    rotation = np.asarray(turn.as_matrix().T)
    rmsd = float(distance_sum / np.sqrt(len(a)))
    return Superposition(rotation, centre_b - centre_a @ rotation, rmsd)


def segments_cross_triangles(
    start: ArrayLike, end: ArrayLike, triangles: ArrayLike
) -> NDArray[np.bool_]:
    """Tell which segments pass through which triangles.

    Parameters
    ----------
    start, end
        ``(n_segments, 3)`` angstrom.
    triangles
        ``(n_triangles, 3, 3)`` angstrom.

    Returns
    -------
    crosses
        ``(n_segments, n_triangles)``.

    References
    ----------
    Moller and Trumbore 1997, doi:10.1080/10867651.1997.10487468
    """
    origin = np.asarray(start, dtype=np.float64)[:, None, :]
    direction = np.asarray(end, dtype=np.float64)[:, None, :] - origin
    corners = np.asarray(triangles, dtype=np.float64)[None]
    edge_1 = corners[:, :, 1] - corners[:, :, 0]
    edge_2 = corners[:, :, 2] - corners[:, :, 0]
    p = np.cross(direction, edge_2)
    determinant = np.sum(edge_1 * p, axis=-1)
    parallel = np.abs(determinant) < 1e-9
    inverse = 1.0 / np.where(parallel, 1.0, determinant)
    from_corner = origin - corners[:, :, 0]
    u = np.sum(from_corner * p, axis=-1) * inverse
    q = np.cross(from_corner, edge_1)
    v = np.sum(direction * q, axis=-1) * inverse
    t = np.sum(edge_2 * q, axis=-1) * inverse
    inside = (u >= 0) & (v >= 0) & (u + v <= 1) & (t >= 0) & (t <= 1)
    return np.asarray(inside & ~parallel)


def placed_atom(
    a: FloatArray,
    b: FloatArray,
    c: FloatArray,
    *,
    bond_angstrom: float,
    angle_degree: float,
    torsion_degree: float,
) -> FloatArray:
    """Return the position of an atom d bonded to c, with angle b-c-d and dihedral a-b-c-d."""
    angle, torsion = np.radians(angle_degree), np.radians(torsion_degree)
    axis = (c - b) / np.linalg.norm(c - b)
    normal = np.cross(b - a, axis)
    normal = normal / np.linalg.norm(normal)
    inward = np.cross(normal, axis)
    direction = (
        -np.cos(angle) * axis
        + np.sin(angle) * np.cos(torsion) * inward
        + np.sin(angle) * np.sin(torsion) * normal
    )
    position: FloatArray = c + bond_angstrom * direction
    return position


def rotated_about(
    points: FloatArray, start: FloatArray, end: FloatArray, angle_degree: float
) -> FloatArray:
    """Return ``(n, 3)`` points turned about the axis start-end (Rodrigues' formula)."""
    axis = (end - start) / np.linalg.norm(end - start)
    angle = np.radians(angle_degree)
    relative = points - end
    turned: FloatArray = (
        relative * np.cos(angle)
        + np.cross(axis, relative) * np.sin(angle)
        + np.outer(relative @ axis, axis) * (1 - np.cos(angle))
    )
    return turned + end


def joined(bonds: Iterable[tuple[Node, Node]]) -> dict[Node, set[Node]]:
    """Return the neighbours of each atom that has a bond."""
    neighbours: dict[Node, set[Node]] = {}
    for first, second in bonds:
        neighbours.setdefault(first, set()).add(second)
        neighbours.setdefault(second, set()).add(first)
    return neighbours


def beyond(neighbours: Mapping[Node, set[Node]], start: Node, end: Node) -> set[Node]:
    """Return the atoms that a turn about the bond start-end moves, ``end`` itself left out."""
    seen, todo = {start, end}, [end]
    for atom in todo:
        for other in neighbours[atom] - seen:
            seen.add(other)
            todo.append(other)
    return seen - {start, end}


def even_directions(count: int) -> FloatArray:
    """Return ``(count, 3)`` unit vectors spread evenly, on a golden spiral (Fibonacci lattice)."""
    place = np.arange(count) + 0.5
    height = 1.0 - 2.0 * place / count
    turn = np.pi * (1.0 + np.sqrt(5.0)) * place
    across = np.sqrt(1.0 - height**2)
    return np.column_stack([across * np.cos(turn), across * np.sin(turn), height])
