"""OpenMM's force field for a receptor: hydrogens, pKa values, minimisation of atoms."""

from __future__ import annotations

import io
import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import openmm
from openmm import app, unit

from workbench.errors import ReceptorError
from workbench.settings import PreparationSettings
from workbench.structures.receptor import Atom, FloatArray, Receptor, Residue
from workbench.structures.topology import (
    CAPS,
    STANDARD_RESIDUES,
    WATER,
    assign_topology,
    clashing_residues,
    residue_groups,
)
from workbench.structures.writing import pdb_text

SEED = 528
"""Modeller and PDBFixer start hydrogens and rebuilt atoms from random places."""

WATER_MODEL = "amber14/tip3p.xml"
"""For the hydrogens of waters that are kept."""

FAR_ANGSTROM = 0.5
"""Heavy atoms that move farther than this are told by residue."""

_CUTOFF_NM = 1.0
_read_force_field = cache(app.ForceField)

_DIELECTRIC = 4.0
"""Of a protein's inside (Schutz and Warshel 2001, doi:10.1002/prot.1106)."""

_TOLERANCE_KJ_PER_MOL_NM = 1.0
_SPRING_KCAL_PER_MOL_ANGSTROM2 = 47.8
"""Stiff: it lets colliding atoms give way and holds all else."""

_KJ_PER_MOL_NM2 = 418.4
"""In a kcal/mol/angstrom^2."""

UNCERTAINTY = {"CYS": 3.5, "": 1.0}
"""In pKa units, one standard deviation. PROPKA 3's rmsd is 0.8 for carboxylates and about 1 for
others (Olsson et al. 2011, doi:10.1021/ct100578z); on buried or reactive cysteines it and
methods like it are off by 3 to 4 (Awoonor-Williams and Rowley 2016, doi:10.1021/acs.jctc.6b00631).
"""

_ACIDS = frozenset({"ASP", "GLU", "CYS", "TYR"})
_GROUPS = (*sorted(_ACIDS), "HIS", "LYS", "ARG")

_ATTEMPTS = 6
_TORN_ANGSTROM = 1.6
"""Modeller starts hydrogens in random directions, and now and then one that starts inside another
atom is thrown off its own; the next attempt starts elsewhere. (S-H, the longest bond, is 1.34.)"""

_C_H_ANGSTROM = 1.09


def cpu_platform() -> openmm.Platform:
    """Return the CPU platform, or Reference where a build of OpenMM lacks it."""
    try:
        return openmm.Platform.getPlatformByName("CPU")
    except openmm.OpenMMException:
        return openmm.Platform.getPlatformByName("Reference")


@contextmanager
def repeatable(seed: int = SEED) -> Iterator[openmm.Platform]:
    """Make Modeller and PDBFixer give the same answer each time, on the platform yielded.

    They draw from Python's generator and take the platform's default number of threads, whose
    sums come in no fixed order: both are set, and given back as they were.
    """
    platform = cpu_platform()
    threads = platform.getPropertyDefaultValue("Threads") if _has_threads(platform) else None
    state = random.getstate()
    random.seed(seed)
    if threads is not None:
        platform.setPropertyDefaultValue("Threads", "1")
    try:
        yield platform
    finally:
        random.setstate(state)
        if threads is not None:
            platform.setPropertyDefaultValue("Threads", threads)


def _has_threads(platform: openmm.Platform) -> bool:
    return "Threads" in platform.getPropertyNames()


def unbonded_topology(atoms: Sequence[Atom]) -> app.Topology:
    """Return an OpenMM topology without bonds: a chain ends with its NME cap."""
    topology = app.Topology()
    chain = topology.addChain()
    for group in residue_groups(atoms):
        first = atoms[group[0]]
        residue = topology.addResidue(first.residue_name, chain, str(first.residue_number))
        for index in group:
            element = app.Element.getBySymbol(atoms[index].element)
            topology.addAtom(atoms[index].name, element, residue)
        if first.residue_name in ("NME", WATER) and group[-1] + 1 < len(atoms):
            chain = topology.addChain()
    return topology


def bonded_topology(atoms: Sequence[Atom], coordinates: FloatArray) -> app.Topology:
    """Return the topology with OpenMM's standard bonds, and disulfides by distance."""
    topology = unbonded_topology(atoms)
    topology.createStandardBonds()
    topology.createDisulfideBonds(coordinates * unit.angstrom)
    return topology


