"""Binding in two steps: E + I <-> E.I <-> E-I, with locking, turnover and loss of the target.

States are, in this order: ``E`` free, ``E.I`` encounter complex, ``E-I`` adduct, ``locked`` (an
adduct that cannot reverse any more). Rates are given per second, as they are published; time
runs in hours.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from workbench.errors import MechanismError

FloatArray = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0
NM_PER_MOLAR = 1e9
TOLERANCES = {"rtol": 1e-8, "atol": 1e-11}
MAX_FAST_CALLS = 20_000
"""Evaluations of the slope by LSODA before Radau takes over. LSODA needs some hundred; where rates
lie twelve orders of magnitude apart it may not notice that the equations are stiff."""
FREE, ENCOUNTER, ADDUCT, LOCKED = range(4)


@dataclass(frozen=True)
class Rates:
    """The rate constants of one drug on one target; zero switches a step off.

    Parameters
    ----------
    k_on_per_molar_per_s, k_off_per_s
        Formation and decay of the encounter complex.
    k_inact_per_s, k_rev_per_s
        Bond formation inside the complex, and its reversal back to the complex.
    k_lock_per_s
        A second step after which the adduct cannot reverse, such as lactone hydrolysis.
    k_loss_per_s
        Loss of the target that only the adduct suffers, such as drug-induced degradation.
    target_half_life_h
        Of the target in the cell, made as fast as it is lost; infinite for no turnover.

    Raises
    ------
    MechanismError
        When a value is negative, not finite or no number.
    """

    k_on_per_molar_per_s: float
    k_off_per_s: float
    k_inact_per_s: float
    k_rev_per_s: float
    k_lock_per_s: float = 0.0
    k_loss_per_s: float = 0.0
    target_half_life_h: float = math.inf

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            half_life = item.name == "target_half_life_h"
            allowed = "a number above 0" if half_life else "a number of at least 0"
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not value >= 0 or (value == 0 if half_life else math.isinf(value)):
                raise MechanismError(f"{item.name} is {value!r}: give {allowed}")


def target_course(
    rates: Rates,
    free_nm: Callable[[float], float],
    times_h: Sequence[float] | FloatArray,
    *,
    start: Sequence[float] = (1.0, 0.0, 0.0, 0.0),
) -> FloatArray:
    """Return the states of the target, ``(n_times, 4)``, while the drug comes and goes in excess.

    They are fractions of the untreated target and add up to 1 without turnover and loss.

    Parameters
    ----------
    free_nm
        Free concentration in nM at a time in hours, smooth between the first and the last time.
    times_h
        Increasing; the first is when ``start`` holds.

    Raises
    ------
    MechanismError
        When the times do not increase, or the equations cannot be solved.
    """
    times = np.asarray(times_h, dtype=float)
    if not len(times) or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise MechanismError("times_h: give an increasing list of finite hours")
    off, inact, rev, lock, loss = (
        k * SECONDS_PER_HOUR
        for k in (
            rates.k_off_per_s,
            rates.k_inact_per_s,
            rates.k_rev_per_s,
            rates.k_lock_per_s,
            rates.k_loss_per_s,
        )
    )
    made = math.log(2) / rates.target_half_life_h
    from_encounter, from_adduct, from_locked = (
        -off - inact - made,
        -rev - lock - made - loss,
        -made - loss,
    )
    bind_per_nm = rates.k_on_per_molar_per_s / NM_PER_MOLAR * SECONDS_PER_HOUR

    # The free target is what is left of the total: so no target is made or lost by rounding.
    # Plain numbers, not arrays: these two are called some ten thousand times.
    def slope(t: float, state: FloatArray) -> tuple[float, ...]:
        total, encounter, adduct, locked = state.tolist()
        bound = adduct + locked
        bind = bind_per_nm * free_nm(t)
        return (
            made * (1 - total) - loss * bound,
            bind * (total - encounter - bound) + from_encounter * encounter + rev * adduct,
            inact * encounter + from_adduct * adduct,
            lock * adduct + from_locked * locked,
        )

    def jacobian(t: float, state: FloatArray) -> list[list[float]]:
        bind = bind_per_nm * free_nm(t)
        return [
            [-made, 0.0, -loss, -loss],
            [bind, from_encounter - bind, rev - bind, -bind],
            [0.0, inact, from_adduct, 0.0],
            [0.0, 0.0, lock, from_locked],
        ]

    course = np.empty((len(times), 4))
    course[0] = [sum(start), *start[1:]]
    if len(times) > 1:
        course[1:] = _solved(slope, jacobian, times[0], course[0], times[1:])
    course[:, FREE] -= course[:, ENCOUNTER:].sum(axis=1)
    return course


def _solved(
    slope: Callable[[float, FloatArray], tuple[float, ...]],
    jacobian: Callable[[float, FloatArray], list[list[float]]],
    begin_h: float,
    start: FloatArray,
    times_h: FloatArray,
) -> FloatArray:
    """Return the states at times after ``begin_h``, by a stiff solver with its Jacobian."""
    span, wanted = (begin_h, float(times_h[-1])), len(times_h)
    shared = {"t_eval": times_h, "jac": jacobian} | TOLERANCES
    calls = 0

    def counted(t: float, state: FloatArray) -> tuple[float, ...]:
        nonlocal calls
        calls += 1
        if calls > MAX_FAST_CALLS:
            raise _TooSlowError
        return slope(t, state)

    with warnings.catch_warnings(), contextlib.suppress(_TooSlowError):
        warnings.simplefilter("ignore", UserWarning)  # LSODA's, before Radau takes over
        found = solve_ivp(counted, span, start, method="LSODA", **shared)
        if found.success and found.y.shape[1] == wanted:
            return np.asarray(found.y.T)
    found = solve_ivp(slope, span, start, method="Radau", **shared)
    if found.success and found.y.shape[1] == wanted:
        return np.asarray(found.y.T)
    raise MechanismError(
        f"the rate equations could not be solved from {begin_h:g} h on: {found.message}; "
        "bring the rates closer to each other"
    )


class _TooSlowError(Exception):
    """LSODA takes too many steps."""


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
    """Return the mean time in hours before a bonded drug is free, bonds that form again included.

    Without turnover of the target.
    """
    if not rates.k_rev_per_s or not rates.k_off_per_s or rates.k_lock_per_s:
        return math.inf
    once = 1 / rates.k_rev_per_s
    again = 1 + rates.k_inact_per_s / rates.k_off_per_s
    return (once * again + 1 / rates.k_off_per_s) / SECONDS_PER_HOUR
