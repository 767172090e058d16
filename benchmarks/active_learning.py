"""Active learning on a set that was docked as a whole: what share of its best a tenth finds.

``python benchmarks/active_learning.py --dock 1500`` docks so many analogs from the shipped table
of groups, drawn with seed 1, with a short search, and adds those that are missing to
``benchmarks/active_learning.csv``; without ``--dock`` it replays the table as Markdown.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from quick_docking import dock_all, read_scores
from rdkit import Chem

from workbench.ligands.building_blocks import read_building_blocks, shipped_groups
from workbench.ligands.enumeration import Library as Products
from workbench.ligands.properties import drug_properties
from workbench.screening.active import Library, described, rounds
from workbench.settings import ActiveSettings

SCORES = Path(__file__).with_suffix(".csv")
BUDGETS = (0.1, 0.2)
TOPS = (0.01, 0.05)
CHOSEN_ON = 277


def dock(count: int) -> None:
    """Dock the first analogs of the random order."""
    blocks = read_building_blocks(shipped_groups())
    library = Products(blocks.cores["sine"], blocks.groups)
    dock_all(((p.name, p.smiles, "") for p in library.random(count, seed=1)), SCORES)


def docked_set(path: Path = SCORES) -> tuple[list[str], NDArray[np.float64]]:
    """Return SMILES and scores of what was docked, kcal/mol."""
    rows = [row for row in read_scores(path) if row["score_kcal_per_mol"]]
    return [r["smiles"] for r in rows], np.array([float(r["score_kcal_per_mol"]) for r in rows])


def library_of(smiles: Sequence[str]) -> Library:
    """Return compounds as the model sees them."""
    return described(
        {"smiles": text, **asdict(drug_properties(Chem.MolFromSmiles(text)))} for text in smiles
    )


def share_found(
    library: Library,
    scores: NDArray[np.float64],
    top: float,
    settings: ActiveSettings,
    seed: int,
) -> float:
    """Return the share of the best fraction of a set that active learning docks."""
    docked = np.zeros(len(scores), dtype=bool)

    def look_up(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        docked[chosen] = True
        return scores[chosen]

    list(rounds(library, settings, seed, look_up))
    best = np.argsort(scores, kind="stable")[: max(1, math.ceil(top * len(scores)))]
    return float(docked[best].mean())


def report(seeds: int) -> str:
    """Return the replay as Markdown: the mean over seeds, and the lowest and highest.

    The kind of model and its settings were chosen on the first ``CHOSEN_ON`` analogs, with scores
    of an earlier engine; the others had no part in it.
    """
    smiles, scores = docked_set()
    sets = {
        "all": slice(None),
        "those the model was chosen on": slice(CHOSEN_ON),
        "the others": slice(CHOSEN_ON, None),
    }
    lines = [
        "| analogs | chosen by | docked | of the best 1 % found | of the best 5 % found |",
        "|---|---|---|---|---|",
    ]
    for name, part in sets.items():
        library, known = library_of(smiles[part]), scores[part]
        for how in ("ucb", "greedy", "random"):
            for budget in BUDGETS:
                settings = ActiveSettings(budget=budget, acquisition=how, stop_below=0)  # type: ignore[arg-type]
                cells = []
                for top in TOPS:
                    found = [share_found(library, known, top, settings, k) for k in range(seeds)]
                    cells.append(f"{np.mean(found):.0%} ({min(found):.0%} to {max(found):.0%})")
                words = f"{name}, {len(known)}, {known.min():.1f} to {known.max():.1f} kcal/mol"
                lines.append(f"| {words} | {how} | {budget:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dock", type=int, metavar="N", help="dock so many, do not replay")
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.dock:
        dock(arguments.dock)
    else:
        print(report(arguments.seeds))
