"""What a run of dynamics wrote, read back: the frames and the log."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.report.trajectory import COUNT_AT, HEADER_BYTES, LOG_COLUMNS, frame_bytes

FloatArray = NDArray[np.float64]


def read_frames(path: Path) -> FloatArray:
    """Return the frames of a DCD file that ``Trajectory`` wrote.

    Returns
    -------
    ndarray
        ``(n_frames, n_atoms, 3)`` angstrom.

    Raises
    ------
    PhysicsError
        When the file cannot be read, or is not one of those.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PhysicsError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if len(content) < HEADER_BYTES or content[4:8] != b"CORD":
        raise PhysicsError(f"{path.name} is no trajectory of the workbench.")
    (count,) = struct.unpack_from("<i", content, COUNT_AT)
    (n_atoms,) = struct.unpack_from("<i", content, HEADER_BYTES - 8)
    if n_atoms < 1 or len(content) != HEADER_BYTES + count * frame_bytes(n_atoms):
        raise PhysicsError(f"{path.name} is cut off, or no trajectory of the workbench.")
    words = np.frombuffer(content, dtype="<f4", offset=HEADER_BYTES)
    axes = words.reshape(count, 3, n_atoms + 2)[:, :, 1:-1]
    return np.ascontiguousarray(axes.transpose(0, 2, 1), dtype=np.float64)


def read_log(path: Path) -> dict[str, FloatArray]:
    """Return the columns of a log, one value per frame.

    Raises
    ------
    PhysicsError
        When the file cannot be read, or is no log.
    """
    try:
        header, *lines = path.read_text(encoding="ascii").splitlines()
        rows = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    except (OSError, ValueError) as error:
        raise PhysicsError(f"{path.name} cannot be read as a log of a run.") from error
    if tuple(header.split(",")) != LOG_COLUMNS or rows.shape[1:] != (len(LOG_COLUMNS),):
        raise PhysicsError(f"{path.name} is no log of a run.")
    return dict(zip(LOG_COLUMNS, rows.T, strict=True))
