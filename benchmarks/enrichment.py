"""Known inhibitors against property-matched decoys: does the score rank them first?

``python benchmarks/enrichment.py --dock`` docks both with a short search and adds the scores to
``benchmarks/enrichment.csv``; ``python benchmarks/enrichment.py`` reports on that table.

Actives are the catalogue's covalent inhibitors of fewer than 36 heavy atoms whose stereo is drawn
and whose warhead the workbench can bond. Decoys are built from ``decoy_groups.csv``: other
scaffolds, every one with an electrophile, nothing known of any of them. For each active those
nearest to it in molecular weight, clogP, donors, acceptors and rotatable bonds are taken, none
twice, none that looks like an active.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from rdkit import Chem, RDLogger
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.DataStructs import BulkTanimotoSimilarity

from workbench.errors import WorkbenchError
from workbench.ligands.enumeration import Library, read_building_blocks
from workbench.ligands.properties import drug_properties
from workbench.ligands.reading import load_ligand
from workbench.screening.enrichment import enrichment, enrichment_text
from workbench.screening.plan import Job
from workbench.screening.stages import read, search
from workbench.settings import ScreenSettings, SearchSettings
from workbench.structures.loading import load_receptor
from workbench.tables import compounds

SCORES = Path(__file__).with_suffix(".csv")
DECOYS = Path(__file__).with_name("decoy_groups.csv")
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
PER_ACTIVE = 9
POOL = 4000
MOST_HEAVY_ATOMS = 35
MOST_ALIKE = 0.4
WIDTHS = np.array([25.0, 0.5, 1.0, 1.0, 1.0])
"""One unit of distance: g/mol, clogP, donors, acceptors, rotatable bonds."""


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


def actives() -> list[tuple[str, str]]:
    """Return name and SMILES of the known inhibitors."""
    found = []
    for compound in compounds():
        if compound.kind != "inhibitor" or not compound.covalent or "flat" in compound.name:
            continue
        try:
            ligand = load_ligand(compound.smiles, name=compound.name)
        except WorkbenchError as error:
            print(f"{compound.name} left out: {error}")
            continue
        if ligand.warhead is None or ligand.mol.GetNumHeavyAtoms() > MOST_HEAVY_ATOMS:
            print(f"{compound.name} left out: too large, or no warhead that bonds")
            continue
        found.append((compound.name.replace(" ", "_"), compound.smiles))
    return found


def described(smiles: str) -> np.ndarray:
    """Return the properties that decoys are matched in."""
    p = drug_properties(Chem.MolFromSmiles(smiles))
    values = (p.molecular_weight_g_per_mol, p.clogp, p.hydrogen_bond_donors)
    return np.array([*values, p.hydrogen_bond_acceptors, p.rotatable_bonds]) / WIDTHS


def decoys(known: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield name and SMILES of the decoys, a round of one for each active at a time."""
    blocks = read_building_blocks(DECOYS)
    library = Library(blocks.cores["decoy"], blocks.groups)
    generator = GetMorganGenerator(radius=2, fpSize=2048)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(smiles)) for _, smiles in known]
    pool = []
    for product in library.random(POOL, seed=1):
        own = generator.GetFingerprint(Chem.MolFromSmiles(product.smiles))
        if max(BulkTanimotoSimilarity(own, prints)) < MOST_ALIKE:
            pool.append(product)
    places = np.array([described(product.smiles) for product in pool])
    free = np.ones(len(pool), dtype=bool)
    for _ in range(PER_ACTIVE):
        for _name, smiles in known:
            distance = np.linalg.norm(places - described(smiles), axis=1)
            nearest = int(np.argmin(np.where(free, distance, np.inf)))
            free[nearest] = False
            yield pool[nearest].name, pool[nearest].smiles


def report() -> str:
    """Return the enrichment as text, for all actives and for those with the SINE core.

    An active without a score ranks last; a decoy without one is left out, since it was never a
    candidate.
    """
    rows = [r for r in read_scores(SCORES) if r["label"] == "1" or r["score_kcal_per_mol"]]
    score = np.array([float(row["score_kcal_per_mol"] or "nan") for row in rows])
    active = np.array([row["label"] == "1" for row in rows])
    core = Chem.MolFromSmarts("c1ncn(C=C)n1")
    sine = np.array([Chem.MolFromSmiles(row["smiles"]).HasSubstructMatch(core) for row in rows])
    kept = ~active | sine
    return "\n".join(
        (
            "all actives",
            enrichment_text(enrichment(active, score)),
            "those with the SINE core",
            enrichment_text(enrichment(active[kept], score[kept])),
        )
    )


def dock() -> None:
    """Dock the actives, then the decoys."""
    known = actives()
    molecules = [(name, smiles, "1") for name, smiles in known]
    dock_all([*molecules, *((name, smiles, "0") for name, smiles in decoys(known))], SCORES)


if __name__ == "__main__":
    RDLogger.DisableLog("rdApp.*")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dock", action="store_true")
    arguments = parser.parse_args()
    if arguments.dock:
        dock()
    else:
        print(report())
