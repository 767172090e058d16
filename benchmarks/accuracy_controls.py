"""Look-alikes beside KPT-185: what tells each of them from the drug, verdict or score."""

from __future__ import annotations

from accuracy_cases import CONTROLS, ISOMERS
from accuracy_measures import Record, per_case
from markdown_tables import table

DRUG, ISOMER = ISOMERS


def control_table(records: list[Record]) -> str:
    """Return the controls run by run, and how each is told from the drug."""
    cases = {case: runs for case, runs in per_case(records).items() if case in CONTROLS}
    rows = [
        (
            case,
            record["seed"],
            record["verdict"],
            _bond(record),
            record["encounter"][0]["score"],
            record["encounter"][0]["sg_c"],
            _ready(record),
        )
        for case, runs in cases.items()
        for record in runs
    ]
    head = (
        "case",
        "seed",
        "verdict",
        "covalent search",
        "encounter score",
        "S...C of the top pose",
        "poses that can react",
    )
    if DRUG not in cases:
        return table(head, rows)
    told = [
        f"- {case}: {_told_apart(cases[DRUG], runs)}\n"
        for case, runs in cases.items()
        if case != DRUG
    ]
    return table(head, rows) + "\n" + "".join(told)


def _bond(record: Record) -> str:
    """Return the search's best score for each diastereomer, or why it refused."""
    scores = record.get("scores", {})
    said = ", ".join(f"{label} {score:.2f}" for label, score in scores.items())
    return said or str(record.get("refused", ""))


def _ready(record: Record) -> str:
    poses = record["encounter"]
    if poses[0]["sg_c"] is None:
        return ""
    return f"{sum(pose['ready'] for pose in poses)} of {len(poses)}"


def _told_apart(drug: list[Record], runs: list[Record]) -> str:
    verdicts = {record["verdict"] for record in runs}
    if verdicts.isdisjoint(record["verdict"] for record in drug):
        return f"told apart by the verdict, {', '.join(sorted(verdicts))}"
    same = "the same adducts once bonded; " if _adducts(runs) == _adducts(drug) else ""
    own, other = (sorted(r["encounter"][0]["score"] for r in group) for group in (runs, drug))
    return f"{same}encounter score {_range(own)} kcal/mol, {DRUG}'s {_range(other)}: " + _by_score(
        own, other
    )


def _adducts(runs: list[Record]) -> set[str]:
    return {smiles for record in runs for smiles in record.get("adduct_smiles", [])}


def _range(scores: list[float]) -> str:
    if len(scores) == 1:
        return f"{scores[0]:.2f} (one seed)"
    return f"{scores[0]:.2f} to {scores[-1]:.2f} ({len(scores)} seeds)"


def _by_score(own: list[float], drug: list[float]) -> str:
    if own[0] > drug[-1]:
        return f"told apart by rank, {own[0] - drug[-1]:.2f} worse at least"
    if own[-1] < drug[0]:
        return "NOT told apart: it ranks before the drug"
    return "NOT told apart: the seeds overlap"
