"""The files of computed thiol additions: table, record and one page without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.reaction import Reaction, reaction_rows
from workbench.report.charts import LONGEST_NAME, bars, svg
from workbench.report.templating import SOURCES, page_parts, render

GFN2 = (
    ("GFN2-xTB", "10.1021/acs.jctc.8b01176"),
    ("ALPB (implicit water)", "10.1021/acs.jctc.1c00471"),
)
OF_ONE_DRUG = ("smiles", "energies_from")


def write_reactions(reactions: Sequence[Reaction], folder: Path) -> list[Path]:
    """Write ``reactions.csv``, ``.html`` and ``.json`` into a folder that exists.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    return write_texts(
        folder,
        {
            "reactions.csv": table_csv(reaction_rows(reactions), number=".3f"),
            "reactions.html": reactions_html(reactions),
            "reactions.json": json_text([reaction.to_dict() for reaction in reactions]),
        },
    )


def reactions_html(reactions: Sequence[Reaction]) -> str:
    """Return the page."""
    return render(
        "reactions.html",
        **page_parts(
            None,
            {k: v for k, v in reactions[0].provenance.items() if k not in OF_ONE_DRUG},
            [*SOURCES[:1], *GFN2],
        ),
        reactions=reactions,
        drawing=Markup(energy_bars(reactions)),
        warnings=list(dict.fromkeys(text for one in reactions for text in one.warnings)),
    )


def notebook_html(reactions: Sequence[Reaction]) -> str:
    """Return the energies as bars and as a table for a notebook cell."""
    return render(
        "reactions_notebook.html",
        reactions=reactions,
        drawing=Markup(energy_bars(reactions)) if reactions else "",
    )


def energy_bars(reactions: Sequence[Reaction]) -> str:
    """Draw each adduct's difference to selinexor with its uncertainty; at least one reaction."""
    rows = [
        (
            f"{one.ligand if len(one.ligand) <= LONGEST_NAME else one.ligand[:21] + chr(0x2026)} "
            f"{adduct.label}",
            adduct.relative_to_selinexor_kcal_per_mol,
            adduct.uncertainty_kcal_per_mol,
        )
        for one in reactions
        for adduct in one.adducts
    ]
    chart = bars(rows, x_label="kcal/mol; to the right: lets go more easily")
    return svg(chart, "Free energy of addition less that of selinexor")
