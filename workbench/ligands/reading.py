"""From what a user types to checked ligands: names, SMILES, mol blocks and files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem, rdBase

from workbench.errors import LigandError
from workbench.ligands.building import build_ligands
from workbench.ligands.catalogue import drug_named, name_warnings, nearest_names
from workbench.ligands.files import FILE_SUFFIXES, Record, kind_of_file, read_records
from workbench.ligands.molecules import Ligand
from workbench.settings import LigandSettings
from workbench.text import MAX_NAME_LENGTH, clean_name, quoted

MAX_SMILES_LENGTH = 4000
MAX_ATOMS = 600

_KINDS = f"{', '.join(FILE_SUFFIXES)} (also .gz)"
_ORDER = (
    f"a text that ends in {_KINDS} is a file; then catalogue names and synonyms are tried; "
    "then SMILES"
)
_SMILES_SIGNS = frozenset("()[]=#/\\@%")
_TIME_STAMP = re.compile(r"^\[[\d:]+\]\s*", re.MULTILINE)
_POSITION = re.compile(r"around position (\d+)")
_OTHER_KINDS = (
    (re.compile(r"InChI=1"), "an InChI"),
    (re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]"), "an InChIKey"),
    (re.compile(r"[^<>]*>[^<>]*>[^<>]*"), "a reaction SMILES"),
    (re.compile(r"C\d*H\d*(?:[A-Z][a-z]?\d*)*"), "a molecular formula"),
)


@contextmanager
def _captured_log() -> Iterator[list[str]]:
    """Keep RDKit's error log off the terminal; yield its lines (none before RDKit 2026.3)."""
    lines: list[str] = []
    capture = getattr(rdBase, "CaptureErrorLog", None)
    with rdBase.BlockLogs():
        if capture is None:
            yield lines
            return
        with capture() as log:
            yield lines
            lines.extend(_TIME_STAMP.sub("", log.messages).splitlines())


def mol_from_smiles(text: str, where: str = "the input") -> Chem.Mol:
    """Return the sanitised molecule of a SMILES.

    Raises
    ------
    LigandError
        Saying where the SMILES breaks, or which atom's chemistry is impossible.
    """
    smiles = text.strip()
    if len(smiles) > MAX_SMILES_LENGTH:
        raise LigandError(f"{where}: a SMILES of {len(smiles)} characters is over the limit")
    if not smiles.isascii() or any(c.isspace() or not c.isprintable() for c in smiles):
        raise LigandError(f"{where}: {quoted(smiles)} holds characters that no SMILES has")
    parameters: Any = Chem.SmilesParserParams()
    parameters.sanitize = parameters.removeHs = False
    parameters.allowCXSMILES = parameters.parseName = False
    with _captured_log() as log:
        raw = Chem.MolFromSmiles(smiles, parameters)
    if raw is None:
        raise LigandError(f"{where}: {quoted(smiles)} is no SMILES: {_syntax_problem(smiles, log)}")
    _refuse_impossible(raw, f"{where}: {quoted(smiles)}")
    parameters.sanitize = parameters.removeHs = True
    return _settled(lambda: Chem.MolFromSmiles(smiles, parameters), where)


def mol_from_block(text: str, where: str = "the input") -> Chem.Mol:
    """Return the sanitised molecule of a mol block (V2000 or V3000), stereo from its coordinates.

    Raises
    ------
    LigandError
        When the block cannot be read, its chemistry is impossible or a coordinate is no number.
    """
    if text.startswith(("$RXN", "$MDL", "$RDFILE")):
        raise LigandError(f"{where}: a reaction or R-group file; give one complete molecule")
    with _captured_log() as log:
        try:
            raw = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False)
        except (RuntimeError, ValueError) as error:
            raise LigandError(f"{where}: no readable mol block ({quoted(str(error))})") from error
    if raw is None:
        reason = log[0] if log else "it breaks the MDL format"
        raise LigandError(f"{where}: no readable mol block ({quoted(reason, 120)})")
    for conformer in raw.GetConformers():
        wrong = np.flatnonzero(~np.isfinite(conformer.GetPositions()).all(axis=1))
        if len(wrong):
            raise LigandError(f"{where}: atom {wrong[0] + 1} has a coordinate that is no number")
    _refuse_impossible(raw, where)
    return _settled(lambda: Chem.MolFromMolBlock(text), where)


def parsed(record: Record) -> Chem.Mol:
    """Return the molecule of a record (see ``mol_from_smiles``, ``mol_from_block``)."""
    if record.problem or not record.text.strip():
        raise LigandError(record.problem or f"{record.where}: no SMILES")
    reader = mol_from_block if record.is_block else mol_from_smiles
    return reader(record.text, record.where)


def _settled(read: Callable[[], Chem.Mol | None], where: str) -> Chem.Mol:
    """Return what a second, sanitising reading gives."""
    with _captured_log() as log:
        try:
            mol = read()
        except (RuntimeError, ValueError) as error:
            raise LigandError(f"{where}: impossible chemistry: {quoted(str(error))}") from error
    if mol is None:
        raise LigandError(f"{where}: RDKit refuses the molecule ({quoted(' '.join(log), 120)})")
    return mol


def _syntax_problem(smiles: str, log: list[str]) -> str:
    """Return what the text seems to be instead, or where RDKit stumbled, in one clause."""
    for pattern, kind in _OTHER_KINDS:
        if pattern.match(smiles) and (kind == "an InChI" or pattern.fullmatch(smiles)):
            return f"it looks like {kind}; give the SMILES of one molecule"
    if found := _POSITION.search("\n".join(log)):
        position = int(found.group(1))
        return f"it breaks at character {position} ({quoted(smiles[position - 1 : position + 9])})"
    for line in log:
        if "SMILES Parse Error:" in line:
            reason = line.split("SMILES Parse Error:")[1].split("for input")[0].strip()
            return quoted(reason, 100).strip("'")
    return "it breaks the SMILES grammar"


