"""``workbench dynamics``: whether a docked pose stays where it is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    WRITING,
    Verbs,
    add_choice,
    add_force_field,
    add_out,
    add_receptor_options,
    add_run,
    add_values,
    command_line,
    positive_float,
    positive_int,
    read_receptor,
    settings_of,
)
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream

if TYPE_CHECKING:
    from workbench.physics.complex import Assembly
    from workbench.records.dynamics import DynamicsResult


EQUILIBRATION = "left out of the means (default: a tenth of the length)"


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
    add_values(
        parser,
        (
            ("--length-ps", "length_ps", positive_float, 50.0, "PS", "of each replica"),
            ("--report-ps", "report_interval_ps", positive_float, 0.5, "PS", "between frames"),
            ("--equilibration-ps", "equilibration_ps", positive_float, None, "PS", EQUILIBRATION),
            ("--temperature-k", "temperature_k", positive_float, 300.0, "K", "of the thermostat"),
            ("--timestep-fs", "timestep_fs", positive_float, 2.0, "FS", "1 with light hydrogens"),
            ("--mobile-angstrom", "mobile_angstrom", positive_float, 5.0, "A", "around the drug"),
            ("--hydrogen-mass", "hydrogen_mass", float, 3.0, "AMU", "0 leaves masses as they are"),
        ),
    )
    water = (
        "auto: the force field's own; none: no water (mmff94s: dielectric 4r); obc2: implicit water"
    )
    add_choice(parser, "--solvent", "auto", "none", "obc2", what=water)
    add_force_field(parser)
    parser.add_argument("--replicas", type=positive_int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    add_run(parser)
    add_out(parser, "workbench-dynamics", "folder of trajectories and page")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the replicas, write the page and print the outcome; return the exit code."""
    from workbench.files.reopening import DockedFolder
    from workbench.pipeline.dynamics import propagate
    from workbench.report.dynamics_page import write_dynamics
    from workbench.settings import DynamicsSettings

    if arguments.equilibration_ps is None:
        arguments.equilibration_ps = arguments.length_ps / 10
    settings = settings_of(
        DynamicsSettings, arguments, hydrogen_mass_amu=arguments.hydrogen_mass or None
    )
    receptor = None if arguments.receptor is None else read_receptor(arguments)
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
