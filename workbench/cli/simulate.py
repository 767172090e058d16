"""``workbench simulate``: concentration, occupancy and export capacity against time."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    LIGAND_HELP,
    WRITING,
    ValueOption,
    Verbs,
    add_values,
    command_line,
    number,
)

if TYPE_CHECKING:
    from workbench.records.simulation import SimulationResult

APPARENT = "over both steps, in nM: sets k_rev from the other rates (selinexor: 5.29 by BLI)"
MUTANT = "share of XPO1 without a thiol: 0.5 in a heterozygous C528S cell"
NUMBERS: tuple[ValueOption, ...] = (
    ("--days", "days", number, 14.0, "N", "of the treatment"),
    ("--k-on", "k_on_per_molar_per_s", number, None, "K", "binding, per M per s"),
    ("--k-off", "k_off_per_s", number, None, "K", "leaving the encounter complex, per s"),
    ("--k-inact", "k_inact_per_s", number, None, "K", "forming the bond, per s"),
    ("--k-rev", "k_rev_per_s", number, None, "K", "opening the bond, per s"),
    ("--apparent-kd", "apparent_kd_nm", number, None, "KD", APPARENT),
    ("--k-lock", "k_lock_per_s", number, 0.0, "K", "a step after which the bond stays, per s"),
    ("--k-loss", "k_loss_per_s", number, 0.0, "K", "loss of bonded XPO1, per s"),
    ("--target-half-life-h", "target_half_life_h", number, math.inf, "H", "of XPO1 in the cell"),
    ("--mutant-fraction", "mutant_fraction", number, 0.0, "F", MUTANT),
    ("--weight-kg", "weight_kg", number, None, "KG", "for a dose in mg/kg"),
    ("--free-fraction", "free_fraction", number, None, "F", "unbound in plasma"),
    ("--brain-factor", "brain_factor", number, None, "F", "free concentration, brain over plasma"),
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
    add_values(parser, NUMBERS)
    parser.add_argument("--brain", action="store_true", help="XPO1 in the brain")
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
    names = (*(field for _, field, *_ in NUMBERS), "brain", "pharmacokinetics")
    options = {name: getattr(arguments, name) for name in names}
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
