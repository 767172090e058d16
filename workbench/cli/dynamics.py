"""``workbench dynamics``: whether a docked pose stays where it is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    WRITING,
    Verbs,
    add_out,
    add_receptor_options,
    add_run,
    command_line,
    positive_float,
    positive_int,
    read_receptor,
)

if TYPE_CHECKING:
    from workbench.physics.complex import Assembly
    from workbench.records.dynamics import DynamicsResult
    from workbench.settings import DynamicsSettings


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "dynamics",
        help="short molecular dynamics of a docked pose, bonded or before the bond forms",
        description="Langevin dynamics of a pose that workbench dock wrote: trajectories, RMSD, "
        "S-C distance, contacts (extra: dynamics). A run that was stopped goes on with --resume.",
        epilog="examples: workbench dynamics selinexor/ --replicas 3 --out md; workbench dynamics "
        "selinexor/ --encounter --length-ps 100 --out approach",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="that workbench dock wrote")
    parser.add_argument(
        "--pose", default="", metavar="bR_1", help="diastereomer and rank (default: the best valid)"
    )
    parser.add_argument(
        "--encounter",
        nargs="?",
        type=positive_int,
        const=0,
        metavar="RANK",
        help="the intact drug beside the thiol instead (default: the best that is ready)",
    )
    parser.add_argument(
        "--receptor",
        metavar="RECEPTOR",
        help="that was docked to, where it does not ship with the workbench",
    )
    add_receptor_options(parser)
    for option, default, unit, what in (
        ("--length-ps", 50.0, "PS", "of each replica"),
        ("--report-ps", 0.5, "PS", "between frames; each is a checkpoint"),
        ("--temperature-k", 300.0, "K", "of the thermostat"),
        ("--timestep-fs", 2.0, "FS", "1 without heavy hydrogens"),
        ("--mobile-angstrom", 5.0, "A", "residues this near to the drug move"),
    ):
        parser.add_argument(
            option,
            type=positive_float,
            default=default,
            metavar=unit,
            help=f"{what} (default: {default:g})",
        )
    parser.add_argument(
        "--equilibration-ps",
        type=positive_float,
        metavar="PS",
        help="left out of the means (default: a tenth of the length)",
    )
    parser.add_argument(
        "--hydrogen-mass",
        type=float,
        default=3.0,
        metavar="AMU",
        help="of hydrogens, taken from the atoms that bear them; 0 leaves masses (default: 3)",
    )
    parser.add_argument(
        "--solvent",
        choices=["auto", "none", "obc2"],
        default="auto",
        help="auto: the force field's own; none: no water (mmff94s: dielectric 4r); "
        "obc2: implicit water",
    )
    parser.add_argument(
        "--force-field",
        choices=["mmff94s", "amber"],
        default="mmff94s",
        help="default: mmff94s",
    )
    parser.add_argument("--replicas", type=positive_int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    add_run(parser)
    add_out(parser, "workbench-dynamics", "folder of trajectories and page")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the replicas, write the page and print the outcome; return the exit code."""
    from workbench.files.reopening import DockedFolder
    from workbench.files.writing import prepare_output_folder
    from workbench.pipeline.dynamics import propagate
    from workbench.progress import to_stream
    from workbench.report.dynamics_page import write_dynamics

    settings = _settings(arguments)
    receptor = None
    if arguments.receptor is not None:
        receptor = read_receptor(arguments)
    docked = DockedFolder(arguments.folder, receptor)
    start: Assembly
    at_rest_in = ""
    if arguments.encounter is None:
        start, label = docked.bonded(arguments.pose)
        at_rest_in = docked.force_field
    else:
        start, label = docked.encounter(arguments.encounter or None)
    folder = prepare_output_folder(arguments.out)
    result = propagate(
        start,
        folder,
        settings,
        label=label,
        at_rest_in=at_rest_in,
        replicas=arguments.replicas,
        jobs=arguments.jobs,
        resume=arguments.resume,
        command=command_line(),
        progress=to_stream(),
    )
    with WRITING:
        write_dynamics(result, folder)
    print(summary(result))
    print(f"written to {folder}: dynamics.html, dynamics.json, dynamics.csv, trajectories")
    return 0


def _settings(arguments: argparse.Namespace) -> DynamicsSettings:
    """Return the settings that were asked for.

    Raises
    ------
    UsageError
        When they do not fit together.
    """
    from pydantic import ValidationError

    from workbench.errors import UsageError
    from workbench.settings import DynamicsSettings

    length = arguments.length_ps
    equilibration = arguments.equilibration_ps
    try:
        return DynamicsSettings(
            length_ps=length,
            report_interval_ps=arguments.report_ps,
            equilibration_ps=length / 10 if equilibration is None else equilibration,
            temperature_k=arguments.temperature_k,
            timestep_fs=arguments.timestep_fs,
            hydrogen_mass_amu=arguments.hydrogen_mass or None,
            mobile_angstrom=arguments.mobile_angstrom,
            force_field=arguments.force_field,
            solvent=arguments.solvent,
            seed=arguments.seed,
            platform=arguments.platform,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"the run's settings do not fit: {where} {said}".strip()) from error


def summary(result: DynamicsResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    lines = [
        f"{result.ligand} {result.start} ({result.state}) on {result.receptor}: "
        f"{len(result.replicas)} x {result.settings['length_ps']:g} ps, {result.n_mobile} of "
        f"{result.n_atoms} atoms move"
    ]
    for record in result.replicas:
        parts = [
            f"{record.temperature['mean_k']:.0f} K",
            f"drug RMSD {record.stability['drug_rmsd_mean_angstrom']:.2f} A",
            f"S-C {record.stability['sg_c_mean_angstrom']:.2f} A",
            f"contacts kept {100 * record.stability['kept_contacts']:.0f} %",
        ]
        lines.append(f"seed {record.seed}: " + ", ".join(parts))
    return "\n".join(lines + [f"warning: {text}" for text in result.warnings])
