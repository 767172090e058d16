"""A box of water round a bonded complex."""

from __future__ import annotations

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, context_of

from workbench.errors import PhysicsError
from workbench.physics.amber_water import in_water
from workbench.physics.complex import Complex
from workbench.physics.force_fields import force_field


@pytest.fixture(scope="module")
def small() -> Complex:
    return capped_cysteine_complex("selinexor")


@pytest.fixture(scope="module")
def wet(small: Complex) -> Complex:
    return in_water(small, padding_angstrom=7.0, ionic_strength_molar=0.3)


def test_the_complex_is_where_it_was(small: Complex, wet: Complex) -> None:
    n = len(small.atoms)
    assert wet.atoms[:n] == small.atoms
    np.testing.assert_allclose(wet.coordinates[:n], small.coordinates, atol=1e-4)


def test_the_box_holds_water_at_its_density(small: Complex, wet: Complex) -> None:
    """0.0334 molecules per cubic angstrom; the complex of 65 atoms takes the place of some."""
    waters = sum(atom.name == "O" for atom in wet.atoms[len(small.atoms) :])
    assert wet.box_angstrom is not None
    volume = float(np.prod(wet.box_angstrom))
    assert 0.024 < waters / volume < 0.0334
    assert sum(atom.formal_charge for atom in wet.atoms) == 0
    ions = [a.element for a in wet.atoms if a.element in ("Na", "Cl")]
    assert ions.count("Na") == ions.count("Cl") > 0


def test_no_water_lies_in_the_ligand(small: Complex, wet: Complex) -> None:
    n = len(small.atoms)
    apart = np.linalg.norm(wet.coordinates[:n, None] - wet.coordinates[None, n:], axis=2)
    assert apart.min() > 1.4


def test_the_system_passes_its_audit_and_is_periodic(wet: Complex) -> None:
    field = force_field("amber")
    built = field.build(wet, np.ones(len(wet.atoms), bool), cutoff_angstrom=8.0)
    assert built.solvent == "tip3pfb"
    assert built.system.usesPeriodicBoundaryConditions()
    assert built.audit.net_charge == 0
    per_water = field.energy_by_term(context_of(built.system, wet.coordinates))["electrostatic"]
    # Cohesion of liquid water, about -10 kcal/mol per molecule, is electrostatic for the most part.
    assert per_water / sum(a.element == "O" for a in wet.atoms) < -3


def test_what_does_not_go_together_is_refused(wet: Complex) -> None:
    everything = np.ones(len(wet.atoms), bool)
    with pytest.raises(PhysicsError, match="mmff94s knows no explicit water"):
        force_field("mmff94s").build(wet, everything, cutoff_angstrom=8.0)
    with pytest.raises(PhysicsError, match="takes no solvent 'obc2'"):
        force_field("amber").build(wet, everything, cutoff_angstrom=8.0, solvent="obc2")
    with pytest.raises(PhysicsError, match="in a box of water already"):
        in_water(wet)
