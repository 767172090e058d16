"""Prepare a receptor and ligands for docking in one call.

``python scripts/dock_prep.py --receptor human-groove --ligands selinexor eltanexor --out prep/``
does what ``workbench prepare ligand`` and ``workbench prepare receptor`` do one after the other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workbench.cli import main as workbench


def main(argv: Sequence[str] | None = None) -> int:
    """Write mmCIF, PDB, PDBQT and box of the receptor, SDF, PDBQT and drawings of the ligands."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0],
        epilog="Other options are those of `workbench prepare receptor`.",
        allow_abbrev=False,
    )
    parser.add_argument("--receptor", default="human-groove", metavar="RECEPTOR")
    parser.add_argument("--ligands", nargs="+", required=True, metavar="LIGAND")
    parser.add_argument("--seed", default="1", metavar="N", help="of the conformers")
    parser.add_argument("--out", default="prepared", metavar="DIR")
    asked, of_receptor = parser.parse_known_args(argv)
    out = ["--out", asked.out]
    code = workbench(["prepare", "ligand", *asked.ligands, "--seed", asked.seed, *out])
    return code or workbench(["prepare", "receptor", asked.receptor, *of_receptor, *out])


if __name__ == "__main__":
    sys.exit(main())
