"""Remake ``workbench/data/reaction_energies.csv``; run again to go on where it was stopped.

    python scripts/make_reaction_table.py --scratch scratch/ [--levels gfn2 dft]

Drugs and levels that the table holds already are left alone: delete their rows to remake them.
What each molecule gave is kept in the scratch folder, so that a stopped run loses one at most.
"""

from __future__ import annotations

import argparse
import csv
import pickle
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from rdkit import Chem

from workbench.errors import WorkbenchError
from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import LEVELS, METHANETHIOL, Addition, Bench, addition, modelled
from workbench.mechanism.reaction_table import ReactionEnergy
from workbench.mechanism.thermochemistry import GFN2
from workbench.progress import to_stream

TABLE = Path(__file__).resolve().parents[1] / "workbench/data/reaction_energies.csv"
COLUMNS = [field.name for field in fields(ReactionEnergy)]
LIGANDS = {
    "selinexor": "selinexor",
    "eltanexor": "eltanexor",
    "N-methylacrylamide": "C=CC(=O)NC",
    "alpha-cyanocrotonamide": "C/C=C(C#N)/C(N)=O",
    "KPT-185": "KPT-185",
    "leptomycin B": "leptomycin B",
    "acrolein": "C=CC=O",
    "methyl vinyl ketone": "C=CC(C)=O",
    "KPT-251": "KPT-251",
    "KPT-276": "KPT-276",
    "verdinexor": "verdinexor",
    "felezonexor": "felezonexor",
    "PKF050-638": "PKF050-638",
}
"""Drugs of the catalogue, and yardsticks: two that hold or let go, two that were measured."""


def main() -> int:
    """Compute what the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True, metavar="DIR")
    parser.add_argument("--levels", nargs="+", choices=list(LEVELS), default=list(LEVELS))
    parser.add_argument("--ligands", nargs="+", choices=list(LIGANDS), default=list(LIGANDS))
    arguments = parser.parse_args()
    arguments.scratch.mkdir(exist_ok=True)
    store = arguments.scratch / "species.pickle"
    told = to_stream()
    bench = Bench()
    if store.exists():
        bench.known, bench.shifts = pickle.loads(store.read_bytes())

    def progress(stage: str, done: int, total: int) -> None:
        if done == total:
            told(stage, done, total)
            part = store.with_suffix(".part")
            part.write_bytes(pickle.dumps((bench.known, bench.shifts)))
            part.replace(store)

    bench.progress = progress
    failed = 0
    for level in arguments.levels:
        bench.level = level
        for name in arguments.ligands:
            if (name, LEVELS[level]) in _present():
                continue
            try:
                ligand = load_ligand(LIGANDS[name], name=name)
                found = addition(ligand, bench)
                drug, _ = modelled(ligand, "truncated", METHANETHIOL)
            except WorkbenchError as error:
                print(f"{name}, {level}: {error}", file=sys.stderr)
                failed += 1
                continue
            _append(name, ligand.smiles, Chem.MolToSmiles(drug), LEVELS[level], found)
            progress(f"{name}, {level}: written", 1, 1)
    return 3 if failed else 0


def _present() -> set[tuple[str, str]]:
    """Return drug and level of the rows that are there."""
    if not TABLE.exists():
        return set()
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return {(row["ligand"], row["level"]) for row in csv.DictReader(handle)}


def _append(name: str, smiles: str, model_smiles: str, level: str, found: Addition) -> None:
    """Write one drug's rows at the end of the table."""
    new = not TABLE.exists()
    with TABLE.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        for label, delta_g in found.delta_g.items():
            index = {key: f"{found.index[key]:.2f}" for key in COLUMNS if key in found.index}
            writer.writerow(
                {
                    "ligand": name,
                    "smiles": smiles,
                    "model": "truncated",
                    "model_smiles": model_smiles,
                    "thiol": METHANETHIOL,
                    "level": level,
                    "geometry": GFN2,
                    "adduct": label,
                    "delta_g_kcal_per_mol": f"{delta_g:.2f}",
                    "conformer_uncertainty_kcal_per_mol": (
                        f"{found.conformer_uncertainty[label]:.2f}"
                    ),
                    "date": datetime.now(UTC).strftime("%Y-%m-%d"),
                    "source": "scripts/make_reaction_table.py",
                }
                | index
            )


if __name__ == "__main__":
    sys.exit(main())
