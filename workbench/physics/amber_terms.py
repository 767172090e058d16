"""Parameters of the Amber energy by atom types, as tables: kcal/mol, angstrom, degree.

The energy is ``sum k (r - r0)^2 + sum k (theta - theta0)^2 + sum k (1 + cos(n phi - phase))``,
van der Waals 12-6 with arithmetic radii and geometric depths, and Coulomb's law.

Reference: Cornell et al. 1995, 10.1021/ja00124a002.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations
from typing import NamedTuple

Types = tuple[str, ...]


class Term(NamedTuple):
    """Parameters of one term, and where they are from (empty: GAFF2 as published).

    ``values`` holds k and the length or angle at rest; of a torsion k, phase and periodicity.
    """

    values: tuple[float, ...]
    source: str = ""


@dataclass
class AmberTerms:
    """All parameters that some molecules need, by atom types.

    Parameters
    ----------
    van_der_waals
        Half the distance of the minimum, depth, source.
    impropers
        Centre third.
    """

    van_der_waals: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    bonds: dict[Types, Term] = field(default_factory=dict)
    angles: dict[Types, Term] = field(default_factory=dict)
    propers: dict[Types, list[Term]] = field(default_factory=dict)
    impropers: dict[Types, Term] = field(default_factory=dict)

    def bond(self, types: Types) -> Term | None:
        """Return a bond's parameters from either end."""
        return self.bonds.get(types) or self.bonds.get(types[::-1])

    def angle(self, types: Types) -> Term | None:
        """Return an angle's parameters from either end."""
        return self.angles.get(types) or self.angles.get(types[::-1])

    def proper(self, types: Types) -> list[Term] | None:
        """Return a torsion's terms from either end."""
        return self.propers.get(types) or self.propers.get(types[::-1])

    def improper(self, centre: str, around: Types) -> tuple[tuple[int, int, int], Term] | None:
        """Return how the three neighbours are ordered about the centre (third), and the term.

        Of neighbours of one type the earlier stands first, as Amber's tleap has it.
        """
        for i, j, k in permutations(range(3)):
            found = self.impropers.get((around[i], around[j], centre, around[k]))
            if found is not None:
                return (i, j, k), found
        return None

    def merge(self, others: Iterable[AmberTerms]) -> None:
        """Take in the parameters of other molecules."""
        for other in others:
            self.van_der_waals |= other.van_der_waals
            self.bonds |= other.bonds
            self.angles |= other.angles
            self.propers |= other.propers
            self.impropers |= other.impropers
