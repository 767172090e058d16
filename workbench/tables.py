"""The tables of facts that the package ships, read into typed rows with their sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, get_type_hints

Row = TypeVar("Row")


@dataclass(frozen=True)
class Compound:
    """One row of ``compounds.csv``; what nobody could verify is blank (``None`` or empty).

    Parameters
    ----------
    kind
        ``inhibitor``, ``control``, or ``bound_form``: a crystal component as deposited, which
        is not a drug (``parent`` names the drug).
    synonyms, unverified_synonyms
        Names and registry numbers; the second group was never checked against a registry.
    smiles, inchikey, formula, mw
        Of the neutral compound; ``mw`` in g/mol.
    warhead, reversibility
        In words, as the source puts it.
    confidence
        How sure the row is, in words; shown wherever the row is used.
    """

    name: str
    kind: str
    parent: str
    synonyms: tuple[str, ...]
    unverified_synonyms: tuple[str, ...]
    note: str
    smiles: str
    inchikey: str
    formula: str
    mw: float | None
    pdb_ligand: str
    pdb_entries: tuple[str, ...]
    warhead: str
    reversibility: str
    source: str
    confidence: str


def _cell(text: str, kind: Any) -> Any:
    """Return one cell as the type that its field declares; a blank stays blank."""
    text = text.strip()
    if kind is str:
        return text
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(";") if part.strip())
    if not text:
        return None
    return int(text) if kind in (int, int | None) else float(text)


def read_table(file_name: str, row_type: type[Row]) -> tuple[Row, ...]:
    """Return the rows of a table in ``workbench/data``.

    Parameters
    ----------
    file_name
        For example ``"compounds.csv"``.
    row_type
        A dataclass whose fields are the table's columns: ``str``, ``int``, ``float`` (either
        may be ``| None``) or ``tuple[str, ...]`` for cells that separate values by ``;``.

    Raises
    ------
    ValueError
        When the table's columns are not the row's fields: the package is damaged.
    """
    hints = get_type_hints(row_type)
    names = [field.name for field in fields(row_type)]  # type: ignore[arg-type]
    text = files("workbench").joinpath("data", file_name).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if list(reader.fieldnames or ()) != names:
        raise ValueError(f"{file_name}: columns {reader.fieldnames} are not {names}")
    return tuple(
        row_type(**{name: _cell(record[name], hints[name]) for name in names}) for record in reader
    )


@cache
def compounds() -> tuple[Compound, ...]:
    """Return the catalogue of compounds, in the table's order."""
    return read_table("compounds.csv", Compound)
