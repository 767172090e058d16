"""Remake ``workbench/data/calibration_energies.csv``; run again to go on where it was stopped.

    python scripts/make_calibration.py --scratch scratch/ [--levels gfn2 dft]

Acceptors that the table holds already are left alone: delete their rows to remake them. Those
that choose the scale come first, then the held out ones, small ones first.
"""

from __future__ import annotations

import argparse
import csv
import pickle
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from rdkit import Chem

from workbench.errors import MechanismError
from workbench.mechanism.calibration import (
    CHOICE,
    MEDIA,
    PROBES,
    Affinity,
    Probe,
    acceptors,
    energies_in_media,
    lowest_minimum,
    reactants_and_product,
)
from workbench.mechanism.energetics import LEVELS, Level
from workbench.progress import to_stream

TABLE = Path(__file__).resolve().parents[1] / "workbench/data/calibration_energies.csv"
COLUMNS = [field.name for field in fields(Affinity)]
SOURCE = "scripts/make_calibration.py"


def main() -> None:
    """Compute what the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True, metavar="DIR")
    parser.add_argument("--levels", nargs="+", choices=list(LEVELS), default=list(LEVELS))
    parser.add_argument("--probes", nargs="+", choices=list(PROBES), default=list(PROBES))
    arguments = parser.parse_args()
    arguments.scratch.mkdir(exist_ok=True)
    if not TABLE.exists():
        TABLE.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with TABLE.open(encoding="utf-8", newline="") as handle:
        present = {(row["name"], row["probe"], row["level"]) for row in csv.DictReader(handle)}
    told = to_stream()
    wanted = sorted(
        acceptors(),
        key=lambda one: (one.part != CHOICE, Chem.MolFromSmiles(one.smiles).GetNumAtoms()),
    )
    for level in arguments.levels:
        for number, acceptor in enumerate(wanted, start=1):
            for probe in arguments.probes:
                if (acceptor.name, probe, level) not in present:
                    note, values = _affinity(
                        acceptor.name, acceptor.smiles, probe, level, arguments.scratch
                    )
                    _append(acceptor.name, probe, level, note, values)
            told(f"{level}: {acceptor.name}", number, len(wanted))


def _affinity(
    name: str, smiles: str, probe: Probe, level: Level, scratch: Path
) -> tuple[str, dict[str, str]]:
    """Return a note and the affinity in each medium, blank where there is none."""
    try:
        sides = []
        for mol, title in reactants_and_product(smiles, probe, name):
            key = "".join(c if c.isalnum() else "_" for c in title)
            store = scratch / f"{key}.pickle"
            if not store.exists():
                store.write_bytes(pickle.dumps(lowest_minimum(mol, title)))
            energies = scratch / f"{key}_{level}.pickle"
            if not energies.exists():
                found = pickle.loads(store.read_bytes())
                energies.write_bytes(pickle.dumps(energies_in_media(found, level)))
            sides.append(pickle.loads(energies.read_bytes()))
    except MechanismError as error:
        return str(error), dict.fromkeys(MEDIA, "")
    acceptor, anion, product = sides
    return "", {m: f"{product[m] - acceptor[m] - anion[m]:.2f}" for m in MEDIA}


def _append(name: str, probe: str, level: str, note: str, values: dict[str, str]) -> None:
    """Write one acceptor's rows at the end of the table."""
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    with TABLE.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        for medium in MEDIA:
            writer.writerow((name, probe, level, medium, values[medium], note, date, SOURCE))


if __name__ == "__main__":
    main()
