"""Where the common core of two drugs lies in two poses: as they are, and laid on each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.geometry import Superposition, superposed
from workbench.ligands.geometry import self_mappings
from workbench.ligands.matched_pairs import MatchedPair

FloatArray = NDArray[np.float64]

FEWEST_ATOMS = 3


@dataclass(frozen=True)
class CoreOverlay:
    """How the core of a pose lies against the core of another drug's pose.

    Parameters
    ----------
    atoms
        Heavy atoms compared.
    in_place_angstrom
        RMSD as both lie in the receptor, lowest over the core's equivalent atom orders.
    superposition
        Lays the ligand's core on the reference's, in the same atom order.
    """

    atoms: int
    in_place_angstrom: float
    superposition: Superposition


def overlay_core(
    pair: MatchedPair, reference: FloatArray, ligand: FloatArray
) -> CoreOverlay | None:
    """Return how the core that two drugs share lies in two poses.

    Parameters
    ----------
    pair
        Reference and ligand.
    reference, ligand
        ``(n_atoms, 3)`` angstrom in each drug's own atom order; NaN for an atom that has left.

    Returns
    -------
    CoreOverlay or None
        ``None`` when fewer than three atoms are shared.
    """
    core = [p for p in pair.core if np.isfinite([*reference[p[0]], *ligand[p[1]]]).all()]
    if len(core) < FEWEST_ATOMS:
        return None
    target = reference[[first for first, _ in core]]
    orders = self_mappings(pair.ligand.mol, [second for _, second in core])
    places = ligand[orders]
    squared = ((places - target) ** 2).sum(axis=2).mean(axis=1)
    best = int(np.nanargmin(squared))
    return CoreOverlay(
        atoms=len(core),
        in_place_angstrom=float(np.sqrt(squared[best])),
        superposition=superposed(places[best], target),
    )
