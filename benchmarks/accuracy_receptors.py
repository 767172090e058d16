"""What the model of the receptor contributes: side chains and grooves left out in turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accuracy_cases import GROOVE
from accuracy_measures import Record, best_of_ten, label_of_top, top
from markdown_tables import table

TURNING = {
    "auto": "none left out: Glu529 and Lys537 turn (default)",
    "537": "Glu529 left out: Lys537 turns",
    "529": "Lys537 left out: Glu529 turns",
    "none": "both left out: rigid",
}
"""What turns in ``human-groove``, by the jobs' ``flexible``."""


def receptor_variants(records: Sequence[Record]) -> list[Record]:
    """Return one seed's runs of the SINEs in all receptors; none where there is one receptor."""
    first = [r for r in records if r["stage"] == "search"]
    varied = [r for r in first if (r["receptor"], r["flexible"]) != (GROOVE, "auto")]
    if not varied:
        return []
    seed = min(record["seed"] for record in varied)
    return [record for record in first if record["seed"] == seed]


def receptor_tables(records: Sequence[Record]) -> str:
    """Return the side chains left out in turn, then the rigid grooves left out in turn."""
    drugs = list(dict.fromkeys(record["case"] for record in records))
    turning = [r for r in records if r["receptor"] == GROOVE]
    side_chains = [
        (words, *_cells(drugs, (r for r in turning if r["flexible"] == flexible)))
        for flexible, words in TURNING.items()
    ]
    rigid = [r for r in records if r["flexible"] == "none"]
    names = list(dict.fromkeys(r["receptor"] for r in rigid))
    alone = [(name, *_cells(drugs, (r for r in rigid if r["receptor"] == name))) for name in names]
    together = [("all", *_cells(drugs, rigid))] + [
        (f"all but {name}", *_cells(drugs, (r for r in rigid if r["receptor"] != name)))
        for name in names
    ]
    parts = [
        f"Seed {records[0]['seed']}. Of the best-scored pose: RMSD in angstrom (in brackets the "
        "lowest of the ten best of all diastereomers), diastereomer and score in kcal/mol. The "
        "score counts what the side chains pay to turn, so receptors compare.\n",
        table(("side chains that turn", *drugs), side_chains),
    ]
    if len(names) > 1:
        parts += [
            "The same side chains, rigid, in each groove of the ensemble by itself:\n",
            table(("rigid groove", *drugs), alone),
            "The best score over several rigid grooves, each left out in turn:\n",
            table(("rigid grooves", *drugs), together),
        ]
    return "\n".join(parts)


def _cells(drugs: Sequence[str], records: Iterable[Record]) -> list[str]:
    """Return one cell for each drug: its best over some receptors."""
    chosen = list(records)
    return [_best([r for r in chosen if r["case"] == drug]) for drug in drugs]


def _best(records: Sequence[Record]) -> str:
    if not records:
        return ""
    pooled = {"adducts": [adduct for record in records for adduct in record["adducts"]]}
    first = top(pooled)
    return (
        f"{first['rmsd']:.2f} ({best_of_ten(pooled):.2f}) {label_of_top(pooled)} "
        f"{first['score']:.2f}"
    )
