"""How near the thiol sulphur and the carbon that it attacks are to reacting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.docking.faces import approach
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.poses import Face
from workbench.settings import EncounterSettings

FloatArray = NDArray[np.float64]

_BUERGI_DUNITZ_DEGREE = 107.0
"""Buergi and Dunitz 1973, for a warhead whose row gives no angle."""


@dataclass(frozen=True)
class Attack:
    """Geometry of an intact drug's warhead in front of the sulphur.

    Parameters
    ----------
    distance_angstrom, angle_degree
        S...C and S...C=C.
    ready
        Whether distance, angle and, at a trigonal atom, a face suit the bond.
    face, leads_to
        See ``EncounterPose``; ``None`` and empty where the sulphur stands beside the atom.
    """

    distance_angstrom: float
    angle_degree: float
    ready: bool
    face: Face | None = None
    leads_to: tuple[str, ...] = ()


def attack(
    ligand: Ligand,
    adducts: Sequence[Adduct],
    drug: FloatArray,
    sulphur: FloatArray,
    settings: EncounterSettings,
) -> Attack | None:
    """Measure one place of the drug; ``None`` without a warhead.

    Parameters
    ----------
    adducts
        Those that the drug can form, for ``Attack.leads_to``.
    drug
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the drug's order.
    sulphur
        ``(3,)`` angstrom.
    settings
        What counts as ready.
    """
    if ligand.warhead is None:
        return None
    carbon = drug[ligand.warhead.reactive_atom_index]
    to_sulphur = sulphur - carbon
    to_partner = drug[ligand.warhead.partner_atom_index] - carbon
    distance = float(np.linalg.norm(to_sulphur))
    cosine = float(to_sulphur @ to_partner) / (distance * float(np.linalg.norm(to_partner)))
    angle = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    ideal = ligand.warhead.warhead.attack_angle_degree or _BUERGI_DUNITZ_DEGREE
    seen = approach(ligand, adducts, drug, sulphur)
    beside = (
        seen.elevation_degree is not None
        and seen.elevation_degree < settings.attack_elevation_degree
    )
    ready = (
        distance <= settings.attack_distance_angstrom
        and abs(angle - ideal) <= settings.attack_angle_tolerance_degree
        and not beside
    )
    if beside:
        return Attack(distance, angle, ready)
    return Attack(distance, angle, ready, seen.face, seen.leads_to)
