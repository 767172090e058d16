"""Where the fitted terms go, and where they do not; what a file says when a term is missing."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.errors import PhysicsError
from workbench.physics.amber_molecules import refitted
from workbench.physics.amber_terms import ACETAL, AmberTerms, Term
from workbench.physics.amber_xml import AmberMolecule, force_field_xml

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
        side_chain=dict.fromkeys(("CB", "HB2", "HB3", "SG"), 0.0),
    )


def terms() -> AmberTerms:
    return AmberTerms(
        {
            ("size", ("c3",)): [Term((0.1078, 1.9069))],
            ("size", ("na",)): [Term((0.2, 1.8))],
            ("bond", ("c3", "ss")): [Term((184.74, 1.841))],
            ("bond", ("c3", "c3")): [Term((228.89, 1.535))],
            ("torsion", ("c3", "c3", "ss", "c3")): [Term((0.3, 0.0, 3.0))],
        }
    )


def test_only_the_carbon_between_sulphur_and_an_azole_is_refitted() -> None:
    fits = AmberTerms({("bond", (ACETAL, "ss")): [FIT]})
    acetal, found = refitted(molecule("na"), terms(), fits)
    assert acetal.types == (ACETAL, "na", "c3")
    assert found.find("bond", ("ss", ACETAL)) == [FIT]
    assert found.find("bond", ("ss", "c3")) == [Term((184.74, 1.841))]
    assert found.find("bond", (ACETAL, "c3")) == [Term((228.89, 1.535))]
    assert found.find("torsion", ("c3", ACETAL, "ss", "c3")) == [Term((0.3, 0.0, 3.0))]
    amine, same = refitted(molecule("n8"), terms(), fits)
    assert amine.types == ("c3", "n8", "c3")
    assert same.find("bond", ("ss", "c3")) == [Term((184.74, 1.841))]


def test_a_fitted_term_replaces_gaff2s_from_either_end() -> None:
    found = terms().overlaid(AmberTerms({("bond", ("ss", "c3")): [FIT]}))
    assert found.find("bond", ("c3", "ss")) == found.find("bond", ("ss", "c3")) == [FIT]


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(PhysicsError, match=r"bond C1 - N1 \(c3-na\) of model"):
        force_field_xml([molecule("na")], terms())
