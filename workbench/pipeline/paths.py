"""From encounter to adduct: which pose of the intact drug could have become a bonded pose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.rmsd import symmetric_rmsd
from workbench.ligands.molecules import Adduct
from workbench.ligands.poses import EncounterPose
from workbench.ligands.symmetry import connectivity, placed_atoms, self_mappings

FloatArray = NDArray[np.float64]


class Origin(NamedTuple):
    """The encounter pose that a bonded pose is nearest to, and how near.

    Parameters
    ----------
    encounter_rank
        From 1.
    rmsd_angstrom
        Between the two, in place.
    """

    encounter_rank: int
    rmsd_angstrom: float


def nearest_encounter(
    adduct: Adduct, drug: FloatArray, encounter: Sequence[EncounterPose]
) -> Origin | None:
    """Find the encounter pose from which a bonded pose is nearest.

    Only poses count that are ready to attack and look at the face that gives this adduct. The
    RMSD is over the heavy atoms that drug and adduct share, terminal halogens left out, in
    place, lowest over symmetry-equivalent orders.

    Parameters
    ----------
    drug
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the adduct's order.
    encounter
        Best score first.

    Returns
    -------
    Origin or None
        ``None`` when no such pose leads to this adduct.
    """
    skeleton = connectivity(adduct.mol, adduct.n_drug_atoms)
    shared = [i for i in placed_atoms(skeleton) if adduct.drug_atoms[i] >= 0]
    mappings = self_mappings(skeleton, shared)
    # an atom that water brought has no place in the drug
    mappings = mappings[(np.asarray(adduct.drug_atoms)[mappings] >= 0).all(axis=1)]
    drug_order = np.asarray(adduct.drug_atoms)[mappings]
    found = [
        Origin(rank, round(symmetric_rmsd(drug[shared], pose.coordinates, drug_order), 3))
        for rank, pose in enumerate(encounter, start=1)
        if pose.attack_ready and adduct.label in pose.leads_to
    ]
    return min(found, key=lambda origin: origin.rmsd_angstrom, default=None)
