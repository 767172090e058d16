"""Which compounds to dock next: a forest on fingerprints learns the scores of those before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import UsageError
from workbench.settings import ActiveSettings

BITS = 1024
RADIUS = 2
_BLOCK = 20_000
"""Compounds whose fingerprints are unpacked at once."""

Prints = NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """Compounds to dock next.

    Parameters
    ----------
    chosen
        Their indices, ascending; empty when no more are to be docked.
    expected_new
        How many compounds not docked yet the model expects among the best; ``None`` before there
        is a model.
    reason
        Why no more are docked; blank while there are.
    """

    chosen: NDArray[np.int64]
    expected_new: float | None
    reason: str = ""


def require_model() -> None:
    """Raise when the library of the model is missing.

    Raises
    ------
    UsageError
        Naming the extra.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "active learning needs scikit-learn: install the extra screen "
            '(pip install "xpo1-workbench[screen]")'
        ) from error


def packed_fingerprints(smiles: Iterable[str]) -> Prints:
    """Return Morgan fingerprints, 8 bits to a byte.

    Returns
    -------
    ndarray, shape (n, 128)
        Of radius 2 and 1,024 bits.
    """
    from rdkit import Chem
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    generator = GetMorganGenerator(radius=RADIUS, fpSize=BITS)
    packed = [
        np.packbits(generator.GetFingerprintAsNumPy(Chem.MolFromSmiles(text))).tobytes()
        for text in smiles
    ]
    return np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), BITS // 8)


def predict(
    prints: Prints, docked: NDArray[np.int64], scores: NDArray[np.float64], trees: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a random forest expects of every compound.

    Parameters
    ----------
    prints, docked, scores
        Of all compounds; the indices of those that were docked, and their scores, kcal/mol.

    Returns
    -------
    mean, deviation
        Over the trees, kcal/mol, shape (n,).
    """
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=trees, max_features=0.3, random_state=seed, n_jobs=1
    )
    forest.fit(_unpacked(prints[docked]), scores)
    mean, deviation = np.empty(len(prints)), np.empty(len(prints))
    for start in range(0, len(prints), _BLOCK):
        block = _unpacked(prints[start : start + _BLOCK])
        of_trees = np.stack([tree.predict(block) for tree in forest.estimators_])
        mean[start : start + _BLOCK] = of_trees.mean(axis=0)
        deviation[start : start + _BLOCK] = of_trees.std(axis=0)
    return mean, deviation


def _unpacked(prints: Prints) -> NDArray[np.float32]:
    return np.unpackbits(prints, axis=1).astype(np.float32)


def next_batch(
    prints: Prints,
    tried: NDArray[np.bool_],
    scores: NDArray[np.float64],
    settings: ActiveSettings,
    seed: int,
) -> Batch:
    """Return what to dock after what was docked; the same answer for the same question.

    The first batch is drawn at random. Later ones are the compounds of the lowest mean score less
    ``exploration`` deviations (upper confidence bound), the lowest mean (greedy) or random ones.

    Parameters
    ----------
    prints
        From ``packed_fingerprints``.
    tried, scores
        Whether a compound was given to the search, and its score, kcal/mol; not a number where it
        has none. Both of shape (n,).
    """
    left = np.flatnonzero(~tried)
    budget = budget_of(len(prints), settings)
    size = min(math.ceil(budget / settings.rounds), budget - int(tried.sum()), len(left))
    if size <= 0:
        return Batch(left[:0], None, "the budget is used up" if len(left) else "all are docked")
    known = np.flatnonzero(np.isfinite(scores))
    random = np.random.default_rng([seed, int(tried.sum())])
    if not len(known):
        return Batch(np.sort(random.choice(left, size, replace=False)), None)
    mean, deviation = predict(prints, known, scores[known], settings.trees, seed)
    expected = _expected_new(mean[left], deviation[left], scores[known], len(prints), settings)
    if expected is not None and expected < settings.stop_below:
        return Batch(left[:0], expected, "no new compound is expected among the best")
    if settings.acquisition == "random":
        return Batch(np.sort(random.choice(left, size, replace=False)), expected)
    wide = settings.exploration if settings.acquisition == "ucb" else 0.0
    order = np.argsort(mean[left] - wide * deviation[left], kind="stable")
    return Batch(np.sort(left[order[:size]]), expected)


def budget_of(compounds: int, settings: ActiveSettings) -> int:
    """Return how many compounds are docked at most."""
    return math.ceil(round(settings.budget * compounds, 6))


def _expected_new(
    mean: NDArray[np.float64],
    deviation: NDArray[np.float64],
    known: NDArray[np.float64],
    compounds: int,
    settings: ActiveSettings,
) -> float | None:
    """Return how many of the others would be among the best so far, were they docked.

    ``None`` while fewer were docked than the best are.
    """
    from scipy.special import ndtr

    best = math.ceil(settings.top_fraction * compounds)
    if best > len(known):
        return None
    bar = np.partition(known, best - 1)[best - 1]
    # a leaf of one compound in every tree has no deviation
    return float(ndtr((bar - mean) / np.maximum(deviation, 1e-6)).sum())


def rounds(
    prints: Prints,
    settings: ActiveSettings,
    seed: int,
    dock: Callable[[NDArray[np.int64]], NDArray[np.float64]],
) -> Iterator[dict[str, Any]]:
    """Dock batch after batch until the budget is used up or nothing more is expected.

    Parameters
    ----------
    dock
        Given indices, ascending, it returns their scores; not a number where there is none.

    Yields
    ------
    dict
        Of each batch: ``docked`` so far, ``best_score_kcal_per_mol`` and ``expected_new``; of the
        end: ``stopped``, the reason.
    """
    tried = np.zeros(len(prints), dtype=bool)
    scores = np.full(len(prints), np.nan)
    while True:
        batch = next_batch(prints, tried, scores, settings, seed)
        if batch.reason:
            yield {"stopped": batch.reason, "expected_new": batch.expected_new}
            return
        tried[batch.chosen] = True
        scores[batch.chosen] = dock(batch.chosen)
        known = scores[np.isfinite(scores)]
        yield {
            "docked": int(tried.sum()),
            "best_score_kcal_per_mol": float(known.min()) if len(known) else None,
            "expected_new": batch.expected_new,
        }
