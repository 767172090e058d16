"""Amber's parameters by atom types: GAFF2's, and those that were fitted for SINE drugs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import permutations
from typing import NamedTuple, TypeVar

Types = tuple[str, ...]
Found = TypeVar("Found")
FITTED_FILE = "gaff2_fitted.csv"

ACETAL = "c3*"
"""Type of the carbon between the sulphur and an azole's nitrogen: c3, but for fitted terms."""


class Term(NamedTuple):
    """Parameters of one term, and where they are from (empty: GAFF2 as published).

    ``values`` holds k and the length or angle at rest; of a torsion k, phase and periodicity; of
    van der Waals half the distance of the minimum and the depth. In kcal/mol, angstrom, degrees.
    """

    values: tuple[float, ...]
    source: str = ""


@dataclass
class AmberTerms:
    """All parameters that some molecules need, by atom types; impropers have their centre third."""

    van_der_waals: dict[str, Term] = field(default_factory=dict)
    bonds: dict[Types, Term] = field(default_factory=dict)
    angles: dict[Types, Term] = field(default_factory=dict)
    propers: dict[Types, list[Term]] = field(default_factory=dict)
    impropers: dict[Types, Term] = field(default_factory=dict)

    def size(self, kind: str) -> Term | None:
        """Return the van der Waals parameters of a type."""
        return self.van_der_waals.get(_plain((kind,))[0])

    def bond(self, types: Types) -> Term | None:
        """Return a bond's parameters from either end."""
        return _either(self.bonds, types)

    def angle(self, types: Types) -> Term | None:
        """Return an angle's parameters from either end."""
        return _either(self.angles, types)

    def proper(self, types: Types) -> list[Term] | None:
        """Return a torsion's terms from either end."""
        return _either(self.propers, types)

    def improper(self, centre: str, around: Types) -> tuple[tuple[int, int, int], Term] | None:
        """Return how the three neighbours are ordered about the centre (third), and the term.

        Of neighbours of one type the earlier stands first, as Amber's tleap has it.
        """
        middle, *ends = _plain((centre, *around))
        for i, j, k in permutations(range(3)):
            found = self.impropers.get((ends[i], ends[j], middle, ends[k]))
            if found is not None:
                return (i, j, k), found
        return None

    def overlaid(self, others: Iterable[AmberTerms]) -> AmberTerms:
        """Return a copy in which other parameters take the place of these."""
        found = AmberTerms()
        for one in (self, *others):
            found.van_der_waals |= one.van_der_waals
            found.impropers |= one.impropers
            _replace(found.bonds, one.bonds)
            _replace(found.angles, one.angles)
            _replace(found.propers, one.propers)
        return found


def _plain(types: Types) -> Types:
    return tuple(kind.rstrip("*") for kind in types)


def _either(table: Mapping[Types, Found], types: Types) -> Found | None:
    """Return a row from either end; without one of its own the acetal carbon has that of c3."""
    plain = _plain(types)
    keys = (types, types[::-1], plain, plain[::-1])
    return next((table[key] for key in keys if key in table), None)


def _replace(table: dict[Types, Found], others: Mapping[Types, Found]) -> None:
    for types, value in others.items():
        table.pop(types[::-1], None)
        table[types] = value


@cache
def fitted_terms() -> AmberTerms:
    """Return the fitted parameters (``scripts/fit_amber_terms.py``)."""
    terms = AmberTerms()
    text = files("workbench").joinpath("data", FITTED_FILE).read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        types = tuple(row["types"].split("-"))
        values = [float(row[name]) for name in ("k", "at_rest", "periodicity") if row[name]]
        term = Term(tuple(values), row["source"])
        if row["kind"] == "proper":
            terms.propers.setdefault(types, []).append(term)
        else:
            (terms.bonds if row["kind"] == "bond" else terms.angles)[types] = term
    return terms
