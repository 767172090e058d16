"""Structural alerts: substructures that published filters warn of, and where they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from rdkit import Chem
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

FILTERS = {
    "PAINS": "Baell and Holloway 2010, 10.1021/jm901137j",
    "BRENK": "Brenk 2008, 10.1002/cmdc.200700139",
    "NIH": "Jadhav 2010, 10.1021/jm901070c; Doveston 2015, 10.1039/c4ob02287d",
}
"""The filters, as RDKit ships them, and where they were published."""


@dataclass(frozen=True)
class Alert:
    """One filter's pattern in a drug.

    Parameters
    ----------
    filter_set, name
        Which of ``FILTERS``, and the pattern's name there.
    atom_indices
        The drug atoms of its first match.
    on_warhead
        Whether it shares a bond with the warhead: then it names what makes the drug covalent.
    """

    filter_set: str
    name: str
    atom_indices: tuple[int, ...]
    on_warhead: bool


def structural_alerts(mol: Chem.Mol, warhead_atoms: Collection[int] = ()) -> tuple[Alert, ...]:
    """Return the alerts that a molecule raises, filter by filter, in the filter's order.

    An alert is a question, not a verdict: the filters were made for screening collections, and
    most covalent drugs raise one.

    Parameters
    ----------
    warhead_atoms
        Drug atoms of the warhead, to tell the intended electrophile from the rest.
    """
    warhead = set(warhead_atoms)
    alerts = []
    for filter_set in FILTERS:
        for entry in _catalogue(filter_set).GetMatches(mol):
            found = entry.GetFilterMatches(mol)[0].atomPairs
            atoms = tuple(sorted(index for _, index in found))
            name = entry.GetDescription()
            alerts.append(Alert(filter_set, name, atoms, len(warhead.intersection(atoms)) > 1))
    return tuple(alerts)


@cache
def _catalogue(filter_set: str) -> FilterCatalog:
    """Return one of RDKit's filter catalogues (it is only read)."""
    parameters = FilterCatalogParams()
    parameters.AddCatalog(getattr(FilterCatalogParams.FilterCatalogs, filter_set))
    return FilterCatalog(parameters)
