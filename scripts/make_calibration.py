"""Remake ``workbench/data/calibration_energies.csv``; run again to go on where it was stopped.

    python scripts/make_calibration.py

Acceptors that the table holds already are left alone: delete their rows to remake them.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import MechanismError
from workbench.mechanism.calibration import (
    MEDIA,
    PROBES,
    Affinity,
    acceptors,
    anion_affinity,
)
from workbench.progress import to_stream

TABLE = Path(__file__).resolve().parents[1] / "workbench/data/calibration_energies.csv"
COLUMNS = [field.name for field in fields(Affinity)]


def main() -> None:
    """Compute what the table lacks."""
    told = to_stream()
    if not TABLE.exists():
        TABLE.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with TABLE.open(encoding="utf-8", newline="") as handle:
        present = {(row["name"], row["probe"]) for row in csv.DictReader(handle)}
    wanted = acceptors()
    for number, acceptor in enumerate(wanted, start=1):
        for probe in PROBES:
            if (acceptor.name, probe) in present:
                continue
            note, values = "", dict.fromkeys(MEDIA, "")
            try:
                found = anion_affinity(acceptor.smiles, probe, acceptor.name)
                values = {medium: f"{value:.2f}" for medium, value in found.items()}
            except MechanismError as error:
                note = str(error)
            with TABLE.open("a", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                for medium in MEDIA:
                    date = datetime.now(UTC).strftime("%Y-%m-%d")
                    source = "scripts/make_calibration.py"
                    row = (acceptor.name, probe, medium, values[medium], note, date, source)
                    writer.writerow(row)
        told(acceptor.name, number, len(wanted))


if __name__ == "__main__":
    sys.exit(main())
