"""Short Langevin dynamics of a complex in its pocket, with checkpoints."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.complex import Assembly
from workbench.physics.complex_files import complex_texts
from workbench.physics.moving_pocket import MovingPocket, energies, positions
from workbench.physics.platform_probe import short_reason
from workbench.physics.stability import Stability, Temperature, stability, temperature
from workbench.progress import Progress, silent
from workbench.report.trajectory import (
    DCD_FILE,
    LOG_FILE,
    Frame,
    Trajectory,
    locked,
    run_folder,
)
from workbench.report.trajectory_reading import read_frames, read_log
from workbench.settings import DynamicsSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MOST_REPLICAS = 1000
_NOT_OF_THE_PAST = {"length_ps", "equilibration_ps", "platform", "seed"}
"""Settings that may change when a run goes on, and those that the fingerprint holds anyway."""


@dataclass(frozen=True)
class Replica:
    """One finished run from the start, with its own velocities and noise.

    Parameters
    ----------
    folder
        Holds ``trajectory.dcd``, ``log.csv``, ``start.pdb`` (names for the DCD file's atoms) and
        ``checkpoint.npz``.
    log
        One value per frame of time, energies (kcal/mol) and temperature.
    counted
        ``(n_frames,)``: the frames after the equilibration.
    stability, temperature
        Over those.
    """

    seed: int
    folder: Path
    log: dict[str, FloatArray]
    counted: BoolArray
    stability: Stability
    temperature: Temperature

    def frames(self) -> FloatArray:
        """Return all frames, ``(n_frames, n_atoms, 3)`` angstrom; the first is the start."""
        return read_frames(self.folder / DCD_FILE)


@dataclass(frozen=True)
class Dynamics:
    """The replicas of one complex, and what moved: ``mobile`` is ``(n_atoms,)``."""

    replicas: tuple[Replica, ...]
    mobile: BoolArray
    degrees_of_freedom: int
    platform: tuple[str, ...]


def run(
    bonded: Assembly,
    folder: str | Path,
    settings: DynamicsSettings | None = None,
    *,
    replicas: int = 1,
    jobs: int = 1,
    resume: bool = True,
    threads: int | None = None,
    progress: Progress = silent,
) -> Dynamics:
    """Propagate a complex in time, in a folder per replica (``replica_<seed>``).

    A run that was stopped, even killed, goes on from its last frame; on the CPU and Reference
    platforms with one thread it then gives the same coordinates as one that was not. A longer
    ``length_ps`` lengthens a finished run.

    Parameters
    ----------
    bonded
        The start, minimised.
    folder
        Made when only its last part is missing.
    settings
        Temperature, time step, length and so on.
    replicas
        Runs from the same start with seeds counted up from the settings'.
    jobs
        Replicas at a time, each with its own threads; the result does not depend on it.
    resume
        ``False`` starts anew and replaces what is there.
    threads
        Of the CPU platform; see ``choose_platform``.
    progress
        Called after each frame.

    Raises
    ------
    PhysicsError
        When the System cannot be built, the run breaks down, or the folder holds another run.
    OutputError
        When the folder cannot be written to, or another process writes there.
    """
    settings = settings or DynamicsSettings()
    if not 1 <= replicas <= _MOST_REPLICAS:
        raise PhysicsError(f"the number of replicas must be 1 to {_MOST_REPLICAS}, not {replicas}.")
    pocket = MovingPocket(bonded, settings, threads=threads)
    target = run_folder(Path(folder))

    def one(seed: int) -> Replica:
        own = run_folder(target / f"replica_{seed}")
        with locked(own):
            _Run(pocket, own, seed).to_the_end(resume, progress)
            return _replica(bonded, settings, own, seed)

    # The Reference platform draws all random numbers of a process from one stream.
    at_a_time = 1 if pocket.platform.name == "Reference" else max(1, jobs)
    with ThreadPoolExecutor(max_workers=at_a_time) as pool:
        found = tuple(pool.map(one, range(settings.seed, settings.seed + replicas)))
    return Dynamics(found, pocket.mobile.copy(), pocket.degrees_of_freedom, pocket.platform.report)


class _Run:
    """One replica on its way."""

    def __init__(self, pocket: MovingPocket, folder: Path, seed: int) -> None:
        self.pocket = pocket
        self.settings = pocket.settings
        self.folder = folder
        self.seed = seed
        self.context = pocket.context(pocket.langevin(seed))
        self.trajectory = Trajectory(
            folder,
            len(pocket.bonded.atoms),
            self.settings.timestep_fs / 1000,
            self.settings.steps_per_report,
            _fingerprint(pocket, seed),
        )

    def to_the_end(self, resume: bool, progress: Progress) -> None:
        """Go on or begin, and write frames until the length is reached."""
        done = self._go_on() if resume else None
        if done is None:
            self._begin()
            done = 1
        total = self.settings.n_reports
        stage = f"dynamics, seed {self.seed}"
        for frame in range(done, total + 1):
            self._advance(frame)
            progress(stage, frame, total)

    def _go_on(self) -> int | None:
        """Load the last checkpoint and return the number of frames, ``None`` without one."""
        checkpoint = self.trajectory.go_on()
        if checkpoint is None:
            return None
        try:
            self.context.loadCheckpoint(checkpoint.state)
        except openmm.OpenMMException as error:
            raise PhysicsError(
                f"OpenMM cannot read the checkpoint in {self.folder.name} "
                f"({short_reason(str(error))}): start anew with resume=False."
            ) from error
        return checkpoint.n_frames

    def _begin(self) -> None:
        self.context.setVelocitiesToTemperature(self.settings.temperature_k, self.seed)
        self.trajectory.begin(complex_texts(self.pocket.bonded)[0])
        self._write(0)

    def _advance(self, frame: int) -> None:
        try:
            self.context.getIntegrator().step(self.settings.steps_per_report)
        except openmm.OpenMMException as error:
            raise self.pocket.blown_up(self._time(frame), short_reason(str(error))) from error
        self._write(frame)

    def _write(self, frame: int) -> None:
        potential, kinetic = energies(self.context)
        points = positions(self.context)
        if not (np.isfinite([potential, kinetic]).all() and np.isfinite(points).all()):
            raise self.pocket.blown_up(self._time(frame), "an energy or position is not finite")
        self.trajectory.write(
            Frame(
                step=frame * self.settings.steps_per_report,
                time_ps=self._time(frame),
                potential_kcal_per_mol=potential,
                kinetic_kcal_per_mol=kinetic,
                temperature_k=self.pocket.temperature(kinetic),
                coordinates=points,
            ),
            self.context.createCheckpoint(),
        )

    def _time(self, frame: int) -> float:
        return frame * self.settings.report_interval_ps


def _fingerprint(pocket: MovingPocket, seed: int) -> str:
    """Hash what a run must share with the one that it goes on with."""
    choice, settings = pocket.platform, pocket.settings
    parts = (
        openmm.XmlSerializer.serialize(pocket.system),
        settings.model_dump_json(exclude=_NOT_OF_THE_PAST),
        f"{seed} {choice.name} {choice.device} {sorted(choice.properties.items())}",
        openmm.Platform.getOpenMMVersion(),
    )
    digest = hashlib.sha256(pocket.bonded.coordinates.tobytes())
    for part in parts:
        digest.update(part.encode())
    return digest.hexdigest()


def _replica(bonded: Assembly, settings: DynamicsSettings, folder: Path, seed: int) -> Replica:
    log = read_log(folder / LOG_FILE)
    frames = read_frames(folder / DCD_FILE)
    counted = log["time_ps"] >= settings.equilibration_ps
    if not counted.any():
        counted[-1] = True
    return Replica(
        seed=seed,
        folder=folder,
        log=log,
        counted=counted,
        stability=stability(bonded, frames[counted]),
        temperature=temperature(log["temperature_k"][counted]),
    )
