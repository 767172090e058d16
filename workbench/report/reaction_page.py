"""The files of computed thiol additions: table, record and one page without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from workbench.files.exports import json_text, table_csv
from workbench.files.writing import write_texts
from workbench.records.reaction import Reaction, reaction_rows
from workbench.report.line_plot import ticks
from workbench.report.templating import SOURCES, environment, page_parts

GFN2 = (
    ("GFN2-xTB", "10.1021/acs.jctc.8b01176"),
    ("ALPB (implicit water)", "10.1021/acs.jctc.1c00471"),
)
OF_ONE_DRUG = ("smiles", "energies_from")
WIDTH, ROW, LEFT, RIGHT, FOOT = 640, 26, 190, 26, 46


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
    return (
        environment()
        .get_template("reactions.html")
        .render(
            **page_parts(
                None,
                {k: v for k, v in reactions[0].provenance.items() if k not in OF_ONE_DRUG},
                [*SOURCES[:1], *GFN2],
            ),
            reactions=reactions,
            drawing=Markup(bars(reactions)),
            warnings=list(dict.fromkeys(text for one in reactions for text in one.warnings)),
        )
    )


def notebook_html(reactions: Sequence[Reaction]) -> str:
    """Return the energies as bars and as a table for a notebook cell."""
    return (
        environment()
        .get_template("reactions_notebook.html")
        .render(reactions=reactions, drawing=Markup(bars(reactions)) if reactions else "")
    )


def bars(reactions: Sequence[Reaction]) -> str:
    """Draw each adduct's difference to selinexor as a bar from zero, with its uncertainty.

    Parameters
    ----------
    reactions
        At least one.
    """
    lines = [(one.ligand, adduct) for one in reactions for adduct in one.adducts]
    reach = max(
        abs(adduct.relative_to_selinexor_kcal_per_mol) + (adduct.uncertainty_kcal_per_mol or 0.0)
        for _, adduct in lines
    )
    steps = ticks(max(reach, 1.0) * 1.05)
    reach = max(max(reach, 1.0) * 1.05, steps[-1])
    floor = ROW * len(lines) + 8

    def place(value: float) -> float:
        middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
        return middle + value / reach * (WIDTH - LEFT - RIGHT) / 2

    parts = []
    for value in sorted({*steps, *(-step for step in steps)}):
        at = place(value)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="4" y2="{floor}" '
            f'stroke="{"currentColor" if value == 0 else "var(--line,#d9e0e8)"}"/>'
            f'<text x="{at:.1f}" y="{floor + 18}" text-anchor="middle">{value:g}</text>'
        )
    for row, (name, adduct) in enumerate(lines):
        y = 6 + ROW * row
        value = adduct.relative_to_selinexor_kcal_per_mol
        left, right = sorted((place(0.0), place(value)))
        shown = name if len(name) <= 22 else name[:21] + "\u2026"
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">'
            f"{escape(shown)} {escape(adduct.label)}</text>"
            f'<rect x="{left:.1f}" y="{y + 4}" width="{max(right - left, 1.0):.1f}" '
            f'height="{ROW - 12}" style="fill:var(--accent,#0a6560)"/>'
        )
        spread = adduct.uncertainty_kcal_per_mol
        if spread:
            parts.append(
                f'<path d="M{place(value - spread):.1f},{y + 11} H{place(value + spread):.1f}" '
                'stroke="var(--plain,#7a5200)" stroke-width="3"/>'
            )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    title = "Free energy of addition less that of selinexor"
    parts.append(
        f'<text x="{middle}" y="{floor + 38}" text-anchor="middle">kcal/mol; to the right: lets '
        "go more easily</text>"
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {floor + FOOT}" role="img" aria-label={quoteattr(title)} '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )
