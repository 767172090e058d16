"""Remove one thing at a time from a built System: each must be missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openmm
import pytest

from workbench.errors import PhysicsError
from workbench.physics.audit import audit
from workbench.physics.complex import Complex, mobile_atoms
from workbench.physics.mmff import NONBONDED, ONE_FOUR, build_mmff

ADD = {
    openmm.CustomBondForce: ("Bond", False),
    openmm.CustomAngleForce: ("Angle", False),
    openmm.CustomTorsionForce: ("Torsion", False),
    openmm.CustomCompoundBondForce: ("Bond", True),
}


@pytest.fixture(scope="module")
def built(selinexor: Complex) -> str:
    mobile = mobile_atoms([selinexor], 4.0)
    system = build_mmff(selinexor.mol, mobile=mobile, cutoff_angstrom=10.0).system
    return openmm.XmlSerializer.serialize(system)


def force_of(system: openmm.System, name: str) -> Any:
    return next(f for f in system.getForces() if f.getName() == name)


def terms_of(force: Any) -> list[tuple[tuple[int, ...], list[float]]]:
    kind, compound = ADD[type(force)]
    rows = []
    for index in range(getattr(force, f"getNum{kind}s")()):
        *atoms, values = getattr(force, f"get{kind}Parameters")(index)
        rows.append((tuple(atoms[0] if compound else atoms), list(values)))
    return rows


def drop(name: str, chosen: Callable[[Complex], set[int]]) -> Callable[..., None]:
    """Return a change that leaves one term out: a force is emptied and filled again."""

    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, name)
        rows = terms_of(force)
        gone = next(i for i, (atoms, _) in enumerate(rows) if chosen(bonded) <= set(atoms))
        kind, compound = ADD[type(force)]
        energy = force.getEnergyFunction()
        count = (force.getNumParticlesPerBond(),) if compound else ()
        fresh = type(force)(*count, energy)
        fresh.setName(name)
        for i in range(getattr(force, f"getNumPer{kind}Parameters")()):
            getter = getattr(force, f"getPer{kind}ParameterName")
            getattr(fresh, f"addPer{kind}Parameter")(getter(i))
        for i, (atoms, values) in enumerate(rows):
            if i != gone:
                args = (list(atoms), values) if compound else (*atoms, values)
                getattr(fresh, f"add{kind}")(*args)
        system.removeForce([f.getName() for f in system.getForces()].index(name))
        system.addForce(fresh)

    return change


def weaken(name: str, chosen: Callable[[Complex], set[int]]) -> Callable[..., None]:
    """Return a change that sets every parameter of the matching terms to zero."""

    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, name)
        kind, _ = ADD[type(force)]
        for index, (atoms, values) in enumerate(terms_of(force)):
            if chosen(bonded) <= set(atoms):
                getattr(force, f"set{kind}Parameters")(index, *atoms, [0.0] * len(values))

    return change


def particle(column: str, value: float) -> Callable[..., None]:
    def change(system: openmm.System, bonded: Complex) -> None:
        force = force_of(system, NONBONDED)
        names = [force.getPerParticleParameterName(i) for i in range(6)]
        values = list(force.getParticleParameters(bonded.reactive_carbon))
        values[names.index(column)] = value
        force.setParticleParameters(bonded.reactive_carbon, values)

    return change


def swap_exclusion(system: openmm.System, bonded: Complex) -> None:
    force = force_of(system, NONBONDED)
    pairs = [set(force.getExclusionParticles(i)) for i in range(force.getNumExclusions())]
    index = pairs.index({bonded.sg, bonded.reactive_carbon})
    force.setExclusionParticles(index, bonded.sg, 0)


def no_frozen_neighbours(system: openmm.System, bonded: Complex) -> None:
    force = force_of(system, NONBONDED)
    mobile, _ = force.getInteractionGroupParameters(0)
    force.setInteractionGroupParameters(1, mobile, mobile)


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


def ends(bonded: Complex) -> set[int]:
    return {bonded.ca, bonded.reactive_carbon}


SPOILED = {
    "bond dropped": (drop("bond", tether), r"bond term 528:SG - LIG:C\d+ is missing"),
    "bond without force": (weaken("bond", tether), r"bond 528:SG - LIG:C\d+ has no force"),
    "angle dropped": (drop("angle", across), r"angle term 528:CB - 528:SG - LIG:C\d+ is missing"),
    "angle without force": (weaken("angle", across), r"angle 528:CB - 528:SG - LIG:C\d+ has no"),
    "stretch-bend dropped": (drop("stretch_bend", across), "stretch-bend term 528:CB - 528:SG"),
    "torsion dropped": (drop("torsion", along), "torsion term 528:CA - 528:CB - 528:SG - LIG:C"),
    "free rotor": (weaken("torsion", tether), "no torsion about 528:SG - 528:CB"),
    "out of plane dropped": (drop("out_of_plane", trigonal), "out-of-plane term LIG:"),
    "1-4 pair dropped": (drop(ONE_FOUR, ends), "scaled 1-4 pair 528:CA - LIG:C.* is missing"),
    "exclusion misplaced": (swap_exclusion, "exclusion .*(528:SG)"),
    "no charge": (particle("charge", 0.0), "partial charges sum to"),
    "charge not a number": (particle("charge", float("nan")), "partial charge"),
    "no van der Waals radius": (particle("radius", 0.0), r"LIG:C\d+ has no van der Waals type"),
    "no van der Waals depth": (particle("strength", 0.0), r"LIG:C\d+ has no van der Waals type"),
    "pocket does not touch": (no_frozen_neighbours, "mobile and frozen atoms do not interact"),
    "a whole force gone": (no_torsions, "lacks the force 'torsion'"),
    "a particle too many": (extra_particle, "particles but the complex"),
}


def test_a_whole_system_passes_and_is_counted(built: str, selinexor: Complex) -> None:
    system = openmm.XmlSerializer.deserialize(built)
    report = audit(system, selinexor)
    mobile = mobile_atoms([selinexor], 4.0)
    expected = sum(
        bool(mobile[[b.GetBeginAtomIdx(), b.GetEndAtomIdx()]].any())
        for b in selinexor.mol.GetBonds()
    )
    assert report.counts["bond"] == expected
    assert report.net_charge == sum(a.formal_charge for a in selinexor.atoms)


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED.keys())
def test_what_is_missing_is_named(
    built: str, selinexor: Complex, spoil: Callable[..., None], message: str
) -> None:
    system = openmm.XmlSerializer.deserialize(built)
    spoil(system, selinexor)
    with pytest.raises(PhysicsError, match=message):
        audit(system, selinexor)


def test_every_bond_of_the_adduct_counts(built: str, selinexor: Complex) -> None:
    """Not only the tether: drop each bond of the ligand in turn."""
    ligand = {i for i, a in enumerate(selinexor.atoms) if a.residue_name == "LIG"}
    edges = [
        {b.GetBeginAtomIdx(), b.GetEndAtomIdx()}
        for b in selinexor.mol.GetBonds()
        if b.GetBeginAtomIdx() in ligand or b.GetEndAtomIdx() in ligand
    ]
    # 31 heavy atoms and 12 hydrogens with three rings have 45 bonds, and one is the tether.
    assert len(edges) == 46
    for edge in np.array([sorted(e) for e in edges])[::9].tolist():
        system = openmm.XmlSerializer.deserialize(built)
        drop("bond", lambda _, edge=edge: set(edge))(system, selinexor)
        with pytest.raises(PhysicsError, match=r"bond term .* is missing"):
            audit(system, selinexor)
