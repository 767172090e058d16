"""``workbench dock``: the main job."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    LIGAND_HELP,
    WRITING,
    Verbs,
    add_ligand_options,
    add_out,
    add_poses,
    add_quick,
    add_receptor,
    add_run,
    command_line,
    dock_settings,
    ligand_settings,
    read_ligands,
    read_receptor,
    tell,
)

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.records.docking import DockingResult
    from workbench.structures.receptor import Receptor


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "dock",
        help="dock ligands onto the reactive cysteine: encounter, adducts, complexes, page",
        description="Encounter complex, every adduct diastereomer, minimised bonded complexes, "
        "checks and one page per ligand.",
        epilog='example: workbench dock selinexor "CC(C)OC(=O)/C=C\\n1cncn1" --out results/',
    )
    parser.add_argument(
        "ligands",
        nargs="+",
        metavar="LIGAND",
        help=LIGAND_HELP,
    )
    add_ligand_options(parser)
    add_receptor(parser)
    parser.add_argument("--force-field", choices=["mmff94s", "amber"], default="mmff94s")
    parser.add_argument(
        "--form",
        choices=["adduct", "hydrolysed", "oxidised"],
        default="adduct",
        help="the adduct as it first forms (default), or after the step that follows: hydrolysed "
        "for the opened lactone of leptomycin B",
    )
    add_poses(parser, 10)
    parser.add_argument(
        "--posebusters",
        action="store_true",
        help="also check every pose with PoseBusters (extra: checks), 2 s per pose",
    )
    add_quick(parser)
    add_run(parser)
    add_out(parser, "workbench-dock")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Dock each ligand and write its folder; return the exit code."""
    from workbench.errors import WorkbenchError
    from workbench.files.writing import prepare_output_folder

    readable, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    ligands = list(readable)
    alone = len(ligands) == 1 and not unread
    if alone:
        _refuse_without_warhead(ligands[0])
    receptor = read_receptor(arguments)
    folder = prepare_output_folder(arguments.out)
    if alone:
        _dock_one(arguments, ligands[0], receptor, folder)
        return 0
    failures: list[tuple[str, str]] = []
    for name, ligand in _folder_names(ligands).items():
        try:
            _refuse_without_warhead(ligand)
            _dock_one(arguments, ligand, receptor, prepare_output_folder(folder / name))
        except WorkbenchError as error:
            failures.append((ligand.name, str(error)))
    for name, reason in failures:
        tell(f"{name} failed: {reason}")
    if not failures and not unread:
        return 0
    return EXIT_SOME_FAILED if len(failures) < len(ligands) else 1


def _refuse_without_warhead(ligand: Ligand) -> None:
    """Stop before any work when no bond can form.

    Raises
    ------
    LigandError
        With the reason that the warhead table gave.
    """
    from workbench.errors import LigandError

    if ligand.warhead is None:
        kind = ligand.warhead_verdict.replace("_", " ")
        raise LigandError(f"{kind} in {ligand.name}: {ligand.warhead_problem}")


def _folder_names(ligands: list[Ligand]) -> dict[str, Ligand]:
    """Name one folder per ligand: its place in the list and its InChIKey, never its own name."""
    return {f"{k:03d}_{ligand.inchikey}": ligand for k, ligand in enumerate(ligands, start=1)}


def _dock_one(
    arguments: argparse.Namespace, ligand: Ligand, receptor: Receptor, folder: Path
) -> None:
    from workbench.pipeline.docking import dock
    from workbench.progress import to_stream
    from workbench.report.docking_page import write_docking

    result = dock(
        ligand,
        receptor,
        force_field=arguments.force_field,
        form=arguments.form,
        posebusters=arguments.posebusters,
        poses=arguments.poses,
        seed=arguments.seed,
        platform=arguments.platform,
        jobs=arguments.jobs,
        settings=dock_settings(arguments.quick),
        command=command_line(),
        progress=to_stream(),
    )
    with WRITING:
        write_docking(result, folder)
    print(summary(result))
    print(f"written to {folder}: report.html, result.json, poses.csv, poses.sdf, complexes")


def summary(result: DockingResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    lines = [f"verdict: {result.verdict} - {result.reason}", f"seed: {result.provenance['seed']}"]
    if result.encounter:
        best = result.encounter[0]
        distance = best.sg_c_distance_angstrom
        apart = "" if distance is None else f", S...C {distance:.1f} A"
        face = "" if best.face is None else f", {best.face} face"
        lines.append(f"encounter: best score {best.score_kcal_per_mol:.2f} kcal/mol{apart}{face}")
    for adduct in result.adducts:
        if not adduct.poses:
            continue
        pose = adduct.poses[0]
        reference = pose.rmsd_to_reference_angstrom
        parts = [
            f"score {pose.score_kcal_per_mol:.2f} kcal/mol",
            f"strain {pose.strain_kcal_per_mol:.1f} kcal/mol",
            f"S-C {pose.sg_c_distance_angstrom:.2f} A",
            "valid" if pose.valid else f"NOT valid: {', '.join(pose.failed_checks)}",
        ]
        if reference is not None:
            parts.append(f"{reference:.2f} A from the reference estimate")
        if pose.encounter_rank is None:
            parts.append("no encounter pose that is ready leads here")
        else:
            apart = f"{pose.encounter_rmsd_angstrom:.1f} A"
            parts.append(f"{apart} from encounter pose {pose.encounter_rank}, which leads here")
        form = "" if adduct.form == "adduct" else f", {adduct.form}"
        lines.append(f"{adduct.label} ({adduct.formula}{form}): " + ", ".join(parts))
    lines += [f"warning: {text}" for text in result.warnings]
    return "\n".join(lines)
