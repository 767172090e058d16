"""Whether the score tells the diastereomers apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.records.docking import AdductRecord

CLOSE_GAP_KCAL_PER_MOL = 1.5
"""Differences between diastereomers below this say nothing, however well the seeds agree: on
selinexor and eltanexor the score is wrong by up to 0.8 (docs/accuracy.md)."""


def ranking(adducts: Sequence[AdductRecord]) -> dict[str, Any]:
    """Compare the best valid poses of the diastereomers with the spread of the method.

    Returns
    -------
    dict
        The ``ranking`` part of the result: ``preferred`` is the label of the better diastereomer
        when it leads by more than both the spread over seeds and what the score can tell at
        all, else ``None``; ``words`` says it.
    """
    best = sorted(
        (a.poses[0].score_kcal_per_mol, a.label) for a in adducts if a.poses and a.poses[0].valid
    )
    spread = _spread([a for a in adducts if a.label in [label for _, label in best[:2]]])
    gap = round(best[1][0] - best[0][0], 3) if len(best) > 1 else None
    preferred = None
    if gap is not None and spread is not None and gap > max(spread, CLOSE_GAP_KCAL_PER_MOL):
        preferred = best[0][1]
    return {
        "best_scored": best[0][1] if best else None,
        "preferred": preferred,
        "gap_kcal_per_mol": gap,
        "spread_kcal_per_mol": spread,
        "least_telling_gap_kcal_per_mol": CLOSE_GAP_KCAL_PER_MOL,
        "words": _words(len(adducts), best, gap, spread),
    }


def _spread(adducts: Sequence[AdductRecord]) -> float | None:
    """Return the widest range of best scores over seeds, ``None`` when there was one seed."""
    ranges = [a.score_spread_kcal_per_mol for a in adducts]
    return max((r for r in ranges if r is not None), default=None)


def _words(
    count: int, best: Sequence[tuple[float, str]], gap: float | None, spread: float | None
) -> str:
    if not best:
        return "none of them with a valid pose" if count > 1 else "without a valid pose"
    label = best[0][1]
    if gap is None:
        return f"only {label} with a valid pose" if count > 1 else "nothing to choose between"
    lead = f"{label} scores best by {gap:.1f} kcal/mol"
    if spread is None:
        return f"{lead}; the search ran with one seed, so none is preferred"
    seeds = f"the search's spread over seeds of {spread:.1f}"
    if gap <= spread:
        return f"{lead}, within {seeds}: none is preferred"
    if gap <= CLOSE_GAP_KCAL_PER_MOL:
        return (
            f"{lead}, more than {seeds} but no more than the {CLOSE_GAP_KCAL_PER_MOL:g} that the "
            "score can tell apart: none is preferred"
        )
    return f"{lead}, more than {seeds}: preferred by score, which is no proof that it forms"
