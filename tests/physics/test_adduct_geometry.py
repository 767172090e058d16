"""Bonds and angles of the tether after minimising in the groove, in both force fields."""

from __future__ import annotations

import numpy as np
import pytest
from physics_cases import angle_degree

from workbench.physics.complex import Complex
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.physics.strain import StrainReference
from workbench.settings import MinimizationSettings

# M06-2X/def2-SVP of 1-(1-methylthioethyl)-1,2,4-triazole, by scripts/fit_amber_terms.py.
DFT_CARBON_NITROGEN_ANGSTROM = 1.452


@pytest.fixture(scope="module")
def selinexor_amber(selinexor: Complex) -> MinimisedComplex[Complex]:
    settings = MinimizationSettings(force_field="amber")
    return PocketMinimiser([selinexor], settings, threads=1).minimise(selinexor)


@pytest.mark.parametrize("name", ["selinexor_minimised", "selinexor_amber"])
def test_the_tether_has_the_shape_of_a_thioether(name: str, request: pytest.FixtureRequest) -> None:
    found: MinimisedComplex[Complex] = request.getfixturevalue(name)
    bonded = found.bonded
    assert found.converged
    assert found.rms_gradient_kcal_per_mol_angstrom <= 0.3
    assert not found.problems
    points = bonded.coordinates
    carbon = bonded.mol.GetAtomWithIdx(bonded.reactive_carbon)
    nitrogen = next(n.GetIdx() for n in carbon.GetNeighbors() if n.GetSymbol() == "N")
    tether = np.linalg.norm(points[bonded.sg] - points[bonded.reactive_carbon])
    beside = np.linalg.norm(points[nitrogen] - points[bonded.reactive_carbon])
    assert 1.80 <= tether <= 1.85
    assert 98 <= angle_degree(bonded, bonded.cb, bonded.sg, bonded.reactive_carbon) <= 109
    assert beside == pytest.approx(DFT_CARBON_NITROGEN_ANGSTROM, abs=0.02)


def test_two_force_fields_leave_the_drug_in_one_place(
    selinexor_minimised: MinimisedComplex[Complex], selinexor_amber: MinimisedComplex[Complex]
) -> None:
    """A wrong term or charge would take the drug elsewhere; 0.6 angstrom is what they differ."""
    heavy = selinexor_amber.bonded.drug_atoms
    first, second = (
        one.bonded.coordinates[heavy] for one in (selinexor_minimised, selinexor_amber)
    )
    assert np.sqrt(((first - second) ** 2).sum(axis=1).mean()) < 1.0


def test_the_strain_of_an_amber_pose_is_ambers(selinexor_amber: MinimisedComplex[Complex]) -> None:
    """Bond lengths of one force field cost much in another."""
    bonded = selinexor_amber.bonded
    own = StrainReference(bonded.adduct, n_conformers=4, n_hops=10, field="amber").strain(bonded)
    other = StrainReference(bonded.adduct, n_conformers=4, n_hops=10).strain(bonded)
    assert 0 < own < other
