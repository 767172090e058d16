"""The groove with a crystal reference pose of selinexor bonded in it, made once."""

from __future__ import annotations

import pytest
from physics_cases import reference_bonded

from workbench.physics.assembly import bond
from workbench.physics.complex import Complex
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor


@pytest.fixture(scope="session")
def groove() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="session")
def selinexor(groove: Receptor) -> Complex:
    return bond(groove, reference_bonded(groove, "selinexor", "bS"))


@pytest.fixture(scope="session")
def selinexor_pocket(selinexor: Complex) -> PocketMinimiser:
    return PocketMinimiser([selinexor], threads=1)


@pytest.fixture(scope="session")
def selinexor_minimised(selinexor: Complex, selinexor_pocket: PocketMinimiser) -> MinimisedComplex:
    return selinexor_pocket.minimise(selinexor)
