"""Langevin dynamics of a complex in its pocket, by OpenMM's Simulation and its reporters."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openmm
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from openmm import app

from workbench.errors import OutputError, PhysicsError
from workbench.physics.assembly import topology_of
from workbench.physics.complex import Assembly, complex_texts, mobile_atoms
from workbench.physics.force_fields import force_field
from workbench.physics.mmff import ANGSTROM_PER_NM
from workbench.physics.mmff_parameters import edges_of
from workbench.physics.platforms import PlatformChoice, short_reason
from workbench.progress import Progress, silent
from workbench.settings import FRAME_PS

BoolArray = NDArray[np.bool_]

DCD_FILE = "trajectory.dcd"
LOG_FILE = "log.csv"
CHECKPOINT_FILE = "checkpoint.chk"
FINGERPRINT_FILE = "fingerprint.txt"

_DCD_HEADER_BYTES, _DCD_COUNT_AT = 276, 8


@dataclass(frozen=True)
class Protocol:
    """How every run is made; nothing is constrained."""

    # Room temperature as simulations round it; the friction of OpenMM's own examples. The middle
    # scheme samples configurations well at such steps (10.1021/acs.jpca.9b02771).
    temperature_k: float = 300.0
    friction_per_ps: float = 1.0
    # A bond to a hydrogen of 3 amu vibrates about 1.5 times more slowly (10.1021/ct5010406): 2 fs
    # are an eighth of its period.
    timestep_fs: float = 2.0
    hydrogen_amu: float = 3.0
    frame_ps: float = FRAME_PS
    # The velocities are new, and the start lies at a minimum.
    share_left_out: float = 0.1
    # Around the drug, as when a pose is minimised.
    mobile_angstrom: float = 5.0


STANDARD = Protocol()
_STEPS = round(1000 * STANDARD.frame_ps / STANDARD.timestep_fs)


def moving_system(bonded: Assembly, field_name: str) -> tuple[openmm.System, BoolArray]:
    """Return the System of a complex with a frozen shell, and ``(n_atoms,)`` what moves.

    Hydrogens take mass from the atoms that bear them.

    Raises
    ------
    PhysicsError
        When the start is not finite, or parameters are missing.
    """
    if not np.isfinite(bonded.coordinates).all():
        raise PhysicsError(f"{bonded.name}: a coordinate of the start is not finite.")
    mobile = mobile_atoms([bonded], STANDARD.mobile_angstrom)
    field = force_field(field_name)
    system = field.build(bonded, mobile, cutoff_angstrom=field.cutoff_angstrom).system
    masses = np.array([atom.GetMass() for atom in bonded.mol.GetAtoms()])
    for atom in bonded.mol.GetAtoms():
        if atom.GetAtomicNum() == 1:
            masses[atom.GetNeighbors()[0].GetIdx()] -= STANDARD.hydrogen_amu - atom.GetMass()
            masses[atom.GetIdx()] = STANDARD.hydrogen_amu
    for index in np.flatnonzero(mobile).tolist():
        system.setParticleMass(index, masses[index])
    return system, mobile


def run_replica(
    bonded: Assembly,
    system: openmm.System,
    choice: PlatformChoice,
    folder: Path,
    length_ps: float,
    seed: int,
    *,
    resume: bool = False,
    progress: Progress = silent,
) -> None:
    """Run a minimised complex by the standard protocol, in a folder of its own.

    A resumed run goes on from its last checkpoint; on the CPU and Reference platforms it gives
    the same coordinates as one that was not stopped.

    Raises
    ------
    PhysicsError
        When the run breaks down, or the folder holds another run.
    OutputError
        When the folder cannot be written to, or another process writes there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            _run(bonded, system, choice, folder, length_ps, seed, resume, progress)
    except Timeout as error:
        raise OutputError(
            f"another process writes to {folder.name}: wait for it, or choose another folder."
        ) from error
    except OSError as error:
        raise OutputError(
            f"the run's files in {folder.name!r} cannot be written or read: "
            f"{error.strerror or error}; a run that was stopped goes on with --resume."
        ) from error


