"""Do a screen's scores put known actives first? Labels in, measures with their intervals out."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from workbench.errors import OutputError, UsageError
from workbench.ligands.files import kind_of_file, opened_lines
from workbench.records.screen import MEASURES, Enrichment, Measured
from workbench.text import clean_name, quoted

Array = NDArray[np.float64]

ENRICHMENT = "enrichment.json"
KEYS = ("name", "inchikey")
BEDROC_ALPHA = 20.0
"""80 % of the score then comes from the first 8 % of the list."""

_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def read_labels(path: Path) -> tuple[str, dict[str, bool]]:
    """Return which column names the ligands, and which ligands are active.

    Parameters
    ----------
    path
        A .csv with the column ``active`` (1 or 0; blank where it is not known) and ``name`` or
        ``inchikey``; the file that was screened may be one.

    Raises
    ------
    LigandError, UsageError
        Naming the line, when it cannot be understood.
    """
    labels: dict[str, bool] = {}
    with opened_lines(path) as lines:
        separator, header = _header(next((line for line in lines if line.strip()), ""))
        key = next((name for name in KEYS if name in header), "")
        if not key or "active" not in header:
            raise UsageError(
                f"labels need a column active, and name or inchikey: {quoted(path.name)} has "
                f"{quoted(', '.join(header))}"
            )
        table = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            try:
                cells = next(table, None)
                problem, _ = lines.taken()
            except csv.Error as error:
                cells, problem = [], f"line {lines.number} is no line of a table: {error}"
            if problem:
                raise UsageError(problem)
            if cells is None:
                break
            row = dict(zip(header, map(str.strip, cells), strict=False))
            if row.get("active"):
                where = f"line {lines.number} of {quoted(path.name)}"
                name, label = _label(row, key, where)
                if labels.setdefault(name, label) != label:
                    raise UsageError(f"{where}: {quoted(name)} is active and inactive")
    if not labels:
        raise UsageError(f"{quoted(path.name)} holds no label")
    return key, labels


def _label(row: dict[str, str], key: str, where: str) -> tuple[str, bool]:
    name, label = clean_name(row.get(key, ""), ""), _WORDS.get(row["active"].casefold())
    if label is None:
        raise UsageError(f"{where}: active is 1 or 0, not {quoted(row['active'])}")
    if not name:
        raise UsageError(f"{where}: no {key}")
    return name, label


def _header(line: str) -> tuple[str, list[str]]:
    """Return what divides a table's columns, and their names in small letters."""
    for separator in (";", "\t", ","):
        names = [cell.strip().strip('"').casefold() for cell in line.split(separator)]
        if "active" in names:
            break
    return separator, names


def holds_labels(path: Path) -> bool:
    """Return whether a file of ligands is a table that says which of them are active."""
    if kind_of_file(path.name) != ".csv":
        return False
    with opened_lines(path) as lines:
        _, header = _header(next((line for line in lines if line.strip()), ""))
    return "active" in header and any(key in header for key in KEYS)


def read_enrichment(folder: Path) -> Enrichment | None:
    """Return what ``results.screen_enrichment`` wrote; ``None`` when no labels were ever given.

    Raises
    ------
    OutputError
        When it is there and cannot be understood.
    """
    try:
        content = json.loads((folder / ENRICHMENT).read_text(encoding="utf-8"))
        measured = {
            part: {name: Measured(**content[part][name]) for name in MEASURES}
            for part in ("measures", "chance")
        }
        return Enrichment(**{**content, **measured})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{ENRICHMENT} in {folder.name!r} cannot be understood ({error}): remove it, or give "
            "the labels again"
        ) from error


def enrichment_text(found: Enrichment) -> str:
    """Return the measures in a few lines for the terminal."""
    lines = [
        f"enrichment: {found.actives} actives, {found.decoys} others, "
        f"{found.unscored} without a score rank last; by chance in brackets"
    ]
    for name, measured in found.measures.items():
        low, high = found.chance[name].low, found.chance[name].high
        lines.append(
            f"  {MEASURES[name]}: {measured.value:.2f} ({measured.low:.2f} to {measured.high:.2f})"
            f" [{low:.2f} to {high:.2f}]"
        )
    return "\n".join(lines)


def enrichment(
    active: NDArray[np.bool_], scores: Array, *, samples: int = 1000, seed: int = 1
) -> Enrichment:
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
    return Enrichment(
        actives=len(good),
        decoys=len(bad),
        unscored=int(np.isinf(ranked).sum()),
        measures=_measured(_measures(truth, ranked), drawn),
        chance=_measured(np.mean(shuffled, axis=0), shuffled),
    )


def _measured(values: Array, drawn: list[Array]) -> dict[str, Measured]:
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return {
        name: Measured(float(value), float(least), float(most))
        for name, value, least, most in zip(MEASURES, values, low, high, strict=True)
    }


def _measures(active: NDArray[np.bool_], scores: Array) -> Array:
    """Return the measures in the order of ``MEASURES``."""
    first = [enrichment_factor(active, scores, fraction) for fraction in (0.01, 0.05)]
    return np.array([roc_auc(active, scores), *first, bedroc(active, scores)])


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
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    starts = np.cumsum(sizes) - sizes
    means: Array = np.add.reduceat(weights, starts) / sizes
    return means[group]
