"""The files of a run of dynamics, which a killed run can go on with: no frame twice, none missing.

Each frame goes to ``trajectory.dcd`` and ``log.csv`` first and to ``checkpoint.npz`` last, which
is replaced as a whole and knows how long the other two were. What stands behind that length
belongs to a frame that was not finished, and is cut off before a run goes on.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from openmm.app import DCDFile, Element, Topology

from workbench.errors import OutputError, PhysicsError

FloatArray = NDArray[np.float64]

DCD_FILE = "trajectory.dcd"
LOG_FILE = "log.csv"
CHECKPOINT_FILE = "checkpoint.npz"
START_FILE = "start.pdb"
LOCK_FILE = ".lock"

LOG_COLUMNS = (
    "frame",
    "step",
    "time_ps",
    "potential_kcal_per_mol",
    "kinetic_kcal_per_mol",
    "temperature_k",
)
HEADER_BYTES = 276
"""Of a DCD file with two title lines, as OpenMM writes it."""
COUNT_AT, _LAST_STEP_AT = 8, 20
_NM_PER_ANGSTROM = 0.1


@dataclass(frozen=True)
class Frame:
    """One frame: what the log says of it, and the atoms.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom.
    """

    step: int
    time_ps: float
    potential_kcal_per_mol: float
    kinetic_kcal_per_mol: float
    temperature_k: float
    coordinates: FloatArray


@dataclass(frozen=True)
class Checkpoint:
    """Where a run stands: ``n_frames`` frames are written, ``state`` is OpenMM's own record."""

    n_frames: int
    step: int
    state: bytes