def _run(
    bonded: Assembly,
    system: openmm.System,
    choice: PlatformChoice,
    folder: Path,
    length_ps: float,
    seed: int,
    resume: bool,
    progress: Progress,
) -> None:
    integrator = openmm.LangevinMiddleIntegrator(
        STANDARD.temperature_k, STANDARD.friction_per_ps, STANDARD.timestep_fs / 1000
    )
    integrator.setRandomNumberSeed(seed)
    made = [openmm.XmlSerializer.serialize(part) for part in (system, integrator)]
    made += [choice.name, choice.device, str(choice.properties), openmm.__version__]
    text = bonded.coordinates.tobytes() + "\n".join(made).encode()
    fingerprint = hashlib.sha256(text).hexdigest()
    topology = topology_of(bonded.atoms, edges_of(bonded.mol))
    platform = openmm.Platform.getPlatformByName(choice.name)
    checkpoint = folder / CHECKPOINT_FILE
    going_on = resume and checkpoint.exists()
    done, n_frames = 0, round(length_ps / STANDARD.frame_ps)
    try:
        simulation = app.Simulation(topology, system, integrator, platform, choice.properties)
        if going_on:
            done = _resumed(simulation, folder, fingerprint)
        else:
            checkpoint.unlink(missing_ok=True)
            (folder / "start.pdb").write_text(complex_texts(bonded)[0], encoding="ascii")
            (folder / FINGERPRINT_FILE).write_text(fingerprint, encoding="ascii")
            simulation.context.setPositions(bonded.coordinates / ANGSTROM_PER_NM)
            simulation.context.setVelocitiesToTemperature(STANDARD.temperature_k, seed)
        simulation.reporters += [
            app.DCDReporter(
                str(folder / DCD_FILE), _STEPS, append=going_on, enforcePeriodicBox=False
            ),
            app.StateDataReporter(
                str(folder / LOG_FILE),
                _STEPS,
                step=True,
                time=True,
                potentialEnergy=True,
                temperature=True,
                append=going_on,
            ),
        ]
        for frame in range(done + 1, n_frames + 1):
            simulation.step(_STEPS)
            # After the frame, and as a whole: a run that is killed loses no finished frame.
            simulation.saveCheckpoint(f"{checkpoint}.tmp")
            os.replace(f"{checkpoint}.tmp", checkpoint)
            progress(f"dynamics, seed {seed}", frame, n_frames)
    except (openmm.OpenMMException, ValueError) as error:
        raise PhysicsError(
            f"{bonded.name}: the dynamics broke down on OpenMM's {choice.name} platform "
            f"({short_reason(str(error))}): take another pose, or another platform."
        ) from error


def _resumed(simulation: app.Simulation, folder: Path, fingerprint: str) -> int:
    """Load the checkpoint, cut off what was written after it, return the number of frames."""
    if (folder / FINGERPRINT_FILE).read_bytes() != fingerprint.encode():
        raise PhysicsError(
            f"the run in {folder.name} has another start, force field, platform or version: "
            "choose another folder."
        )
    try:
        simulation.loadCheckpoint(str(folder / CHECKPOINT_FILE))
    except openmm.OpenMMException as error:
        raise PhysicsError(
            f"the checkpoint in {folder.name} is damaged ({short_reason(str(error))}): choose "
            "another folder."
        ) from error
    n_frames = int(simulation.currentStep) // _STEPS
    size = _DCD_HEADER_BYTES + n_frames * 3 * 4 * (simulation.topology.getNumAtoms() + 2)
    dcd, log = folder / DCD_FILE, folder / LOG_FILE
    lines = log.read_bytes().splitlines(keepends=True)
    if dcd.stat().st_size < size or len(lines) <= n_frames:
        raise PhysicsError(
            f"the files in {folder.name} are shorter than their checkpoint says: choose another "
            "folder."
        )
    os.truncate(dcd, size)
    with dcd.open("r+b") as file:
        file.seek(_DCD_COUNT_AT)
        file.write(struct.pack("<i", n_frames))
    log.write_bytes(b"".join(lines[: n_frames + 1]))
    return n_frames
