"""Langevin dynamics of a complex in its pocket, by OpenMM's Simulation and its reporters."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openmm
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from openmm import app

from workbench.errors import OutputError, PhysicsError
from workbench.physics.amber_protein import topology_of
from workbench.physics.complex import Assembly, complex_texts, mobile_atoms
from workbench.physics.force_fields import force_field
from workbench.physics.mmff import ANGSTROM_PER_NM
from workbench.physics.mmff_parameters import edges_of
from workbench.physics.platforms import PlatformChoice, choose_platform, short_reason
from workbench.progress import Progress, silent
from workbench.settings import DynamicsSettings

BoolArray = NDArray[np.bool_]

DCD_FILE = "trajectory.dcd"
LOG_FILE = "log.csv"
START_FILE = "start.pdb"
CHECKPOINT_FILE = "checkpoint.chk"
FINGERPRINT_FILE = "fingerprint.txt"

_MOST_REPLICAS = 1000
_LEAST_HEAVY_MASS = 1.0
_DCD_HEADER_BYTES, _DCD_COUNT_AT = 276, 8
_MAY_CHANGE = {"length_ps", "equilibration_ps", "platform", "seed"}
"""Settings that a resumed run may change, and those that the fingerprint holds anyway."""


@dataclass(frozen=True)
class Dynamics:
    """The replicas of one complex.

    Parameters
    ----------
    folders
        By seed; each holds the trajectory, the log, the start as PDB and a checkpoint.
    mobile
        ``(n_atoms,)``: what moved; three degrees of freedom per atom, nothing is constrained.
    """

    folders: dict[int, Path]
    mobile: BoolArray
    platform: tuple[str, ...]


def moving_system(bonded: Assembly, settings: DynamicsSettings) -> tuple[openmm.System, BoolArray]:
    """Return the System of a complex with a frozen shell, and ``(n_atoms,)`` what moves.

    Raises
    ------
    PhysicsError
        When the start is not finite, parameters are missing, or hydrogens are too heavy.
    """
    if not np.isfinite(bonded.coordinates).all():
        raise PhysicsError(f"{bonded.name}: a coordinate of the start is not finite.")
    mobile = mobile_atoms([bonded], settings.mobile_angstrom)
    field = force_field(settings.force_field)
    cutoff = settings.cutoff_angstrom or field.cutoff_angstrom
    built = field.build(bonded, mobile, cutoff_angstrom=cutoff, solvent=settings.solvent)
    if settings.hydrogen_mass_amu is not None:
        _repartition(bonded, built.system, mobile, settings.hydrogen_mass_amu)
    return built.system, mobile


def run(
    bonded: Assembly,
    folder: Path,
    settings: DynamicsSettings,
    *,
    replicas: int = 1,
    jobs: int = 1,
    resume: bool = False,
    progress: Progress = silent,
) -> Dynamics:
    """Run replicas of a minimised complex, in a folder each (``replica_<seed>``).

    A resumed run goes on from its last checkpoint; on the CPU and Reference platforms with one
    thread it gives the same coordinates as one that was not stopped.

    Parameters
    ----------
    replicas
        Runs from the same start with seeds counted up from the settings'.
    jobs
        Replicas at a time, one thread each.

    Raises
    ------
    PhysicsError
        When the System cannot be built, the run breaks down, or the folder holds another run.
    OutputError
        When the folder cannot be written to, or another process writes there.
    """
    if not 1 <= replicas <= _MOST_REPLICAS:
        raise PhysicsError(f"the number of replicas must be 1 to {_MOST_REPLICAS}, not {replicas}.")
    system, mobile = moving_system(bonded, settings)
    choice = choose_platform(settings.platform, None, system, bonded.coordinates)

    def one(seed: int) -> Path:
        own = folder / f"replica_{seed}"
        with _explained(own):
            own.mkdir(parents=True, exist_ok=True)
            with FileLock(own / ".lock", timeout=0):
                _replica(bonded, system, choice, own, settings, seed, resume, progress)
        return own

    seeds = range(settings.seed, settings.seed + replicas)
    # The Reference platform draws all random numbers of a process from one stream.
    with ThreadPoolExecutor(1 if choice.name == "Reference" else max(1, jobs)) as pool:
        folders = dict(zip(seeds, pool.map(one, seeds), strict=True))
    return Dynamics(folders, mobile, choice.report)


def _replica(
    bonded: Assembly,
    system: openmm.System,
    choice: PlatformChoice,
    folder: Path,
    settings: DynamicsSettings,
    seed: int,
    resume: bool,
    progress: Progress,
) -> None:
    integrator = openmm.LangevinMiddleIntegrator(
        settings.temperature_k, settings.friction_per_ps, settings.timestep_fs / 1000
    )
    integrator.setRandomNumberSeed(seed)
    platform = openmm.Platform.getPlatformByName(choice.name)
    try:
        simulation = app.Simulation(
            topology_of(bonded.atoms, edges_of(bonded.mol)),
            system,
            integrator,
            platform,
            choice.properties,
        )
    except openmm.OpenMMException as error:
        raise PhysicsError(
            f"OpenMM's {choice.name} platform refused this system: {short_reason(str(error))}."
        ) from error
    fingerprint = _fingerprint(bonded, system, choice, settings, seed)
    checkpoint = folder / CHECKPOINT_FILE
    going_on = resume and checkpoint.exists()
    done = 0
    if going_on:
        done = _resumed(simulation, folder, fingerprint, settings.steps_per_report)
    else:
        checkpoint.unlink(missing_ok=True)
        (folder / START_FILE).write_text(complex_texts(bonded)[0], encoding="ascii")
        (folder / FINGERPRINT_FILE).write_text(fingerprint, encoding="ascii")
        simulation.context.setPositions(bonded.coordinates / ANGSTROM_PER_NM)
        simulation.context.setVelocitiesToTemperature(settings.temperature_k, seed)
    every = settings.steps_per_report
    simulation.reporters += [
        app.DCDReporter(str(folder / DCD_FILE), every, append=going_on, enforcePeriodicBox=False),
        app.StateDataReporter(
            str(folder / LOG_FILE),
            every,
            step=True,
            time=True,
            potentialEnergy=True,
            kineticEnergy=True,
            temperature=True,
            append=going_on,
        ),
    ]
    for frame in range(done + 1, settings.n_reports + 1):
        try:
            simulation.step(every)
        except (openmm.OpenMMException, ValueError) as error:
            raise PhysicsError(
                f"{bonded.name}: the dynamics broke down at "
                f"{frame * settings.report_interval_ps:g} ps ({short_reason(str(error))}); "
                f"take a time step shorter than {settings.timestep_fs:g} fs."
            ) from error
        # After the frame, and as a whole: a run that is killed loses no finished frame.
        simulation.saveCheckpoint(f"{checkpoint}.tmp")
        os.replace(f"{checkpoint}.tmp", checkpoint)
        progress(f"dynamics, seed {seed}", frame, settings.n_reports)


def _resumed(simulation: app.Simulation, folder: Path, fingerprint: str, every: int) -> int:
    """Load the checkpoint, cut off what was written after it, return the number of frames."""
    if (folder / FINGERPRINT_FILE).read_text(encoding="ascii") != fingerprint:
        raise PhysicsError(
            f"the run in {folder.name} has other settings, another start, platform or version: "
            "choose another folder."
        )
    try:
        simulation.loadCheckpoint(str(folder / CHECKPOINT_FILE))
    except openmm.OpenMMException as error:
        raise PhysicsError(
            f"the checkpoint in {folder.name} is damaged ({short_reason(str(error))}): choose "
            "another folder."
        ) from error
    n_frames = simulation.currentStep // every
    n_atoms = simulation.topology.getNumAtoms()
    size = _DCD_HEADER_BYTES + n_frames * 3 * 4 * (n_atoms + 2)
    dcd, log = folder / DCD_FILE, folder / LOG_FILE
    lines = log.read_text(encoding="ascii").splitlines(keepends=True)
    if dcd.stat().st_size < size or len(lines) <= n_frames:
        raise PhysicsError(
            f"the files in {folder.name} are shorter than their checkpoint says: choose another "
            "folder."
        )
    os.truncate(dcd, size)
    with dcd.open("r+b") as file:
        file.seek(_DCD_COUNT_AT)
        file.write(struct.pack("<i", n_frames))
    log.write_text("".join(lines[: n_frames + 1]), encoding="ascii")
    return int(n_frames)


def _fingerprint(
    bonded: Assembly,
    system: openmm.System,
    choice: PlatformChoice,
    settings: DynamicsSettings,
    seed: int,
) -> str:
    """Hash what a resumed run must share with the one that it goes on with."""
    parts = (
        openmm.XmlSerializer.serialize(system),
        settings.model_dump_json(exclude=_MAY_CHANGE),
        f"{seed} {choice.name} {choice.device} {sorted(choice.properties.items())}",
        openmm.Platform.getOpenMMVersion(),
    )
    return hashlib.sha256(bonded.coordinates.tobytes() + "\n".join(parts).encode()).hexdigest()


def _repartition(
    bonded: Assembly, system: openmm.System, mobile: BoolArray, hydrogen: float
) -> None:
    """Give mobile hydrogens mass from the atoms that bear them (10.1021/ct5010406)."""
    masses = np.array([atom.GetMass() for atom in bonded.mol.GetAtoms()])
    for atom in bonded.mol.GetAtoms():
        if atom.GetAtomicNum() == 1 and mobile[atom.GetIdx()]:
            masses[atom.GetNeighbors()[0].GetIdx()] -= hydrogen - masses[atom.GetIdx()]
            masses[atom.GetIdx()] = hydrogen
    least = float(masses[mobile].min())
    if least < _LEAST_HEAVY_MASS:
        raise PhysicsError(
            f"hydrogens of {hydrogen:g} amu leave an atom of {bonded.name} {least:.1f} amu: ask "
            "for a smaller hydrogen mass."
        )
    for index in np.flatnonzero(mobile).tolist():
        system.setParticleMass(index, masses[index])


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except Timeout as error:
        raise OutputError(
            f"another process writes to {folder.name}: wait for it, or choose another folder."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"the run's files in {folder.name!r} cannot be written or read: {reason}; a run that "
            "was stopped goes on from its last checkpoint with --resume."
        ) from error
