"""Dock a list of molecules with a short search, one process, each score written as it is done."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.screening.job import Job
from workbench.screening.stages import read, search
from workbench.settings import ScreenSettings, SearchSettings
from workbench.structures.loading import load_receptor

COLUMNS = ("name", "smiles", "label", "score_kcal_per_mol", "problem")
QUICK = SearchSettings(
    n_conformers=4,
    n_poses=1,
    pool_members=15,
    annealing_per_torsion=30,
    patience_per_torsion=10,
    children_per_torsion=60,
    agreeing_pools=1,
    max_pools=1,
    spread_seeds=1,
)


def dock_all(molecules: Iterable[tuple[str, str, str]], path: Path) -> None:
    """Append the best score of each molecule (name, SMILES, label) that the table lacks.

    Of a molecule that is drawn without its stereo, the first stereoisomer is taken. The receptor
    is the shipped groove; the seed is 1.
    """
    done = {row["name"] for row in read_scores(path)} if path.exists() else set()
    job = Job(load_receptor("human-groove"), ScreenSettings(search=QUICK))
    with path.open("a", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        if not done:
            table.writerow(COLUMNS)
        for name, smiles, label in molecules:
            if name not in done:
                table.writerow((name, smiles, label, *_score(job, name, smiles)))
                handle.flush()


def _score(job: Job, name: str, smiles: str) -> tuple[str, str]:
    """Return the score of a molecule as text, or why there is none."""
    item = {"where": name, "name": name, "text": smiles, "is_block": False, "problem": ""}
    try:
        ligand = read(job, item)[0]
        if ligand["status"] != "ready":
            return "", str(ligand["reason"])
        (found,) = search(job, ligand)
    except WorkbenchError as error:
        return "", str(error)
    return f"{found['score_kcal_per_mol']:.3f}", ""


def read_scores(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table of scores."""
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))
