"""Products enumerated from a core and building blocks: each once, by number, in bounded memory."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from importlib.resources import files
from itertools import islice
from math import prod
from pathlib import Path
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from rdkit.SimDivFilters.rdSimDivPickers import MaxMinPicker

from workbench.errors import LigandError
from workbench.ligands.catalogue import inchikey_of
from workbench.ligands.files import opened_lines
from workbench.ligands.reading import mol_from_smiles
from workbench.text import clean_name, quoted

COLUMNS = ("position", "name", "smiles")
CORE = "core"
MAX_GROUPS = 100_000
MAX_POSITION = 99
MAX_SMARTS_LENGTH = 2000
MAX_MATCHES = 1000
DIVERSITY_POOL = 20
"""Products among which one is picked for its distance to the others."""

MAX_DIVERSITY_POOL = 20_000


@dataclass(frozen=True)
class Group:
    """One building block, its ``mol`` with all labelled atoms.

    It hangs by the atom ``[*:n]`` of its position (0 for a core, which hangs on nothing); its
    other labels are open positions, each filled in its turn.
    """

    position: int
    name: str
    open_positions: tuple[int, ...]
    mol: Chem.Mol = field(repr=False, compare=False)


@dataclass(frozen=True)
class BuildingBlocks:
    """Cores by name and groups by position, as a table of building blocks has them."""

    cores: Mapping[str, Group]
    groups: Mapping[int, tuple[Group, ...]]


@dataclass(frozen=True)
class Product:
    """One molecule of a library, its groups by ascending position; the number says which."""

    number: int
    name: str
    smiles: str
    inchikey: str
    groups: tuple[Group, ...]


class Exchange(NamedTuple):
    """Two products with the same groups at all positions but one."""

    first: Product
    second: Product
    position: int
    taken_out: Group
    put_in: Group


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
            cells = [cell.strip() for cell in next(csv.reader([line]), [])]
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


def cut_core(mol: Chem.Mol, smarts: str, name: str) -> Group:
    """Return what a SMARTS finds in a molecule, open at its labelled atoms.

    A labelled atom, ``[c:1]``, loses the one group that hangs on it outside the match, or an
    implicit hydrogen where there is none. What hangs on the others stays.

    Raises
    ------
    LigandError
        When the SMARTS is none, does not match in one way, or labels an atom whose group is not
        clear.
    """
    core = _core_query(smarts)
    matches = mol.GetSubstructMatches(core, uniquify=False, maxMatches=MAX_MATCHES)
    groups = [_opened(mol, core, match, name) for match in matches]
    found = {Chem.MolToSmiles(group.mol): group for group in groups}
    if len(found) != 1:
        times = "found in more ways than one" if found else "not found"
        raise LigandError(f"the core {quoted(smarts)} is {times} in {name}: change the SMARTS")
    return next(iter(found.values()))


def _core_query(smarts: str) -> Chem.Mol:
    """Return the pattern of a SMARTS with one label or more, each once."""
    core = Chem.MolFromSmarts(smarts) if 0 < len(smarts) <= MAX_SMARTS_LENGTH else None
    if core is None or not core.GetNumAtoms():
        raise LigandError(f"the core {quoted(smarts)} is no SMARTS")
    labels = [atom.GetAtomMapNum() for atom in core.GetAtoms() if atom.GetAtomMapNum()]
    if not labels or len(set(labels)) < len(labels) or max(labels) > MAX_POSITION:
        raise LigandError(
            f"the core {quoted(smarts)} needs labels from 1 to {MAX_POSITION}, each once, on the "
            "atoms whose groups are exchanged, as in [c:1]"
        )
    return core


def _opened(mol: Chem.Mol, core: Chem.Mol, match: tuple[int, ...], name: str) -> Group:
    """Return the piece of a molecule that holds a match, open at its labelled atoms."""
    inside = set(match)
    full = Chem.AddHs(mol)
    cut: dict[int, int] = {}
    for query in core.GetAtoms():
        if not (label := query.GetAtomMapNum()):
            continue
        atom = full.GetAtomWithIdx(match[query.GetIdx()])
        outside = [b for b in atom.GetBonds() if b.GetOtherAtomIdx(atom.GetIdx()) not in inside]
        groups = [bond for bond in outside if bond.GetOtherAtom(atom).GetAtomicNum() > 1]
        groups = groups or outside[:1]
        if len(groups) != 1 or groups[0].GetBondType() != Chem.BondType.SINGLE:
            raise LigandError(
                f"at label {label} of the core, {name} has no single group and no hydrogen to "
                "replace: label another atom"
            )
        cut[groups[0].GetIdx()] = label
    labels = [(label, label) for label in cut.values()]
    with rdBase.BlockLogs():
        # the hydrogens that were cut off stay, with a warning
        opened = Chem.RemoveHs(Chem.FragmentOnBonds(full, list(cut), dummyLabels=labels))
    for atom in opened.GetAtoms():
        if atom.GetAtomicNum() == 0:
            atom.SetAtomMapNum(atom.GetIsotope())
            atom.SetIsotope(0)
    kept = next(piece for piece in Chem.GetMolFrags(opened) if inside & set(piece))
    piece = Chem.MolFromSmiles(Chem.MolFragmentToSmiles(opened, list(kept)))
    positions = sorted(a.GetAtomMapNum() for a in piece.GetAtoms() if a.GetAtomicNum() == 0)
    return Group(0, name, tuple(positions), piece)


class Library:
    """All products of a core and the groups at its positions.

    A group may itself have open positions, which are filled from the same table.

    Raises
    ------
    LigandError
        When a position has no group, or could come twice in one product.
    """

    def __init__(self, core: Group, groups: Mapping[int, tuple[Group, ...]]) -> None:
        self.core = core
        self._groups = groups
        if not core.open_positions:
            raise LigandError(
                f"the core {core.name!r} has no labelled atom such as [*:1] to hang a group on"
            )
        self._sizes: dict[int, int] = {}
        self._reach: dict[int, frozenset[int]] = {}
        self._check(core, frozenset())
        self.size = self._size_of(core)
        """Number of combinations; some may be the same molecule."""
        self.positions = tuple(sorted(self._reach))
        """All positions that a product can have, ascending."""

    def _check(self, group: Group, above: frozenset[int]) -> frozenset[int]:
        """Count what can hang below a group; return the positions that it can bring."""
        brought: frozenset[int] = frozenset()
        for position in group.open_positions:
            if position not in self._groups:
                raise LigandError(
                    f"{group.name!r} has an open position {position}, and no group hangs there: "
                    "add one to the table"
                )
            twice = frozenset({position}) & (above | brought)
            if not twice and position not in self._reach:
                below = [self._check(g, above | {position}) for g in self._groups[position]]
                self._reach[position] = frozenset({position}).union(*below)
                self._sizes[position] = sum(map(self._size_of, self._groups[position]))
            twice = twice or self._reach[position] & (above | brought)
            if twice:
                raise LigandError(
                    f"position {min(twice)} comes twice in one product, through {group.name!r}: "
                    "give it another label there"
                )
            brought |= self._reach[position]
        return brought

    def _size_of(self, group: Group) -> int:
        return prod(self._sizes[p] for p in group.open_positions)

    def product(self, number: int) -> Product:
        """Return one product.

        Raises
        ------
        LigandError
            When its groups cannot be joined to a sound molecule.
        """
        chosen: dict[int, Group] = {}
        self._choose(self.core, number, chosen)
        groups = tuple(chosen[p] for p in sorted(chosen))
        name = f"{self.core.name}-{number + 1}"
        mol = _joined(self.core, groups, name)
        return Product(number, name, Chem.MolToSmiles(mol), inchikey_of(mol), groups)

    def _choose(self, group: Group, number: int, chosen: dict[int, Group]) -> None:
        """Fill the open positions of a group; the last position changes fastest."""
        for position in reversed(group.open_positions):
            number, rest = divmod(number, self._sizes[position])
            for candidate in self._groups[position]:
                if rest < (size := self._size_of(candidate)):
                    chosen[position] = candidate
                    self._choose(candidate, rest, chosen)
                    break
                rest -= size

    def products(self, numbers: Iterable[int] | None = None) -> Iterator[Product]:
        """Yield the products of these numbers (default: all), each molecule once by InChIKey."""
        seen: set[str] = set()
        with rdBase.BlockLogs():
            for number in range(self.size) if numbers is None else numbers:
                product = self.product(number)
                if product.inchikey not in seen:
                    seen.add(product.inchikey)
                    yield product

    def random(self, count: int, seed: int) -> Iterator[Product]:
        """Yield up to ``count`` molecules drawn at random, each once."""
        return islice(self.products(_random_numbers(self.size, seed)), count)

    def diverse(self, count: int, seed: int) -> list[Product]:
        """Return up to ``count`` molecules that are far from each other.

        RDKit's MaxMin picker takes them from a random pool of 20 for each, at most 20,000, by the
        Tanimoto distance of Morgan fingerprints of radius 2.

        Reference
        ---------
        Ashton 2002, doi:10.1002/qsar.200290002.
        """
        pool_size = max(count, min(DIVERSITY_POOL * count, MAX_DIVERSITY_POOL))
        pool = list(self.random(pool_size, seed))
        if len(pool) <= count:
            return pool
        generator = GetMorganGenerator(radius=2, fpSize=2048)
        prints = [generator.GetFingerprint(Chem.MolFromSmiles(p.smiles)) for p in pool]
        picked = MaxMinPicker().LazyBitVectorPick(prints, len(pool), count, seed=seed)
        return [pool[index] for index in picked]


def _random_numbers(size: int, seed: int) -> Iterator[int]:
    """Yield every number below ``size`` once, by a linear congruential step of full period."""
    source = random.Random(seed)
    bits = max(size - 1, 1).bit_length()
    mask = (1 << bits) - 1
    # full period: an odd increment and a multiplier of 1 modulo 4 (Hull and Dobell 1962)
    multiplier = (source.getrandbits(bits) << 2 | 1) & mask
    increment = source.getrandbits(bits) | 1
    number = source.getrandbits(bits)
    for _ in range(mask + 1):
        number = (number * multiplier + increment) & mask
        mixed = number ^ (number >> (bits + 1) // 2)
        if mixed < size:
            yield mixed


def _joined(core: Group, groups: tuple[Group, ...], name: str) -> Chem.Mol:
    """Return the molecule of a core and its groups, as any reader of its SMILES will see it."""
    loose = reduce(Chem.CombineMols, (group.mol for group in groups), core.mol)
    try:
        mol = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.RemoveHs(Chem.molzip(loose))))
        if mol is None or not CalcMolFormula(mol):
            raise ValueError("no molecule")
    except (ValueError, RuntimeError) as error:
        parts = ", ".join(group.name for group in groups)
        raise LigandError(
            f"{name}: {parts} cannot be joined to {core.name}; see to their valences"
        ) from error
    return mol


def exchanges(products: Sequence[Product]) -> Iterator[Exchange]:
    """Yield every pair of products that differ in one group, each pair once, in order."""
    alike: dict[tuple[int, tuple[tuple[int, int], ...]], list[tuple[Product, Group]]] = {}
    for product in products:
        for group in product.groups:
            others = tuple((g.position, id(g)) for g in product.groups if g is not group)
            known = alike.setdefault((group.position, others), [])
            for other, replaced in known:
                yield Exchange(other, product, group.position, replaced, group)
            known.append((product, group))
