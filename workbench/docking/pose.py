"""A placed ligand, as the search hands it on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """One pose of an adduct in a receptor.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, heavy atoms in the order of ``adduct.mol``; CA and CB lie
        on the receptor's.
    score_kcal_per_mol
        The search's score: lower is better, comparable within one receptor only.
    terms
        Its parts, in kcal/mol.
    """

    adduct: Adduct
    coordinates: FloatArray
    score_kcal_per_mol: float
    terms: dict[str, float]


@dataclass(frozen=True)
class EncounterPose:
    """One pose of the intact drug before the bond forms.

    Parameters
    ----------
    coordinates
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the drug's order.
    sg_c_distance_angstrom
        From the thiol sulphur to the carbon that it would attack.
    attack_angle_degree
        S...C=C angle.
    """

    coordinates: FloatArray
    score_kcal_per_mol: float
    sg_c_distance_angstrom: float | None
    attack_angle_degree: float | None
    attack_ready: bool
