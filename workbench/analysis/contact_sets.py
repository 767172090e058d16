"""Contacts of poses as sets of kind and residue: what two poses share and what they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Contacts = frozenset[str]


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
