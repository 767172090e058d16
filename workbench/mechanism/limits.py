"""What the two-step mechanism does in the cases that can be solved on paper."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workbench.errors import MechanismError
from workbench.mechanism.kinetics import (
    NM_PER_MOLAR,
    SECONDS_PER_HOUR,
    FloatArray,
    Rates,
)


def encounter_kd_nm(rates: Rates) -> float:
    """Return the dissociation constant of the encounter complex, k_off / k_on, in nM."""
    if not rates.k_on_per_molar_per_s:
        return math.inf
    return rates.k_off_per_s / rates.k_on_per_molar_per_s * NM_PER_MOLAR


def overall_kd_nm(rates: Rates) -> float:
    """Return the dissociation constant over both steps, in nM; 0 when bonds never open.

    The encounter complex's, divided by 1 + k_inact / k_rev.
    """
    if not rates.k_inact_per_s:
        return encounter_kd_nm(rates)
    if not rates.k_rev_per_s or rates.k_lock_per_s:
        return 0.0
    return encounter_kd_nm(rates) / (1 + rates.k_inact_per_s / rates.k_rev_per_s)


def with_apparent_kd(rates: Rates, kd_nm: float) -> Rates:
    """Return the rates with the k_rev that gives this dissociation constant over both steps.

    Raises
    ------
    MechanismError
        When it is not above 0, or not below the encounter complex's: bonds only bind tighter.
    """
    encounter = encounter_kd_nm(rates)
    if not 0 < kd_nm < encounter:
        raise MechanismError(
            f"the apparent Kd is {kd_nm!r} nM: give more than 0 and less than the encounter "
            f"complex's k_off / k_on, which is {encounter:g} nM"
        )
    return replace(rates, k_rev_per_s=rates.k_inact_per_s / (encounter / kd_nm - 1))


def residence_time_h(rates: Rates) -> float:
    """Return how long, on average, a drug that forms a bond stays before it is free, in hours.

    Counts the bonds that form again before it leaves; without turnover of the target.
    """
    if not rates.k_rev_per_s or not rates.k_off_per_s or rates.k_lock_per_s:
        return math.inf
    once = 1 / rates.k_rev_per_s
    again = 1 + rates.k_inact_per_s / rates.k_off_per_s
    return (once * again + 1 / rates.k_off_per_s) / SECONDS_PER_HOUR


def steady_state(rates: Rates, free_nm: float) -> FloatArray:
    """Return the four states after a long time at one concentration, without turnover.

    Returns
    -------
    (4,) array
        Fractions of the target; all of it is locked, or bonded, where nothing leads back.
    """
    kd = encounter_kd_nm(rates)
    if free_nm <= 0 or math.isinf(kd):
        return np.array([1.0, 0.0, 0.0, 0.0])
    if rates.k_inact_per_s and rates.k_lock_per_s:
        return np.array([0.0, 0.0, 0.0, 1.0])
    if rates.k_inact_per_s and not rates.k_rev_per_s:
        return np.array([0.0, 0.0, 1.0, 0.0])
    bonds = rates.k_inact_per_s / rates.k_rev_per_s if rates.k_inact_per_s else 0.0
    weights = np.array([kd, free_nm, free_nm * bonds, 0.0])
    fractions: FloatArray = weights / weights.sum()
    return fractions


def reversible_encounter(rates: Rates, free_nm: float, times_h: FloatArray) -> FloatArray:
    """Return the fraction in the encounter complex when no bond forms (k_inact is ignored).

    Returns
    -------
    (n_times,) array
    """
    on = rates.k_on_per_molar_per_s * free_nm / NM_PER_MOLAR
    rate = (on + rates.k_off_per_s) * SECONDS_PER_HOUR
    plateau = on / (on + rates.k_off_per_s) if rate else 0.0
    course: FloatArray = -plateau * np.expm1(-rate * np.asarray(times_h))
    return course


def irreversible_adduct(rates: Rates, free_nm: float, times_h: FloatArray) -> FloatArray:
    """Return the fraction bonded when the bond never opens (k_rev is ignored), exactly.

    Two exponentials, the eigenvalues of binding and bond formation; without the assumption of a
    fast first step that gives the usual k_obs = k_inact [I] / (K_I + [I]).

    Returns
    -------
    (n_times,) array
    """
    on = rates.k_on_per_molar_per_s * free_nm / NM_PER_MOLAR
    off, inact = rates.k_off_per_s, rates.k_inact_per_s
    total, product = on + off + inact, on * inact
    if product == 0:
        return np.zeros(len(times_h))
    root = math.sqrt((on - inact) ** 2 + off * (off + 2 * on + 2 * inact))
    fast = (total + root) / 2
    slow = product / fast
    seconds = np.asarray(times_h) * SECONDS_PER_HOUR
    if root < 1e-9 * total:
        left = (1 + fast * seconds) * np.exp(-fast * seconds)
    else:
        left = (fast * np.exp(-slow * seconds) - slow * np.exp(-fast * seconds)) / root
    bonded: FloatArray = 1 - left
    return bonded
