"""``workbench dynamics``: whether a docked pose stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from workbench.cli.inputs import ReceptorOptions, read_receptor
from workbench.cli.options import CORES, Jobs, Out, flag, number, option, settings_of
from workbench.cli.terminal import WRITING, command_line
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream
from workbench.settings import DynamicsSettings

if TYPE_CHECKING:
    from workbench.physics.complex import Assembly
    from workbench.records.dynamics import DynamicsResult

EXAMPLES = (
    "workbench dynamics selinexor/ --replicas 3 --out md",
    "workbench dynamics selinexor/ --encounter --length-ps 100 --out approach",
)


class Command(TyperCommand):
    """Takes --encounter without a rank, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give rank 0, the best that is ready, where none follows."""
        whole: list[str] = []
        for word, following in zip(args, [*args[1:], ""], strict=True):
            whole.append(word)
            if word == "--encounter" and not following.isdecimal():
                whole.append("0")
        return super().parse_args(ctx, whole)


STANDARD = DynamicsSettings(length_ps=50.0, timestep_fs=2.0)


def run(
    docked_in: Annotated[Path, typer.Argument(metavar="DIR", help="that workbench dock wrote")],
    *,
    receptor: Annotated[
        str | None,
        option("RECEPTOR", "that was docked to, where it does not ship with the workbench"),
    ] = None,
    prepared: ReceptorOptions,
    course: Annotated[
        DynamicsSettings,
        "--length-ps --report-ps=report_interval_ps --temperature-k --timestep-fs "
        "--mobile-angstrom --solvent --force-field --seed --platform",
    ] = STANDARD,
    equilibration_ps: Annotated[
        float | None,
        option("PS", "left out of the means (default: a tenth of the length)", parser=number),
    ] = None,
    hydrogen_mass: Annotated[
        float, option("AMU", "0 leaves masses as they are", parser=number)
    ] = 3.0,
    pose: Annotated[str, option("bR_1", "diastereomer and rank (default: the best valid)")] = "",
    encounter: Annotated[
        int | None,
        option(
            "[RANK]",
            "the intact drug beside the thiol instead (default: the best that is ready)",
            min=0,
        ),
    ] = None,
    replicas: Annotated[int, option("N", "runs with seeds of their own", min=1)] = 1,
    jobs: Jobs = CORES,
    resume: Annotated[bool, flag("--resume", "go on with the run in --out")] = False,
    out: Out = Path("workbench-dynamics"),
) -> int:
    """Run short molecular dynamics of a docked pose, bonded or before the bond forms.

    Langevin dynamics of a pose that workbench dock wrote: trajectories, RMSD, S-C distance,
    contacts (extra: dynamics). A run that was stopped goes on with --resume.
    """
    from workbench.files.reopening import DockedFolder
    from workbench.pipeline.dynamics import propagate
    from workbench.report.dynamics_page import write_dynamics

    most = course.length_ps / 10 if equilibration_ps is None else equilibration_ps
    more = {"equilibration_ps": most, "hydrogen_mass_amu": hydrogen_mass or None}
    settings = settings_of(DynamicsSettings, dict(course) | more)
    onto = None if receptor is None else read_receptor(receptor, prepared)
    docked = DockedFolder(docked_in, onto)
    start: Assembly
    at_rest_in = ""
    if encounter is None:
        start, label = docked.bonded(pose)
        at_rest_in = docked.force_field
    else:
        start, label = docked.encounter(encounter or None)
    folder = prepare_output_folder(out)
    result = propagate(
        start,
        folder,
        settings,
        label=label,
        at_rest_in=at_rest_in,
        replicas=replicas,
        jobs=jobs,
        resume=resume,
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
