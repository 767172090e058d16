"""Amber's parameters by atom types: GAFF2's, and those that were fitted for SINE drugs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import permutations
from typing import Literal, NamedTuple

Types = tuple[str, ...]
Kind = Literal["size", "bond", "angle", "torsion", "improper"]
FITTED_FILE = "gaff2_fitted.csv"

ACETAL = "c3*"
"""Type of the carbon between the sulphur and an azole's nitrogen: c3, but for fitted terms."""


class Term(NamedTuple):
    """Parameters of one term, and where they are from (empty: GAFF2 as published).

    ``values`` holds k and the length or angle at rest; of a torsion k, phase and periodicity; of
    van der Waals depth and half the distance of the minimum. In kcal/mol, angstrom, degrees.
    """

    values: tuple[float, ...]
    source: str = ""


@dataclass
class AmberTerms:
    """Parameters by kind and atom types (several terms of a torsion); impropers: centre third."""

    rows: dict[tuple[Kind, Types], list[Term]] = field(default_factory=dict)

    def add(self, kind: Kind, types: Types, term: Term) -> None:
        """Add a term."""
        self.rows.setdefault((kind, types), []).append(term)

    def find(self, kind: Kind, types: Types) -> list[Term] | None:
        """Return terms from either end; without its own the acetal carbon has those of c3."""
        plain = _plain(types)
        keys = ((kind, key) for key in (types, types[::-1], plain, plain[::-1]))
        return next((self.rows[key] for key in keys if key in self.rows), None)

    def improper(self, centre: str, around: Types) -> tuple[tuple[int, int, int], Term] | None:
        """Return how the three neighbours are ordered about the centre (third), and the term.

        Of neighbours of one type the earlier stands first, as Amber's tleap has it.
        """
        middle, *ends = _plain((centre, *around))
        for i, j, k in permutations(range(3)):
            found = self.rows.get(("improper", (ends[i], ends[j], middle, ends[k])))
            if found is not None:
                return (i, j, k), found[0]
        return None

    def overlaid(self, *others: AmberTerms) -> AmberTerms:
        """Return a copy in which other parameters take the place of these."""
        found = dict(self.rows)
        for one in others:
            for (kind, types), terms in one.rows.items():
                if kind != "improper":
                    found.pop((kind, types[::-1]), None)
                found[kind, types] = terms
        return AmberTerms(found)


def _plain(types: Types) -> Types:
    return tuple(kind.rstrip("*") for kind in types)


@cache
def fitted_terms() -> AmberTerms:
    """Return the fitted parameters (``scripts/fit_amber_terms.py``)."""
    terms = AmberTerms()
    text = files("workbench").joinpath("data", FITTED_FILE).read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        values = [float(row[name]) for name in ("k", "at_rest", "periodicity") if row[name]]
        kind: Kind = row["kind"]  # type: ignore[assignment]
        terms.add(kind, tuple(row["types"].split("-")), Term(tuple(values), row["source"]))
    return terms
