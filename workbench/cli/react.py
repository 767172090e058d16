"""``workbench react``: how readily a thiol adds to a drug and leaves it again."""

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
    aligned,
    command_line,
    ligand_settings,
    read_ligands,
    seed,
    tell,
)

if TYPE_CHECKING:
    from workbench.records.reaction import Reaction


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
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
    parser.add_argument("ligands", nargs="+", metavar="LIGAND", help=LIGAND_HELP)
    parser.add_argument(
        "--level",
        choices=["gfn2", "dft"],
        default="gfn2",
        help="gfn2 (default), or dft: one M06-2X/def2-SVP energy at each minimum (slow)",
    )
    parser.add_argument(
        "--model",
        choices=["truncated", "whole"],
        default="truncated",
        help="compute the warhead with what touches it (default), or the whole drug (slow)",
    )
    parser.add_argument(
        "--thiol",
        choices=["methanethiol", "capped cysteine"],
        default="methanethiol",
        help="default: methanethiol",
    )
    parser.add_argument(
        "--live", action="store_true", help="compute drugs of the shipped table, too"
    )
    parser.add_argument(
        "--seed",
        type=seed,
        default=1,
        metavar="N",
        help="default: 1; with another nothing of the shipped table is used",
    )
    add_ligand_options(parser)
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write reactions.csv, reactions.json and reactions.html here",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compute each drug, print and write the results; return the exit code."""
    from workbench.errors import MechanismError, WorkbenchError
    from workbench.files.exports import json_text
    from workbench.files.writing import prepare_output_folder
    from workbench.mechanism.reactivity import ReactionBench
    from workbench.progress import to_stream

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
    if not results:
        for reason in failures[:-1]:
            tell(reason)
        raise MechanismError(failures[-1])
    for reason in failures:
        tell(reason)
    results.sort(key=lambda one: -one.best.delta_g_kcal_per_mol)
    if folder is not None:
        _write(results, folder)
    if arguments.json:
        print(json_text([result.to_dict() for result in results]), end="")
    else:
        print(summary(results))
        if folder is not None:
            print(f"written to {folder}: reactions.html, reactions.json, reactions.csv")
    return EXIT_SOME_FAILED if failures or unread else 0


def _write(results: list[Reaction], folder: Path) -> None:
    from workbench.report.reaction_page import write_reactions

    with WRITING:
        write_reactions(results, folder)


def summary(results: list[Reaction]) -> str:
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
