"""Verdicts from made-up scores: what blocks, what tells, and how sure a verdict is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.ligands.reading import load_ligand
from workbench.records.scan import WILD_TYPE, Groove
from workbench.resistance.grooves import mutation_facts
from workbench.resistance.scoring import Scores
from workbench.resistance.verdicts import Case, judged, side_chains

WILD = Groove(WILD_TYPE, "C528", True, 3.0, (), ("made",))
MUTANT = replace(WILD, mutation="A541W")
SCORES = Scores((-8.0, -8.2), {"bR": (-13.0, -13.1), "bS": (-12.0, -12.1)}, contacts=((), ()))


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(load_ligand("KPT-185"), MUTANT, WILD, SCORES, SCORES)


def test_nothing_fits_is_blocked_and_low(case: Case) -> None:
    pair = judged(replace(case, scores=replace(SCORES, adducts={}, problem="the site is blocked")))
    assert (pair.verdict, pair.confidence) == ("blocked", "low")
    assert "the site is blocked" in pair.reason
    assert pair.adduct_difference is None


@pytest.mark.parametrize(
    ("adduct", "spread", "tells", "confidence"),
    [
        # half a kcal/mol tells nothing and three do, unless the range over seeds is as wide
        ((-12.5, -12.6), 0.14, False, "medium"),
        ((-10.0, -10.1), 0.14, True, "low"),
        ((-10.0, -5.0), 5.0, False, "medium"),
    ],
)
def test_what_a_difference_tells(
    case: Case, adduct: tuple[float, float], spread: float, tells: bool, confidence: str
) -> None:
    pair = judged(replace(case, scores=replace(SCORES, adducts={"bR": adduct})))
    difference = pair.adduct_difference
    assert difference is not None
    assert difference.kcal_per_mol == pytest.approx(min(adduct) + 13.1)
    assert difference.spread_kcal_per_mol == pytest.approx(spread, abs=0.01)
    assert (difference.tells, pair.confidence) == (tells, confidence)


def test_a_clash_lowers_the_confidence(case: Case) -> None:
    pair = judged(replace(case, groove=replace(MUTANT, clashes=("a clash",))))
    assert (pair.verdict, pair.confidence) == ("adduct", "low")


def test_a_drug_without_a_warhead_is_judged_before_the_mutant(case: Case) -> None:
    ibuprofen = load_ligand("CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O")
    pair = judged(replace(case, drug=ibuprofen, scores=Scores((-6.0, -6.1), {}, contacts=((), ()))))
    assert (pair.verdict, pair.confidence) == ("no_warhead", "high")


def test_contacts_are_those_of_every_seed(case: Case) -> None:
    mutant = replace(SCORES, contacts=(("TRP541", "LYS568"), ("VAL565", "TRP541")))
    wild = replace(SCORES, contacts=(("LEU525", "ALA541", "LYS568"), ("LEU525", "LYS568")))
    pair = judged(replace(case, scores=mutant, wild=wild))
    assert pair.contacts_lost == ("LEU525",)
    assert pair.contacts_gained == ("TRP541",)


@pytest.mark.parametrize(
    ("residue", "word"), [("S528", "alcohol"), ("Y528", "phenol"), ("V528", "no nucleophile")]
)
def test_what_stands_at_528_is_named(case: Case, residue: str, word: str) -> None:
    pair = judged(replace(case, groove=replace(MUTANT, residue=residue, has_thiol=False)))
    assert pair.verdict == "no_thiol"
    assert word in pair.reason


def test_every_published_fact_has_a_source_or_says_that_it_has_none() -> None:
    for row in mutation_facts():
        assert row.source or row.confidence == "named in a listing only"
    assert all(row.source for row in side_chains())
