"""What a simulated course of treatment holds: the object that its files and its page read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

Status = Literal["published", "assumed", "given"]

COURSE_COLUMNS = (
    "time_h",
    "plasma_ng_per_ml",
    "free_nm",
    "encounter_occupancy",
    "covalent_occupancy",
    "export_capacity",
)
BAND_COLUMNS = (
    "encounter_occupancy_low",
    "encounter_occupancy_high",
    "covalent_occupancy_low",
    "covalent_occupancy_high",
    "export_capacity_low",
    "export_capacity_high",
)


@dataclass(frozen=True)
class Parameter:
    """A number that went into a simulation, and where it is from.

    ``low`` and ``high`` are the range that the band sweeps, for a value that is assumed.
    """

    name: str
    value: float
    unit: str
    status: Status
    source: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class SimulationResult:
    """Concentration, occupancy and export capacity against time.

    Parameters
    ----------
    tmax_h, half_life_h, cmax_ng_per_ml, auc_ng_h_per_ml
        Of the first dose alone; the area to infinity.
    highest_ng_per_ml
        Of the whole course.
    doses
        ``{"time_h", "dose_mg"}`` of each dose.
    apparent_kd_nm, encounter_kd_nm, residence_time_h
        What the rates amount to; ``None`` for an infinite time.
    pharmacokinetic_fit
        Each published figure beside the model's.
    courses
        ``COURSE_COLUMNS`` and ``BAND_COLUMNS``, a list of equal length each; fractions are of
        the untreated XPO1.
    limits
        What the simulation leaves out, in words.
    """

    ligand: str
    regimen: str
    days: float
    mutant_fraction: float
    site: str
    tmax_h: float
    half_life_h: float
    cmax_ng_per_ml: float
    auc_ng_h_per_ml: float
    highest_ng_per_ml: float
    lowest_export_capacity: float
    mean_export_capacity: float
    encounter_kd_nm: float | None
    apparent_kd_nm: float | None
    residence_time_h: float | None
    doses: tuple[dict[str, float], ...]
    parameters: tuple[Parameter, ...]
    pharmacokinetic_fit: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    courses: dict[str, list[float]] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``simulation.json``; the courses are left to the CSV."""
        record = asdict(self)
        del record["courses"]
        return record

    def to_frame(self) -> pd.DataFrame:
        """Return one row per time: the content of ``simulation.csv``."""
        return pd.DataFrame(self.courses)
