"""Remake the ensemble of open human grooves from the embedded ``human-groove``.

Each member has one side chain of the groove's lining in another rotamer; the file holds the
atoms that lie elsewhere. Nothing but the package is needed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from workbench.structures.embedded import read_embedded
from workbench.structures.ensemble import RULE, chi_degree, groove_ensemble

BASE = "human-groove"
COMMAND = "python scripts/make_groove_ensemble.py --out workbench/data/receptors"


def main() -> None:
    """Write ``human_groove_ensemble.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the file")
    arguments = parser.parse_args()
    path = arguments.out / "human_groove_ensemble.json"
    path.write_text(json.dumps(ensemble(), sort_keys=True) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size} bytes")


def ensemble() -> dict[str, Any]:
    """Return the record of the ensemble."""
    base = read_embedded(BASE)
    members = {}
    for member in groove_ensemble(base):
        rotamer, made, moved = member.rotamer, member.receptor, list(member.moved_atoms)
        members[f"{BASE}-{rotamer.name.lower()}{rotamer.number}"] = {
            "residue": f"{rotamer.name} {rotamer.number}",
            "chi_degree": [round(angle, 1) for angle in chi_degree(made, rotamer.number)],
            "packing_energy_kcal_per_mol": round(rotamer.packing_energy_kcal_per_mol, 2),
            "moved_angstrom": round(rotamer.moved_angstrom, 2),
            "change": made.changes[-1],
            "atoms": moved,
            "coordinates": made.coordinates[moved].round(3).tolist(),
        }
    return {"base": BASE, "rule": RULE, "command": COMMAND, "members": members}


if __name__ == "__main__":
    main()
