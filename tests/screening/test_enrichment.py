"""Enrichment: the measures against RDKit's own and by hand; labels that are read or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rdkit.ML.Scoring import Scoring
from screening_cases import run

from workbench.cli import main
from workbench.errors import LigandError, OutputError, UsageError
from workbench.screening.enrichment import (
    bedroc,
    enrichment,
    enrichment_factor,
    read_labels,
    roc_auc,
)
from workbench.screening.run import write_page


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
                for k in range(500)
            ]
        )
        assert bedroc(active, same) == pytest.approx(mean, abs=0.02)


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


def test_words_and_columns(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("smiles,Active,Name\nC,yes,a\nN,0,b\n\nO,TRUE,c\n")
    assert read_labels(file) == ("name", {"a": True, "b": False, "c": True})
    file.write_text("Inchikey;active;x\nAAA;1;2\nBBB;;2\nCCC;no;2\n")
    assert read_labels(file) == ("inchikey", {"AAA": True, "CCC": False})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column active"),
        ("name,active\n", "no label"),
        ("name,score\na,1\n", "column active"),
        ("smiles,active\nC,1\n", "name or inchikey"),
        ("name,active\na,maybe\n", "line 2.*'maybe'"),
        ("name,active\na\nb,\n", "no label"),
        ("active,name\n1\n", "line 2.*no name"),
        ("name,active\na,1\na,0\n", "line 3.*active and inactive"),
        ("name,active\na\x00,1\n", "NUL"),
        ('name,active\n"a"b,1\n', "line 2"),
    ],
)
def test_labels_that_are_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_labels(file)
    with pytest.raises(LigandError, match="does not exist"):
        read_labels(tmp_path / "none.csv")


TABLE = "smiles,name,active\n" + "".join(
    f"{text},fluorine{k},{int(k == 2)}\n"
    for k, text in enumerate(["CF", "FCF", "FC(F)F", "FC(F)(F)F", "C"])
)
"""The stub's score is minus the number of fluorines: one of four decoys is before the active."""


def test_a_screen_is_measured_by_its_own_table_and_again_by_labels(tmp_path, cluster, capsys):
    file, out, labels = tmp_path / "few.csv", tmp_path / "out", tmp_path / "labels.csv"
    file.write_text(TABLE)
    found = run(file, out, cluster).enrichment
    assert found is not None and found.measures["roc_auc"].value == pytest.approx(3 / 4)
    assert (found.actives, found.decoys) == (1, 4)
    assert "1 actives and 4 others" in (out / "screen.html").read_text()
    # labels given later take their place; a name that the screen does not hold is counted
    labels.write_text("name,active\nfluorine3,1\nfluorine0,0\nfluorine4,0\nother,0\n")
    assert main(["screen", "report", str(out), "--labels", str(labels)]) == 0
    assert "ROC-AUC: 1.00" in capsys.readouterr().out
    written = json.loads((out / "enrichment.json").read_text())
    assert (written["actives"], written["decoys"], written["labels_not_found"]) == (1, 2, 1)
    again = write_page(out).enrichment
    assert again is not None and again.measures["roc_auc"].value == 1.0
    labels.write_text("name,active\nothers,1\n")
    assert main(["screen", "report", str(out), "--labels", str(labels)]) == 2
    (out / "enrichment.json").write_text("{}")
    with pytest.raises(OutputError, match="enrichment"):
        write_page(out)


@pytest.mark.parametrize("new", [",6.2\n", ",0\n"])
def test_a_column_active_that_is_no_label_is_told_and_left(new, tmp_path, cluster):
    file, said = tmp_path / "few.csv", []
    file.write_text(TABLE.replace(",1\n", new))
    result = run(
        file, tmp_path / "out", cluster, progress=lambda text, done, total: said.append(text)
    )
    assert any("the column active is not used" in text for text in said)
    assert result.enrichment is None and result.counts == {"done": 5}