def force_field(atoms: Sequence[Atom], settings: PreparationSettings) -> app.ForceField:
    """Return the force field of the settings, with a water model where there are waters.

    Raises
    ------
    ReceptorError
        When OpenMM has no such file.
    """
    wet = any(atom.residue_name == WATER for atom in atoms)
    try:
        return _read_force_field(settings.force_field, *([WATER_MODEL] if wet else []))
    except (ValueError, FileNotFoundError) as error:
        raise ReceptorError(
            f"OpenMM has no force field {settings.force_field!r}: name one that it ships, for "
            "example amber14/protein.ff14SB.xml"
        ) from error


def protonated(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    settings: PreparationSettings,
    *,
    thiol: int | None = None,
) -> tuple[list[Atom], FloatArray]:
    """Return atoms and ``(n_atoms, 3)`` angstrom with the hydrogens that were missing.

    Atoms that are there stay. Protonation states follow the model pKa of each residue type at the
    settings' pH, but the cysteine with the number ``thiol`` keeps its hydrogen; a neutral histidine
    takes the tautomer with the better hydrogen bond.
    """
    topology = bonded_topology(atoms, coordinates)
    variants = _variants(topology, thiol)
    for attempt in range(_ATTEMPTS):
        modeller = app.Modeller(topology, coordinates * unit.angstrom)
        with repeatable(SEED + attempt) as platform:
            modeller.addHydrogens(
                force_field(atoms, settings), pH=settings.ph, variants=variants, platform=platform
            )
        if _longest_hydrogen_bond_angstrom(modeller) < _TORN_ANGSTROM:
            break
    # OpenMM keeps the residues and their order, but calls a chain by a name of its own
    chains = [atoms[group[0]].chain for group in residue_groups(atoms)]
    result = [
        Atom(a.name, a.element.symbol, a.residue.name, int(a.residue.id), chains[a.residue.index])
        for a in modeller.topology.atoms()
    ]
    return result, _righted(modeller)


def _variants(topology: app.Topology, thiol: int | None) -> list[str | None]:
    """Return ``CYS`` for the thiol, and for all other residues the choice left to OpenMM."""
    in_disulfides = {
        atom.residue
        for bond in topology.bonds()
        if bond[0].name == bond[1].name == "SG"
        for atom in bond
    }
    return [
        "CYS"
        if residue.name == "CYS" and residue.id == str(thiol) and residue not in in_disulfides
        else None
        for residue in topology.residues()
    ]


def _positions(modeller: app.Modeller) -> FloatArray:
    return np.array(modeller.positions.value_in_unit(unit.angstrom), dtype=np.float64)


def _longest_hydrogen_bond_angstrom(modeller: app.Modeller) -> float:
    """Return the length of the longest bond to a hydrogen."""
    positions = _positions(modeller)
    lengths = [
        float(np.linalg.norm(positions[one.index] - positions[other.index]))
        for one, other in modeller.topology.bonds()
        if "H" in (one.element.symbol, other.element.symbol)
    ]
    return max(lengths, default=0.0)


def _righted(modeller: app.Modeller) -> FloatArray:
    """Return positions with each lone hydrogen of a carbon on its open side: chirality stays."""
    positions = _positions(modeller)
    bonded: dict[app.topology.Atom, list[app.topology.Atom]] = {}
    for one, other in modeller.topology.bonds():
        bonded.setdefault(one, []).append(other)
        bonded.setdefault(other, []).append(one)
    for atom, neighbours in bonded.items():
        hydrogens = [n.index for n in neighbours if n.element.symbol == "H"]
        heavy = [n.index for n in neighbours if n.element.symbol != "H"]
        if atom.element.symbol != "C" or len(hydrogens) != 1 or len(heavy) != 3:
            continue
        arms = positions[heavy] - positions[atom.index]
        inward = (arms / np.linalg.norm(arms, axis=1, keepdims=True)).sum(axis=0)
        if np.dot(positions[hydrogens[0]] - positions[atom.index], inward) > 0:
            away = -inward / np.linalg.norm(inward)
            positions[hydrogens[0]] = positions[atom.index] + _C_H_ANGSTROM * away
    return positions


