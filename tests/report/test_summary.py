"""The words: what a result may claim, and what it may not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from workbench.records.docking import DockingResult, best_pose
from workbench.report import docking_page as summary
from workbench.report.templating import number, sentence


def with_scores(docked: DockingResult, *scores: float) -> DockingResult:
    adducts = tuple(
        replace(adduct, poses=(replace(adduct.poses[0], score_kcal_per_mol=score),))
        for adduct, score in zip(docked.adducts, scores, strict=True)
    )
    return replace(docked, adducts=adducts)


def test_the_ranking_is_told_in_its_own_words(docked: DockingResult) -> None:
    assert docked.ranking is not None
    assert sentence(docked.ranking["words"]) in summary.details(docked)
    unranked = summary.details(replace(docked, ranking=None))
    assert not any("scores best" in sentence for sentence in unranked)


def test_the_path_is_told_and_so_is_its_absence(docked: DockingResult) -> None:
    said = summary.details(docked)
    assert any("1.2 \u00c5 from encounter pose 1" in sentence for sentence in said)
    assert said[-1] == "No encounter pose that is ready to attack leads to bR."
    alone = summary.details(replace(docked, encounter=()))
    assert not any("encounter" in sentence for sentence in alone)


def test_the_spread_is_the_range_over_seeds(docked: DockingResult) -> None:
    text = summary.seed_scores(docked.adducts[1]).replace("\u2212", "-")
    assert text == "-10.90, -10.50, -10.70 kcal/mol: mean -10.70, spread 0.40"
    assert summary.seed_scores(docked.adducts[0]) == ""


def test_a_valid_pose_goes_before_a_better_score(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    poses = (
        replace(adduct.poses[0], score_kcal_per_mol=-20.0, valid=False),
        replace(adduct.poses[1], score_kcal_per_mol=-5.0),
    )
    chosen = best_pose(replace(docked, adducts=(replace(adduct, poses=poses),)))
    assert chosen is not None
    assert chosen[1].rank == 2


def test_when_nothing_is_valid_the_headline_warns(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    bad = replace(docked, adducts=(replace(adduct, poses=adduct.poses[2:]),))
    assert "trust none" in summary.headline(bad)
    assert any("it fails: no_receptor_clash" in text for text in summary.details(bad))


def test_a_score_that_is_no_number_never_wins(docked: DockingResult) -> None:
    broken = with_scores(docked, math.nan, -3.0)
    best = best_pose(broken)
    assert best is not None
    assert best[0].label == "bS"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("no_thiol", "no free thiol at residue 528"),
        ("no_warhead", "no warhead"),
        ("unsupported_warhead", "not supported"),
    ],
)
def test_a_verdict_without_a_bond_claims_none(
    docked: DockingResult, verdict: str, said: str
) -> None:
    receptor = {**docked.receptor, "reactive_atom": "" if verdict == "no_thiol" else "A:528:SG"}
    result = replace(docked, verdict=verdict, adducts=(), receptor=receptor)  # type: ignore[arg-type]
    assert said in summary.headline(result)
    assert summary.details(result) == ["KPT-185 bonds to A:528:SG."]
    calculated = " ".join(summary.knowledge(result)["Calculated"])
    assert "bond to" not in calculated


@pytest.mark.parametrize(
    ("receptor", "name"),
    [
        ({"reactive_atom": "A:797:SG", "numbering": "entry"}, "Cys797"),
        ({"reactive_atom": None, "numbering": "human"}, "Cys528"),
        ({"reactive_atom": "nonsense", "numbering": "entry"}, "the reactive cysteine"),
    ],
)
def test_the_nucleophile_by_name(
    docked: DockingResult, receptor: dict[str, str | None], name: str
) -> None:
    assert summary.nucleophile(replace(docked, receptor=receptor)) == name


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-13.456, 2, "\u221213.46"),
        (-0.001, 2, "0.00"),
        (7, 1, "7.0"),
        (math.nan, 2, "\u2013"),
        (None, 2, "\u2013"),
        (True, 2, "\u2013"),
        ("12", 2, "\u2013"),
    ],
)
def test_numbers(value: object, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_a_reference_is_called_an_estimate(docked: DockingResult) -> None:
    assert "\u00b11.5" in summary.knowledge(docked)["Measured"][0]
    nothing = summary.knowledge(replace(docked, reference=None))["Measured"]
    assert nothing[0].startswith("Nothing on this page")


def test_a_sentence_keeps_the_letters_of_a_label() -> None:
    assert sentence("bR scores best") == "bR scores best."
    assert sentence("no adduct forms.") == "No adduct forms."
    assert sentence("") == "."
