"""From scores and grooves to a verdict in words, with its evidence and confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

from workbench.ligands.catalogue import drug_of_skeleton
from workbench.ligands.molecules import Ligand
from workbench.pipeline.summarising import CLOSE_GAP_KCAL_PER_MOL
from workbench.records.scan import (
    WILD_TYPE,
    Confidence,
    Difference,
    Evidence,
    Groove,
    ScanPair,
    ScanVerdict,
)
from workbench.resistance.grooves import mutation_facts
from workbench.resistance.scoring import Scores
from workbench.tables import read_table

CONFIDENCE_RULE = (
    "High: chemistry alone decides (no thiol, or no warhead), or the wild type's adduct is known "
    "from a crystal. Medium: the thiol is there, an adduct fits with every seed, no difference "
    "from the wild type tells, and the mutant has no clash. Low: everything else. It is the "
    "confidence in the verdict, not in a patient's response."
)
VINA = "Vina, best of the seeds; no minimisation"
SEARCH = "covalent search, rigid groove, best of the seeds; no minimisation"
PACKING = "rotamer packing and relaxation of the mutant's side chains; the backbone stays"
CONTACTS = "heavy atoms within 4 \u00c5; every seed in one groove and none in the other"


@dataclass(frozen=True)
class SideChain:
    """One row of ``side_chains_at_528.csv``: what a residue could do in the cysteine's place."""

    residue: str
    group: str
    adds: str
    words: str
    source: str


@cache
def side_chains() -> tuple[SideChain, ...]:
    """Return the side chains that have a row of their own."""
    return read_table("side_chains_at_528.csv", SideChain)


@dataclass(frozen=True)
class Case:
    """All that one pair's verdict rests on; ``wild`` is the same drug in the wild type."""

    drug: Ligand
    groove: Groove
    wild_groove: Groove
    scores: Scores
    wild: Scores


def judged(case: Case) -> ScanPair:
    """Return the pair with its verdict."""
    verdict = _verdict(case)
    encounter = _difference(case, case.scores.encounter, case.wild.encounter)
    label, adduct = _best_adduct(case.scores)
    adduct_difference = _difference(case, adduct, _best_adduct(case.wild)[1])
    confidence, why = _confidence(case, verdict, encounter, adduct_difference)
    pair = ScanPair(
        mutation=case.groove.mutation,
        ligand=case.drug.name,
        verdict=verdict,
        reason=_reason(case, verdict, label),
        encounter_score_kcal_per_mol=min(case.scores.encounter, default=None),
        adduct_score_kcal_per_mol=min(adduct, default=None),
        evidence=(),
        confidence=confidence,
        confidence_reason=why,
        encounter_spread_kcal_per_mol=_range(case.scores.encounter),
        adduct_spread_kcal_per_mol=_range(adduct),
        encounter_difference=encounter,
        adduct_difference=adduct_difference,
        adduct_label=label,
        contacts_lost=_only_in(case.wild, case.scores),
        contacts_gained=_only_in(case.scores, case.wild),
        sdf=case.scores.sdf,
    )
    return replace(
        pair,
        evidence=(
            nucleophile(case.groove.residue),
            *_published(case.groove),
            *_structure(case),
            *_binding(pair, case),
        ),
    )


def _best_adduct(scores: Scores) -> tuple[str, tuple[float, ...]]:
    """Return label and scores of the diastereomer that scores best; nothing without one."""
    return min(scores.adducts.items(), key=lambda item: min(item[1]), default=("", ()))


def _only_in(first: Scores, second: Scores) -> tuple[str, ...]:
    """Return the contacts that every seed gave in the first groove and none in the second."""
    always = [name for name in first.contacts[0] if all(name in c for c in first.contacts[1:])]
    return tuple(name for name in always if not any(name in c for c in second.contacts))


def _verdict(case: Case) -> ScanVerdict:
    if case.drug.warhead is None:
        return "no_warhead" if case.drug.warhead_verdict == "no_warhead" else "unsupported_warhead"
    if not case.groove.has_thiol:
        return "no_thiol"
    return "adduct" if case.scores.adducts else "blocked"


def _reason(case: Case, verdict: ScanVerdict, label: str) -> str:
    if verdict in ("no_warhead", "unsupported_warhead"):
        return case.drug.warhead_problem
    if verdict == "no_thiol":
        return f"{nucleophile(case.groove.residue).text}; only the encounter complex is left"
    if verdict == "blocked":
        return f"the thiol is there, but no adduct fits: {case.scores.problem}"
    return f"the thiol is there, and the adduct {label} fits into the groove"


def _range(scores: tuple[float, ...]) -> float | None:
    return round(max(scores) - min(scores), 3) if scores else None


