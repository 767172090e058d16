"""Where GAFF2 is known to be wrong for these drugs, and the parameters fitted in its place.

``data/amber/fitted.csv`` is a result of ``scripts/fit_amber_terms.py``; see docs/force_fields.md.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

from workbench.physics.amber_molecules import AmberMolecule
from workbench.physics.amber_tables import data_text, read_terms
from workbench.physics.amber_terms import AmberTerms, Types

FITTED_FILE = "fitted.csv"

ACETAL = "c3*"
"""Type of the carbon between the sulphur and an azole's nitrogen: c3, but for fitted terms."""

_CARBON, _AZOLE = "c3", "na"


def refitted(
    molecule: AmberMolecule, terms: AmberTerms, fits: AmberTerms | None = None
) -> tuple[AmberMolecule, AmberTerms]:
    """Return a molecule and its terms with the fitted ones in the places that they are for.

    Parameters
    ----------
    fits
        Those of ``fitted.csv`` when ``None``.
    """
    found = AmberTerms()
    found.merge([terms])
    if _is_acetal(molecule):
        types = list(molecule.types)
        types[molecule.reactive or 0] = ACETAL
        molecule = replace(molecule, types=tuple(types))
        _copied(found)
    chosen = _shipped_fits() if fits is None else fits
    for name in ("bonds", "angles", "propers"):
        table: dict[Types, Any] = getattr(found, name)
        for key, value in getattr(chosen, name).items():
            for there in (key, key[::-1]):
                if there in table:
                    table[there] = value
    return molecule, found


def _is_acetal(molecule: AmberMolecule) -> bool:
    centre = molecule.reactive
    if centre is None or molecule.types[centre] != _CARBON:
        return False
    around = [pair for pair in molecule.bonds.tolist() if centre in pair]
    return any(molecule.types[i] == _AZOLE for pair in around for i in pair)


def _copied(terms: AmberTerms) -> None:
    """Add the rows of c3 for the acetal carbon."""
    terms.van_der_waals[ACETAL] = terms.van_der_waals[_CARBON]
    for name in ("bonds", "angles", "propers", "impropers"):
        table: dict[Types, Any] = getattr(terms, name)
        for key in list(table):
            choices = [(kind, ACETAL) if kind == _CARBON else (kind,) for kind in key]
            for copy in product(*choices):
                table.setdefault(copy, table[key])


@cache
def _shipped_fits() -> AmberTerms:
    return read_terms(data_text(FITTED_FILE))
