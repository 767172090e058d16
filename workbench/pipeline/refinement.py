"""From search poses to minimised bonded complexes with their strain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.ligands.poses import Pose
from workbench.physics.complex import Complex
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.physics.mmff import interaction_by_residue
from workbench.physics.strain import StrainReference
from workbench.settings import DockSettings


@dataclass(frozen=True)
class RefinedPose:
    """A pose of the search and what the minimisation made of it."""

    pose: Pose
    minimised: MinimisedComplex[Complex]
    strain_kcal_per_mol: float
    residue_energies_kcal_per_mol: dict[int, float]


def refine(
    poses: Sequence[Pose],
    complexes: Sequence[Complex],
    everything: Sequence[Complex],
    settings: DockSettings,
    seed: int,
    after_each: Callable[[], None],
) -> tuple[RefinedPose, ...]:
    """Minimise all poses of one diastereomer and measure their strain.

    One thread computes, so that the same input gives the same output bit by bit.

    Parameters
    ----------
    poses, complexes
        Of one diastereomer, in the same order.
    everything
        The complexes of all diastereomers: what moves is decided by them together, so that
        energies compare between diastereomers too.

    Raises
    ------
    PhysicsError
        When the System lacks a term, or a minimisation fails.
    """
    minimiser = PocketMinimiser(everything, settings.minimization, threads=1)
    field = settings.minimization.force_field
    reference = StrainReference(poses[0].adduct, seed=seed, field=field)
    refined = []
    for pose, bonded in zip(poses, complexes, strict=True):
        minimised = minimiser.minimise(bonded)
        strain = reference.strain(minimised.bonded).strain_kcal_per_mol
        parts = interaction_by_residue(minimised.bonded)
        refined.append(RefinedPose(pose, minimised, strain, parts))
        after_each()
    return tuple(refined)
