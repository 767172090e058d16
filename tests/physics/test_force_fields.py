"""One interface: what a force field is asked for, and what comes back."""

from __future__ import annotations

from typing import get_args

import numpy as np
import openmm
import pytest
from physics_cases import capped_cysteine_complex

from workbench.errors import PhysicsError
from workbench.physics.complex import Complex
from workbench.physics.force_fields import FORCE_FIELDS, force_field
from workbench.physics.minimization import PocketMinimiser
from workbench.settings import ForceFieldName, MinimizationSettings


@pytest.fixture(scope="module")
def small() -> Complex:
    return capped_cysteine_complex()


def test_the_settings_name_the_force_fields_that_there_are() -> None:
    assert set(get_args(ForceFieldName)) == set(FORCE_FIELDS)
    with pytest.raises(PhysicsError, match=r"There is no force field 'uff'; use mmff94s or amber"):
        force_field("uff")


def test_a_solvent_that_a_force_field_does_not_know_is_refused(small: Complex) -> None:
    mobile = np.ones(len(small.atoms), bool)
    with pytest.raises(PhysicsError, match="mmff94s has no solvent 'gbn1'; use none or obc2"):
        force_field("mmff94s").build(small, mobile, cutoff_angstrom=None, solvent="gbn1")


def test_the_minimiser_goes_down_in_water_too(small: Complex) -> None:
    settings = MinimizationSettings(solvent="obc2", platform="Reference")
    found = PocketMinimiser([small], settings).minimise(small)
    assert found.converged
    assert found.energy_terms["implicit_solvent"] < -5
    assert sum(found.energy_terms.values()) == pytest.approx(found.energy_kcal_per_mol)
    assert found.energy_kcal_per_mol < found.energy_before_kcal_per_mol
    dry = force_field("mmff94s").build(small, found.mobile, cutoff_angstrom=None, solvent="none")
    names = [force.getName() for force in dry.system.getForces()]
    assert not any(isinstance(force, openmm.GBSAOBCForce) for force in dry.system.getForces())
    assert "implicit_solvent" not in names
