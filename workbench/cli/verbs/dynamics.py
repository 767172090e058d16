"""``workbench dynamics``: whether a docked pose stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer.core import TyperCommand

from workbench.cli.inputs import ReceptorOptions, read_receptor
from workbench.cli.options import CORES, Jobs, Out, argument, flag, option
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


def run(
    docked_in: Path = argument("DIR", "that workbench dock wrote"),
    *,
    receptor: str | None = option(
        None, "RECEPTOR", "that was docked to, where it does not ship with the workbench"
    ),
    prepared: ReceptorOptions,
    settings: Annotated[DynamicsSettings, "--length-ps --force-field --seed --platform"],
    pose: str = option("", "bR_1", "diastereomer and rank (default: the best valid)"),
    encounter: int | None = option(
        None,
        "[RANK]",
        "the intact drug beside the thiol instead (default: the best that is ready)",
        min=0,
    ),
    replicas: int = option(1, "N", "runs with seeds of their own", min=1),
    jobs: Jobs = CORES,
    resume: bool = flag("--resume", "go on with the run in --out"),
    out: Out = Path("workbench-dynamics"),
) -> int:
    """Run short molecular dynamics of a docked pose, bonded or before the bond forms.

    Langevin dynamics of a pose that workbench dock wrote: trajectories, RMSD, S-C distance,
    contacts (extra: dynamics). A run that was stopped goes on with --resume.
    """
    from workbench.files.reopening import DockedFolder
    from workbench.pipeline.dynamics import propagate
    from workbench.report.dynamics_page import write_dynamics

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
    lines += [
        "seed {seed}: {temperature_k:.0f} K, drug RMSD {drug_rmsd_mean_angstrom:.2f} A, "
        "S-C {sg_c_mean_angstrom:.2f} A, contacts kept {kept_contacts:.0%}".format(
            seed=replica.seed, **replica.numbers
        )
        for replica in result.replicas
    ]
    return "\n".join(lines + [f"warning: {text}" for text in result.warnings])
