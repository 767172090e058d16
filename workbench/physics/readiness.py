"""How often the encounter complex is ready to react: sulphur over the attacked carbon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.docking.attack import attack
from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics.complex import EncounterComplex
from workbench.settings import EncounterSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Readiness:
    """Geometry of the attack over the frames of a run.

    Parameters
    ----------
    distance_angstrom, angle_degree
        ``(n_frames,)``: S...C and S...C=C.
    ready
        ``(n_frames,)``: by the rule of the docked encounter poses (``EncounterSettings``).
    leads_to
        Label of an adduct -> share of the frames that are ready and lead to it.
    """

    distance_angstrom: FloatArray
    angle_degree: FloatArray
    ready: BoolArray
    leads_to: dict[str, float]

    @property
    def share(self) -> float:
        """Share of the frames that are ready to attack."""
        return float(self.ready.mean())


def readiness(
    start: EncounterComplex,
    frames: FloatArray,
    adducts: Sequence[Adduct] = (),
    settings: EncounterSettings | None = None,
) -> Readiness:
    """Measure every frame.

    Parameters
    ----------
    frames
        ``(n_frames, n_atoms, 3)`` angstrom, at least one.
    adducts
        Those that the drug can form, for ``leads_to``.

    Raises
    ------
    PhysicsError
        When there is no frame.
    """
    if not len(frames):
        raise PhysicsError("there is no frame to look for an attack in.")
    settings = settings or EncounterSettings()
    found = [
        attack(start.drug, adducts, frame[start.drug_atoms], frame[start.sg], settings)
        for frame in frames
    ]
    # An encounter complex is only made of a drug with a warhead, so that no measure is None.
    seen = [measure for measure in found if measure is not None]
    leads = [label for measure in seen if measure.ready for label in measure.leads_to]
    return Readiness(
        distance_angstrom=np.array([measure.distance_angstrom for measure in seen]),
        angle_degree=np.array([measure.angle_degree for measure in seen]),
        ready=np.array([measure.ready for measure in seen]),
        leads_to={adduct.label: leads.count(adduct.label) / len(seen) for adduct in adducts},
    )
