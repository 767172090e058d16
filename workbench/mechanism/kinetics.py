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
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from workbench.errors import MechanismError

FloatArray = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0
NM_PER_MOLAR = 1e9
TOLERANCES = {"rtol": 1e-8, "atol": 1e-11}
MAX_FAST_CALLS = 20_000
"""Of the slope by LSODA, the fast solver, in one go. It needs some hundred; where rates lie twelve
orders of magnitude apart it may creep or give up, and Radau takes over: slower, always stiff."""
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
    target_half_life_h
        Of the target in the cell, made as fast as it is lost; infinite for no turnover.
    k_loss_per_s
        Loss of the target that only the adduct suffers, such as drug-induced degradation.

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

    @property
    def turnover_per_h(self) -> float:
        """Rate at which the target is replaced."""
        return math.log(2) / self.target_half_life_h

    def matrix(self, free_nm: float) -> FloatArray:
        """Return d(state)/dt = matrix @ state + (turnover, 0, 0, 0) at a free concentration.

        Returns
        -------
        (4, 4) array, per hour
        """
        bind = self.k_on_per_molar_per_s * free_nm / NM_PER_MOLAR * SECONDS_PER_HOUR
        off, inact, rev, lock, loss = (
            k * SECONDS_PER_HOUR
            for k in (
                self.k_off_per_s,
                self.k_inact_per_s,
                self.k_rev_per_s,
                self.k_lock_per_s,
                self.k_loss_per_s,
            )
        )
        made = self.turnover_per_h
        return np.array(
            [
                [-bind - made, off, 0.0, 0.0],
                [bind, -off - inact - made, rev, 0.0],
                [0.0, inact, -rev - lock - made - loss, 0.0],
                [0.0, 0.0, lock, -made - loss],
            ]
        )


def target_course(
    rates: Rates,
    free_nm: Callable[[float], float],
    times_h: Sequence[float] | FloatArray,
    *,
    breaks_h: Sequence[float] = (),
    start: Sequence[float] = (1.0, 0.0, 0.0, 0.0),
) -> FloatArray:
    """Return the states of the target while the drug is in excess and comes and goes.

    Parameters
    ----------
    free_nm
        Free concentration in nM at a time in hours.
    times_h
        Increasing; the first is when ``start`` holds.
    breaks_h
        Times at which the concentration has a kink or a jump, such as doses.
    start
        States at the first time, as fractions of the untreated target.

    Returns
    -------
    (n_times, 4) array
        Fractions of the untreated target; they add up to 1 without turnover and loss.

    Raises
    ------
    MechanismError
        When the times do not increase, or the equations cannot be solved.
    """
    times = checked_times(times_h)
    made, loss = rates.turnover_per_h, rates.k_loss_per_s * SECONDS_PER_HOUR
    at_rest = rates.matrix(0.0)
    (to_encounter, from_adduct, _), (inact, from_two, _), (_, lock, from_locked) = at_rest[
        1:, 1:
    ].tolist()
    bind_per_nm = rates.k_on_per_molar_per_s / NM_PER_MOLAR * SECONDS_PER_HOUR

    # The free target is what is left of the total: so no target is made or lost by rounding.
    # Plain numbers, not arrays: these two are called some ten thousand times.
    def slope(t: float, state: FloatArray) -> tuple[float, ...]:
        total, encounter, adduct, locked = state.tolist()
        bound = adduct + locked
        bind = bind_per_nm * free_nm(t)
        return (
            made * (1 - total) - loss * bound,
            bind * (total - encounter - bound) + to_encounter * encounter + from_adduct * adduct,
            inact * encounter + from_two * adduct,
            lock * adduct + from_locked * locked,
        )

    def jacobian(t: float, state: FloatArray) -> list[list[float]]:
        bind = bind_per_nm * free_nm(t)
        return [
            [-made, 0.0, -loss, -loss],
            [bind, to_encounter - bind, from_adduct - bind, -bind],
            [0.0, inact, from_two, 0.0],
            [0.0, 0.0, lock, from_locked],
        ]

    course = np.empty((len(times), 4))
    course[0] = state = np.asarray([sum(start), *start[1:]], dtype=float)
    inner = [b for b in sorted(set(breaks_h)) if times[0] < b < times[-1]]
    for begin, end in zip([times[0], *inner], [*inner, times[-1]], strict=True):
        chosen = (times > begin) & (times <= end)
        points = np.unique(np.append(times[chosen], end))
        states = solved(slope, jacobian, begin, state, points)
        course[chosen] = states[np.isin(points, times[chosen])]
        state = states[-1]
    course[:, FREE] -= course[:, ENCOUNTER:].sum(axis=1)
    return course


