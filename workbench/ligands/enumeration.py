"""A library from a core and building blocks: each product once, by number, in bounded memory."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError
from workbench.ligands.building_blocks import Group

DIVERSITY_POOL = 20
"""Products among which one is picked for its distance to the others."""

MAX_DIVERSITY_POOL = 20_000
_BITS = 2048


@dataclass(frozen=True)
class Product:
    """One molecule of a library.

    Parameters
    ----------
    number
        In the library, from 0: the same core and groups give the same molecule.
    groups
        What hangs at each position, ascending.
    """

    number: int
    name: str
    smiles: str
    inchikey: str
    groups: tuple[Group, ...]


class Library:
    """All products of a core and the groups at its positions.

    Parameters
    ----------
    core
        A group of position 0 with one open position or more.
    groups
        By position. A group may itself have open positions, which are filled from the same table.

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

    def _check(self, group: Group, above: frozenset[int]) -> frozenset[int]:
        """Count what can hang below a group; return the positions that it can bring."""
        brought: frozenset[int] = frozenset()
        for position in group.open_positions:
            if position in above | brought:
                raise LigandError(
                    f"position {position} comes twice in one product, through {group.name!r}: "
                    "give it another label there"
                )
            if position not in self._groups:
                raise LigandError(
                    f"{group.name!r} has an open position {position}, and no group hangs there: "
                    "add one to the table"
                )
            if position not in self._reach:
                below = [self._check(g, above | {position}) for g in self._groups[position]]
                self._reach[position] = frozenset({position}).union(*below)
                self._sizes[position] = sum(map(self._size_of, self._groups[position]))
            if self._reach[position] & (above | brought):
                twice = min(self._reach[position] & (above | brought))
                raise LigandError(
                    f"position {twice} comes twice in one product, through {group.name!r}: give "
                    "it another label there"
                )
            brought |= self._reach[position]
        return brought

    def _size_of(self, group: Group) -> int:
        return reduce(lambda size, p: size * self._sizes[p], group.open_positions, 1)

    @cached_property
    def size(self) -> int:
        """Number of combinations; some may be the same molecule."""
        return self._size_of(self.core)

    @property
    def positions(self) -> tuple[int, ...]:
        """All positions that a product can have, ascending."""
        return tuple(sorted(self._reach))

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
        return Product(number, name, Chem.MolToSmiles(mol), Chem.MolToInchiKey(mol), groups)

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
        """Yield each molecule once (by InChIKey), in the order of the numbers.

        Parameters
        ----------
        numbers
            Of the products; by default all of them.
        """
        seen: set[str] = set()
        with rdBase.BlockLogs():
            for number in range(self.size) if numbers is None else numbers:
                product = self.product(number)
                if product.inchikey not in seen:
                    seen.add(product.inchikey)
                    yield product

    def random(self, count: int, seed: int) -> Iterator[Product]:
        """Yield up to ``count`` molecules drawn at random, each once."""
        drawn = self.products(_random_numbers(self.size, seed))
        for _, product in zip(range(count), drawn, strict=False):
            yield product

    def diverse(self, count: int, seed: int) -> list[Product]:
        """Return up to ``count`` molecules that are far from each other.

        RDKit's MaxMin picker takes them from a random pool of 20 for each, at most 20,000, by the
        Tanimoto distance of Morgan fingerprints of radius 2.

        Reference
        ---------
        Ashton 2002, doi:10.1002/qsar.200290002.
        """
        from rdkit.SimDivFilters.rdSimDivPickers import MaxMinPicker

        pool_size = max(count, min(DIVERSITY_POOL * count, MAX_DIVERSITY_POOL))
        pool = list(self.random(pool_size, seed))
        if len(pool) <= count:
            return pool
        prints = [_fingerprint(product.smiles) for product in pool]
        picked = MaxMinPicker().LazyBitVectorPick(prints, len(pool), count, seed=seed)
        return [pool[index] for index in picked]


def _fingerprint(smiles: str) -> object:
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    return GetMorganGenerator(radius=2, fpSize=_BITS).GetFingerprint(Chem.MolFromSmiles(smiles))


def _random_numbers(size: int, seed: int) -> Iterator[int]:
    """Yield every number below ``size`` once, in an order that looks random and needs no memory.

    A linear congruential step of full period over the next power of two, what is beyond skipped.
    """
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
    """Return the molecule of a core and its groups."""
    loose = core.mol
    for group in groups:
        loose = Chem.CombineMols(loose, group.mol)
    try:
        mol = Chem.RemoveHs(Chem.molzip(loose))
        # as any reader of its SMILES will see it
        mol = Chem.MolFromSmiles(Chem.MolToSmiles(mol))
        if mol is None or not CalcMolFormula(mol):
            raise ValueError("no molecule")
    except (ValueError, RuntimeError) as error:
        parts = ", ".join(group.name for group in groups)
        raise LigandError(
            f"{name}: {parts} cannot be joined to {core.name}; see to their valences"
        ) from error
    return mol