def _difference(
    case: Case, scores: tuple[float, ...], wild: tuple[float, ...]
) -> Difference | None:
    """Return the best score less the wild type's, with both ranges over seeds."""
    if case.groove.mutation == WILD_TYPE or not scores or not wild:
        return None
    value = min(scores) - min(wild)
    spread = math.hypot(max(scores) - min(scores), max(wild) - min(wild))
    tells = abs(value) > max(spread, CLOSE_GAP_KCAL_PER_MOL)
    return Difference(round(value, 2), round(spread, 2), tells)


def _confidence(
    case: Case, verdict: ScanVerdict, *differences: Difference | None
) -> tuple[Confidence, str]:
    if verdict in ("no_thiol", "no_warhead"):
        return "high", "chemistry alone decides"
    if verdict != "adduct":
        return "low", "a search that finds nothing proves nothing"
    if case.groove.mutation == WILD_TYPE:
        return _known_from_crystals(case.drug)
    if case.groove.clashes:
        return "low", "the mutant's side chain does not fit without a clash"
    if any(d is not None and d.tells for d in differences):
        return "low", "a score differs from the wild type's, and a score is no affinity"
    return "medium", "the adduct fits, and no score differs from the wild type's by what tells"


def _known_from_crystals(drug: Ligand) -> tuple[Confidence, str]:
    compound = drug_of_skeleton(drug.inchikey)
    if compound is None or not compound.pdb_entries:
        return "medium", "the adduct fits, and no crystal of it is in the table"
    entries = ", ".join(compound.pdb_entries)
    return "high", f"the wild type's adduct is known from crystals ({entries})"


def nucleophile(residue: str) -> Evidence:
    """Return what a residue such as ``S528`` can do, in words."""
    row = next((row for row in side_chains() if row.residue == residue[0]), None)
    if row is None:
        text = f"{residue}: no nucleophile in place of the thiol"
        return Evidence(text, "general knowledge", "general knowledge")
    general = row.source == "general knowledge"
    text = f"{residue}: {row.words}"
    return Evidence(text, "general knowledge" if general else "published", row.source)


def _published(groove: Groove) -> list[Evidence]:
    """Return what the table says about each mutation of a groove, with how sure it is."""
    if groove.mutation == WILD_TYPE:
        return []
    found = []
    known = {row.mutation: row for row in reversed(mutation_facts())}
    for label in groove.mutation.split("+"):
        row = known.get(label)
        if row is None:
            text = f"{label}: nothing is known from the table of mutations"
            found.append(Evidence(text, "assumed", "workbench table of mutations"))
            continue
        parts = [row.effect, row.evidence, f"confidence: {row.confidence}"]
        text = f"{label}: " + "; ".join(part for part in parts if part)
        found.append(Evidence(text, "published", row.source or "no source"))
    return found


def _structure(case: Case) -> list[Evidence]:
    """Return the clashes, and what becomes of the contact between 568 and 571."""
    if case.groove.mutation == WILD_TYPE:
        return []
    found = [Evidence(text, "computed", PACKING) for text in case.groove.clashes]
    now, before = case.groove.contact_angstrom, case.wild_groove.contact_angstrom
    if now != before:
        reach = "no side chain on one side" if now is None else f"{now:.1f} \u00c5"
        first = "none" if before is None else f"{before:.1f} \u00c5"
        text = f"side chains of 568 and 571: {reach} apart, {first} in the wild type"
        found.append(Evidence(text, "computed", PACKING))
    return found


def _binding(pair: ScanPair, case: Case) -> list[Evidence]:
    """Return the scores with their spread, and the contacts that change."""
    found = []
    for name, kind, method in (
        ("encounter complex", "encounter", VINA),
        (f"adduct {pair.adduct_label}", "adduct", SEARCH),
    ):
        score = getattr(pair, f"{kind}_score_kcal_per_mol")
        if score is not None:
            spread = getattr(pair, f"{kind}_spread_kcal_per_mol")
            text = f"{name}: score {score:.1f} kcal/mol, range over seeds {spread:.1f}"
            difference = getattr(pair, f"{kind}_difference")
            found.append(
                Evidence(f"{text}; {difference}" if difference else text, "computed", method)
            )
    if case.scores.problem:
        found.append(Evidence(case.scores.problem, "computed", SEARCH))
    if pair.contacts_lost or pair.contacts_gained:
        lost, gained = (
            ", ".join(names) or "none" for names in (pair.contacts_lost, pair.contacts_gained)
        )
        text = f"contacts of the encounter complex lost: {lost}; gained: {gained}"
        found.append(Evidence(text, "computed", CONTACTS))
    return found
