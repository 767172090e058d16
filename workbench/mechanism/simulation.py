"""``workbench.simulate``: from a drug and a regimen to occupancy and export capacity."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from scipy.integrate import trapezoid

from workbench.errors import MechanismError
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.mechanism.kinetics import (
    FloatArray,
    encounter_kd_nm,
    overall_kd_nm,
    residence_time_h,
    with_apparent_kd,
)
from workbench.mechanism.occupancy import Exposure, Occupancy, cell_occupancies, corners
from workbench.mechanism.parameters import (
    RATE_FIELDS,
    binding_rates,
    exposure_scales,
    identified,
    oral_model,
)
from workbench.mechanism.pharmacokinetics import SELINEXOR, OralModel, selinexor_residuals
from workbench.mechanism.regimens import parse_regimen
from workbench.records.simulation import Parameter, SimulationResult
from workbench.text import quoted

DEFAULT_REGIMEN = "80 mg days 1,3 weekly"
STEP_H = 0.25
MAX_POINTS = 4000
LONGEST_DAYS = 366
LIMITS = (
    "No k_on, k_off, k_inact or k_rev of any SINE could be verified. Those marked assumed are "
    "guesses, and the band shows what every combination of the ends of their ranges gives: it is "
    "the result, the line in it is one case.",
    "An occupied groove is taken not to export, bonded or not; competition with cargo and Ran, "
    "which binds in the nucleus only, is left out.",
    "The mutant C528S is taken to bind as the wild type does, without the bond.",
    "The cell's interior is taken to have plasma's free concentration (times the factor, for the "
    "brain): no uptake, efflux, metabolism or reaction with other thiols in the cell.",
    "Without --target-half-life-h no XPO1 is made or lost; the rise of XPO1 mRNA under treatment "
    "is not modelled.",
    "The pharmacokinetics are those of a mean patient: no variation between patients, no food, "
    "no interaction.",
)


def simulate(
    ligand: str | Path | Ligand = SELINEXOR,
    *,
    regimen: str | None = None,
    days: float = 14.0,
    k_on_per_molar_per_s: float | None = None,
    k_off_per_s: float | None = None,
    k_inact_per_s: float | None = None,
    k_rev_per_s: float | None = None,
    k_lock_per_s: float = 0.0,
    k_loss_per_s: float = 0.0,
    target_half_life_h: float = math.inf,
    apparent_kd_nm: float | None = None,
    mutant_fraction: float = 0.0,
    weight_kg: float | None = None,
    free_fraction: float | None = None,
    brain: bool = False,
    brain_factor: float | None = None,
    pharmacokinetics: str | OralModel | None = None,
) -> SimulationResult:
    """Return concentration, occupancy and export capacity of XPO1 against time.

    Parameters
    ----------
    ligand
        A catalogue name, a SMILES or a file.
    regimen
        As people write it, see :func:`~workbench.mechanism.regimens.parse_regimen`; selinexor's
        label (80 mg on days 1 and 3 of each week) when left out, for selinexor only.
    days
        How long to simulate.
    k_on_per_molar_per_s, k_off_per_s, k_inact_per_s, k_rev_per_s
        Rates of the two steps; those left out are assumed and swept over a range.
    k_lock_per_s, k_loss_per_s, target_half_life_h
        See :class:`~workbench.mechanism.kinetics.Rates`; off when left out.
    apparent_kd_nm
        Dissociation constant over both steps that k_rev is chosen to give, in every case of the
        sweep, in place of a k_rev. Selinexor's is published as 5.29 nM (BLI), which may not be
        that of the steady state.
    mutant_fraction
        Share of the cell's XPO1 without a thiol: 0.5 in a heterozygous C528S cell.
    weight_kg
        For a dose in mg/kg.
    free_fraction
        Unbound in plasma; 0.05 for selinexor when left out.
    brain, brain_factor
        Simulate XPO1 in the brain, with this free concentration over plasma's; for selinexor the
        middle of the published range when left out.
    pharmacokinetics
        A model, or the name of the drug whose pharmacokinetics are borrowed; only selinexor's
        are known.

    Raises
    ------
    MechanismError
        When a number makes no sense or is missing, or the regimen cannot be understood.
    LigandError
        When the ligand cannot be read.
    """
    drug = identified(ligand if isinstance(ligand, Ligand) else load_ligand(ligand))
    if not 0 < days <= LONGEST_DAYS:
        raise MechanismError(f"days is {days!r}: give more than 0 and at most {LONGEST_DAYS}")
    if regimen is None and drug.name != SELINEXOR:
        raise MechanismError(f"no regimen of {drug.name} is known: give one with --regimen")
    plan = parse_regimen(DEFAULT_REGIMEN if regimen is None else regimen, weight_kg)
    doses = plan.doses(days)
    if not doses:
        raise MechanismError(f"regimen {quoted(plan.text)} has no dose in {days:g} days")
    model, source_drug, parameters = oral_model(drug, pharmacokinetics)
    parameters += exposure_scales(drug, source_drug, free_fraction, brain, brain_factor)
    by_name = {parameter.name: parameter.value for parameter in parameters}
    given = {
        "k_on": k_on_per_molar_per_s,
        "k_off": k_off_per_s,
        "k_inact": k_inact_per_s,
        "k_rev": k_rev_per_s,
    }
    rates, rate_parameters, warnings = binding_rates(
        drug, given, k_lock_per_s, k_loss_per_s, target_half_life_h
    )
    if source_drug not in ("", drug.name):
        warnings.append(
            f"absorption, clearance and volumes are {source_drug}'s: none of {drug.name} are known"
        )
    exposure = Exposure(
        model, doses, by_name["molar_mass"], by_name["free_fraction"], by_name["site_factor"]
    )
    count = min(max(round(24.0 * days / STEP_H), 1), MAX_POINTS)
    times: FloatArray = np.linspace(0.0, 24.0 * days, count + 1)
    ranges = {
        RATE_FIELDS[p.name]: (p.low, p.high)
        for p in rate_parameters
        if p.low is not None
        and p.high is not None
        and not (p.name == "k_rev" and apparent_kd_nm is not None)
    }
    cases = [rates, *(corners(rates, ranges) if ranges else ())]
    if apparent_kd_nm is not None:
        if k_rev_per_s is not None:
            raise MechanismError("give k_rev or the apparent Kd, not both: one makes the other")
        tied = f"from the other rates and the apparent Kd of {apparent_kd_nm:g} nM"
        cases = [with_apparent_kd(case, apparent_kd_nm) for case in cases]
        rates = cases[0]
        rate_parameters = [
            p if p.name != "k_rev" else Parameter(p.name, rates.k_rev_per_s, p.unit, "given", tied)
            for p in rate_parameters
        ]
    cells = cell_occupancies(cases, exposure, mutant_fraction, times)
    courses = _courses(times, exposure, cells)
    tmax = model.tmax_h()
    first_mg = doses[0][1]
    capacity = cells[0].export_capacity
    return SimulationResult(
        ligand=drug.name,
        regimen=plan.text,
        days=days,
        mutant_fraction=mutant_fraction,
        site="brain" if brain else "plasma",
        tmax_h=tmax,
        half_life_h=model.half_life_h(),
        cmax_ng_per_ml=float(model.plasma_ng_per_ml(tmax, [(0.0, first_mg)])[0]),
        auc_ng_h_per_ml=model.auc_ng_h_per_ml(first_mg),
        highest_ng_per_ml=max(courses["plasma_ng_per_ml"]),
        lowest_export_capacity=float(capacity.min()),
        mean_export_capacity=float(trapezoid(capacity, times) / (times[-1] - times[0])),
        encounter_kd_nm=_finite(encounter_kd_nm(rates)),
        apparent_kd_nm=_finite(overall_kd_nm(rates)),
        residence_time_h=_finite(residence_time_h(rates)),
        doses=tuple({"time_h": at, "dose_mg": mg} for at, mg in doses),
        parameters=(*parameters, *rate_parameters),
        pharmacokinetic_fit=selinexor_residuals() if source_drug == SELINEXOR else (),
        warnings=(*drug.warnings, *warnings),
        limits=LIMITS,
        courses=courses,
    )


def _courses(
    times: FloatArray, exposure: Exposure, cells: list[Occupancy]
) -> dict[str, list[float]]:
    """Return the columns of the table: the course, then the ends of the band."""
    middle = cells[0]
    found = {
        "time_h": times,
        "plasma_ng_per_ml": exposure.plasma_ng_per_ml(times),
        "free_nm": exposure.free_nm(times),
        "encounter_occupancy": middle.encounter,
        "covalent_occupancy": middle.covalent,
        "export_capacity": middle.export_capacity,
    }
    for name, courses in (
        ("encounter_occupancy", [o.encounter for o in cells]),
        ("covalent_occupancy", [o.covalent for o in cells]),
        ("export_capacity", [o.export_capacity for o in cells]),
    ):
        found[f"{name}_low"] = np.min(courses, axis=0)
        found[f"{name}_high"] = np.max(courses, axis=0)
    return {name: column.tolist() for name, column in found.items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
