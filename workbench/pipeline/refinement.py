"""From search poses to minimised bonded complexes with their strain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.docking.pose import Pose
from workbench.physics.bonded_complex import bond
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.physics.strain import StrainReference
from workbench.settings import DockSettings
from workbench.structures.receptor import Receptor


@dataclass(frozen=True)
class RefinedPose:
    """A pose of the search and what the minimisation made of it."""

    pose: Pose
    minimised: MinimisedComplex
    strain_kcal_per_mol: float


def refine(
    receptor: Receptor,
    poses: tuple[Pose, ...],
    settings: DockSettings,
    seed: int,
    after_each: Callable[[], None],
) -> tuple[RefinedPose, ...]:
    """Bond, minimise and strain-check all poses of one diastereomer with one System.

    One thread computes, so that the same input gives the same output bit by bit.

    Raises
    ------
    PhysicsError
        When the System lacks a term, or a minimisation fails.
    """
    complexes = [bond(receptor, pose) for pose in poses]
    minimiser = PocketMinimiser(complexes, settings.minimization, threads=1)
    reference = StrainReference(poses[0].adduct, seed=seed)
    refined = []
    for pose, bonded in zip(poses, complexes, strict=True):
        minimised = minimiser.minimise(bonded)
        strain = reference.strain(minimised.bonded).strain_kcal_per_mol
        refined.append(RefinedPose(pose, minimised, strain))
        after_each()
    return tuple(refined)
