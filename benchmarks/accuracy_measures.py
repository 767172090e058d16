"""What is read from a record of the accuracy benchmark: the best pose, the nearest, the gap."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from accuracy_cases import apart

Record = dict[str, Any]

TOP_ANGSTROM = 2.0
SAME_SEED_KCAL = 0.5
SAME_SEED_ANGSTROM = 1.0


def top(record: Record) -> Record:
    """Return the first pose of the best-scored diastereomer."""
    return min((a["poses"][0] for a in record["adducts"]), key=lambda pose: pose["score"])


def label_of_top(record: Record) -> str:
    """Return the best-scored diastereomer."""
    return str(min(record["adducts"], key=lambda a: a["poses"][0]["score"])["label"])


def best_of_ten(record: Record) -> float:
    """Return the lowest RMSD among the ten best-scored poses of all diastereomers."""
    poses = sorted((p for a in record["adducts"] for p in a["poses"]), key=lambda p: p["score"])
    return min(pose["rmsd"] for pose in poses[:10])


def best_of_each_ten(record: Record) -> float:
    """Return the lowest RMSD among the ten best-scored poses of each diastereomer."""
    return float(min(pose["rmsd"] for a in record["adducts"] for pose in a["poses"][:10]))


def gap_to_native(record: Record) -> float | None:
    """Return by how much the best score beats the native diastereomer's, kcal/mol."""
    native = [a for a in record["adducts"] if a["label"] == record["native"]]
    if not native:
        return None
    return float(native[0]["poses"][0]["score"] - top(record)["score"])


def per_case(records: list[Record]) -> dict[str, list[Record]]:
    """Sort records by case, each case's by seed."""
    cases: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda r: r["seed"]):
        cases.setdefault(record["case"], []).append(record)
    return cases


def near(rmsd: float) -> bool:
    """Say whether a pose counts as found."""
    return rmsd <= TOP_ANGSTROM


def seeds_agree(records: list[Record]) -> bool:
    """Say whether all seeds' top poses agree in diastereomer, score and place."""
    scores = [top(record)["score"] for record in records]
    if max(scores) - min(scores) > SAME_SEED_KCAL:
        return False
    between = [apart(one, other) for one, other in combinations(records, 2)]
    return all(rmsd is not None and rmsd <= SAME_SEED_ANGSTROM for rmsd in between)
