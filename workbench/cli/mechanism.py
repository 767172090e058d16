"""``workbench react``, ``simulate`` and ``nes``: the reaction, a treatment, export signals."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    LIGAND_HELP,
    WRITING,
    ValueOption,
    Verbs,
    add_choice,
    add_json,
    add_ligands,
    add_seed,
    add_values,
    aligned,
    command_line,
    ligand_settings,
    number,
    read_ligands,
    tell,
)
from workbench.errors import MechanismError, WorkbenchError
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream
from workbench.provenance import public_command, versions

if TYPE_CHECKING:
    from workbench.mechanism.nes import Displacement, Match
    from workbench.records.reaction import Reaction
    from workbench.records.simulation import SimulationResult


def add_react(verbs: Verbs) -> None:
    """Add the verb ``react``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "react",
        help="thiol addition: energies per diastereomer, reversibility against selinexor",
        description="Free energy of adding a thiol to a drug in water, per diastereomer, by "
        "GFN2-xTB over conformers, as a difference to selinexor. A higher value lets go more "
        "easily. Drugs of the shipped table come at once, others take about a minute. No "
        "affinity, no rate.",
        epilog='examples: workbench react selinexor eltanexor; workbench react "O=C(/C=C\\\\n1cnc'
        '(-c2ccccc2)n1)NC" --out reactivity',
    )
    add_ligands(parser)
    level = "dft: one M06-2X/def2-SVP energy at each minimum of gfn2 (slow)"
    add_choice(parser, "--level", "gfn2", "dft", what=level)
    model = "compute the warhead with what touches it, or the whole drug (slow)"
    add_choice(parser, "--model", "truncated", "whole", what=model)
    add_choice(parser, "--thiol", "methanethiol", "capped cysteine")
    live = "compute drugs of the shipped table, too"
    parser.add_argument("--live", action="store_true", help=live)
    add_seed(parser, "default: 1; with another nothing of the shipped table is used")
    add_json(parser, "print the results as JSON")
    here = "write reactions.csv, reactions.json and reactions.html here"
    parser.add_argument("--out", type=Path, metavar="DIR", help=here)
    parser.set_defaults(run=run_react)


def run_react(arguments: argparse.Namespace) -> int:
    """Compute each drug, print and write the results; return the exit code."""
    from workbench.files.exports import json_text
    from workbench.mechanism.reactivity import ReactionBench

    ligands, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    folder = prepare_output_folder(arguments.out) if arguments.out else None
    bench = ReactionBench(
        arguments.level,
        arguments.model,
        arguments.thiol,
        arguments.seed,
        arguments.live,
        to_stream(),
        command_line(),
    )
    results: list[Reaction] = []
    failures: list[str] = []
    for ligand in ligands:
        try:
            results.append(bench.reaction(ligand))
        except WorkbenchError as error:
            failures.append(str(error))
    last = None if results else failures.pop()
    for reason in failures:
        tell(reason)
    if last is not None:
        raise MechanismError(last)
    results.sort(key=lambda one: -one.best.delta_g_kcal_per_mol)
    if folder is not None:
        from workbench.report.reaction_page import write_reactions

        with WRITING:
            write_reactions(results, folder)
    if arguments.json:
        print(json_text([result.to_dict() for result in results]), end="")
    else:
        print(react_summary(results))
        if folder is not None:
            print(f"written to {folder}: reactions.html, reactions.json, reactions.csv")
    return EXIT_SOME_FAILED if failures or unread else 0


