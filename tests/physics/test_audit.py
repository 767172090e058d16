"""Change one thing at a time in a built System: each must be missed, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import openmm
import pytest

from workbench.errors import PhysicsError
from workbench.physics.audit import audit
from workbench.physics.complex import Complex, mobile_atoms
from workbench.physics.mmff import ONE_FOUR, build_mmff

Element = ElementTree.Element
Change = Callable[[Element, Complex], None]
Atoms = Callable[[Complex], set[int]]


@pytest.fixture(scope="module")
def mmff(selinexor: Complex) -> str:
    mobile = mobile_atoms([selinexor], 4.0)
    system = build_mmff(selinexor.mol, mobile=mobile, cutoff_angstrom=10.0).system
    return openmm.XmlSerializer.serialize(system)


def force_of(system: Element, name: str) -> Element:
    return next(f for f in system.iter("Force") if f.get("name") == name)


def terms(force: Element, atoms: set[int]) -> Iterator[tuple[Element, Element]]:
    """Yield each term that holds these atoms, with the element that holds it."""
    for rows in force:
        for row in list(rows):
            mine = {int(v) for k, v in row.attrib.items() if k.strip("p").isdigit() and k[0] == "p"}
            if atoms <= mine:
                yield rows, row


def drop(name: str, atoms: Atoms) -> Change:
    """Leave out the terms that hold these atoms."""

    def change(system: Element, bonded: Complex) -> None:
        found = list(terms(force_of(system, name), atoms(bonded)))
        assert found
        for rows, row in found:
            rows.remove(row)

    return change


def put(name: str, atoms: Atoms, **values: float) -> Change:
    """Set values of the terms that hold these atoms; every parameter when none is named."""

    def change(system: Element, bonded: Complex) -> None:
        for _, row in terms(force_of(system, name), atoms(bonded)):
            for key in values or [k for k in row.attrib if k.startswith("param")]:
                row.set(key, str(values.get(key, 0.0)))

    return change


def particle(name: str, key: str, value: float, rows: str = "Particles") -> Change:
    """Set one value of the attacked carbon."""

    def change(system: Element, bonded: Complex) -> None:
        force_of(system, name).find(rows)[bonded.reactive_carbon].set(key, str(value))

    return change


def column(name: str) -> str:
    names = ("charge", "radius", "strength", "spread", "donor", "acceptor")
    return f"param{names.index(name) + 1}"


def frozen_neighbours_gone(system: Element, bonded: Complex) -> None:
    first, second = force_of(system, "nonbonded").find("InteractionGroups")
    second.remove(second.find("Set2"))
    second.append(first.find("Set2"))


def no_torsions(system: Element, bonded: Complex) -> None:
    system.find("Forces").remove(force_of(system, "torsion"))


def extra_particle(system: Element, bonded: Complex) -> None:
    ElementTree.SubElement(system.find("Particles"), "Particle", mass="1")


def tether(bonded: Complex) -> set[int]:
    return {bonded.sg, bonded.reactive_carbon}


def across(bonded: Complex) -> set[int]:
    return tether(bonded) | {bonded.cb}


def along(bonded: Complex) -> set[int]:
    return across(bonded) | {bonded.ca}


def ends(bonded: Complex) -> set[int]:
    return {bonded.ca, bonded.reactive_carbon}


def trigonal(bonded: Complex) -> set[int]:
    carbon = bonded.mol.GetAtomWithIdx(bonded.reactive_carbon)
    nitrogen = next(n for n in carbon.GetNeighbors() if n.GetSymbol() == "N")
    return {nitrogen.GetIdx(), *(n.GetIdx() for n in nitrogen.GetNeighbors())}


MMFF = {
    "bond dropped": (drop("bond", tether), r"bond term 528:SG - LIG:C\d+ is missing"),
    "angle dropped": (drop("angle", across), r"angle term 528:CB - 528:SG - LIG:C\d+ is missing"),
    "torsion dropped": (drop("torsion", along), "torsion term 528:CA - 528:CB - 528:SG - LIG:C"),
    "a whole force gone": (no_torsions, "lacks the force 'torsion'"),
    "a particle too many": (extra_particle, "particles but the complex"),
    "bond without force": (put("bond", tether), r"bond 528:SG - LIG:C\d+ has no force"),
    "angle without force": (put("angle", across), r"angle 528:CB - 528:SG - LIG:C\d+ has no"),
    "stretch-bend dropped": (drop("stretch_bend", across), "stretch-bend term 528:CB - 528:SG"),
    "free rotor": (put("torsion", tether), "no torsion about 528:SG - 528:CB"),
    "out of plane dropped": (drop("out_of_plane", trigonal), "out-of-plane term LIG:"),
    "1-4 pair dropped": (drop(ONE_FOUR, ends), "scaled 1-4 pair 528:CA - LIG:C.* is missing"),
    "exclusion dropped": (drop("nonbonded", tether), "exclusion .*(528:SG)"),
    "no charge": (particle("nonbonded", column("charge"), 0.0), "partial charges sum to"),
    "charge not a number": (
        particle("nonbonded", column("charge"), float("nan")), "partial charge"),
    "no radius": (particle("nonbonded", column("radius"), 0.0), "has no van der Waals type"),
    "no depth": (particle("nonbonded", column("strength"), 0.0), "has no van der Waals type"),
    "pocket does not touch": (frozen_neighbours_gone, "mobile and frozen atoms do not interact"),
}  # fmt: skip


def changed(built: str, bonded: Complex, change: Change) -> openmm.System:
    system = ElementTree.fromstring(built)
    change(system, bonded)
    return openmm.XmlSerializer.deserialize(ElementTree.tostring(system, encoding="unicode"))


@pytest.mark.parametrize(("change", "message"), MMFF.values(), ids=MMFF.keys())
def test_what_mmff_lacks_is_named(
    mmff: str, selinexor: Complex, change: Change, message: str
) -> None:
    with pytest.raises(PhysicsError, match=message):
        audit(changed(mmff, selinexor, change), selinexor)


def test_a_whole_system_passes(mmff: str, selinexor: Complex) -> None:
    audit(openmm.XmlSerializer.deserialize(mmff), selinexor)
