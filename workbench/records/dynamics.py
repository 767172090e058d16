"""What a run of dynamics holds: the object that its files and its page read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

State = Literal["bonded", "encounter"]

COURSE_COLUMNS = (
    "time_ps",
    "temperature_k",
    "potential_kcal_per_mol",
    "drug_rmsd_angstrom",
    "sg_c_distance_angstrom",
)
ATTACK_COLUMNS = ("attack_angle_degree", "attack_ready")


@dataclass(frozen=True)
class ReplicaRecord:
    """One run from the start, with its own velocities and noise.

    Parameters
    ----------
    folder
        Name of the folder that holds ``trajectory.dcd``, ``start.pdb``, ``log.csv`` and
        ``checkpoint.npz``.
    n_frames
        After the equilibration: those that the means are over.
    temperature
        ``mean_k``, ``error_k`` (``None`` for few frames), ``standard_deviation_k``.
    stability
        Means and extremes by name, see ``physics.stability``.
    contacts
        Residue -> share of the frames in which it touches the drug, of those that did at the
        start; ``new_contacts`` of the others.
    attack
        Of an encounter complex: ``ready_share``, ``leads_to`` {label: share},
        ``distance_mean_angstrom``, ``distance_lowest_angstrom``, ``angle_mean_degree``.
    mmgbsa
        Term -> ``mean``, ``standard_deviation``, ``lowest``, ``highest``, ``n_frames``, kcal/mol;
        ``None`` where it was not asked for.
    courses
        ``COURSE_COLUMNS``, for an encounter complex ``ATTACK_COLUMNS`` too; one value per frame,
        the start first.
    """

    seed: int
    folder: str
    n_frames: int
    temperature: dict[str, float | None]
    stability: dict[str, float]
    contacts: dict[str, float]
    new_contacts: dict[str, float]
    attack: dict[str, Any] | None = None
    mmgbsa: dict[str, dict[str, float]] | None = None
    courses: dict[str, list[float]] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class DynamicsResult:
    """The replicas of one start.

    Parameters
    ----------
    state
        Bonded, or the encounter complex before the bond forms.
    start
        Which pose: ``bR 1``, ``encounter 2``.
    ready_share, ready_range
        Of an encounter complex: mean share of attack-ready frames, and its range over replicas.
    limits
        What such a run does not show, in words.
    """

    ligand: str
    receptor: str
    state: State
    start: str
    settings: dict[str, Any]
    n_atoms: int
    n_mobile: int
    degrees_of_freedom: int
    replicas: tuple[ReplicaRecord, ...]
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    provenance: dict[str, Any]
    ready_share: float | None = None
    ready_range: tuple[float, float] | None = None

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
