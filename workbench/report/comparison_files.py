"""The files of a comparison: CSV, JSON, SDF, spreadsheet and the page."""

from __future__ import annotations

from pathlib import Path

from workbench.records.comparison import Comparison, drug_row
from workbench.report.comparison_page import comparison_html
from workbench.report.exports import json_text, sd_record, table_csv
from workbench.report.files import as_bytes, write_files
from workbench.report.spreadsheet import spreadsheet
from workbench.report.summary import best_pose


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write ``comparison.csv``, ``.sdf``, ``.xlsx``, ``.html`` and ``.json`` into a folder.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    return write_files(
        folder,
        {
            "comparison.csv": as_bytes(comparison_csv(comparison)),
            "comparison.sdf": as_bytes(comparison_sdf(comparison)),
            "comparison.xlsx": spreadsheet(
                "Comparison", [drug_row(drug) for drug in comparison.drugs]
            ),
            "comparison.html": as_bytes(comparison_html(comparison)),
            "comparison.json": as_bytes(json_text(comparison.to_dict())),
        },
    )


def comparison_csv(comparison: Comparison) -> str:
    """Return the table, one row per drug; a text that would be a formula gets an apostrophe."""
    return table_csv([drug_row(drug) for drug in comparison.drugs])


def comparison_sdf(comparison: Comparison) -> str:
    """Return the shown pose of each drug in the receptor's frame, its row as SD tags."""
    records = []
    for drug, result in zip(comparison.drugs, comparison.results, strict=True):
        best = best_pose(result)
        if best is not None and best[1].drug_sdf:
            title = f"{drug.name} {drug.diastereomer} {drug.rank}"
            records.append(sd_record(best[1].drug_sdf, title, drug_row(drug)))
    return "".join(records)
