"""Poses of a drug or an adduct in a receptor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]
Face = Literal["re", "si"]


@dataclass(frozen=True)
class SideChain:
    """Where the search has turned a side chain: chi1, chi2 ..., and its heavy atom moved most."""

    number: int
    name: str
    dihedrals_degree: tuple[float, ...]
    moved_angstrom: float


@dataclass(frozen=True)
class Pose:
    """One pose of an adduct in a receptor: ``(n_atoms, 3)`` angstrom, as in ``adduct.mol``.

    CA and CB lie on the receptor's. The score and its terms compare within one receptor only;
    ``side_chains`` are of the receptor, where they were free to turn.
    """

    adduct: Adduct
    coordinates: FloatArray
    score_kcal_per_mol: float
    terms: dict[str, float]
    side_chains: tuple[SideChain, ...] = ()


@dataclass(frozen=True)
class EncounterPose:
    """One pose of the intact drug before the bond forms: ``(n_drug_atoms, 3)`` angstrom.

    ``attack_ready`` says whether distance, S...C=C angle and, at a trigonal atom, a face suit the
    bond. ``face`` is the side that the sulphur looks at (see ``docking.faces``), ``None`` without
    one or beside it; ``leads_to`` has the labels of the adducts that can follow.
    """

    coordinates: FloatArray
    score_kcal_per_mol: float
    sg_c_distance_angstrom: float | None
    attack_angle_degree: float | None
    attack_ready: bool
    face: Face | None = None
    leads_to: tuple[str, ...] = ()
