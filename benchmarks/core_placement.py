"""Where the parts of a SINE lie against a reference pose: aryl ring, triazole, tail.

The whole-molecule RMSD mixes three errors: where the aryl ring sits, which way the triazole
is turned, and where the tail goes. They are reported apart, because the two families of
deposited SINE poses share the first and differ in the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench import geometry
from workbench.analysis.reference import Core, PlacedMolecule, find_core, matched
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# When a pose counts as having the core in place (aryl centroid, aryl normal, aryl-triazole axis).
CORE_CENTROID_LIMIT_ANGSTROM = 2.0
CORE_NORMAL_LIMIT_DEGREE = 25.0
CORE_AXIS_LIMIT_DEGREE = 30.0


@dataclass(frozen=True)
class CoreComparison:
    """Where an aryl-triazole lies against another one, which may belong to another drug.

    Parameters
    ----------
    aryl_centroid_distance_angstrom
        Between the centres of the aryl rings.
    aryl_normal_angle_degree
        Between the planes of the aryl rings, 0 to 90.
    axis_angle_degree
        Between the bonds from aryl ring to triazole, 0 to 180.
    triazole_flip_degree
        Turn of the triazole about that bond, 0 (same face) to 180 (flipped).
    """

    aryl_centroid_distance_angstrom: float
    aryl_normal_angle_degree: float
    axis_angle_degree: float
    triazole_flip_degree: float

    @property
    def in_place(self) -> bool:
        """Whether the aryl ring and its axis lie as in the reference; the flip is not asked."""
        return (
            self.aryl_centroid_distance_angstrom <= CORE_CENTROID_LIMIT_ANGSTROM
            and self.aryl_normal_angle_degree <= CORE_NORMAL_LIMIT_DEGREE
            and self.axis_angle_degree <= CORE_AXIS_LIMIT_DEGREE
        )


def parts_against(
    adduct: Adduct, drug_coordinates: FloatArray, reference: PlacedMolecule
) -> tuple[CoreComparison, float] | None:
    """Return the core's placement, and the tail's RMSD after the core rings were superposed.

    ``None`` without an aryl-triazole.
    """
    core = find_core(adduct.mol)
    if core is None:
        return None
    pose, target, mappings = matched(adduct, drug_coordinates, reference)
    rings = list(core.rings)
    # Both ends of an aryl ring fit equally well when it is symmetric: take the better one.
    off = ((pose[rings] - target[mappings[:, rings]]) ** 2).sum(axis=(1, 2))
    best = mappings[off.argmin()]
    other = Core(tuple(int(best[i]) for i in core.aryl), tuple(int(best[i]) for i in core.triazole))
    tail = _tail(adduct, core)
    return compare_cores(core, pose, other, target), _tail_rmsd(pose, target, mappings, rings, tail)


def compare_cores(
    core: Core, coordinates: FloatArray, other: Core, other_coordinates: FloatArray
) -> CoreComparison:
    """Compare the placement of two aryl-triazoles, also of two different drugs.

    Parameters
    ----------
    core, coordinates
        One core and ``(n_atoms, 3)`` angstrom of its drug.
    other, other_coordinates
        The core that it is compared with.
    """
    aryl, axis, side = _frame(core, coordinates)
    aryl_2, axis_2, side_2 = _frame(other, other_coordinates)
    # The flip is measured about the mean axis, so that a tilt of the bond is not counted twice.
    mean = geometry.unit(axis + axis_2)
    flip = geometry.vector_angle(side - (side @ mean) * mean, side_2 - (side_2 @ mean) * mean)
    return CoreComparison(
        aryl_centroid_distance_angstrom=float(
            geometry.distance(aryl.mean(axis=0), aryl_2.mean(axis=0))
        ),
        aryl_normal_angle_degree=geometry.plane_angle(
            geometry.plane_normal(aryl), geometry.plane_normal(aryl_2)
        ),
        axis_angle_degree=float(geometry.vector_angle(axis, axis_2)),
        triazole_flip_degree=float(flip),
    )


def _tail(adduct: Adduct, core: Core) -> list[int]:
    """Return the drug's atoms on the far side of N1's bond out of the triazole."""
    edges = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in adduct.mol.GetBonds()]
    neighbours = geometry.joined(edges)
    (first,) = neighbours[core.triazole[0]] - set(core.triazole)
    far = geometry.beyond(neighbours, core.triazole[0], first) | {first}
    return sorted(atom for atom in far if atom < adduct.n_drug_atoms)


def _frame(core: Core, coordinates: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the aryl ring, its bond to the triazole, and the triazole's N4 -> N2 direction."""
    aryl = coordinates[list(core.aryl)]
    _, n2, c3, n4, _ = (coordinates[index] for index in core.triazole)
    return aryl, geometry.unit(c3 - aryl[0]), geometry.unit(n2 - n4)


def _tail_rmsd(
    pose: FloatArray, target: FloatArray, mappings: IntArray, rings: list[int], tail: list[int]
) -> float:
    """Return the tail's RMSD after the best superposition of the core rings."""
    deviations: dict[bytes, geometry.Superposition] = {}
    lowest = np.inf
    for mapping in mappings:
        # Few orders of the core occur among the many of the whole drug: superpose each once.
        key = mapping[rings].tobytes()
        if key not in deviations:
            deviations[key] = geometry.superposed(pose[rings], target[mapping[rings]])
        moved = deviations[key].moved(pose[tail])
        squared = ((moved - target[mapping[tail]]) ** 2).sum(axis=1).mean()
        lowest = min(lowest, float(squared))
    return float(np.sqrt(lowest))
