"""``workbench prepare receptor|ligand``: docking-ready files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    Verbs,
    add_ligands,
    add_receptor_options,
    add_seed,
    exit_code,
    ligand_settings,
    read_ligands,
    read_receptor,
    tell,
)
from workbench.progress import to_stream
from workbench.text import quoted

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand


PREPARATIONS = {
    "--humanise": "give the groove of another species (480 to 640) its human side chains",
    "--pka": "compute the pKa of Cys528 and of the groups around it with PROPKA (files only)",
    "--no-loops": "cap gaps in the chain instead of taking the residues over from the human model",
    "--relax": "minimise all atoms at the end, heavy ones on springs; how far they went is told",
}


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "prepare",
        help="make a receptor or ligands docking-ready (mmCIF, PDB, PDBQT, SDF, box)",
        description="Docking-ready files of a receptor or of ligands.",
        epilog="examples: workbench prepare receptor human-groove --out prep; workbench prepare "
        "ligand selinexor mine.csv --ph 7.4 --out prep",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    receptor = kinds.add_parser(
        "receptor", help="receptor.cif, .pdb, .pdbqt, .json, a page, box.json"
    )
    receptor.add_argument(
        "receptor",
        metavar="RECEPTOR",
        help="human-groove or another that ships (see workbench info), a PDB id, "
        "AF-<UniProt>, or a structure file",
    )
    add_receptor_options(receptor)
    for option, what in PREPARATIONS.items():
        receptor.add_argument(option, action="store_true", help=what)
    receptor.add_argument("--out", type=Path, default=Path("prepared"), metavar="DIR")
    receptor.set_defaults(run=run_receptor)
    ligand = kinds.add_parser("ligand", help="SDF, PDBQT and drawings per ligand, and ligands.json")
    add_ligands(ligand)
    add_seed(ligand, "of the conformer")
    ligand.add_argument("--out", type=Path, default=Path("prepared"), metavar="DIR")
    ligand.set_defaults(run=run_ligand)


def run_receptor(arguments: argparse.Namespace) -> int:
    """Prepare a receptor and write its files; return the exit code."""
    from workbench.pipeline.preparing import write_receptor
    from workbench.settings import PreparationSettings

    settings = PreparationSettings(max_loop_residues=0) if arguments.no_loops else None
    receptor = read_receptor(
        arguments,
        humanise=arguments.humanise,
        pka=arguments.pka,
        settings=settings,
        relax=arguments.relax,
    )
    for path in write_receptor(receptor, arguments.out):
        print(path)
    return 0


def _told(ligands: Iterable[Ligand]) -> Iterator[Ligand]:
    """Pass ligands on, and say on stderr how each was understood."""
    for ligand in ligands:
        found = ligand.warhead
        said = (
            f"{found.name}, attacked atom {found.reactive_atom_index}"
            if found
            else ligand.warhead_problem or "no warhead"
        )
        print(f"{quoted(ligand.name)}: {said}", file=sys.stderr)
        yield ligand


def run_ligand(arguments: argparse.Namespace) -> int:
    """Prepare ligands and write their files; return the exit code."""
    from workbench.ligands.reading import LigandFailure
    from workbench.pipeline.preparing import write_ligands

    ligands, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    failed = written = 0
    for outcome in write_ligands(_told(ligands), arguments.out, arguments.seed, to_stream()):
        if isinstance(outcome, LigandFailure):
            failed += 1
            tell(f"{outcome.name} failed: {outcome.reason}")
        else:
            written += outcome.suffix == ".sdf"
            print(outcome)
    return exit_code(bool(failed or unread), bool(written))
