"""Prepare a receptor and ligands for docking in one call.

``python scripts/dock_prep.py --receptor human-groove --ligands selinexor eltanexor --out prep/``
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.cli.arguments import add_receptor, seed
from workbench.errors import LigandError, WorkbenchError
from workbench.ligands.reading import LigandFailure, load_ligands
from workbench.pipeline.preparing import write_ligands, write_receptor
from workbench.structures.loading import load_receptor


def main(argv: Sequence[str] | None = None) -> int:
    """Write mmCIF, PDB, PDBQT and box of the receptor, SDF, PDBQT and drawings of the ligands."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    add_receptor(parser)
    parser.add_argument("--ligands", nargs="+", required=True, metavar="LIGAND")
    parser.add_argument("--seed", type=seed, default=1, metavar="N")
    parser.add_argument("--out", type=Path, default=Path("prepared"), metavar="DIR")
    arguments = parser.parse_args(argv)
    try:
        ligands = [ligand for text in arguments.ligands for ligand in load_ligands(text)]
        receptor = load_receptor(
            arguments.receptor,
            nucleophile=arguments.nucleophile,
            mutations=tuple(arguments.mutate),
            keep_waters=arguments.keep_waters,
            keep_partners=arguments.keep_partners,
        )
        written = write_receptor(receptor, arguments.out)
        for outcome in write_ligands(ligands, arguments.out, arguments.seed):
            if isinstance(outcome, LigandFailure):
                raise LigandError(outcome.reason)
            written.append(outcome)
    except WorkbenchError as error:
        print(f"dock_prep: {error}", file=sys.stderr)
        return error.exit_code
    for path in written:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
