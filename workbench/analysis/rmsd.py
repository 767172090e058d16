"""How far a pose lies from a reference pose: symmetry-corrected and without a refit.

The whole-molecule RMSD mixes three errors: where the aryl ring sits, which way the triazole
is turned, and where the tail goes. They are reported apart, because the two families of
deposited SINE poses share the first and differ in the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench import geometry
from workbench.analysis.matching import Core, find_core
from workbench.errors import LigandError
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# When a pose counts as having the core in place (aryl centroid, aryl normal, aryl-triazole axis).
CORE_CENTROID_LIMIT_ANGSTROM = 2.0
CORE_NORMAL_LIMIT_DEGREE = 25.0
CORE_AXIS_LIMIT_DEGREE = 30.0


class PlacedMolecule(Protocol):
    """A molecule in the receptor's frame: what a reference pose has to offer.

    ``mol`` holds heavy atoms (hydrogens after them are ignored); ``coordinates`` is
    ``(n_atoms, 3)`` angstrom in the order of ``mol``.
    """

    @property
    def mol(self) -> Chem.Mol:
        """The molecule."""

    @property
    def coordinates(self) -> FloatArray:
        """Its coordinates."""


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


@dataclass(frozen=True)
class ReferenceComparison:
    """A pose against the reference pose of the same drug.

    Parameters
    ----------
    rmsd_angstrom
        Heavy drug atoms, in place, lowest over the symmetry-equivalent atom orders.
    core_rmsd_angstrom
        Atoms of the two core rings, in place; ``None`` without an aryl-triazole.
    tail_rmsd_angstrom
        Atoms beyond the triazole's N1 after the core rings were superposed, hence free of any
        error of the frame; ``None`` without an aryl-triazole.
    core
        The parts of the core's placement; ``None`` without an aryl-triazole.
    """

    rmsd_angstrom: float
    core_rmsd_angstrom: float | None
    tail_rmsd_angstrom: float | None
    core: CoreComparison | None


def symmetric_rmsd(coordinates: FloatArray, reference: FloatArray, mappings: IntArray) -> float:
    """Return the lowest in-place RMSD over equivalent atom orders.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    reference
        ``(n_reference_atoms, 3)`` angstrom.
    mappings
        ``(n_mappings, n_atoms)``: reference atom of each atom.

    References
    ----------
    Meli and Biggin 2020, doi:10.1186/s13321-020-00455-2
    """
    return float(np.sqrt(_squared(coordinates[None], reference[mappings]).min()))


def compare_to_reference(
    adduct: Adduct, drug_coordinates: FloatArray, reference: PlacedMolecule
) -> ReferenceComparison:
    """Compare a pose of an adduct with the reference pose of its drug, without any refit.

    Parameters
    ----------
    adduct
        What was docked.
    drug_coordinates
        ``(n_drug_atoms, 3)`` angstrom, heavy drug atoms in the drug's order.
    reference
        The same compound in the same frame; its bond orders and atom order do not matter.

    Raises
    ------
    LigandError
        When the reference is another compound, or coordinates are missing or not finite.
    """
    n_drug = adduct.n_drug_atoms
    pose = _checked(drug_coordinates, n_drug, "the pose")
    skeleton = connectivity(reference.mol)
    target = _checked(reference.coordinates, skeleton.GetNumAtoms(), "the reference")
    mappings = equivalent_mappings(connectivity(adduct.mol, n_drug), skeleton)
    rmsd = symmetric_rmsd(pose, target, mappings)
    core = find_core(adduct.mol, n_drug)
    if core is None:
        return ReferenceComparison(rmsd, None, None, None)
    rings, tail = list(core.rings), list(core.tail)
    # Both ends of an aryl ring fit equally well when it is symmetric: take the better one.
    best = mappings[_squared(pose[None, rings], target[mappings[:, rings]]).argmin()]
    return ReferenceComparison(
        rmsd_angstrom=rmsd,
        core_rmsd_angstrom=symmetric_rmsd(pose[rings], target, mappings[:, rings]),
        tail_rmsd_angstrom=_tail_rmsd(pose, target, mappings, rings, tail),
        core=compare_cores(core, pose, _mapped(core, best), target),
    )


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
        lowest = min(lowest, float(_squared(moved[None], target[mapping[tail]][None])[0]))
    return float(np.sqrt(lowest))


def _squared(coordinates: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the mean squared deviation of each of ``(n, n_atoms, 3)`` references."""
    return np.asarray(((coordinates - reference) ** 2).sum(axis=-1).mean(axis=-1))


def _mapped(core: Core, mapping: IntArray) -> Core:
    """Return the same core in the reference's atom order."""

    def moved(atoms: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(int(mapping[atom]) for atom in atoms)

    return Core(*(moved(part) for part in (core.aryl, core.triazole, core.tail, core.aryl_group)))


def _checked(coordinates: FloatArray, n_atoms: int, what: str) -> FloatArray:
    array = np.asarray(coordinates, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] < n_atoms or array.shape[1] != 3:
        raise LigandError(
            f"The coordinates of {what} have shape {array.shape}, but ({n_atoms}, 3) is needed: "
            "one row per heavy atom."
        )
    if not np.isfinite(array[:n_atoms]).all():
        raise LigandError(f"The coordinates of {what} are not finite; discard it.")
    return array[:n_atoms]
