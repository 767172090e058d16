"""``workbench nes``: patterns of nuclear export signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.options import Json, argument, option
from workbench.cli.terminal import aligned, print_json

if TYPE_CHECKING:
    from workbench.mechanism.nes import Displacement, Match

EXAMPLES = ("workbench nes NSNELALKLAGLDINK", "workbench nes cargo.fasta --json")
NO_MATCH = "no pattern fits; the text was read as residues in one-letter code"


def run(
    sequence: str = argument("SEQUENCE|FASTA", "residues in one-letter code, or a FASTA file"),
    drug: str = option("selinexor", "NAME", "whose crystal pose displaces anchors"),
    as_json: Json = False,
) -> int:
    """Find patterns of nuclear export signals, with the pocket of each anchor.

    The eleven patterns of nuclear export signals (1a to 1d, 2, 3, 4, and 1a to 1d the other way
    round), where they fit and which pocket each anchor takes. A match is no proof: about half of
    the matching peptides that were tested bound XPO1.
    """
    from workbench.mechanism.nes import displacement, find_signals, sequence_text

    matches = find_signals(sequence_text(sequence))
    displaced = displacement(drug)
    if as_json:
        print_json(
            [
                match.to_dict()
                | {
                    "displaced_by": {
                        "drug": displaced.drug,
                        "anchors": displaced.anchors(match.pockets),
                    }
                }
                for match in matches
            ]
        )
        return 0
    print(_table(matches, displaced) if matches else NO_MATCH)
    return 0


def _table(matches: tuple[Match, ...], drug: Displacement) -> str:
    from workbench.mechanism.nes import SELECTIVITY

    fields = ("record", "start", "end", "pattern", "direction", "sequence")
    lines: list[tuple[str, ...]] = [(*fields, "pockets", "displaced", "warnings")]
    for match in matches:
        cells = [str(getattr(match, name)) for name in fields]
        placed = [_placed(match.pockets), _placed(drug.anchors(match.pockets))]
        warnings = "; ".join(text for text in match.warnings if text != SELECTIVITY)
        lines.append((*cells, *placed, warnings))
    said = (drug.sentence(), f"{SELECTIVITY[0].upper()}{SELECTIVITY[1:]}")
    return "\n".join((aligned(lines), "", *(f"{text}." for text in said)))


def _placed(pockets: dict[str, str]) -> str:
    return " ".join(f"{pocket}:{residue}" for pocket, residue in pockets.items())
