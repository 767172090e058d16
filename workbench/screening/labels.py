"""A finished screen against what is known of its ligands: labels in, enrichment out."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from workbench.errors import OutputError, UsageError
from workbench.files.exports import json_text
from workbench.files.writing import write_texts
from workbench.ligands.files import kind_of_file, opened_lines
from workbench.records.screen import MEASURES, Enrichment, Measured
from workbench.screening.merging import query
from workbench.screening.metrics import enrichment
from workbench.text import clean_name, quoted

ENRICHMENT = "enrichment.json"
KEYS = ("name", "inchikey")
_SEPARATORS = (",", ";", "\t")
_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_BY = {
    key: f"SELECT {key} AS key, min(score_kcal_per_mol) AS score FROM results "
    f"WHERE status <> 'duplicate' AND {key} IS NOT NULL GROUP BY 1 ORDER BY 1"
    for key in KEYS
}


def read_labels(path: Path) -> tuple[str, dict[str, bool]]:
    """Return which column names the ligands, and which ligands are active.

    Parameters
    ----------
    path
        A .csv with the column ``active`` (1 or 0; blank where it is not known) and ``name`` or
        ``inchikey``; the file that was screened may be one.

    Raises
    ------
    LigandError, UsageError
        Naming the line, when it cannot be understood.
    """
    labels: dict[str, bool] = {}
    header: list[str] = []
    key = separator = ""
    with opened_lines(path) as lines:
        for line in lines:
            where = f"line {lines.number} of {quoted(path.name)}"
            problem, _ = lines.taken()
            if problem:
                raise UsageError(problem)
            if not line.strip():
                continue
            if not header:
                separator, header = _header(line, where)
                key = next((name for name in KEYS if name in header), "")
                if not key or "active" not in header:
                    raise UsageError(f"{where}: labels need a column active, and name or inchikey")
                continue
            row = dict(zip(header, _cells(line, separator, where), strict=False))
            if not row.get("active", ""):
                continue
            label = _WORDS.get(row["active"].casefold())
            if label is None:
                raise UsageError(f"{where}: active is 1 or 0, not {quoted(row['active'])}")
            name = clean_name(row.get(key, ""), "")
            if not name:
                raise UsageError(f"{where}: no {key}")
            if labels.setdefault(name, label) != label:
                raise UsageError(f"{where}: {quoted(name)} is active and inactive")
    if not labels:
        raise UsageError(f"{quoted(path.name)} holds no label")
    return key, labels


def _header(line: str, where: str) -> tuple[str, list[str]]:
    """Return what divides a table's columns, and their names in small letters."""
    found = {
        separator: [cell.casefold() for cell in _cells(line, separator, where)]
        for separator in _SEPARATORS
    }
    best = next((s for s, names in found.items() if "active" in names), _SEPARATORS[0])
    return best, found[best]


def _cells(line: str, separator: str, where: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error as error:
        raise UsageError(f"{where}: no line of a table ({error})") from error


def holds_labels(path: Path) -> bool:
    """Return whether a file of ligands is a table that says which of them are active."""
    if kind_of_file(path.name) != ".csv":
        return False
    with opened_lines(path) as lines:
        first = next((line for line in lines if line.strip()), "")
    _, header = _header(first, f"line 1 of {quoted(path.name)}")
    return "active" in header and any(key in header for key in KEYS)


def screen_enrichment(folder: Path, labels: Path) -> Enrichment:
    """Compute how well a finished screen's scores find the actives; write ``enrichment.json``.

    A ligand counts once, by its best score; one that was dropped, failed or not docked ranks
    last.

    Raises
    ------
    UsageError
        When the labels cannot be read, or none of them is a ligand of the screen.
    OutputError
        When the folder holds no finished screen, or cannot be written to.
    """
    key, known = read_labels(labels)
    frame = query(folder, _BY[key])
    frame = frame[frame["key"].isin(list(known))]
    if frame.empty:
        raise UsageError(
            f"no ligand of the screen has a label: the column {key} of {quoted(labels.name)} must "
            "name them as the screen does"
        )
    active = np.array([known[text] for text in frame["key"]])
    found = replace(
        enrichment(active, frame["score"].to_numpy(dtype=float)),
        labels_not_found=len(known) - len(frame),
        labels_sha256=hashlib.sha256(labels.read_bytes()).hexdigest(),
    )
    write_texts(folder, {ENRICHMENT: json_text(asdict(found))})
    return found


def read_enrichment(folder: Path) -> Enrichment | None:
    """Return what ``screen_enrichment`` wrote; ``None`` when no labels were ever given.

    Raises
    ------
    OutputError
        When it is there and cannot be understood.
    """
    try:
        content = json.loads((folder / ENRICHMENT).read_text(encoding="utf-8"))
        measured = {
            part: {name: Measured(**content[part][name]) for name in MEASURES}
            for part in ("measures", "chance")
        }
        return Enrichment(**{**content, **measured})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{ENRICHMENT} in {folder.name!r} cannot be understood ({error}): remove it, or give "
            "the labels again"
        ) from error


def enrichment_text(found: Enrichment) -> str:
    """Return the measures in a few lines for the terminal."""
    lines = [
        f"enrichment: {found.actives} actives, {found.decoys} others, "
        f"{found.unscored} without a score rank last; by chance in brackets"
    ]
    for name, measured in found.measures.items():
        low, high = found.chance[name].low, found.chance[name].high
        lines.append(
            f"  {MEASURES[name]}: {measured.value:.2f} ({measured.low:.2f} to {measured.high:.2f})"
            f" [{low:.2f} to {high:.2f}]"
        )
    return "\n".join(lines)
