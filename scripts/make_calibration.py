"""Remake ``workbench/data/calibration_energies.csv``; run again to go on where it was stopped.

    python scripts/make_calibration.py --scratch scratch/ [--levels gfn2 dft]

Acceptors that the table holds already are left alone: delete their rows to remake them. Those
that choose the scale come first, then the drugs, then the held out ones, small ones first.
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
from workbench.ligands.reading import load_ligand
from workbench.mechanism.calibration import (
    CHOICE,
    HELD_OUT,
    LEVELS,
    MEDIA,
    PROBES,
    Affinity,
    AffinityLevel,
    Probe,
    acceptors,
    energies_in_media,
    lowest_minimum,
    marked_model,
    reactants_and_product,
    with_diffuse,
)
from workbench.mechanism.species import Species
from workbench.progress import to_stream

TABLE = Path(__file__).resolve().parents[1] / "workbench/data/calibration_energies.csv"
COLUMNS = [field.name for field in fields(Affinity)]
SOURCE = "scripts/make_calibration.py"
DRUGS = ("selinexor", "eltanexor")


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
    wanted = _wanted()
    for level in arguments.levels:
        for number, (name, smiles) in enumerate(wanted, start=1):
            for probe in arguments.probes:
                if (name, probe, level) not in present:
                    note, values = _affinity(name, smiles, probe, level, arguments.scratch)
                    _append(name, probe, level, note, values)
            told(f"{level}: {name}", number, len(wanted))


def _wanted() -> list[tuple[str, str]]:
    """Return name and marked SMILES of what is computed, the most needed first."""
    known = sorted(acceptors(), key=lambda one: Chem.MolFromSmiles(one.smiles).GetNumAtoms())
    choice, held_out = (
        [(one.name, one.smiles) for one in known if one.part == part] for part in (CHOICE, HELD_OUT)
    )
    return [*choice, *((name, marked_model(load_ligand(name))) for name in DRUGS), *held_out]


def _affinity(
    name: str, smiles: str, probe: Probe, level: AffinityLevel, scratch: Path
) -> tuple[str, dict[str, str]]:
    """Return a note and the affinity in each medium, blank where there is none."""
    try:
        sides = []
        for mol, title in reactants_and_product(smiles, probe, name):
            key = "".join(c if c.isalnum() else "_" for c in title)
            store = scratch / f"{key}.pickle"
            if not store.exists():
                store.write_bytes(pickle.dumps(lowest_minimum(mol, title)))
            sides.append(_energies(pickle.loads(store.read_bytes()), level, scratch / key))
    except MechanismError as error:
        return str(error), dict.fromkeys(MEDIA, "")
    acceptor, anion, product = sides
    return "", {m: f"{product[m] - acceptor[m] - anion[m]:.2f}" for m in MEDIA}


def _energies(found: Species, level: AffinityLevel, stem: Path) -> dict[str, float]:
    """Return the energy of a minimum in each medium, kept in a file once it is known."""
    store = stem.with_name(f"{stem.name}_{level.replace(' ', '_')}.pickle")
    if not store.exists():
        if level == "dft diffuse":
            energies = with_diffuse(found, _energies(found, "dft", stem))
        else:
            energies = energies_in_media(found, level)
        store.write_bytes(pickle.dumps(energies))
    kept: dict[str, float] = pickle.loads(store.read_bytes())
    return kept


def _append(name: str, probe: str, level: str, note: str, values: dict[str, str]) -> None:
    """Write one acceptor's rows at the end of the table."""
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    with TABLE.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        for medium in MEDIA:
            writer.writerow((name, probe, level, medium, values[medium], note, date, SOURCE))


if __name__ == "__main__":
    main()
