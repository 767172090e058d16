"""OpenMM's force field for a receptor: topologies, and minimisation of some or all atoms."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import numpy as np
import openmm
from openmm import app, unit

from workbench.errors import ReceptorError
from workbench.settings import PreparationSettings
from workbench.structures.receptor import Atom, FloatArray, Receptor
from workbench.structures.topology import WATER, residue_groups

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


def cpu_platform() -> openmm.Platform:
    """Return the CPU platform, or Reference where a build of OpenMM lacks it."""
    names = [
        openmm.Platform.getPlatform(i).getName() for i in range(openmm.Platform.getNumPlatforms())
    ]
    return openmm.Platform.getPlatformByName("CPU" if "CPU" in names else "Reference")


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

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    mobile
        Indices of atoms that move freely.
    restrained
        Atoms that move against a spring to where they are.
    spring_kcal_per_mol_angstrom2
        Its constant k, for an energy of k/2 x^2.
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
