"""Measures of enrichment against RDKit's own and against lists that are counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit.ML.Scoring import Scoring

from workbench.errors import UsageError
from workbench.screening.metrics import bedroc, enrichment, enrichment_factor, roc_auc


def case(seed: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return 30 actives and 470 decoys, shuffled, no two scores equal."""
    random = np.random.default_rng(seed)
    active = random.permutation(np.arange(500) < 30)
    return active, random.normal(size=500) - shift * active


@pytest.mark.parametrize(("seed", "shift"), [(1, 0.0), (2, 0.7), (3, 2.0), (4, -1.0)])
def test_as_rdkit_has_them(seed: int, shift: float) -> None:
    active, scores = case(seed, shift)
    ranked = [[float(s), bool(a)] for s, a in sorted(zip(scores, active, strict=True))]
    assert roc_auc(active, scores) == pytest.approx(Scoring.CalcAUC(ranked, 1), abs=1e-9)
    assert bedroc(active, scores) == pytest.approx(Scoring.CalcBEDROC(ranked, 1, 20.0), abs=1e-6)
    for fraction in (0.01, 0.05):
        (expected,) = Scoring.CalcEnrichment(ranked, 1, [fraction])
        assert enrichment_factor(active, scores, fraction) == pytest.approx(expected)


def test_ten_by_hand() -> None:
    # ranks 1, 2 and 5 of ten are active: of 21 pairs, 0 + 0 + 2 are the wrong way round
    active = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
    scores = np.arange(10.0)
    assert roc_auc(active, scores) == pytest.approx(19 / 21)
    # the first fifth holds 2 of 2; the list 3 of 10
    assert enrichment_factor(active, scores, 0.2) == pytest.approx(1 / 0.3)


def test_the_ends() -> None:
    active = np.arange(200) < 10
    assert bedroc(active, np.arange(200.0)) == pytest.approx(1.0)
    assert bedroc(active, -np.arange(200.0)) == pytest.approx(0.0)
    assert roc_auc(active, np.arange(200.0)) == 1.0
    assert enrichment_factor(active, np.arange(200.0), 0.01) == pytest.approx(20.0)


def test_equal_scores_know_nothing_whatever_their_order() -> None:
    for active in (np.arange(100) < 10, np.arange(100) >= 90):
        same = np.zeros(100)
        assert roc_auc(active, same) == 0.5
        assert enrichment_factor(active, same, 0.05) == pytest.approx(1.0)
        mean = np.mean(
            [
                bedroc(np.random.default_rng(k).permutation(active), np.arange(100.0))
                for k in range(2000)
            ]
        )
        assert bedroc(active, same) == pytest.approx(mean, abs=0.01)


def test_what_has_no_score_ranks_last() -> None:
    active = np.array([True, False, False, True])
    scores = np.array([-9.0, -8.0, -7.0, np.nan])
    found = enrichment(active, scores, samples=50)
    assert found.unscored == 1 and found.measures["roc_auc"].value == 0.5


def test_the_interval_holds_the_truth_and_chance_is_chance() -> None:
    # two normal curves one deviation apart: AUC = Phi(1 / sqrt 2)
    truth = 0.7602
    held = 0
    for seed in range(10):
        active, scores = case(seed + 10, 1.0)
        found = enrichment(active, scores, samples=120, seed=seed)
        auc, chance = found.measures["roc_auc"], found.chance["roc_auc"]
        held += auc.low <= truth <= auc.high
        assert chance.low < 0.5 < chance.high and chance.value == pytest.approx(0.5, abs=0.02)
    assert held >= 8
    assert (found.actives, found.decoys) == (30, 470)


@pytest.mark.parametrize("active", [np.zeros(5, dtype=bool), np.ones(5, dtype=bool)])
def test_one_kind_alone_is_refused(active: np.ndarray) -> None:
    with pytest.raises(UsageError, match="both actives and decoys"):
        enrichment(active, np.arange(5.0))
