"""What a run of dynamics found: the object that its files and its page read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

State = Literal["bonded", "encounter"]


@dataclass(frozen=True)
class ReplicaRecord:
    """One run from the start, with its own velocities and noise.

    Parameters
    ----------
    folder
        Name of the folder that holds ``trajectory.dcd``, ``start.pdb`` and ``log.csv``.
    n_frames
        After the equilibration: those that the means are over.
    temperature
        ``mean_k``, ``standard_deviation_k``.
    stability
        ``drug_rmsd_{mean,last,highest}_angstrom``, ``sg_c_{mean,standard_deviation,lowest,
        highest}_angstrom``, ``kept_contacts``.
    contacts
        Residue -> share of the frames in which it touches the drug, of those that did at the
        start; ``new_contacts`` of the others.
    courses
        Column -> one value per frame: time, temperature, potential energy, RMSD of the drug,
        distance from SG to the attacked carbon.
    """

    seed: int
    folder: str
    n_frames: int
    temperature: dict[str, float]
    stability: dict[str, float]
    contacts: dict[str, float]
    new_contacts: dict[str, float]
    courses: dict[str, list[float]] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class DynamicsResult:
    """The replicas of one start, ``bR 1`` or ``encounter 2``; ``limits`` of such a run in words."""

    ligand: str
    receptor: str
    state: State
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

    def rows(self) -> list[dict[str, float]]:
        """Return one row per frame of each replica: the content of ``dynamics.csv``."""
        return [
            {"seed": replica.seed, **dict(zip(replica.courses, values, strict=True))}
            for replica in self.replicas
            for values in zip(*replica.courses.values(), strict=True)
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return :meth:`rows` as a table."""
        return pd.DataFrame(self.rows())
