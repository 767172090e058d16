"""Verdicts from made-up scores: what blocks, what tells, and how sure a verdict is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.records.scan import WILD_TYPE, Groove
from workbench.resistance.binding import Scores
from workbench.resistance.cells import cell
from workbench.resistance.chemistry import acidity, nucleophile, side_chains, thiolate_share
from workbench.resistance.facts import mutation_facts, outside_facts
from workbench.resistance.verdicts import Case, judged
from workbench.settings import ScanSettings

WILD = Groove(WILD_TYPE, "C528", True, 3.0, (), ("made",))
MUTANT = replace(WILD, mutation="A541W", contact_angstrom=3.0)
SCORES = Scores((-8.0, -8.2), {"bR": (-13.0, -13.1), "bS": (-12.0, -12.1)})


@cache
def _drug() -> Ligand:
    return load_ligand("KPT-185")


def _case(groove: Groove, scores: Scores) -> Case:
    settings = ScanSettings(days=1.0)
    return Case(_drug(), groove, WILD, scores, SCORES, cell(_drug(), groove.has_thiol, settings))


def test_nothing_fits_is_blocked_and_low() -> None:
    pair = judged(_case(MUTANT, replace(SCORES, adducts={}, problem="the site is blocked")))
    assert (pair.verdict, pair.confidence) == ("blocked", "low")
    assert "the site is blocked" in pair.reason
    assert pair.adduct_difference is None


@pytest.mark.parametrize(
    ("adduct", "tells", "confidence"),
    [((-12.5, -12.6), False, "medium"), ((-10.0, -10.1), True, "low")],
)
def test_half_a_kcal_tells_nothing_and_three_do(
    adduct: tuple[float, float], tells: bool, confidence: str
) -> None:
    pair = judged(_case(MUTANT, replace(SCORES, adducts={"bR": adduct})))
    assert pair.adduct_difference is not None
    assert pair.adduct_difference.kcal_per_mol == pytest.approx(min(adduct) + 13.1)
    assert pair.adduct_difference.spread_kcal_per_mol == pytest.approx(0.14, abs=0.005)
    assert (pair.adduct_difference.tells, pair.confidence) == (tells, confidence)


def test_a_wide_spread_swallows_a_difference() -> None:
    pair = judged(_case(MUTANT, replace(SCORES, adducts={"bR": (-10.0, -5.0)})))
    assert pair.adduct_difference is not None
    assert not pair.adduct_difference.tells


def test_a_clash_lowers_the_confidence() -> None:
    pair = judged(_case(replace(MUTANT, clashes=("a clash",)), SCORES))
    assert (pair.verdict, pair.confidence) == ("adduct", "low")


def test_a_drug_without_a_warhead_is_judged_before_the_mutant() -> None:
    ibuprofen = load_ligand("CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O")
    case = replace(_case(MUTANT, Scores((-6.0, -6.1), {})), drug=ibuprofen)
    pair = judged(case)
    assert (pair.verdict, pair.confidence) == ("no_warhead", "high")


def test_the_pka_decides_nothing() -> None:
    (item,) = acidity(WILD)
    # 13.86 and 6.47 at pH 7.4, by Henderson and Hasselbalch
    assert thiolate_share(10.36 + 3.5, 7.4) == pytest.approx(3.5e-7, rel=0.02)
    assert thiolate_share(9.97 - 3.5, 7.4) == pytest.approx(0.895, abs=0.002)
    assert "3e-05 to 89 % thiolate" in item.text
    assert acidity(replace(WILD, has_thiol=False)) == ()


def test_every_published_fact_has_a_source_or_says_that_it_has_none() -> None:
    for row in mutation_facts():
        assert row.source or row.confidence == "named in a listing only"
    for fact in outside_facts():
        assert fact.source or fact.confidence == "named only"
    assert all(row.source for row in side_chains())
    assert {row.what.split()[0] for row in outside_facts()} == {
        "NF-kB",
        "AKT-FOXO3",
        "XPOT",
        "KPNB1",
    }


@pytest.mark.parametrize(("residue", "word"), [("S528", "alcohol"), ("Y528", "phenol")])
def test_what_stands_there_is_named(residue: str, word: str) -> None:
    assert word in nucleophile(residue).text
    assert "no nucleophile" in nucleophile("V528").text
