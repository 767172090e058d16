"""Make ``workbench/data/ffxml``: OpenMM ForceField files of the catalogue's SINE drugs.

Needs tblite (``xpo1-workbench[react]``) and Amber's antechamber, parmchk2 and sqm, found on the
PATH or in the folder that WORKBENCH_AMBER_BIN names; takes about three minutes per drug.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.physics.amber_molecules import described, fitted_file

DRUGS = ("selinexor", "eltanexor", "KPT-185", "KPT-276", "KPT-251", "verdinexor")
PER_PAIR, PER_MANY, PER_DRUG = 3, 2, 4
"""Geometries per diastereomer of two, of more than two, and of an intact drug."""
FOLDER = Path(__file__).resolve().parent.parent / "workbench" / "data" / "ffxml"
SOURCE = (
    "python scripts/make_ffxml.py; types GAFF2 (antechamber), c3* is c3 with fitted terms; charges "
    "AM1-BCC (antechamber, sqm single point), mean over geometries (GFN2-xTB with ALPB water, from "
    "MMFF94s conformers) and diastereomers; AmberTools 22.0 as in acpype 2023.10.27, tblite 0.8.0"
)


def main() -> int:
    """Make the file of each drug."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drugs", nargs="*", default=DRUGS)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.drugs:
        ligand = load_ligand(name)
        adducts = enumerate_adducts(ligand)
        each = PER_PAIR if len(adducts) == 2 else PER_MANY
        made = [described(ligand, (), PER_DRUG), described(ligand, adducts, each)]
        (arguments.out / f"{name}.xml").write_text(fitted_file(made, SOURCE), encoding="utf-8")
        print(name, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
