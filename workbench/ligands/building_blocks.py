"""Building blocks of an enumerated library: the table that names them, checked line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.lines import opened_lines
from workbench.ligands.names import clean_name, quoted
from workbench.ligands.records import mol_from_smiles

COLUMNS = ("position", "name", "smiles")
CORE = "core"
MAX_GROUPS = 100_000
MAX_POSITION = 99


@dataclass(frozen=True)
class Group:
    """One building block.

    Parameters
    ----------
    position
        The label of the atom ``[*:n]`` by which it hangs; 0 for a core, which hangs on nothing.
    open_positions
        Its other labels, ascending: each is filled in its turn.
    mol
        With all its labelled atoms.
    """

    position: int
    name: str
    open_positions: tuple[int, ...]
    mol: Chem.Mol = field(repr=False, compare=False)


@dataclass(frozen=True)
class BuildingBlocks:
    """A table of building blocks.

    Parameters
    ----------
    cores
        By name, as the table spells it.
    groups
        By position, in the table's order.
    """

    cores: Mapping[str, Group]
    groups: Mapping[int, tuple[Group, ...]]


def labelled_group(smiles: str, name: str, position: int, where: str) -> Group:
    """Return the building block of a SMILES with labelled atoms ``[*:n]``.

    Raises
    ------
    LigandError
        When the SMILES cannot be read, a label comes twice or is missing, an unlabelled ``*`` is
        in it, or a labelled atom has not exactly one single bond.
    """
    mol = mol_from_smiles(smiles, where)
    if len(Chem.GetMolFrags(mol)) > 1:
        raise LigandError(f"{where}: {quoted(smiles)} is in several pieces; give one piece")
    labels = []
    for atom in mol.GetAtoms():
        label = atom.GetAtomMapNum()
        if atom.GetAtomicNum() == 0:
            bonds = [bond.GetBondType() for bond in atom.GetBonds()]
            if not 1 <= label <= MAX_POSITION or bonds != [Chem.BondType.SINGLE]:
                raise LigandError(
                    f"{where}: each * of {quoted(smiles)} needs a label from 1 to "
                    f"{MAX_POSITION}, as in [*:1], and one single bond"
                )
            labels.append(label)
        elif label:
            raise LigandError(
                f"{where}: in {quoted(smiles)} the label {label} is on an atom that is no *; "
                f"write [*:{label}]"
            )
    if len(set(labels)) < len(labels):
        raise LigandError(f"{where}: a label comes twice in {quoted(smiles)}; use each once")
    if position and position not in labels:
        raise LigandError(
            f"{where}: {quoted(smiles)} has no [*:{position}] to hang at position {position}"
        )
    return Group(position, name, tuple(sorted(set(labels) - {position})), mol)


def shipped_groups() -> Path:
    """Return the table of common groups around the core of the SINE drugs."""
    return Path(str(files("workbench") / "data" / "sine_groups.csv"))


def read_building_blocks(path: Path) -> BuildingBlocks:
    """Return the building blocks of a table with the columns position, name and smiles.

    ``position`` is ``core`` or the number of the label by which the group hangs.

    Raises
    ------
    LigandError
        Naming the line, when one cannot be used.
    """
    cores: dict[str, Group] = {}
    groups: dict[int, list[Group]] = {}
    for number, (where, row) in enumerate(_rows(path)):
        if number >= MAX_GROUPS:
            raise LigandError(f"{quoted(path.name)} holds more than {MAX_GROUPS} groups")
        position = _position(row["position"], where)
        name = clean_name(row["name"], f"group {number + 1}")
        group = labelled_group(row["smiles"], name, position, where)
        if position:
            groups.setdefault(position, []).append(group)
        elif name in cores:
            raise LigandError(f"{where}: a second core named {quoted(name)}")
        else:
            cores[name] = group
    if not groups:
        raise LigandError(f"{quoted(path.name)} holds no group")
    return BuildingBlocks(cores, {p: tuple(found) for p, found in sorted(groups.items())})


def _position(text: str, where: str) -> int:
    if text == CORE:
        return 0
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MAX_POSITION):
        raise LigandError(
            f"{where}: the position {quoted(text)} is neither {CORE!r} nor a number from 1 to "
            f"{MAX_POSITION}"
        )
    return int(text)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each line of the table is, and its three cells."""
    with opened_lines(path) as lines:
        order: list[int] = []
        for line in lines:
            problem, _ = lines.taken()
            if problem:
                raise LigandError(problem)
            where = f"line {lines.number} of {quoted(path.name)}"
            try:
                cells = [cell.strip() for cell in next(csv.reader([line]), [])]
            except csv.Error as error:
                raise LigandError(f"{where}: no line of a table ({error})") from error
            if not any(cells):
                continue
            if not order:
                header = [cell.casefold() for cell in cells]
                if not set(COLUMNS) <= set(header):
                    raise LigandError(f"{where}: the columns must be {', '.join(COLUMNS)}")
                order = [header.index(name) for name in COLUMNS]
            elif len(cells) <= max(order):
                raise LigandError(f"{where}: fewer cells than the header has")
            else:
                yield where, dict(zip(COLUMNS, (cells[k] for k in order), strict=True))
