"""Internal coordinates: dihedral angles, atoms placed from them, what turns about a bond."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np

from workbench.structures.source import FloatArray

Node = TypeVar("Node", bound=Hashable)


def dihedral_degree(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> float:
    """Return the dihedral a-b-c-d in degrees, -180 to 180 (IUPAC sign)."""
    axis = (c - b) / np.linalg.norm(c - b)
    first = (a - b) - np.dot(a - b, axis) * axis
    second = (d - c) - np.dot(d - c, axis) * axis
    sine = np.dot(np.cross(axis, first), second)
    return float(np.degrees(np.arctan2(sine, np.dot(first, second))))


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
