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
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from quick_docking import dock_all, read_scores
from rdkit import Chem, RDLogger
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.DataStructs import BulkTanimotoSimilarity

from workbench.errors import WorkbenchError
from workbench.ligands.enumeration import Library, read_building_blocks
from workbench.ligands.properties import drug_properties
from workbench.ligands.reading import load_ligand
from workbench.screening.labels import enrichment_text
from workbench.screening.metrics import enrichment
from workbench.tables import compounds

SCORES = Path(__file__).with_suffix(".csv")
DECOYS = Path(__file__).with_name("decoy_groups.csv")
PER_ACTIVE = 9
POOL = 4000
MOST_HEAVY_ATOMS = 35
MOST_ALIKE = 0.4
WIDTHS = np.array([25.0, 0.5, 1.0, 1.0, 1.0])
"""One unit of distance: g/mol, clogP, donors, acceptors, rotatable bonds."""


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
