"""From scores, grooves and courses to a verdict in words, with its evidence and confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
from workbench.resistance.binding import Scores
from workbench.resistance.cells import Cell, fraction_name
from workbench.resistance.chemistry import acidity, nucleophile, published

CONFIDENCE_RULE = (
    "High: chemistry alone decides (no thiol, or no warhead), or the wild type's adduct is known "
    "from a crystal. Medium: the thiol is there, an adduct fits with every seed, no difference "
    "from the wild type tells, and the mutant has no clash. Low: everything else. It is the "
    "confidence in the verdict, not in a patient's response."
)
VINA = "Vina, best of the seeds; no minimisation"
SEARCH = "covalent search, rigid groove, best of the seeds; no minimisation"
PACKING = "rotamer packing and relaxation of the mutant's side chains; the backbone stays"


@dataclass(frozen=True)
class Case:
    """All that one pair's verdict rests on; ``wild`` is the same drug in the wild type."""

    drug: Ligand
    groove: Groove
    wild_groove: Groove
    scores: Scores
    wild: Scores
    cell: Cell


def judged(case: Case) -> ScanPair:
    """Return the pair with its verdict."""
    verdict = _verdict(case)
    encounter = _difference(case, case.scores.encounter, case.wild.encounter)
    label, adduct = best_adduct(case.scores)
    _, wild_adduct = best_adduct(case.wild)
    adduct_difference = _difference(case, adduct, wild_adduct)
    confidence, why = _confidence(case, verdict, encounter, adduct_difference)
    cell = case.cell
    courses = {fraction_name(c.mutant_fraction): c for c in cell.courses}
    pair = ScanPair(
        mutation=case.groove.mutation,
        ligand=case.drug.name,
        verdict=verdict,
        reason=_reason(case, verdict),
        encounter_score_kcal_per_mol=min(case.scores.encounter, default=None),
        adduct_score_kcal_per_mol=min(adduct, default=None),
        occupancy={name: max(c.occupancy) for name, c in courses.items()},
        export_capacity={name: min(c.export_capacity) for name, c in courses.items()},
        evidence=(),
        confidence=confidence,
        confidence_reason=why,
        encounter_spread_kcal_per_mol=_range(case.scores.encounter),
        adduct_spread_kcal_per_mol=_range(adduct),
        encounter_difference=encounter,
        adduct_difference=adduct_difference,
        adduct_label=label,
        saturating_nm=None if cell.saturating_nm is None else round(cell.saturating_nm, 2),
        export_capacity_at_saturation=cell.at_saturation,
        sdf=case.scores.sdf,
    )
    return _with_evidence(pair, case)


def best_adduct(scores: Scores) -> tuple[str, tuple[float, ...]]:
    """Return label and scores of the diastereomer that scores best; nothing without one."""
    if not scores.adducts:
        return "", ()
    return min(scores.adducts.items(), key=lambda item: min(item[1]))


def _verdict(case: Case) -> ScanVerdict:
    if case.drug.warhead is None:
        return "no_warhead" if case.drug.warhead_verdict == "no_warhead" else "unsupported_warhead"
    if not case.groove.has_thiol:
        return "no_thiol"
    return "adduct" if case.scores.adducts else "blocked"


def _reason(case: Case, verdict: ScanVerdict) -> str:
    if verdict in ("no_warhead", "unsupported_warhead"):
        return case.drug.warhead_problem
    if verdict == "no_thiol":
        return f"{nucleophile(case.groove.residue).text}; only the encounter complex is left"
    if verdict == "blocked":
        return f"the thiol is there, but no adduct fits: {case.scores.problem}"
    label, _ = best_adduct(case.scores)
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


def _with_evidence(pair: ScanPair, case: Case) -> ScanPair:
    evidence = (
        nucleophile(case.groove.residue),
        *published(case.groove),
        *acidity(case.groove),
        *_structure(case),
        *_binding(pair, case),
        *_time(pair, case),
    )
    return replace(pair, evidence=evidence)


def _structure(case: Case) -> list[Evidence]:
    groove, wild = case.groove, case.wild_groove
    if groove.mutation == WILD_TYPE:
        return []
    found = [Evidence(text, "computed", PACKING) for text in groove.clashes]
    found += _filter(groove, wild)
    return found


def _filter(groove: Groove, wild: Groove) -> list[Evidence]:
    """Say what becomes of the contact between 568 and 571, where it changes."""
    now, before = groove.contact_angstrom, wild.contact_angstrom
    if now == before:
        return []
    reach = "no side chain on one side" if now is None else f"{now:.1f} \u00c5"
    first = "none" if before is None else f"{before:.1f} \u00c5"
    text = f"side chains of 568 and 571: {reach} apart, {first} in the wild type"
    return [Evidence(text, "computed", PACKING)]


def _binding(pair: ScanPair, case: Case) -> list[Evidence]:
    found = []
    for name, score, spread, difference, method in (
        (
            "encounter complex",
            pair.encounter_score_kcal_per_mol,
            pair.encounter_spread_kcal_per_mol,
            pair.encounter_difference,
            VINA,
        ),
        (
            f"adduct {pair.adduct_label}",
            pair.adduct_score_kcal_per_mol,
            pair.adduct_spread_kcal_per_mol,
            pair.adduct_difference,
            SEARCH,
        ),
    ):
        if score is None:
            continue
        text = f"{name}: score {score:.1f} kcal/mol, range over seeds {spread:.1f}"
        if difference is not None:
            text += f"; {difference}"
        found.append(Evidence(text, "computed", method))
    if case.scores.problem:
        found.append(Evidence(case.scores.problem, "computed", SEARCH))
    return found


def _time(pair: ScanPair, case: Case) -> list[Evidence]:
    source = "two-step kinetics with assumed rates; see the limits"
    left = ", ".join(f"{value:.2f} at {name}" for name, value in pair.export_capacity.items())
    found = [
        Evidence(f"lowest export capacity as dosed, by mutant fraction: {left}", "assumed", source)
    ]
    if pair.export_capacity_at_saturation is not None and pair.saturating_nm is not None:
        left = ", ".join(
            f"{value:.2f} at {name}" for name, value in pair.export_capacity_at_saturation.items()
        )
        text = f"held at {pair.saturating_nm:.0f} nM of free drug (saturates the wild type): {left}"
        half = case.cell.half_kept_up_to_nm
        if half is not None:
            text += f"; a heterozygous cell keeps half up to {half:.0f} nM"
        found.append(Evidence(text, "assumed", source))
    if case.groove.has_thiol and case.groove.mutation != WILD_TYPE:
        text = "the mutant is taken to bind with the wild type's rates: no score is turned into one"
        found.append(Evidence(text, "assumed", source))
    return found
