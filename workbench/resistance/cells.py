"""Time: how much XPO1 is occupied, and what is left to export, in a cell with a mutant share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.ligands.molecules import Ligand
from workbench.mechanism.kinetics import ENCOUNTER, FREE, Rates
from workbench.mechanism.limits import steady_state
from workbench.mechanism.occupancy import without_bond
from workbench.mechanism.parameters import RATE_FIELDS, identified
from workbench.mechanism.selinexor import NAME as SELINEXOR
from workbench.mechanism.simulation import simulate
from workbench.records.scan import Course
from workbench.records.simulation import SimulationResult
from workbench.settings import ScanSettings

EVERY_H = 1.0


@dataclass(frozen=True)
class Cell:
    """A drug in cells in which a share of XPO1 is one mutant, by mutant fraction.

    Parameters
    ----------
    courses
        One per fraction.
    saturating_nm
        Free drug that occupies the asked share of the wild type at steady state; ``None`` where
        nothing limits it, since bonds never open.
    at_saturation
        Export capacity at that concentration, held for ever.
    encounter_at_saturation
        Share of a thiol-less mutant that is in the encounter complex there.
    half_kept_up_to_nm
        Free drug up to which a heterozygous cell with a thiol-less mutant keeps half of its
        export capacity, at steady state.
    """

    courses: tuple[Course, ...]
    saturating_nm: float | None
    at_saturation: dict[str, float] | None
    encounter_at_saturation: float | None
    half_kept_up_to_nm: float | None
    warnings: tuple[str, ...]


def cell(drug: Ligand, bonds: bool, settings: ScanSettings) -> Cell:
    """Simulate the regimen for every mutant fraction.

    Parameters
    ----------
    bonds
        Whether the mutant keeps the thiol: then it is taken to bind as the wild type does.

    Raises
    ------
    MechanismError
        When the regimen cannot be understood.
    """
    borrowed = None if identified(drug).name == SELINEXOR else SELINEXOR
    runs = {
        fraction_name(fraction): simulate(
            drug,
            regimen=settings.regimen,
            days=settings.days,
            mutant_fraction=0.0 if bonds else fraction,
            pharmacokinetics=borrowed,
        )
        for fraction in settings.mutant_fractions
    }
    first = next(iter(runs.values()))
    courses = tuple(
        _course(run, drug.name, bonds, fraction)
        for fraction, run in zip(settings.mutant_fractions, runs.values(), strict=True)
    )
    rates = _rates(first)
    kd = first.apparent_kd_nm
    if not kd:
        return Cell(courses, None, None, None, None, first.warnings)
    # free share of the wild type at steady state: 1 / (1 + c / Kd)
    level = kd * settings.saturation / (1 - settings.saturation)
    mutant = rates if bonds else without_bond(rates)
    wild_states, mutant_states = steady_state(rates, level), steady_state(mutant, level)
    at_saturation = {
        fraction_name(f): round(float((1 - f) * wild_states[FREE] + f * mutant_states[FREE]), 4)
        for f in settings.mutant_fractions
    }
    # (1 / (1 + a) + 1 / (1 + b)) / 2 is one half where a b = 1
    half = None if bonds else math.sqrt(kd * (first.encounter_kd_nm or math.inf))
    encounter = None if bonds else float(mutant_states[ENCOUNTER])
    return Cell(courses, level, at_saturation, encounter, half, first.warnings)


def fraction_name(fraction: float) -> str:
    """Return a mutant fraction as the key of the results: ``0``, ``0.5``, ``1``."""
    return f"{fraction:g}"


def _rates(run: SimulationResult) -> Rates:
    values = {p.name: p.value for p in run.parameters}
    return Rates(**{field: values[name] for name, field in RATE_FIELDS.items()})


def _course(run: SimulationResult, name: str, bonds: bool, fraction: float) -> Course:
    """Return the course at every hour, rounded; extremes are taken from these points."""
    time = np.array(run.courses["time_h"])
    keep = np.isclose(time % EVERY_H, 0.0)
    columns = {key: np.array(values)[keep] for key, values in run.courses.items()}

    def rounded(values: np.ndarray) -> tuple[float, ...]:
        return tuple(round(float(value), 4) for value in values)

    return Course(
        ligand=name,
        bonds=bonds,
        mutant_fraction=fraction,
        time_h=rounded(columns["time_h"]),
        occupancy=rounded(columns["encounter_occupancy"] + columns["covalent_occupancy"]),
        export_capacity=rounded(columns["export_capacity"]),
        export_capacity_low=rounded(columns["export_capacity_low"]),
        export_capacity_high=rounded(columns["export_capacity_high"]),
    )
