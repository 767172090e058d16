"""``workbench prepare receptor|ligand``: docking-ready files."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.inputs import ReceptorOptions, read_ligands, read_receptor
from workbench.cli.options import RECEPTOR_HELP, Ligands, Out, Seed, argument, flag
from workbench.cli.terminal import exit_code, tell
from workbench.progress import to_stream
from workbench.settings import ForceFieldName, LigandSettings, PreparationSettings
from workbench.text import quoted

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand

HELP = "Prepare docking-ready files of a receptor or of ligands (mmCIF, PDB, PDBQT, SDF, box)."
EXAMPLES = (
    "workbench prepare receptor human-groove --out prep",
    "workbench prepare ligand selinexor mine.csv --ph 7.4 --out prep",
    "workbench prepare ligand selinexor --force-field amber --out prep",
)


def receptor(
    name: str = argument("RECEPTOR", RECEPTOR_HELP),
    *,
    prepared: ReceptorOptions,
    humanise: bool = flag(
        "--humanise", "give another species' groove (480 to 640) its human side chains"
    ),
    pka: bool = flag("--pka", "the pKa of Cys528 and of groups around it with PROPKA (files only)"),
    no_loops: bool = flag(
        "--no-loops",
        "cap gaps in the chain instead of taking the residues over from the human model",
    ),
    relax: bool = flag(
        "--relax", "minimise all atoms at the end, heavy ones on springs; how far they went is told"
    ),
    out: Out = Path("prepared"),
) -> int:
    """Prepare a receptor: receptor.cif, .pdb, .pdbqt, .json, a page, box.json."""
    from workbench.pipeline.preparing import write_receptor

    found = read_receptor(
        name,
        prepared,
        humanise=humanise,
        pka=pka,
        settings=PreparationSettings(max_loop_residues=0) if no_loops else None,
        relax=relax,
    )
    for path in write_receptor(found, out):
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


def ligand(
    ligands: Ligands,
    about: LigandSettings,
    seed: Seed = 1,
    force_field: Annotated[
        ForceFieldName,
        typer.Option(help="amber: also an OpenMM ForceField file of drug and adduct"),
    ] = "mmff94s",
    out: Out = Path("prepared"),
) -> int:
    """Prepare ligands: SDF, PDBQT and drawings of each, and ligands.json."""
    from workbench.ligands.reading import LigandFailure
    from workbench.pipeline.preparing import write_ligands

    readable, unread = read_ligands(ligands, about)
    failed = written = 0
    amber = force_field == "amber"
    for outcome in write_ligands(_told(readable), out, seed, to_stream(), amber=amber):
        if isinstance(outcome, LigandFailure):
            failed += 1
            tell(f"{outcome.name} failed: {outcome.reason}")
        else:
            written += outcome.suffix == ".sdf"
            print(outcome)
    return exit_code(bool(failed or unread), bool(written))


KINDS = {"receptor": receptor, "ligand": ligand}
