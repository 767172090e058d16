"""Does a ranking put the actives first? Measures of enrichment, each with its interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from workbench.errors import UsageError
from workbench.records.screen import Enrichment, Measured

Array = NDArray[np.float64]

BEDROC_ALPHA = 20.0
"""80 % of the score then comes from the first 8 % of the list."""


def enrichment(active: Array, scores: Array, *, samples: int = 1000, seed: int = 1) -> Enrichment:
    """Return how well low scores mean active.

    Parameters
    ----------
    active
        Truth, shape (n,).
    scores
        Lower is better, shape (n,); not a number where there is none: those rank last, all alike.
    samples
        Resamplings of actives and of decoys, each with replacement, for the intervals, and
        shuffles for the control.

    Raises
    ------
    UsageError
        When there are no actives or no decoys.
    """
    truth = np.asarray(active, dtype=bool)
    ranked = np.where(np.isfinite(scores), scores, np.inf).astype(float)
    if not truth.any() or truth.all():
        raise UsageError("enrichment needs both actives and decoys among the labels")
    random = np.random.default_rng(seed)
    good, bad = ranked[truth], ranked[~truth]
    labels = np.arange(len(ranked)) < len(good)
    drawn, shuffled = [], []
    for _ in range(samples):
        both = random.choice(good, len(good)), random.choice(bad, len(bad))
        drawn.append(_measures(labels, np.concatenate(both)))
        shuffled.append(_measures(labels, random.permutation(ranked)))
    values = _measures(truth, ranked)
    return Enrichment(
        actives=len(good),
        decoys=len(bad),
        unscored=int(np.isinf(ranked).sum()),
        measures={name: _measured(name, value, drawn) for name, value in values.items()},
        chance={
            name: _measured(name, float(np.mean([one[name] for one in shuffled])), shuffled)
            for name in values
        },
    )


def _measured(name: str, value: float, drawn: list[dict[str, float]]) -> Measured:
    low, high = np.percentile([one[name] for one in drawn], [2.5, 97.5])
    return Measured(value, float(low), float(high))


def _measures(active: NDArray[np.bool_], scores: Array) -> dict[str, float]:
    return {
        "roc_auc": roc_auc(active, scores),
        "ef_1_percent": enrichment_factor(active, scores, 0.01),
        "ef_5_percent": enrichment_factor(active, scores, 0.05),
        "bedroc": bedroc(active, scores),
    }


def roc_auc(active: NDArray[np.bool_], scores: Array) -> float:
    """Return the chance that an active scores below a decoy; equal scores count half."""
    ranks = rankdata(scores)
    n, m = int(active.sum()), int((~active).sum())
    return 1.0 - float((ranks[active].sum() - n * (n + 1) / 2) / (n * m))


def enrichment_factor(active: NDArray[np.bool_], scores: Array, fraction: float) -> float:
    """Return how many times more actives the first part of the list holds than all of it.

    The part has ``fraction`` of the list, rounded up. Equal scores share their places.
    """
    first = math.ceil(round(fraction * len(scores), 9))
    weights = (np.arange(len(scores)) < first).astype(float)
    found = _shared(weights, scores)[active].sum()
    return float(found / first / (active.sum() / len(active)))


def bedroc(active: NDArray[np.bool_], scores: Array, alpha: float = BEDROC_ALPHA) -> float:
    """Return the Boltzmann-enhanced discrimination of the ROC curve, from 0 to 1.

    Equal scores share their places.

    Reference
    ---------
    Truchon and Bayly 2007, doi:10.1021/ci600426e.
    """
    total, n = len(scores), int(active.sum())
    weights = np.exp(-alpha * np.arange(1, total + 1) / total)
    found = float(_shared(weights, scores)[active].sum())
    best, worst = float(weights[:n].sum()), float(weights[total - n :].sum())
    return (found - worst) / (best - worst)


def _shared(weights: Array, scores: Array) -> Array:
    """Return the weight of each entry's place in the ranked list; equal scores get their mean."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    lengths = np.diff(np.r_[starts, len(scores)])
    means = np.add.reduceat(weights, starts) / lengths
    shared = np.empty(len(scores))
    shared[order] = np.repeat(means, lengths)
    return shared
