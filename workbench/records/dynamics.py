"""What a run of dynamics found: the object that its files and its page read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd


@dataclass(frozen=True)
class ReplicaRecord:
    """One run from the start, with its own velocities and noise.

    Parameters
    ----------
    folder
        Name of the folder that holds ``trajectory.dcd``, ``start.pdb`` and ``log.csv``.
    numbers
        ``n_frames`` that the others are over, ``temperature_k``, ``drug_rmsd_{mean,last,
        highest}_angstrom``, ``sg_c_{mean,lowest,highest}_angstrom``, ``kept_contacts`` (share).
    contacts
        Residue that touches the drug at the start -> share of the frames in which it does.
    courses
        Column -> one value per frame: time, temperature, potential energy, RMSD of the drug,
        distance from SG to the attacked carbon.
    """

    seed: int
    folder: str
    numbers: dict[str, float]
    contacts: dict[str, float]
    courses: dict[str, list[float]]


@dataclass(frozen=True)
class DynamicsResult:
    """The replicas of one start, ``bR 1`` or ``encounter 2``; ``limits`` of such a run in words."""

    ligand: str
    receptor: str
    state: Literal["bonded", "encounter"]
    start: str
    settings: dict[str, Any]
    n_atoms: int
    n_mobile: int
    replicas: tuple[ReplicaRecord, ...]
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    provenance: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``dynamics.json``; the courses are left to the CSV."""
        record = asdict(self)
        for replica in record["replicas"]:
            del replica["courses"]
        return record

    def numbers(self) -> pd.DataFrame:
        """Return one row per replica."""
        return pd.DataFrame([{"seed": r.seed, **r.numbers} for r in self.replicas])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per frame of each replica: the content of ``dynamics.csv``."""
        courses = [pd.DataFrame({"seed": r.seed, **r.courses}) for r in self.replicas]
        return pd.concat(courses, ignore_index=True)
