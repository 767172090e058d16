"""From search poses to minimised bonded complexes with their strain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.ligands.poses import Pose
from workbench.physics.complex import Complex
from workbench.physics.deformation import ReceptorReference
from workbench.physics.interaction_energy import interaction_by_residue
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.physics.mmgbsa import MmGbsa
from workbench.physics.reactive_score import ReactionReference
from workbench.physics.strain import StrainReference
from workbench.settings import DockSettings


@dataclass(frozen=True)
class RefinedPose:
    """A pose of the search and what the minimisation made of it.

    ``deformation_kcal_per_mol``, ``mmgbsa`` and ``reaction_strain_kcal_per_mol`` are ``None``
    where they were not asked for.
    """

    pose: Pose
    minimised: MinimisedComplex[Complex]
    strain_kcal_per_mol: float
    residue_energies_kcal_per_mol: dict[int, float]
    deformation_kcal_per_mol: float | None = None
    mmgbsa: dict[str, float] | None = None
    reaction_strain_kcal_per_mol: float | None = None


@dataclass(frozen=True)
class Extras:
    """What is computed for each pose on request, because it takes seconds."""

    mmgbsa: bool = False
    reaction: bool = False


def refine(
    poses: Sequence[Pose],
    complexes: Sequence[Complex],
    everything: Sequence[Complex],
    settings: DockSettings,
    seed: int,
    after_each: Callable[[], None],
    extras: Extras = Extras(),
) -> tuple[RefinedPose, ...]:
    """Minimise all poses of one diastereomer and measure their strain.

    One thread computes, so that the same input gives the same output bit by bit.

    Parameters
    ----------
    poses, complexes
        Of one diastereomer, in the same order.
    extras
        What else to compute.
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
    rescored = _Rescorer(complexes[0], minimiser, settings, extras)
    refined = []
    for pose, bonded in zip(poses, complexes, strict=True):
        minimised = minimiser.minimise(bonded)
        strain = reference.strain(minimised.bonded).strain_kcal_per_mol
        refined.append(
            rescored(RefinedPose(pose, minimised, strain, interaction_by_residue(minimised.bonded)))
        )
        after_each()
    return tuple(refined)


class _Rescorer:
    """Adds to a refined pose what was asked for beyond the strain."""

    def __init__(
        self, first: Complex, minimiser: PocketMinimiser, settings: DockSettings, extras: Extras
    ) -> None:
        self._mmgbsa = MmGbsa(first) if extras.mmgbsa else None
        self._receptor = (
            ReceptorReference(first.receptor, minimiser.mobile, settings.minimization, threads=1)
            if extras.mmgbsa
            else None
        )
        self._reaction = ReactionReference(first.adduct) if extras.reaction else None

    def __call__(self, refined: RefinedPose) -> RefinedPose:
        bonded = refined.minimised.bonded
        if self._mmgbsa is not None and self._receptor is not None:
            refined = replace(
                refined,
                mmgbsa=self._mmgbsa.interaction(bonded.coordinates).by_term(),
                deformation_kcal_per_mol=self._receptor.deformation(
                    bonded
                ).deformation_kcal_per_mol,
            )
        if self._reaction is not None:
            refined = replace(
                refined,
                reaction_strain_kcal_per_mol=self._reaction.strain(bonded).strain_kcal_per_mol,
            )
        return refined
