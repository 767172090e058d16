"""``workbench nes``: patterns of nuclear export signals in a sequence."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    Verbs,
    aligned,
)

if TYPE_CHECKING:
    from workbench.mechanism.nes import Displacement, Match

NO_MATCH = "no pattern fits; the text was read as residues in one-letter code"


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
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
    parser.add_argument(
        "--drug",
        default="selinexor",
        metavar="NAME",
        help="whose crystal pose displaces anchors (default: selinexor)",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
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
