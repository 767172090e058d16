"""What is published about doses, binding and export signals, and what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from workbench.tables import read_table


@dataclass(frozen=True)
class Figure:
    """One row of ``pharmacology.csv``: a published figure, or the note that there is none.

    Parameters
    ----------
    value, low, high
        In ``unit``; blank where the source gives none.
    confidence
        ``verified``, or ``none`` where no number was found.
    """

    compound: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    context: str
    source: str
    confidence: str

    @property
    def middle(self) -> float:
        """The value, or the middle of the range where only a range is published."""
        if self.value is not None:
            return self.value
        if self.low is None or self.high is None:
            raise ValueError(f"pharmacology.csv: {self.quantity} of {self.compound} has no number")
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class AssumedRate:
    """One row of ``rate_assumptions.csv``: a rate that nobody measured, with a range to sweep."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    reason: str


@dataclass(frozen=True)
class NesPattern:
    """One row of ``nes_patterns.csv``: how the hydrophobic residues of an NES are spaced.

    Parameters
    ----------
    gaps
        Residues between one anchor and the next, from the N terminus on.
    pockets
        Which pocket of the groove each anchor takes, in the same order.
    direction
        ``plus`` (as PKI) or ``minus``, in which the chain runs the other way.
    """

    name: str
    gaps: tuple[str, ...]
    pockets: tuple[str, ...]
    direction: str
    source: str

    @property
    def offsets(self) -> tuple[int, ...]:
        """Positions of the anchors, the first at 0."""
        found = [0]
        for gap in self.gaps:
            found.append(found[-1] + int(gap) + 1)
        return tuple(found)


@dataclass(frozen=True)
class KnownNes:
    """One row of ``nes.csv``: a peptide that was tested on XPO1.

    Parameters
    ----------
    pattern
        The class its authors gave it; blank for a false positive.
    binds
        ``yes`` or ``no``, to wild-type XPO1.
    """

    name: str
    residues: str
    sequence: str
    pattern: str
    binds: str
    note: str
    source: str


@cache
def figures() -> tuple[Figure, ...]:
    """Return the published figures, in the table's order."""
    return read_table("pharmacology.csv", Figure)


def figure(compound: str, quantity: str) -> Figure | None:
    """Return a compound's published figure, or ``None`` where the table has no number for it."""
    for row in figures():
        if (row.compound, row.quantity) == (compound, quantity):
            return None if row.value is None and row.low is None else row
    return None


@cache
def assumed_rates() -> tuple[AssumedRate, ...]:
    """Return the rates that are assumed, in the table's order."""
    return read_table("rate_assumptions.csv", AssumedRate)


@cache
def nes_patterns() -> tuple[NesPattern, ...]:
    """Return the eleven patterns of nuclear export signals."""
    return read_table("nes_patterns.csv", NesPattern)


@cache
def known_signals() -> tuple[KnownNes, ...]:
    """Return the tested peptides, in the table's order."""
    return read_table("nes.csv", KnownNes)
