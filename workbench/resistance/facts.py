"""What is published about mutations of XPO1, and about resistance outside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from workbench.tables import read_table


@dataclass(frozen=True)
class MutationFact:
    """One row of ``mutations.csv``; what nobody could verify is blank.

    Parameters
    ----------
    mutation
        In human numbering, unless it names another species.
    yeast_equivalent
        The same residue in S. cerevisiae CRM1.
    confidence
        How sure the row is, in words; shown wherever the row is used.
    """

    mutation: str
    yeast_equivalent: str
    effect: str
    evidence: str
    source: str
    confidence: str


@dataclass(frozen=True)
class OutsideFact:
    """One row of ``outside_resistance.csv``: resistance that does not sit in XPO1."""

    what: str
    finding: str
    source: str
    confidence: str


@dataclass(frozen=True)
class TitratedGroup:
    """One row of ``titrated_groups.csv``: a computed pKa value of the wild type."""

    residue: str
    structure: str
    pka: float
    uncertainty: float
    method: str
    source: str


@cache
def mutation_facts() -> tuple[MutationFact, ...]:
    """Return what is known of mutations, in the table's order."""
    return read_table("mutations.csv", MutationFact)


def fact_of(mutation: str) -> MutationFact | None:
    """Return the row of a mutation in human numbering, ``None`` where there is none."""
    return next((row for row in mutation_facts() if row.mutation == mutation), None)


def human_equivalent(mutation: str) -> str | None:
    """Return the human name of a mutation that is known by its yeast name."""
    rows = (row for row in mutation_facts() if row.yeast_equivalent == mutation)
    return next((row.mutation for row in rows), None)


@cache
def outside_facts() -> tuple[OutsideFact, ...]:
    """Return what is named as resistance outside XPO1."""
    return read_table("outside_resistance.csv", OutsideFact)


@cache
def titrated_groups() -> tuple[TitratedGroup, ...]:
    """Return the computed pKa values of the wild type."""
    return read_table("titrated_groups.csv", TitratedGroup)
