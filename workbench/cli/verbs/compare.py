"""``workbench compare``: several drugs side by side."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.inputs import (
    ReceptorOptions,
    SearchOptions,
    read_ligands,
    read_receptor,
    search_options,
)
from workbench.cli.options import Ligands, Out, Receptor, option
from workbench.cli.terminal import EXIT_SOME_FAILED, WRITING, tell
from workbench.errors import UsageError
from workbench.settings import LigandSettings

if TYPE_CHECKING:
    from workbench.records.comparison import Comparison, Quantity

EXAMPLES = (
    "workbench compare selinexor eltanexor --out pair",
    "workbench compare selinexor mine.csv --reference selinexor "
    "--weights recognition=1,strain=0.5 --out mine",
)


FEW_POSES = SearchOptions(poses=3)


def read_weights(text: str) -> dict[str, float]:
    """Read ``recognition=1,strain=0.5``; which names there are is checked where they are used."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        try:
            weight = float(value)
        except ValueError:
            weight = math.nan
        if not sign or not math.isfinite(weight) or name.strip() in found:
            raise UsageError(f"{part!r} is not NAME=NUMBER, each name once, in --weights")
        found[name.strip()] = weight
    return found


def run(
    ligands: Ligands,
    *,
    about: LigandSettings,
    receptor: Receptor = "human-groove",
    prepared: ReceptorOptions,
    search: SearchOptions = FEW_POSES,
    reference: str | None = option(
        None, "NAME", "the ligand that differences are to (default: the first)"
    ),
    reactions: Path | None = option(
        None,
        "FILE",
        "fill the reaction column from what `workbench react --json` printed (default: from "
        "the table that ships; a drug that is not in it stays blank)",
    ),
    weights: str | None = option(
        None,
        "NAME=W,...",
        "add a column: the sum of weight times difference to the reference, of recognition "
        "(adduct score), encounter, strain, reaction, novelty",
    ),
    out: Out = Path("workbench-compare"),
) -> int:
    """Compare several drugs side by side: one table, one page, a folder for each.

    Docks every drug as `workbench dock` does and writes one table and one page: recognition,
    strain, reaction, reversibility, geometry, contacts and brain, each with its spread, and what
    differs from a reference compound. A run that was interrupted goes on where it was: finished
    folders with the same settings are taken over.
    """
    from workbench.pipeline.comparing import compare, reactions_from, shipped_reaction
    from workbench.report.comparison_page import write_comparison

    weighed = {} if weights is None else read_weights(weights)
    reaction_of = reactions_from(reactions) if reactions else shipped_reaction
    readable, unread = read_ligands(ligands, about)
    comparison = compare(
        list(readable),
        read_receptor(receptor, prepared),
        reference=reference,
        out=out,
        weights=weighed,
        reaction_of=reaction_of,
        **search_options(search),
    )
    with WRITING:
        write_comparison(comparison, out)
    print(summary(comparison))
    print(f"written to {out}: comparison.html, .csv, .sdf, .json, a folder for each drug")
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
