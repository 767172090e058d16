"""Which compounds to dock next: a linear model learns the scores of those before."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import UsageError
from workbench.settings import ActiveSettings

FRAGMENTS = 512
RADIUS = 1
PROPERTIES = (
    "molecular_weight_g_per_mol",
    "heavy_atoms",
    "clogp",
    "tpsa_angstrom2",
    "hydrogen_bond_donors",
    "hydrogen_bond_acceptors",
    "rotatable_bonds",
    "fraction_sp3",
)
"""What the first stage knows of a compound: size alone tells much of a score, and a handful of
docked compounds tells more of eight properties than of 512 fragments."""

_BLOCK = 20_000
"""Compounds that are predicted at once."""

_NOISE_VARIANCE = 0.1
"""Prior of the score's noise, with the weight of one compound, (kcal/mol)^2: without it a model of
fewer compounds than fragments fits them all and is sure of everything."""


@dataclass(frozen=True)
class Library:
    """Compounds as the model sees them.

    Parameters
    ----------
    counts
        How often each fragment is in each compound, at most 255: folded Morgan counts of radius 1,
        shape (n, 512).
    properties
        ``PROPERTIES`` in standard deviations from their mean, shape (n, 8).
    """

    counts: NDArray[np.uint8]
    properties: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.counts)

    def features(self, which: slice | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what is known of some compounds, shape (n, 520)."""
        return np.hstack([self.counts[which].astype(float), self.properties[which]])


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


def described(compounds: Iterator[Mapping[str, Any]]) -> Library:
    """Return compounds as the model sees them.

    Parameters
    ----------
    compounds
        ``smiles`` and ``PROPERTIES`` of each; a property that is not known counts as 0.
    """
    from rdkit import Chem
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    generator = GetMorganGenerator(radius=RADIUS, fpSize=FRAGMENTS)
    counts, values = bytearray(), array("d")
    for compound in compounds:
        found = generator.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(compound["smiles"]))
        counts += np.minimum(found, 255).astype(np.uint8).tobytes()
        values.extend(compound.get(name) or 0.0 for name in PROPERTIES)
    return Library(
        np.frombuffer(counts, dtype=np.uint8).reshape(-1, FRAGMENTS),
        _standardised(np.array(values).reshape(-1, len(PROPERTIES))).astype(np.float32),
    )


def _standardised(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns in standard deviations from their mean; 0 in one that says nothing."""
    if not len(table):
        return table
    spread = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def predict(
    library: Library, docked: NDArray[np.int64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what Bayesian ridge regression expects of every compound.

    Parameters
    ----------
    docked, scores
        The indices of those that were docked, and their scores, kcal/mol.

    Returns
    -------
    mean, deviation
        Of the prediction, kcal/mol, shape (n,).

    Reference
    ---------
    MacKay 1992, doi:10.1162/neco.1992.4.3.415.
    """
    from sklearn.linear_model import BayesianRidge

    model = BayesianRidge(alpha_1=1.0, alpha_2=_NOISE_VARIANCE)
    model.fit(library.features(docked), scores)
    mean, deviation = np.empty(len(library)), np.empty(len(library))
    for start in range(0, len(library), _BLOCK):
        part = slice(start, start + _BLOCK)
        mean[part], deviation[part] = model.predict(library.features(part), return_std=True)
    return mean, deviation


def next_batch(
    library: Library,
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
    tried, scores
        Whether a compound was given to the search, and its score, kcal/mol; not a number where it
        has none. Both of shape (n,).
    """
    left = np.flatnonzero(~tried)
    budget = budget_of(len(library), settings)
    size = min(math.ceil(budget / settings.rounds), budget - int(tried.sum()), len(left))
    if size <= 0:
        return Batch(left[:0], None, "the budget is used up" if len(left) else "all are docked")
    known = np.flatnonzero(np.isfinite(scores))
    random = np.random.default_rng([seed, int(tried.sum())])
    if not len(known):
        return Batch(np.sort(random.choice(left, size, replace=False)), None)
    mean, deviation = predict(library, known, scores[known])
    expected = _expected_new(mean[left], deviation[left], scores[known], len(library), settings)
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
    return float(ndtr((bar - mean) / deviation).sum())


def rounds(
    library: Library,
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
    tried = np.zeros(len(library), dtype=bool)
    scores = np.full(len(library), np.nan)
    while True:
        batch = next_batch(library, tried, scores, settings, seed)
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