def _refuse_impossible(mol: Chem.Mol, where: str) -> None:
    """Raise on molecules too large to sanitise safely, and on impossible valences or rings."""
    if mol.GetNumAtoms() > MAX_ATOMS:
        raise LigandError(f"{where}: {mol.GetNumAtoms()} atoms are over the limit of {MAX_ATOMS}")
    with rdBase.BlockLogs():
        problems = Chem.DetectChemistryProblems(mol)
    if problems:
        raise LigandError(f"{where}: impossible chemistry: {problems[0].Message()}")


@dataclass(frozen=True)
class LigandFailure:
    """One record that could not be read, among others that could."""

    where: str
    name: str
    reason: str


def load_ligand(
    text: str | Path,
    *,
    name: str | None = None,
    warhead: str = "",
    settings: LigandSettings | None = None,
) -> Ligand:
    """Return the ligand of a file with one record, a catalogue name or synonym, or a SMILES.

    They are tried in this order. ``warhead`` names the one that reacts, or the attacked atom's
    index in the canonical SMILES; blank takes the likeliest and warns of the others.

    Raises
    ------
    LigandError
        When it cannot be read, or its chemistry is outside what the workbench handles.
    """
    outcomes = each_ligand(text, warhead=warhead, settings=settings)
    first = _read(next(outcomes))
    more = sum(1 for _ in outcomes)
    if more:
        raise LigandError(
            f"{quoted(str(text), 100)} holds {1 + more} ligands where one is expected; "
            "split the file or use load_ligands"
        )
    return first if name is None else replace(first, name=clean_name(name, first.name))


def load_ligands(
    text: str | Path, *, warhead: str = "", settings: LigandSettings | None = None
) -> tuple[Ligand, ...]:
    """Return the ligands that a text stands for: those of a file, or of a name or SMILES.

    Raises
    ------
    LigandError
        On the first that cannot be read (``each_ligand`` goes on instead).
    """
    return tuple(
        _read(outcome) for outcome in each_ligand(text, warhead=warhead, settings=settings)
    )


def each_ligand(
    text: str | Path, *, warhead: str = "", settings: LigandSettings | None = None
) -> Iterator[Ligand | LigandFailure]:
    """Yield the ligands that a text stands for, and a failure for each record without one.

    A file is read as a stream, one record at a time; a name that comes again gets a number.

    Raises
    ------
    LigandError
        When nothing of it can be read: a missing file, an unknown name, a broken SMILES.
    """
    settings = settings or LigandSettings()
    if warhead:
        settings = settings.model_copy(update={"warhead": warhead})
    stripped = str(text).strip()
    if not stripped:
        raise LigandError("the ligand is empty: give a catalogue name, a SMILES or a file")
    if isinstance(text, Path) or kind_of_file(stripped):
        path = text if isinstance(text, Path) else Path(stripped)
        if not kind_of_file(path.name):
            raise LigandError(f"{quoted(path.name)} is none of {_KINDS}")
        yield from _from_file(path, settings)
        return
    if len(stripped) <= 1000 and Path(stripped).suffix and os.path.isfile(stripped):
        raise LigandError(f"{quoted(stripped, 100)} is a file, but none of {_KINDS}")
    yield from _named(stripped, settings) or _from_smiles(stripped, settings)


def _read(outcome: Ligand | LigandFailure) -> Ligand:
    """Return a ligand, or raise why there is none."""
    if isinstance(outcome, LigandFailure):
        raise LigandError(outcome.reason)
    return outcome


def _from_file(path: Path, settings: LigandSettings) -> Iterator[Ligand | LigandFailure]:
    """Yield the ligands of a file, each with a name of its own."""
    seen: dict[str, int] = {}
    for record in read_records(path, settings):
        try:
            ligands = build_ligands(parsed(record), record.name, record.where, settings)
        except LigandError as error:
            yield LigandFailure(record.where, clean_name(record.name, ""), str(error))
            continue
        for ligand in ligands:
            yield _told_apart(replace(ligand, warnings=record.notes + ligand.warnings), seen)


def _told_apart(ligand: Ligand, seen: dict[str, int]) -> Ligand:
    """Return the ligand with a name that the file has not had yet."""
    name = ligand.name
    while name in seen:
        seen[ligand.name] += 1
        suffix = f" ({seen[ligand.name]})"
        name = ligand.name[: MAX_NAME_LENGTH - len(suffix)] + suffix
    seen[name] = 1
    if name == ligand.name:
        return ligand
    told = f"the name {quoted(ligand.name)} comes more than once in the file: called {quoted(name)}"
    return replace(ligand, name=name, warnings=(*ligand.warnings, told))


def _named(text: str, settings: LigandSettings) -> tuple[Ligand, ...]:
    """Return the catalogue's ligand of that name; nothing when there is none."""
    compound = drug_named(text)
    if compound is None:
        return ()
    where = f"catalogue entry {compound.name}"
    ligands = build_ligands(mol_from_smiles(compound.smiles, where), compound.name, where, settings)
    told = name_warnings(compound, text)
    return tuple(replace(ligand, warnings=told + ligand.warnings) for ligand in ligands)


def _from_smiles(text: str, settings: LigandSettings) -> tuple[Ligand, ...]:
    """Return the ligands of a SMILES; a text that cannot be one is an unknown name."""
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
    return build_ligands(mol, "", "the ligand", settings)
