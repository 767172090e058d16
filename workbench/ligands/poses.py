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
    """One pose of an adduct in a receptor.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, heavy atoms in the order of ``adduct.mol``; CA and CB lie
        on the receptor's.
    score_kcal_per_mol, terms
        The search's score, comparable within one receptor only, and its parts.
    side_chains
        Of the receptor, where they were free to turn.
    """

    adduct: Adduct
    coordinates: FloatArray
    score_kcal_per_mol: float
    terms: dict[str, float]
    side_chains: tuple[SideChain, ...] = ()


@dataclass(frozen=True)
class EncounterPose:
    """One pose of the intact drug before the bond forms.

    Parameters
    ----------
    coordinates
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the drug's order.
    attack_angle_degree
        S...C=C angle.
    attack_ready
        Whether distance, angle and, at a trigonal atom, a face suit the bond.
    face
        Side of the attacked atom that the sulphur looks at (see ``docking.faces``); ``None``
        where there is none, or the sulphur stands beside it.
    leads_to
        Labels of the adducts that a bond formed from here can have.
    """

    coordinates: FloatArray
    score_kcal_per_mol: float
    sg_c_distance_angstrom: float | None
    attack_angle_degree: float | None
    attack_ready: bool
    face: Face | None = None
    leads_to: tuple[str, ...] = ()