def with_titration(
    receptor: Receptor, residues: Sequence[Residue], numbers: Sequence[int], ph: float
) -> Receptor:
    """Return the receptor with the pKa values of its groups.

    ``residues`` are the whole chain as it stands in the entry, without partners, ligands and
    waters, ``numbers`` the receptor's number of each.
    """
    kept = {a.residue_number for a in receptor.atoms if a.residue_name not in CAPS}
    number = receptor.reactive_residue_number
    groups = [g for g in _propka(residues, numbers, ph) if g["residue_number"] in kept]
    own = [group for group in groups if group["residue_number"] == number]
    notes = [
        f"PROPKA: pKa of {g['residue_name']} {number} is {g['pka']:.1f}, uncertain by "
        f"{g['uncertainty']:.1f} (model value {g['model_pka']:.1f})"
        for g in own
    ]
    notes += [
        f"PROPKA: {g['residue_name']} {g['residue_number']} has a pKa of {g['pka']:.1f}, so that "
        f"at pH {ph:g} it may be {'charged' if g['charged_at_ph'] else 'neutral'}; it is drawn "
        "as its model pKa says"
        for g in groups
        if g["charged_at_ph"] != g["charged_by_model"] and g not in own
    ]
    return replace(receptor, titration=tuple(groups), changes=(*receptor.changes, *notes))


def _propka(residues: Sequence[Residue], numbers: Sequence[int], ph: float) -> list[dict[str, Any]]:
    """Return a record of each titratable side chain of the chain."""
    # half a second to import, for an option
    from propka.run import single

    known = [p for p in zip(residues, numbers, strict=True) if p[0].name in STANDARD_RESIDUES]
    text = pdb_text(
        [
            Atom(name, element, residue.name, number, "A")
            for residue, number in known
            for name, element in zip(residue.atom_names, residue.elements, strict=True)
        ],
        np.concatenate([residue.coordinates for residue, _ in known]),
    )
    done = single("chain.pdb", optargs=["--quiet"], stream=io.StringIO(text), write_pka=False)

    def charged(name: str, pka: float) -> bool:
        return ph > pka if name in _ACIDS else ph < pka

    return [
        {
            "residue_name": group.residue_type,
            "residue_number": group.atom.res_num,
            "pka": round(group.pka_value, 2),
            "model_pka": round(group.model_pka, 2),
            "uncertainty": UNCERTAINTY.get(group.residue_type, UNCERTAINTY[""]),
            "charged_at_ph": charged(group.residue_type, group.pka_value),
            "charged_by_model": charged(group.residue_type, group.model_pka),
        }
        for group in done.conformations["AVR"].groups
        if group.residue_type in _GROUPS
    ]


def relaxed(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    settings: PreparationSettings,
    *,
    mobile: Collection[int],
    restrained: Collection[int] = (),
    spring_kcal_per_mol_angstrom2: float = _SPRING_KCAL_PER_MOL_ANGSTROM2,
) -> FloatArray:
    """Return coordinates after a minimisation in which only some atoms move.

    ``mobile`` atoms are free; ``restrained`` ones move against a spring (k/2 x^2) to where they
    are. Coordinates are ``(n_atoms, 3)`` angstrom.
    """
    system = force_field(atoms, settings).createSystem(
        bonded_topology(atoms, coordinates),
        nonbondedMethod=app.CutoffNonPeriodic,
        nonbondedCutoff=_CUTOFF_NM * unit.nanometer,
        constraints=None,
        rigidWater=False,
    )
    _screen(system)
    moving = set(mobile) | set(restrained)
    frozen = [index for index in range(len(atoms)) if index not in moving]
    for index in frozen:
        system.setParticleMass(index, 0.0)
    if restrained:
        system.addForce(_springs(coordinates, restrained, spring_kcal_per_mol_angstrom2))
    platform = cpu_platform()
    # one thread: sums in one order, so that the same input gives the same receptor
    properties = {"Threads": "1"} if _has_threads(platform) else {}
    context = openmm.Context(system, openmm.VerletIntegrator(0.001), platform, properties)
    context.setPositions(coordinates * 0.1)
    openmm.LocalEnergyMinimizer.minimize(context, _TOLERANCE_KJ_PER_MOL_NM, 2000)
    state = context.getState(getPositions=True)
    result = np.array(state.getPositions(asNumpy=True).value_in_unit(unit.angstrom))
    if not np.all(np.isfinite(result)):
        raise ReceptorError("the minimisation of the receptor's hydrogens diverged")
    # frozen atoms come back through single precision: give them their own digits
    result[frozen] = coordinates[frozen]
    return result