def washout(
    rates: Rates, free_nm: float, exposure_h: float, times_h: Sequence[float] | FloatArray
) -> FloatArray:
    """Return the states after an exposure to one concentration, once the drug is washed away.

    Parameters
    ----------
    times_h
        Hours since the washing, increasing, the first above 0.

    Returns
    -------
    (n_times, 4) array
    """
    loaded = target_course(rates, lambda _: free_nm, [0.0, exposure_h])[-1]
    since = checked_times([0.0, *times_h])
    return target_course(rates, lambda _: 0.0, since, start=loaded.tolist())[1:]


def mass_action(
    rates: Rates, target_nm: float, drug_nm: float, times_h: Sequence[float] | FloatArray
) -> FloatArray:
    """Return what happens in a closed vessel, where the target uses up the drug.

    Parameters
    ----------
    target_nm, drug_nm
        Both free at the first time.
    times_h
        Increasing, from the mixing on.

    Returns
    -------
    (n_times, 5) array, nM
        Free drug, then the four states of the target.

    Raises
    ------
    MechanismError
        When a concentration is no number of at least 0, or the rates hold turnover or loss:
        in a closed vessel nothing is made and nothing goes.
    """
    for name, value in (("target_nm", target_nm), ("drug_nm", drug_nm)):
        if not 0 <= value < math.inf:
            raise MechanismError(f"{name} is {value!r}: give a number of at least 0")
    if rates.turnover_per_h or rates.k_loss_per_s:
        raise MechanismError("a closed vessel has no turnover or loss: leave both out of the rates")
    times = checked_times(times_h)
    size = max(target_nm, drug_nm) or 1.0
    bind = rates.matrix(size)[ENCOUNTER, FREE]  # at a scaled concentration of 1, per h
    decay = rates.matrix(0.0)[ENCOUNTER:, ENCOUNTER:]
    drug, target = drug_nm / size, target_nm / size

    # Free drug and free target are what is left: neither is made or lost by rounding.
    def slope(t: float, bound: FloatArray) -> FloatArray:
        taken = bound.sum()
        change: FloatArray = decay @ bound
        change[0] += bind * (drug - taken) * (target - taken)
        return change

    def jacobian(t: float, bound: FloatArray) -> FloatArray:
        made = decay.copy()
        made[0] += bind * (2 * bound.sum() - drug - target)
        return made

    bound = np.zeros((len(times), 3))
    if len(times) > 1:
        bound[1:] = solved(slope, jacobian, times[0], bound[0], times[1:])
    taken = bound.sum(axis=1)[:, None]
    return np.hstack([drug - taken, target - taken, bound]) * size


def checked_times(times_h: Sequence[float] | FloatArray) -> FloatArray:
    """Return times as an array.

    Raises
    ------
    MechanismError
        When there are none, one is not finite, or they do not increase.
    """
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all():
        raise MechanismError("times_h holds no finite times: give an increasing list of hours")
    if (np.diff(times) <= 0).any():
        raise MechanismError("times_h does not increase: sort it and drop what comes twice")
    return times


def solved(
    slope: Callable[[float, FloatArray], FloatArray | tuple[float, ...]],
    jacobian: Callable[[float, FloatArray], FloatArray | list[list[float]]],
    begin_h: float,
    start: FloatArray,
    times_h: FloatArray,
) -> FloatArray:
    """Return the states at times after ``begin_h``, by a stiff solver with its Jacobian.

    Raises
    ------
    MechanismError
        When the solver gives up.
    """
    span, wanted = (begin_h, float(times_h[-1])), len(times_h)
    shared = {"t_eval": times_h, "jac": jacobian} | TOLERANCES
    calls = 0

    def counted(t: float, state: FloatArray) -> FloatArray | tuple[float, ...]:
        nonlocal calls
        calls += 1
        if calls > MAX_FAST_CALLS:
            raise _TooSlowError
        return slope(t, state)

    with warnings.catch_warnings(), contextlib.suppress(_TooSlowError):
        warnings.simplefilter("ignore", UserWarning)  # LSODA's, before Radau takes over
        found = solve_ivp(counted, span, start, method="LSODA", **shared)
        if found.success and found.y.shape[1] == wanted:
            return _rows(found.y)
    found = solve_ivp(slope, span, start, method="Radau", **shared)
    if found.success and found.y.shape[1] == wanted:
        return _rows(found.y)
    raise MechanismError(
        f"the rate equations could not be solved from {begin_h:g} h on: {found.message}; "
        "bring the rates closer to each other"
    )


class _TooSlowError(Exception):
    """LSODA creeps: it did not notice that the equations are stiff."""


def _rows(columns: FloatArray) -> FloatArray:
    return columns.T
