"""``workbench simulate``: concentration, occupancy and export capacity against time."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.arguments import (
    LIGAND_HELP,
    WRITING,
    Verbs,
    command_line,
    number,
)

if TYPE_CHECKING:
    from workbench.records.simulation import SimulationResult

RATES = (
    ("--k-on", "k_on_per_molar_per_s", "per M per s", "binding"),
    ("--k-off", "k_off_per_s", "per s", "leaving the encounter complex"),
    ("--k-inact", "k_inact_per_s", "per s", "forming the bond"),
    ("--k-rev", "k_rev_per_s", "per s", "opening the bond"),
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "simulate",
        help="concentration, occupancy and export capacity of a treatment against time",
        description="Doses by mouth, free concentration, the two steps of binding to XPO1 and "
        "what is left to export. No rate of any SINE could be verified: those not given are "
        "assumed and swept over a range, which the band shows.",
        epilog="examples: workbench simulate selinexor --out sim; workbench simulate selinexor "
        '--regimen "100 mg weekly for 4 weeks then 80 mg weekly" --days 56 --out sim; workbench '
        'simulate selinexor --against-regimen "100 mg weekly" --mutant-fraction 0.5 --out sim',
    )
    parser.add_argument(
        "ligand", nargs="?", default="selinexor", metavar="LIGAND", help=LIGAND_HELP
    )
    parser.add_argument(
        "--regimen",
        metavar="TEXT",
        help='as "80 mg days 1,3 weekly" (default for selinexor), "40 mg daily", "80 mg days 1,3 '
        'weekly for 3 weeks, 1 week off", "100 mg weekly, missed dose 2"',
    )
    parser.add_argument("--days", type=number, default=14.0, metavar="N", help="default: 14")
    for option, field, unit, what in RATES:
        parser.add_argument(option, dest=field, type=number, metavar="K", help=f"{what}, {unit}")
    parser.add_argument(
        "--apparent-kd",
        dest="apparent_kd_nm",
        type=number,
        metavar="KD",
        help="over both steps, in nM: sets k_rev from the other rates (selinexor: 5.29 by BLI)",
    )
    parser.add_argument(
        "--k-lock",
        dest="k_lock_per_s",
        type=number,
        default=0.0,
        metavar="K",
        help="a step after which the bond stays, per s (default: 0)",
    )
    parser.add_argument(
        "--k-loss",
        dest="k_loss_per_s",
        type=number,
        default=0.0,
        metavar="K",
        help="loss of bonded XPO1, per s (default: 0)",
    )
    parser.add_argument(
        "--target-half-life-h",
        type=number,
        default=math.inf,
        metavar="H",
        help="of XPO1 in the cell (default: it is neither made nor lost)",
    )
    parser.add_argument(
        "--mutant-fraction",
        type=number,
        default=0.0,
        metavar="F",
        help="share of XPO1 without a thiol: 0.5 in a heterozygous C528S cell (default: 0)",
    )
    parser.add_argument("--weight-kg", type=number, metavar="KG", help="for a dose in mg/kg")
    parser.add_argument("--free-fraction", type=number, metavar="F", help="unbound in plasma")
    parser.add_argument("--brain", action="store_true", help="XPO1 in the brain")
    parser.add_argument(
        "--brain-factor", type=number, metavar="F", help="free concentration, brain over plasma"
    )
    parser.add_argument(
        "--pk-of",
        dest="pharmacokinetics",
        metavar="NAME",
        help="borrow this drug's pharmacokinetics; only selinexor's are known",
    )
    parser.add_argument("--against", metavar="LIGAND", help="show this drug beside it")
    parser.add_argument("--against-regimen", metavar="TEXT", help="show this regimen beside it")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write simulation.csv, .json and .html here"
    )
    parser.add_argument("--json", action="store_true", help="print the record as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Simulate, write what was asked for and print the outcome; return the exit code."""
    from workbench.files.exports import json_text
    from workbench.files.writing import prepare_output_folder
    from workbench.mechanism.simulation import simulate

    folder = prepare_output_folder(arguments.out) if arguments.out else None
    options = _options(arguments)
    results = [simulate(arguments.ligand, regimen=arguments.regimen, **options)]
    if arguments.against is not None or arguments.against_regimen is not None:
        other = arguments.ligand if arguments.against is None else arguments.against
        regimen = arguments.against_regimen
        results.append(simulate(other, regimen=regimen or arguments.regimen, **options))
    if folder is not None:
        _write(results, folder)
    if arguments.json:
        record = results[0].to_dict()
        if len(results) > 1:
            record["against"] = results[1].to_dict()
        print(json_text(record), end="")
        return 0
    print("\n\n".join(summary(result) for result in results))
    if folder is not None:
        print(f"written to {folder}: simulation.html, simulation.json, simulation.csv")
    return 0


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the runs share."""
    names = (
        "days",
        *(field for _, field, _, _ in RATES),
        "apparent_kd_nm",
        "k_lock_per_s",
        "k_loss_per_s",
        "target_half_life_h",
        "mutant_fraction",
        "weight_kg",
        "free_fraction",
        "brain",
        "brain_factor",
        "pharmacokinetics",
    )
    return {name: getattr(arguments, name) for name in names}


def _write(results: list[SimulationResult], folder: Path) -> None:
    from workbench.provenance import public_command, versions
    from workbench.report.simulation_page import write_simulation

    provenance = {
        "command": public_command(command_line()),
        "versions": {
            name: text
            for name, text in versions().items()
            if name in ("workbench", "python", "numpy")
        },
    }
    with WRITING:
        write_simulation(results, folder, provenance)


def summary(result: SimulationResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    lines = [
        f"{result.ligand}, {result.regimen}, days: {result.days:g}, doses: {len(result.doses)}",
        f"first dose: Cmax {result.cmax_ng_per_ml:.0f} ng/mL at {result.tmax_h:.1f} h, area "
        f"{result.auc_ng_h_per_ml:.0f} ng h/mL, half-life {result.half_life_h:.1f} h",
    ]
    low, high = (min(result.courses[f"export_capacity_{end}"]) for end in ("low", "high"))
    lines.append(
        f"export capacity: lowest {result.lowest_export_capacity:.2f}, mean "
        f"{result.mean_export_capacity:.2f} of untreated"
        + (f"; lowest over the assumed ranges {low:.2g} to {high:.2g}" if low != high else "")
    )
    assumed = [p.name for p in result.parameters if p.low is not None]
    if assumed:
        lines.append(f"assumed, not measured: {', '.join(assumed)}")
    return "\n".join(lines + [f"warning: {text}" for text in result.warnings])
