"""Where the fitted terms go, and where they do not."""

from __future__ import annotations

import numpy as np

from workbench.physics.amber_tables import (
    ACETAL,
    TERMS_FILE,
    AmberMolecule,
    AmberTerms,
    Term,
    data_text,
    refitted,
    shipped_terms,
)

FIT = Term((184.74, 1.82), "fitted")


def molecule(nitrogen: str) -> AmberMolecule:
    """Return S-C(-N)-C of an adduct, hydrogens left out."""
    return AmberMolecule(
        name="model",
        form="adduct",
        elements=("C", "N", "C"),
        types=("c3", nitrogen, "c3"),
        charges=np.zeros(3),
        bonds=np.array([[0, 1], [0, 2]]),
        reactive=0,
        side_chain={},
        n_geometries=1,
        spread=0.0,
    )


def terms() -> AmberTerms:
    found = AmberTerms(van_der_waals={"c3": (1.9069, 0.1078, "")})
    found.bonds = {("c3", "ss"): Term((184.74, 1.841)), ("c3", "c3"): Term((228.89, 1.535))}
    found.propers = {("c3", "c3", "ss", "c3"): [Term((0.3, 0.0, 3.0))]}
    return found


def test_only_the_carbon_between_sulphur_and_an_azole_is_refitted() -> None:
    fits = AmberTerms(bonds={(ACETAL, "ss"): FIT})
    acetal, found = refitted(molecule("na"), terms(), fits)
    assert acetal.types == (ACETAL, "na", "c3")
    assert found.bond(("ss", ACETAL)) == FIT
    assert found.bond(("ss", "c3")) == Term((184.74, 1.841))
    assert found.bond((ACETAL, "c3")) == Term((228.89, 1.535))
    assert found.proper(("c3", ACETAL, "ss", "c3")) == [Term((0.3, 0.0, 3.0))]
    amine, same = refitted(molecule("n8"), terms(), fits)
    assert amine.types == ("c3", "n8", "c3")
    assert same.bonds == terms().bonds


def test_no_torsion_of_the_table_is_lost() -> None:
    rows = [line for line in data_text(TERMS_FILE).splitlines() if line.startswith("proper,")]
    assert len(rows) == sum(len(found) for found in shipped_terms().propers.values())