def react_summary(results: list[Reaction]) -> str:
    """Return a table of the adducts, the drug that lets go most easily first."""
    rows = [("drug", "adduct", "dG", "to selinexor", "+-", "thiolate", "LUMO")]
    for result in results:
        thiolate = result.index.get("thiolate_addition_kcal_per_mol")
        for adduct in result.adducts:
            spread = adduct.uncertainty_kcal_per_mol
            rows.append(
                (
                    result.ligand,
                    adduct.label,
                    f"{adduct.delta_g_kcal_per_mol:.1f}",
                    f"{adduct.relative_to_selinexor_kcal_per_mol:+.1f}",
                    "" if spread is None else f"{spread:.1f}",
                    "" if thiolate is None else f"{thiolate:.1f}",
                    f"{result.index['lumo_ev']:.2f}",
                )
            )
    lines = [
        aligned(rows),
        "",
        f"kcal/mol, LUMO in eV; {results[0].level}, {results[0].model} model, water, 1 M, 25 C. "
        "Above selinexor: lets go more easily. thiolate: addition of the deprotonated thiol.",
    ]
    for result in results:
        step = result.index.get("lactone_hydrolysis_at_ph_7_4_kcal_per_mol")
        if step is not None:
            lines.append(
                f"{result.ligand}: opening the adduct's lactone at pH 7.4, {step:.1f} kcal/mol: "
                + ("downhill, the bond is locked" if step < 0 else "not downhill at this level")
            )
    told = dict.fromkeys(text for result in results for text in result.warnings)
    return "\n".join(lines + [f"warning: {text}" for text in told])


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


def add_simulate(verbs: Verbs) -> None:
    """Add the verb ``simulate``."""
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
    add_json(parser, "print the record as JSON")
    parser.set_defaults(run=run_simulate)


def run_simulate(arguments: argparse.Namespace) -> int:
    """Simulate, write what was asked for and print the outcome; return the exit code."""
    from workbench.files.exports import json_text
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
    print("\n\n".join(simulate_summary(result) for result in results))
    if folder is not None:
        print(f"written to {folder}: simulation.html, simulation.json, simulation.csv")
    return 0


def _write(results: list[SimulationResult], folder: Path) -> None:
    from workbench.report.simulation_page import write_simulation

    provenance = {
        "command": public_command(command_line()),
        "versions": {name: versions()[name] for name in ("workbench", "python", "numpy")},
    }
    with WRITING:
        write_simulation(results, folder, provenance)


def simulate_summary(result: SimulationResult) -> str:
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


NO_MATCH = "no pattern fits; the text was read as residues in one-letter code"


def add_nes(verbs: Verbs) -> None:
    """Add the verb ``nes``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "nes",
        help="patterns of nuclear export signals, with the pocket of each anchor",
        description="The eleven patterns of nuclear export signals (1a to 1d, 2, 3, 4, and 1a to "
        "1d the other way round), where they fit and which pocket each anchor takes. A match is "
        "no proof: about half of the matching peptides that were tested bound XPO1.",
        epilog="examples: workbench nes NSNELALKLAGLDINK; workbench nes cargo.fasta --json",
    )
    parser.add_argument(
        "sequence", metavar="SEQUENCE|FASTA", help="residues in one-letter code, or a FASTA file"
    )
    displaces = "whose crystal pose displaces anchors"
    add_values(parser, [("--drug", "drug", str, "selinexor", "NAME", displaces)])
    add_json(parser)
    parser.set_defaults(run=run_nes)


def run_nes(arguments: argparse.Namespace) -> int:
    """Print the matches; return the exit code."""
    from workbench.mechanism.nes import displacement, find_signals, sequence_text

    matches = find_signals(sequence_text(arguments.sequence))
    drug = displacement(arguments.drug)
    if arguments.json:
        records = [
            match.to_dict()
            | {"displaced_by": {"drug": drug.drug, "anchors": drug.anchors(match.pockets)}}
            for match in matches
        ]
        print(json.dumps(records, indent=2))
        return 0
    print(_table(matches, drug) if matches else NO_MATCH)
    return 0


def _table(matches: tuple[Match, ...], drug: Displacement) -> str:
    from workbench.mechanism.nes import SELECTIVITY

    head = ("record", "start", "end", "pattern", "direction", "sequence", "pockets", "displaced")
    lines = [(*head, "warnings")]
    for match in matches:
        lines.append(
            (
                match.record,
                str(match.start),
                str(match.end),
                match.pattern,
                match.direction,
                match.sequence,
                _placed(match.pockets),
                _placed(drug.anchors(match.pockets)),
                "; ".join(text for text in match.warnings if text != SELECTIVITY),
            )
        )
    said = (drug.sentence(), f"{SELECTIVITY[0].upper()}{SELECTIVITY[1:]}")
    return "\n".join((aligned(lines), "", *(f"{text}." for text in said)))


def _placed(pockets: dict[str, str]) -> str:
    return " ".join(f"{pocket}:{residue}" for pocket, residue in pockets.items())