def relaxed_apart(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    settings: PreparationSettings,
    free: Collection[int],
    beside: Collection[int] = (),
) -> tuple[FloatArray, list[str]]:
    """Return coordinates after a minimisation of free atoms, and lines on what else gave way.

    Modelled residues and those ``beside`` them, then residues that collide, move on springs.
    """
    words = "modelled residues and those beside them"
    first = relaxed(atoms, coordinates, settings, mobile=free, restrained=beside)
    clashing = clashing_residues(atoms, first, assign_topology(atoms, first)[1])
    held = {
        index
        for index, atom in enumerate(atoms)
        if (atom.residue_number, atom.residue_name) in clashing and index not in free
    }
    if not held:
        return first, _shifted(words, coordinates, first, beside)
    both = sorted(held | set(beside))
    second = relaxed(atoms, first, settings, mobile=free, restrained=both)
    notes = _shifted(words, coordinates, second, set(beside) - held)
    return second, notes + _shifted(f"colliding residues ({named(clashing)})", first, second, held)


def _shifted(what: str, before: FloatArray, after: FloatArray, atoms: Collection[int]) -> list[str]:
    """Return a line on how far some atoms moved on their springs."""
    if not atoms:
        return []
    farthest = float(np.linalg.norm((after - before)[sorted(atoms)], axis=1).max())
    return [f"{what} were relaxed on springs: at most {farthest:.2f} angstrom"]


def named(residues: Collection[tuple[int, str]]) -> str:
    """Return numbers and names of residues as words: ``LYS 568, GLU 571``."""
    return ", ".join(f"{name} {number}" for number, name in sorted(residues))


def _screen(system: openmm.System) -> None:
    """Divide charge products by a dielectric: else charged side chains fold on one another."""
    scale = 1.0 / np.sqrt(_DIELECTRIC)
    (force,) = (f for f in system.getForces() if isinstance(f, openmm.NonbondedForce))
    for index in range(force.getNumParticles()):
        charge, sigma, epsilon = force.getParticleParameters(index)
        force.setParticleParameters(index, charge * scale, sigma, epsilon)
    for index in range(force.getNumExceptions()):
        i, j, *quantities = force.getExceptionParameters(index)
        # plain numbers, in OpenMM's own units: tens of thousands of quantities take seconds
        product, sigma, epsilon = (quantity._value for quantity in quantities)
        force.setExceptionParameters(index, i, j, product / _DIELECTRIC, sigma, epsilon)


def _springs(
    coordinates: FloatArray, restrained: Collection[int], spring: float
) -> openmm.CustomExternalForce:
    force = openmm.CustomExternalForce("0.5*k*((x-x0)^2+(y-y0)^2+(z-z0)^2)")
    force.addGlobalParameter("k", spring * _KJ_PER_MOL_NM2)
    for name in ("x0", "y0", "z0"):
        force.addPerParticleParameter(name)
    for index in restrained:
        force.addParticle(index, (coordinates[index] * 0.1).tolist())
    return force


def relaxed_receptor(receptor: Receptor, settings: PreparationSettings | None = None) -> Receptor:
    """Return the receptor after a minimisation of all its atoms, heavy ones on springs.

    ``changes`` tell how far they went.
    """
    settings = settings or PreparationSettings()
    spring = settings.relax_spring_kcal_per_mol_angstrom2
    atoms = receptor.atoms
    heavy = [i for i, atom in enumerate(atoms) if atom.element != "H"]
    coordinates = relaxed(
        atoms,
        receptor.coordinates,
        settings,
        mobile=[i for i, atom in enumerate(atoms) if atom.element == "H"],
        restrained=heavy,
        spring_kcal_per_mol_angstrom2=spring,
    )
    ways = np.linalg.norm(coordinates[heavy] - receptor.coordinates[heavy], axis=1)
    farthest = atoms[heavy[int(ways.argmax())]]
    far = [atoms[heavy[k]] for k in np.flatnonzero(ways > FAR_ANGSTROM).tolist()]
    residues = dict.fromkeys(f"{atom.residue_name} {atom.residue_number}" for atom in far)
    note = (
        f"all atoms were relaxed with {settings.force_field}, heavy atoms on springs of "
        f"{spring:g} kcal/mol/angstrom^2: {np.sqrt((ways**2).mean()):.2f} angstrom rms, at most "
        f"{ways.max():.2f} ({farthest.name} of {farthest.residue_name} "
        f"{farthest.residue_number}); {len(far) or 'no'} heavy atom{'' if len(far) == 1 else 's'} "
        f"moved by more than {FAR_ANGSTROM:g} angstrom{': ' if far else ''}{', '.join(residues)}"
    )
    return replace(
        receptor.with_coordinates(coordinates),
        changes=(*receptor.changes, note),
        provenance=receptor.provenance | {"relaxed": note},
    )
