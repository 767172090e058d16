"""From what a user types to a checked ligand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.errors import LigandError
from workbench.ligands.building import build_ligand
from workbench.ligands.catalogue import drug_named, name_warnings, nearest_names
from workbench.ligands.molecules import Ligand
from workbench.ligands.names import clean_name, quoted
from workbench.ligands.records import (
    FILE_SUFFIXES,
    MAX_SMILES_LENGTH,
    Record,
    mol_from_smiles,
    read_records,
)

_ORDER = (
    "a text that ends in .sdf, .mol, .smi or .csv is a file; then catalogue names and synonyms "
    "are tried; then SMILES"
)
_SMILES_SIGNS = frozenset("()[]=#/\\@%")


@dataclass(frozen=True)
class LigandFailure:
    """One record that could not be read, among others that could."""

    where: str
    name: str
    reason: str


def load_ligand(text: str | Path, *, name: str | None = None) -> Ligand:
    """Return the ligand that a text stands for.

    Parameters
    ----------
    text
        A file (.sdf, .mol, .smi, .csv) with one record, a catalogue name or synonym in any
        case, or a SMILES; tried in this order.
    name
        What to call it, instead of the name that it brings.

    Raises
    ------
    LigandError
        When it cannot be read, or its chemistry is outside what the workbench handles.
    """
    ligands = load_ligands(text)
    if len(ligands) != 1:
        raise LigandError(
            f"{quoted(str(text), 100)} holds {len(ligands)} ligands where one is expected; "
            "split the file or use load_ligands"
        )
    if name is None:
        return ligands[0]
    return replace(ligands[0], name=clean_name(name, ligands[0].name))


def load_ligands(text: str | Path) -> tuple[Ligand, ...]:
    """Return the ligands that a text stands for: those of a file, or the one of a name or SMILES.

    Raises
    ------
    LigandError
        On the first that cannot be read (``each_ligand`` goes on instead).
    """
    ligands = []
    for outcome in each_ligand(text):
        if isinstance(outcome, LigandFailure):
            raise LigandError(outcome.reason)
        ligands.append(outcome)
    return tuple(ligands)


def each_ligand(text: str | Path) -> Iterator[Ligand | LigandFailure]:
    """Yield the ligands that a text stands for, and a failure for each record without one.

    Raises
    ------
    LigandError
        When nothing of it can be read: a missing file, an unknown name, a broken SMILES.
    """
    stripped = str(text).strip()
    if not stripped:
        raise LigandError("the ligand is empty: give a catalogue name, a SMILES or a file")
    if isinstance(text, Path) or stripped.lower().endswith(FILE_SUFFIXES):
        path = Path(text) if isinstance(text, Path) else Path(stripped)
        if path.suffix.lower() not in FILE_SUFFIXES:
            raise LigandError(f"{quoted(path.name)} is none of {', '.join(FILE_SUFFIXES)}")
        for record in read_records(path):
            yield _from_record(record)
        return
    yield _named(stripped) or _from_smiles(stripped)


def _from_record(record: Record) -> Ligand | LigandFailure:
    """Return the ligand of one record of a file, or why there is none."""
    try:
        if not record.text.strip():
            raise LigandError(f"{record.where}: no SMILES")
        return build_ligand(record.parse(), record.name, record.where)
    except LigandError as error:
        return LigandFailure(record.where, clean_name(record.name, ""), str(error))


def _named(text: str) -> Ligand | None:
    """Return the catalogue's ligand of that name."""
    compound = drug_named(text)
    if compound is None:
        return None
    mol = mol_from_smiles(compound.smiles, f"catalogue entry {compound.name}")
    ligand = build_ligand(mol, compound.name, f"catalogue entry {compound.name}")
    return replace(ligand, warnings=name_warnings(compound, text) + ligand.warnings)


def _from_smiles(text: str) -> Ligand:
    """Return the ligand of a SMILES; a text that cannot be one is answered as an unknown name."""
    if len(text) > MAX_SMILES_LENGTH:
        raise LigandError(f"a ligand of {len(text)} characters is over {MAX_SMILES_LENGTH}")
    try:
        mol = mol_from_smiles(text, "the ligand")
    except LigandError as error:
        nearest = nearest_names(text)
        if not nearest and _SMILES_SIGNS.intersection(text) and " " not in text:
            raise
        hint = f"did you mean {', '.join(nearest)}?" if nearest else "no catalogue name is near"
        raise LigandError(
            f"{quoted(text)} is no catalogue name ({hint}); {error}; in general, {_ORDER}"
        ) from error
    return build_ligand(mol, "", "the ligand")
