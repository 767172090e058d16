"""Remove one thing at a time from a built Amber System: each must be missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openmm
import pytest
from physics_cases import capped_cysteine_complex

from workbench.errors import PhysicsError
from workbench.physics.audit import amber_audit
from workbench.physics.complex import Complex
from workbench.physics.force_fields import force_field


@pytest.fixture(scope="module")
def bonded() -> Complex:
    return capped_cysteine_complex("selinexor")


@pytest.fixture(scope="module")
def built(bonded: Complex) -> str:
    everything = np.ones(len(bonded.atoms), bool)
    field = force_field("amber")
    made = field.build(bonded, everything, cutoff_angstrom=None, solvent="none")
    return openmm.XmlSerializer.serialize(made.system)


KINDS = {"bond": ("Bond", 2), "angle": ("Angle", 3), "torsion": ("Torsion", 4)}


def force_of(system: openmm.System, name: str) -> Any:
    return next(f for f in system.getForces() if f.getName() == name)


def terms_of(force: Any, name: str) -> list[list[Any]]:
    kind, _ = KINDS[name]
    count = getattr(force, f"getNum{kind}s")()
    return [getattr(force, f"get{kind}Parameters")(i) for i in range(count)]


def drop(name: str, atoms: Callable[[Complex], set[int]]) -> Any:
    """Return a change that leaves out every term on exactly these atoms."""

    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, name)
        kind, size = KINDS[name]
        fresh = type(force)()
        fresh.setName(name)
        gone = 0
        for row in terms_of(force, name):
            if set(row[:size]) == atoms(bonded):
                gone += 1
            else:
                getattr(fresh, f"add{kind}")(*row)
        assert gone
        system.removeForce([f.getName() for f in system.getForces()].index(name))
        system.addForce(fresh)

    return change


def weaken(name: str, atoms: Callable[[Complex], set[int]]) -> Any:
    """Return a change that sets the force constant of terms that hold these atoms to zero."""

    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, name)
        kind, size = KINDS[name]
        for index, row in enumerate(terms_of(force, name)):
            if atoms(bonded) <= set(row[:size]):
                getattr(force, f"set{kind}Parameters")(index, *row[:-1], 0.0)

    return change


def charge(change_by: float) -> Any:
    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, "nonbonded")
        scale, atom, value, _, _ = force.getParticleParameterOffset(bonded.reactive_carbon)
        assert atom == bonded.reactive_carbon
        new = value + change_by
        force.setParticleParameterOffset(bonded.reactive_carbon, scale, atom, new, 0, 0)

    return change


def no_depth(system: openmm.System, bonded: Complex) -> None:
    force = force_of(system, "nonbonded")
    _, sigma, _ = force.getParticleParameters(bonded.reactive_carbon)
    force.setParticleParameters(bonded.reactive_carbon, 0.0, sigma, 0.0)


def exception_of(force: Any, pair: set[int]) -> int:
    for index in range(force.getNumExceptions()):
        if set(force.getExceptionParameters(index)[:2]) == pair:
            return index
    raise AssertionError(pair)


def unscaled(system: openmm.System, bonded: Complex) -> None:
    """Give a 1-4 pair of the tether its van der Waals depth whole."""
    force = force_of(system, "nonbonded")
    index = exception_of(force, {bonded.ca, bonded.reactive_carbon})
    first, second, product, sigma, epsilon = force.getExceptionParameters(index)
    force.setExceptionParameters(index, first, second, product, sigma, 2 * epsilon)


def not_excluded(system: openmm.System, bonded: Complex) -> None:
    force = force_of(system, "nonbonded")
    index = exception_of(force, {bonded.sg, bonded.reactive_carbon})
    force.setExceptionParameters(index, bonded.sg, bonded.reactive_carbon, 0.0, 0.3, 0.1)


def excluded_14(system: openmm.System, bonded: Complex) -> None:
    force = force_of(system, "nonbonded")
    index = exception_of(force, {bonded.ca, bonded.reactive_carbon})
    first, second, _, sigma, _ = force.getExceptionParameters(index)
    force.setExceptionParameters(index, first, second, 0.0, sigma, 0.0)
    for offset in range(force.getNumExceptionParameterOffsets()):
        scale, exception, *_ = force.getExceptionParameterOffset(offset)
        if exception == index:
            force.setExceptionParameterOffset(offset, scale, index, 0.0, 0.0, 0.0)


def no_torsions(system: openmm.System, bonded: Complex) -> None:
    system.removeForce([f.getName() for f in system.getForces()].index("torsion"))


def extra_particle(system: openmm.System, bonded: Complex) -> None:
    system.addParticle(1.0)


def tether(bonded: Complex) -> set[int]:
    return {bonded.sg, bonded.reactive_carbon}


def across(bonded: Complex) -> set[int]:
    return {bonded.cb, bonded.sg, bonded.reactive_carbon}


def along(bonded: Complex) -> set[int]:
    return {bonded.ca, bonded.cb, bonded.sg, bonded.reactive_carbon}


def trigonal(bonded: Complex) -> set[int]:
    carbon = bonded.mol.GetAtomWithIdx(bonded.reactive_carbon)
    nitrogen = next(n for n in carbon.GetNeighbors() if n.GetSymbol() == "N")
    return {nitrogen.GetIdx(), *(n.GetIdx() for n in nitrogen.GetNeighbors())}


SPOILED = {
    "bond dropped": (drop("bond", tether), r"bond term 528:SG - LIG:C\d+ is missing"),
    "bond without force": (weaken("bond", tether), r"bond 528:SG - LIG:C\d+ has no force"),
    "angle dropped": (drop("angle", across), r"angle term 528:CB - 528:SG - LIG:C\d+ is missing"),
    "angle without force": (weaken("angle", across), r"angle 528:CB - 528:SG - LIG:C\d+ has no"),
    "torsion dropped": (drop("torsion", along), "torsion term 528:CA - 528:CB - 528:SG - LIG:C"),
    "free rotor": (weaken("torsion", tether), "no torsion about 528:SG - 528:CB"),
    "improper dropped": (drop("torsion", trigonal), "improper torsion about LIG:N"),
    "improper without force": (weaken("torsion", trigonal), "improper torsion about LIG:N"),
    "charge off": (charge(0.05), "partial charges sum to 0.05"),
    "charge not a number": (charge(float("nan")), r"LIG:C\d+ has no partial charge"),
    "no van der Waals depth": (no_depth, r"LIG:C\d+ has no van der Waals type"),
    "1-4 pair unscaled": (unscaled, "1-4 pair 528:CA - LIG:C.* is scaled wrongly"),
    "1-4 pair excluded": (excluded_14, "exclusion 528:CA - LIG:C.* does not belong"),
    "bonded pair interacts": (not_excluded, "1-4 pair 528:SG - LIG:C.* is scaled wrongly"),
    "a whole force gone": (no_torsions, "lacks the force 'torsion'"),
    "a particle too many": (extra_particle, "particles but the complex"),
}


def test_a_whole_system_passes_and_is_counted(built: str, bonded: Complex) -> None:
    report = amber_audit(openmm.XmlSerializer.deserialize(built), bonded)
    assert report.counts["bond"] == bonded.mol.GetNumBonds()
    # Selinexor's trigonal atoms with three neighbours: one carbonyl, 5 of the triazole (less the
    # two bare nitrogens), 6 of the phenyl, 4 of the pyrazine (less two), 2 of the hydrazide.
    assert report.counts["improper"] == 1 + 3 + 6 + 4 + 2
    assert report.net_charge == 0


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED.keys())
def test_what_is_missing_is_named(
    built: str, bonded: Complex, spoil: Callable[..., None], message: str
) -> None:
    system = openmm.XmlSerializer.deserialize(built)
    spoil(system, bonded)
    with pytest.raises(PhysicsError, match=message):
        amber_audit(system, bonded)
