"""Completing a fragment with OpenMM: missing heavy atoms, hydrogens, their minimisation."""

from __future__ import annotations

import io
import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import openmm
from openmm import app, unit
from pdbfixer import PDBFixer

from workbench.errors import ReceptorError
from workbench.settings import PreparationSettings
from workbench.structures.fragment import FragmentResidue, Segment, fragment_atoms
from workbench.structures.receptor import Atom, FloatArray
from workbench.structures.topology import WATER, residue_groups

SEED = 528
"""Modeller and PDBFixer start hydrogens and rebuilt atoms from random places."""

_ATTEMPTS = 6
_TORN_ANGSTROM = 1.6
"""Modeller starts hydrogens in random directions, and now and then one is thrown off its atom by
what it starts in; the next attempt starts elsewhere. (S-H, the longest bond, is 1.34.)"""

_C_H_ANGSTROM = 1.09

WATER_MODEL = "amber14/tip3p.xml"
"""For the hydrogens of waters that are kept."""

_CUTOFF_NM = 1.0
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


def completed(segments: Sequence[Segment]) -> tuple[list[Segment], list[str]]:
    """Return the segments with missing heavy atoms built by PDBFixer, and a note for each."""
    if not any(residue.missing for segment in segments for residue in segment):
        return list(segments), []
    atoms, coordinates = fragment_atoms(segments, "A")
    text = io.StringIO()
    app.PDBFile.writeFile(_topology_of(atoms), coordinates * unit.angstrom, text)
    with _repeatable() as platform:
        fixer = PDBFixer(pdbfile=io.StringIO(text.getvalue()), platform=platform)
        fixer.missingResidues = {}
        fixer.findMissingAtoms()
        fixer.missingTerminals = {}
        fixer.addMissingAtoms(seed=SEED)
    built = np.array(fixer.positions.value_in_unit(unit.angstrom), dtype=np.float64)
    found = iter(list(fixer.topology.residues()))
    notes: list[str] = []
    result: list[Segment] = []
    for segment in segments:
        residues = []
        for residue in segment:
            added = {atom.name: built[atom.index] for atom in next(found).atoms()}
            residues.append(_filled(residue, added))
            if residue.missing:
                names = " ".join(residue.missing)
                notes.append(f"{residue.name} {residue.number} lacked {names}: built")
        result.append(tuple(residues))
    return result, notes


def _filled(residue: FragmentResidue, built: dict[str, FloatArray]) -> FragmentResidue:
    absent = [name for name in residue.missing if name not in built]
    if absent:
        raise ReceptorError(
            f"{residue.name} {residue.number} lacks {' '.join(absent)}, which could not be built"
        )
    if not residue.missing:
        return residue
    new = np.array([built[name] for name in residue.missing])
    return replace(
        residue,
        atom_names=(*residue.atom_names, *residue.missing),
        coordinates=np.concatenate([residue.coordinates, new]),
    )


def protonated(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    settings: PreparationSettings,
    *,
    thiol: int | None = None,
) -> tuple[list[Atom], FloatArray]:
    """Return atoms and ``(n_atoms, 3)`` angstrom with the hydrogens that were missing.

    Atoms that are there stay where they are. Protonation states follow the model pKa of each
    residue type at the settings' pH; a neutral histidine takes the tautomer with the better
    hydrogen bond.

    Parameters
    ----------
    thiol
        Number of the cysteine that keeps its hydrogen at any pH, since an adduct is built on it.
    """
    topology = _bonded_topology(atoms, coordinates)
    variants = _variants(topology, thiol)
    for attempt in range(_ATTEMPTS):
        modeller = app.Modeller(topology, coordinates * unit.angstrom)
        with _repeatable(SEED + attempt) as platform:
            modeller.addHydrogens(
                _force_field(atoms, settings), pH=settings.ph, variants=variants, platform=platform
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


def _righted(modeller: app.Modeller) -> FloatArray:
    """Return ``(n_atoms, 3)`` angstrom with each lone hydrogen of a carbon on its open side.

    Started in a random direction, one may come to rest between the carbon's three other
    neighbours; where those are free to move, the carbon would turn over and lose its chirality.
    """
    positions = np.array(modeller.positions.value_in_unit(unit.angstrom), dtype=np.float64)
    bonded: dict[app.topology.Atom, list[app.topology.Atom]] = {}
    for bond in modeller.topology.bonds():
        bonded.setdefault(bond[0], []).append(bond[1])
        bonded.setdefault(bond[1], []).append(bond[0])
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


def _longest_hydrogen_bond_angstrom(modeller: app.Modeller) -> float:
    """Return the length of the longest bond to a hydrogen."""
    positions = np.array(modeller.positions.value_in_unit(unit.angstrom), dtype=np.float64)
    pairs = [
        (bond[0].index, bond[1].index)
        for bond in modeller.topology.bonds()
        if "H" in (bond[0].element.symbol, bond[1].element.symbol)
    ]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    lengths = np.linalg.norm(positions[ends[:, 0]] - positions[ends[:, 1]], axis=1)
    return float(lengths.max(initial=0.0))


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
    topology = _bonded_topology(atoms, coordinates)
    system = _force_field(atoms, settings).createSystem(
        topology,
        nonbondedMethod=app.CutoffNonPeriodic,
        nonbondedCutoff=_CUTOFF_NM * unit.nanometer,
        constraints=None,
        rigidWater=False,
    )
    _screen(system)
    moving = set(mobile) | set(restrained)
    for index in range(len(atoms)):
        if index not in moving:
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
    frozen = [index for index in range(len(atoms)) if index not in moving]
    result[frozen] = coordinates[frozen]
    return result


def _screen(system: openmm.System) -> None:
    """Divide all charge products by the dielectric constant of a protein's inside.

    Without it a charged side chain folds onto the nearest opposite charge.
    """
    scale = 1.0 / np.sqrt(_DIELECTRIC)
    (force,) = (f for f in system.getForces() if isinstance(f, openmm.NonbondedForce))
    for index in range(force.getNumParticles()):
        charge, sigma, epsilon = force.getParticleParameters(index)
        force.setParticleParameters(index, charge * scale, sigma, epsilon)
    for index in range(force.getNumExceptions()):
        i, j, product, sigma, epsilon = force.getExceptionParameters(index)
        force.setExceptionParameters(index, i, j, product / _DIELECTRIC, sigma, epsilon)


def _force_field(atoms: Sequence[Atom], settings: PreparationSettings) -> app.ForceField:
    """Return the force field of the settings, with a water model where there are waters.

    Raises
    ------
    ReceptorError
        When OpenMM has no such file.
    """
    wet = any(atom.residue_name == WATER for atom in atoms)
    try:
        return app.ForceField(settings.force_field, *([WATER_MODEL] if wet else []))
    except (ValueError, FileNotFoundError) as error:
        raise ReceptorError(
            f"OpenMM has no force field {settings.force_field!r}: name one that it ships, for "
            "example amber14/protein.ff14SB.xml"
        ) from error


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


def _topology_of(atoms: Sequence[Atom]) -> app.Topology:
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


def _bonded_topology(atoms: Sequence[Atom], coordinates: FloatArray) -> app.Topology:
    topology = _topology_of(atoms)
    topology.createStandardBonds()
    topology.createDisulfideBonds(coordinates * unit.angstrom)
    return topology


@contextmanager
def _repeatable(seed: int = SEED) -> Iterator[openmm.Platform]:
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