class Trajectory:
    """The files of one replica.

    Parameters
    ----------
    folder
        It exists.
    n_atoms
        Of each frame.
    timestep_ps, steps_per_frame
        For the header of the DCD file.
    fingerprint
        Of everything that a run must share with the one that it goes on with.
    """

    def __init__(
        self,
        folder: Path,
        n_atoms: int,
        timestep_ps: float,
        steps_per_frame: int,
        fingerprint: str,
    ) -> None:
        self.folder = folder
        self._n_atoms = n_atoms
        self._timestep_ps = timestep_ps
        self._steps = steps_per_frame
        self._fingerprint = fingerprint
        self._n_frames = 0

    def begin(self, start: str) -> None:
        """Start anew: the files of an earlier run are replaced.

        Parameters
        ----------
        start
            Of ``start.pdb``, which names the atoms of the trajectory.

        Raises
        ------
        OutputError
            When they cannot be written.
        """
        with self._explained(CHECKPOINT_FILE):
            (self.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
        with self._explained(DCD_FILE), (self.folder / DCD_FILE).open("wb") as file:
            self._dcd(file, append=False)
        with self._explained(LOG_FILE):
            (self.folder / LOG_FILE).write_text(",".join(LOG_COLUMNS) + "\n", encoding="ascii")
        with self._explained(START_FILE):
            (self.folder / START_FILE).write_text(start, encoding="ascii")
        self._n_frames = 0

    def go_on(self) -> Checkpoint | None:
        """Return the checkpoint and cut off what was written after it; ``None`` without one.

        Raises
        ------
        PhysicsError
            When the checkpoint is damaged, of another run, or the other files are shorter than
            it says.
        OutputError
            When the files cannot be written.
        """
        path = self.folder / CHECKPOINT_FILE
        if not path.exists():
            return None
        found, sizes = self._read(path)
        for name, size in sizes.items():
            with self._explained(name):
                target = self.folder / name
                here = target.stat().st_size if target.exists() else 0
                if here < size:
                    raise PhysicsError(
                        f"{name} in {self.folder.name} is shorter than its checkpoint says: start "
                        "anew with resume=False."
                    )
                os.truncate(target, size)
        self._n_frames = found.n_frames
        with self._explained(DCD_FILE), (self.folder / DCD_FILE).open("r+b") as file:
            for place, value in (
                (COUNT_AT, self._n_frames),
                (_LAST_STEP_AT, (self._n_frames - 1) * self._steps),
            ):
                file.seek(place)
                file.write(struct.pack("<i", value))
        return found

    def write(self, frame: Frame, state: bytes) -> None:
        """Append a frame and then replace the checkpoint.

        Parameters
        ----------
        state
            From ``openmm.Context.createCheckpoint``.

        Raises
        ------
        OutputError
            When the disk is full, for one; the last checkpoint stays valid.
        """
        with self._explained(DCD_FILE), (self.folder / DCD_FILE).open("r+b") as file:
            self._dcd(file, append=True).writeModel(frame.coordinates * _NM_PER_ANGSTROM)
            _to_disk(file)
        row = (
            self._n_frames,
            frame.step,
            f"{frame.time_ps:.6g}",
            f"{frame.potential_kcal_per_mol:.4f}",
            f"{frame.kinetic_kcal_per_mol:.4f}",
            f"{frame.temperature_k:.2f}",
        )
        with self._explained(LOG_FILE), (self.folder / LOG_FILE).open("ab") as file:
            file.write((",".join(map(str, row)) + "\n").encode("ascii"))
            _to_disk(file)
        self._n_frames += 1
        self._save(Checkpoint(self._n_frames, frame.step, state))

    def _dcd(self, file: BinaryIO, *, append: bool) -> DCDFile:
        return DCDFile(
            file,
            _bare_topology(self._n_atoms),
            self._timestep_ps,
            interval=self._steps,
            append=append,
        )

    def _save(self, checkpoint: Checkpoint) -> None:
        packed = io.BytesIO()
        np.savez(
            packed,
            fingerprint=np.array(self._fingerprint),
            frames=np.array(checkpoint.n_frames),
            step=np.array(checkpoint.step),
            sizes=np.array([(self.folder / name).stat().st_size for name in (DCD_FILE, LOG_FILE)]),
            state=np.frombuffer(checkpoint.state, dtype=np.uint8),
        )
        temporary = self.folder / f".{CHECKPOINT_FILE}.tmp"
        with self._explained(CHECKPOINT_FILE):
            try:
                with temporary.open("wb") as file:
                    file.write(packed.getvalue())
                    _to_disk(file)
                os.replace(temporary, self.folder / CHECKPOINT_FILE)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise

    def _read(self, path: Path) -> tuple[Checkpoint, dict[str, int]]:
        try:
            with self._explained(CHECKPOINT_FILE), np.load(path, allow_pickle=False) as packed:
                fingerprint = str(packed["fingerprint"])
                found = Checkpoint(
                    int(packed["frames"]), int(packed["step"]), packed["state"].tobytes()
                )
                dcd_bytes, log_bytes = (int(size) for size in packed["sizes"])
        except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise PhysicsError(
                f"the checkpoint in {self.folder.name} is damaged: start anew with resume=False."
            ) from error
        if fingerprint != self._fingerprint:
            raise PhysicsError(
                f"the run in {self.folder.name} has other settings, another start, platform or "
                "version: choose another folder, or start anew with resume=False."
            )
        whole = HEADER_BYTES + found.n_frames * frame_bytes(self._n_atoms)
        if found.n_frames < 1 or dcd_bytes != whole or log_bytes < 0:
            raise PhysicsError(
                f"the checkpoint in {self.folder.name} is damaged: start anew with resume=False."
            )
        return found, {DCD_FILE: dcd_bytes, LOG_FILE: log_bytes}

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{name} cannot be written in {self.folder.name!r}: {error.strerror or error}; "
                "free some space and run again: it goes on from its last checkpoint."
            ) from error


def run_folder(folder: Path) -> Path:
    """Return the folder of a run; it is made when only its last part is missing.

    Raises
    ------
    OutputError
        When it cannot be made.
    """
    try:
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from error
    return folder


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run's folder against other processes.

    Raises
    ------
    OutputError
        When another one holds it.
    """
    try:
        with FileLock(folder / LOCK_FILE, timeout=0):
            yield
    except Timeout as error:
        raise OutputError(
            f"another process writes to {folder.name}: wait for it, or choose another folder."
        ) from error


def _unwritable(folder: Path, error: Exception) -> OutputError:
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(
        f"the run's files cannot be written to {folder.name!r}: {reason}; choose another folder."
    )


def frame_bytes(n_atoms: int) -> int:
    """Return the length of one frame of a DCD file."""
    return 3 * 4 * (n_atoms + 2)


def _bare_topology(n_atoms: int) -> Topology:
    """Return what the DCD writer wants to know: how many atoms there are."""
    topology = Topology()
    residue = topology.addResidue("ALL", topology.addChain())
    carbon = Element.getBySymbol("C")
    for _ in range(n_atoms):
        topology.addAtom("C", carbon, residue)
    return topology


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
