"""From what a user types to checked ligands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.errors import LigandError
from workbench.ligands.building import build_ligands
from workbench.ligands.catalogue import drug_named, name_warnings, nearest_names
from workbench.ligands.files import FILE_SUFFIXES, kind_of_file, read_records
from workbench.ligands.molecules import Ligand
from workbench.ligands.names import MAX_NAME_LENGTH, clean_name, quoted
from workbench.ligands.records import MAX_SMILES_LENGTH, mol_from_smiles
from workbench.settings import LigandSettings

_KINDS = f"{', '.join(FILE_SUFFIXES)} (also .gz)"
_ORDER = (
    f"a text that ends in {_KINDS} is a file; then catalogue names and synonyms are tried; "
    "then SMILES"
)
_SMILES_SIGNS = frozenset("()[]=#/\\@%")


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
    """Return the ligand that a text stands for.

    Parameters
    ----------
    text
        A file (.sdf, .mol, .smi, .csv, also .gz) with one record, a catalogue name or synonym
        in any case, or a SMILES; tried in this order.
    name
        What to call it, instead of the name that it brings.
    warhead
        Which of several warheads reacts: its name, or the attacked atom's index in the
        canonical SMILES. Blank takes the likeliest and warns of the others.
    settings
        Charges, tautomer, open stereo, columns of a table.

    Raises
    ------
    LigandError
        When it cannot be read, or its chemistry is outside what the workbench handles.
    """
    outcomes = each_ligand(text, warhead=warhead, settings=settings)
    first = _read(next(outcomes))
    second = next(outcomes, None)
    if second is not None:
        count = 2 + sum(1 for _ in outcomes)
        raise LigandError(
            f"{quoted(str(text), 100)} holds {count} ligands where one is expected; "
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
        path = Path(text) if isinstance(text, Path) else Path(stripped)
        if not kind_of_file(path.name):
            raise LigandError(f"{quoted(path.name)} is none of {_KINDS}")
        yield from _from_file(path, settings)
        return
    _refuse_other_file(stripped)
    yield from _named(stripped, settings) or _from_smiles(stripped, settings)


def _read(outcome: Ligand | LigandFailure) -> Ligand:
    """Return a ligand, or raise why there is none."""
    if isinstance(outcome, LigandFailure):
        raise LigandError(outcome.reason)
    return outcome


def _refuse_other_file(text: str) -> None:
    """Raise when a text is the path of a file of another kind."""
    if len(text) > 1000 or "\0" in text or not Path(text).suffix:
        return
    try:
        exists = Path(text).is_file()
    except OSError:
        return
    if exists:
        raise LigandError(f"{quoted(text, 100)} is a file, but none of {_KINDS}")


def _from_file(path: Path, settings: LigandSettings) -> Iterator[Ligand | LigandFailure]:
    """Yield the ligands of a file, each with a name of its own."""
    seen: dict[str, int] = {}
    for record in read_records(path, settings):
        try:
            ligands = build_ligands(record.parse(), record.name, record.where, settings)
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
