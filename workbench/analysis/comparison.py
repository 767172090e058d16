"""What poses of two drugs share: the place of their common core, and their contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.geometry import Superposition, superposed
from workbench.ligands.geometry import self_mappings
from workbench.ligands.matched_pairs import MatchedPair

FloatArray = NDArray[np.float64]

FEWEST_ATOMS = 3
Contacts = frozenset[str]


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


def contact_set(interactions: Iterable[Mapping[str, Any]]) -> Contacts:
    """Return each contact as ``hydrogen bond LYS537``; the covalent link is left out.

    Every bonded pose has that one: it would make all poses alike.
    """
    return frozenset(
        f"{str(item['type']).replace('_', ' ')} {item['residue']}"
        for item in interactions
        if item["type"] != "covalent"
    )


def contact_shares(poses: Sequence[Contacts]) -> dict[str, float]:
    """Return each contact with the share of the poses that have it, the commonest first."""
    counts = Counter(contact for pose in poses for contact in pose)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {contact: round(count / len(poses), 3) for contact, count in ordered}


def novelty(first: Contacts, second: Contacts) -> float:
    """Return the Jaccard distance: 0 for the same contacts, 1 for none in common.

    Two poses without any contact are the same.

    References
    ----------
    Levandowsky and Winter 1971, doi:10.1038/234034a0.
    """
    either = first | second
    return len(first ^ second) / len(either) if either else 0.0
