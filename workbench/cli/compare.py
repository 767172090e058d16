"""``workbench compare``: several drugs side by side."""

from __future__ import annotations

import argparse
import math
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
    from workbench.records.comparison import Comparison, Quantity


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "compare",
        help="several drugs side by side: one table, one page, a folder for each",
        description="Docks every drug as `workbench dock` does and writes one table and one page: "
        "recognition, strain, reaction, reversibility, geometry, contacts and brain, each with its "
        "spread, and what differs from a reference compound. A run that was interrupted goes on "
        "where it was: finished folders with the same settings are taken over.",
        epilog="examples: workbench compare selinexor eltanexor --out pair; workbench compare "
        "selinexor mine.csv --reference selinexor --weights recognition=1,strain=0.5 --out mine",
    )
    parser.add_argument("ligands", nargs="+", metavar="LIGAND", help=LIGAND_HELP)
    add_ligand_options(parser)
    add_receptor(parser)
    parser.add_argument(
        "--reference",
        metavar="NAME",
        help="the ligand that differences are to (default: the first)",
    )
    parser.add_argument(
        "--reactions",
        type=Path,
        metavar="FILE",
        help="fill the reaction column from what `workbench react --json` printed (default: from "
        "the table that ships; a drug that is not in it stays blank)",
    )
    parser.add_argument(
        "--weights",
        type=weights,
        default={},
        metavar="NAME=W,...",
        help="add a column: the sum of weight times difference to the reference, of recognition "
        "(adduct score), encounter, strain, reaction, novelty (default: nothing is weighed)",
    )
    add_poses(parser, 3)
    add_quick(parser)
    add_run(parser)
    add_out(parser, "workbench-compare")
    parser.set_defaults(run=run)


def weights(text: str) -> dict[str, float]:
    """Read ``recognition=1,strain=0.5``; which names there are is checked where they are used."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        try:
            weight = float(value)
        except ValueError:
            weight = math.nan
        if not sign or not math.isfinite(weight) or name.strip() in found:
            raise argparse.ArgumentTypeError(f"{part!r} is not NAME=NUMBER, each name once")
        found[name.strip()] = weight
    return found


def run(arguments: argparse.Namespace) -> int:
    """Compare the ligands and write what was found; return the exit code."""
    from workbench.pipeline.comparing import compare, reactions_from, shipped_reaction
    from workbench.progress import to_stream
    from workbench.report.comparison_page import write_comparison

    reaction_of = reactions_from(arguments.reactions) if arguments.reactions else shipped_reaction
    readable, unread = read_ligands(arguments.ligands, ligand_settings(arguments))
    ligands = list(readable)
    comparison = compare(
        ligands,
        read_receptor(arguments),
        reference=arguments.reference,
        out=arguments.out,
        weights=arguments.weights,
        reaction_of=reaction_of,
        poses=arguments.poses,
        seed=arguments.seed,
        platform=arguments.platform,
        jobs=arguments.jobs,
        settings=dock_settings(arguments.quick),
        command=command_line(),
        progress=to_stream(),
    )
    with WRITING:
        write_comparison(comparison, arguments.out)
    print(summary(comparison))
    print(f"written to {arguments.out}: comparison.html, .csv, .sdf, .json, a folder for each drug")
    for failure in comparison.failures:
        tell(f"{failure['name']} failed: {failure['reason']}")
    return EXIT_SOME_FAILED if comparison.failures or unread else 0


def summary(comparison: Comparison) -> str:
    """Return the table in short for the terminal."""
    lines = [f"beside {comparison.reference}, on {comparison.receptor}; kcal/mol"]
    for drug in comparison.drugs:
        if drug.rank is None:
            lines.append(f"{drug.name}: {drug.verdict} - {drug.reason}")
            continue
        parts = [
            f"adduct {_number(drug.adduct_score)}",
            f"encounter {_number(drug.encounter_score)}",
            f"strain {_number(drug.strain)}",
            f"reaction {_number(drug.reaction)}",
        ]
        if drug.novelty:
            parts.append(f"novelty of contacts {_number(drug.novelty.share)}")
        if drug.core:
            parts.append(f"core {drug.core.in_place_angstrom:.1f} A from the reference's")
        if drug.weighted is not None:
            parts.append(f"weighted {drug.weighted:+.2f}")
        valid = "" if drug.valid else ", NOT valid"
        lines.append(f"{drug.name} ({drug.diastereomer}{valid}): {', '.join(parts)}")
    return "\n".join(lines)


def _number(quantity: Quantity) -> str:
    if quantity.value is None:
        return quantity.basis or "-"
    spread = "" if quantity.spread is None else f" +-{quantity.spread:.2f}"
    return f"{quantity.value:.2f}{spread}"
