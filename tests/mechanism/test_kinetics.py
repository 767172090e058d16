"""The two-step mechanism against closed forms, matrix exponentials and mass balances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import brentq

from workbench.errors import MechanismError
from workbench.mechanism.facts import assumed_rates, figure
from workbench.mechanism.kinetics import Rates, mass_action, target_course, washout
from workbench.mechanism.limits import (
    encounter_kd_nm,
    irreversible_adduct,
    overall_kd_nm,
    residence_time_h,
    reversible_encounter,
    steady_state,
    with_apparent_kd,
)

USUAL = Rates(1e5, 0.1, 1e-3, 5e-6)
HOURS = np.linspace(0, 48, 25)


def by_hand(rates: Rates, nm: float, hours: float, start: list[float]) -> Any:
    """The same scheme, written down once more and solved by a matrix exponential."""
    on, off = rates.k_on_per_molar_per_s * nm * 1e-9, rates.k_off_per_s
    inact, rev, lock = rates.k_inact_per_s, rates.k_rev_per_s, rates.k_lock_per_s
    flow = np.array(
        [
            [-on, off, 0, 0],
            [on, -off - inact, rev, 0],
            [0, inact, -rev - lock, 0],
            [0, 0, lock, 0],
        ]
    )
    return expm(3600 * hours * flow) @ start


def test_one_reversible_step_follows_its_closed_form() -> None:
    rates = Rates(1e5, 0.01, 0, 0)
    course = target_course(rates, lambda _: 300.0, HOURS / 100)
    assert np.abs(course[:, 1] - reversible_encounter(rates, 300.0, HOURS / 100)).max() < 1e-6
    # 300 nM against a Kd of 100 nM: three quarters
    assert course[-1, 1] == pytest.approx(0.75, abs=1e-4)


@pytest.mark.parametrize("nm", [1.0, 50.0, 1e4])
def test_an_irreversible_bond_follows_its_closed_form(nm: float) -> None:
    rates = Rates(1e5, 0.1, 1e-3, 0)
    course = target_course(rates, lambda _: nm, HOURS)
    assert np.abs(course[:, 2] - irreversible_adduct(rates, nm, HOURS)).max() < 1e-6
    assert irreversible_adduct(rates, nm, np.array([7.0]))[0] == pytest.approx(
        by_hand(rates, nm, 7.0, [1, 0, 0, 0])[2], abs=1e-9
    )


def test_the_usual_rate_of_inactivation_is_the_limit_of_fast_binding() -> None:
    # k_obs = k_inact [I] / (K_I + [I]), with K_I = (k_off + k_inact) / k_on
    rates, nm = Rates(1e6, 10.0, 1e-4, 0), 2000.0
    k_obs = 1e-4 * nm / (10000.1 + nm)
    left = 1 - irreversible_adduct(rates, nm, np.array([1.0, 6.0]))
    assert -math.log(left[1] / left[0]) / (5 * 3600) == pytest.approx(k_obs, rel=1e-3)


def test_equal_rates_have_a_limit_of_their_own() -> None:
    rates = Rates(1e5, 0.0, 1e-4, 0)  # 1 nM binds at 1e-4 per s too
    found = irreversible_adduct(rates, 1.0, np.array([2.0]))[0]
    assert found == pytest.approx(by_hand(rates, 1.0, 2.0, [1, 0, 0, 0])[2], abs=1e-9)


def test_all_steps_together_follow_the_matrix_exponential() -> None:
    rates = Rates(1e5, 0.1, 1e-3, 5e-6, k_lock_per_s=1e-6)
    course = target_course(rates, lambda _: 40.0, HOURS)
    for k in (3, 11, 24):
        assert course[k] == pytest.approx(by_hand(rates, 40.0, HOURS[k], [1, 0, 0, 0]), abs=1e-6)


def test_a_concentration_that_jumps() -> None:
    course = target_course(
        USUAL, lambda t: 100.0 if t <= 5 else 2.0, [0.0, 5.0, 20.0], breaks_h=[5.0]
    )
    loaded = by_hand(USUAL, 100.0, 5.0, [1, 0, 0, 0])
    assert course[1] == pytest.approx(loaded, abs=1e-6)
    assert course[2] == pytest.approx(by_hand(USUAL, 2.0, 15.0, loaded), abs=1e-5)


def test_washout() -> None:
    loaded = by_hand(USUAL, 77.0, 4.0, [1, 0, 0, 0])
    left = washout(USUAL, 77.0, 4.0, [1.0, 48.0])
    assert left[0] == pytest.approx(by_hand(USUAL, 0.0, 1.0, loaded), abs=1e-6)
    assert left[1] == pytest.approx(by_hand(USUAL, 0.0, 48.0, loaded), abs=1e-6)
    locked = washout(Rates(1e5, 0.1, 1e-3, 0, k_lock_per_s=1e-2), 77.0, 200.0, [1000.0])
    assert locked[0, 3] == pytest.approx(1, abs=1e-4)


def test_the_steady_state_obeys_detailed_balance() -> None:
    free, encounter, adduct, locked = steady_state(USUAL, 20.0)
    assert encounter / free == pytest.approx(20.0 / 1000.0)
    assert adduct / encounter == pytest.approx(1e-3 / 5e-6)
    assert locked == 0
    assert free + encounter + adduct == pytest.approx(1)
    course = target_course(USUAL, lambda _: 20.0, [0.0, 5000.0])
    assert course[-1] == pytest.approx([free, encounter, adduct, locked], abs=1e-6)
    # at the apparent Kd half of the target is free
    assert steady_state(USUAL, overall_kd_nm(USUAL))[0] == pytest.approx(0.5)


def test_states_that_nothing_leaves() -> None:
    assert steady_state(Rates(1, 1, 1, 0), 1.0)[2] == 1
    assert steady_state(Rates(1, 1, 1, 1, k_lock_per_s=1), 1.0)[3] == 1
    assert steady_state(USUAL, 0.0)[0] == 1
    assert overall_kd_nm(Rates(1e5, 0.1, 1, 0)) == 0
    assert residence_time_h(Rates(1e5, 0.1, 1, 0)) == math.inf
    assert encounter_kd_nm(Rates(0, 1, 1, 1)) == math.inf


def test_the_mean_stay_is_that_of_the_exit_times() -> None:
    off, inact, rev = 0.02, 0.05, 1e-4
    inside = np.array([[-off - inact, rev], [inact, -rev]])
    mean = -np.ones(2) @ np.linalg.inv(inside) @ [0, 1] / 3600
    assert residence_time_h(Rates(1e5, off, inact, rev)) == pytest.approx(mean)


def test_the_assumed_rates_give_the_published_affinity() -> None:
    rows = {row.name: row for row in assumed_rates()}
    names = ("k_on", "k_off", "k_inact", "k_rev")
    assert tuple(rows) == names
    published = figure("selinexor", "apparent Kd")
    assert published is not None
    assert overall_kd_nm(Rates(*(rows[n].value for n in names))) == pytest.approx(
        published.middle, rel=0.01
    )
    assert all(row.low < row.value < row.high for row in rows.values())
    assert all("no measurement found" in row.reason for row in rows.values())


def test_a_wanted_affinity_sets_the_reversal() -> None:
    assert overall_kd_nm(with_apparent_kd(USUAL, 5.29)) == pytest.approx(5.29)
    for wrong in (0.0, -1.0, 1000.0, math.nan):
        with pytest.raises(MechanismError, match="apparent Kd"):
            with_apparent_kd(USUAL, wrong)


def test_a_closed_vessel_keeps_its_mass_and_reaches_equilibrium() -> None:
    course = mass_action(USUAL, 100.0, 60.0, [0.0, 0.1, 3.0, 24.0, 20000.0])
    assert np.abs(course[:, 1:].sum(axis=1) - 100).max() < 1e-9 * 100
    assert np.abs(course[:, 0] + course[:, 2:].sum(axis=1) - 60).max() < 1e-9 * 100
    kd = overall_kd_nm(USUAL)
    bound = brentq(lambda b: (100 - b) * (60 - b) - kd * b, 0, 60)
    assert course[-1, 2:].sum() == pytest.approx(bound, rel=1e-6)
    assert (course >= -1e-9).all()


def test_drug_in_great_excess_is_not_used_up() -> None:
    vessel = mass_action(USUAL, 0.001, 50.0, HOURS)[:, 1:] / 0.001
    assert np.abs(vessel - target_course(USUAL, lambda _: 50.0, HOURS)).max() < 1e-4


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_any_order_of_magnitude_is_solved(position: int, size: float) -> None:
    values = [1.0] * 5
    values[position] = size
    rates = Rates(*values[:4], k_lock_per_s=values[4])
    course = target_course(rates, lambda _: 1e3, [0.0, 1e-4, 1.0, 100.0])
    assert np.abs(course.sum(axis=1) - 1).max() < 1e-9
    assert course.min() > -1e-9
    vessel = mass_action(rates, 1.0, 1e3, [0.0, 1.0, 100.0])
    assert np.abs(vessel[:, 1:].sum(axis=1) - 1).max() < 1e-6 * 1e-3
    assert np.abs(vessel[:, 0] + vessel[:, 2:].sum(axis=1) - 1e3).max() < 1e-9 * 1e3


def test_turnover_keeps_the_amount_and_brings_free_target_back() -> None:
    rates = Rates(1e5, 0.1, 1e-3, 0, target_half_life_h=10.0)
    course = target_course(rates, lambda _: 0.0, [0.0, 10.0, 20.0], start=(0, 0, 1, 0))
    assert course.sum(axis=1) == pytest.approx(1, abs=1e-9)
    # bonded target goes with its half-life, free target takes its place
    assert course[1:, 2] == pytest.approx([0.5, 0.25], abs=1e-6)
    assert course[1:, 0] == pytest.approx([0.5, 0.75], abs=1e-6)


def test_loss_of_the_bonded_target_alone() -> None:
    rates = Rates(1e5, 0.1, 0, 0, k_loss_per_s=math.log(2) / 3600)
    course = target_course(rates, lambda _: 0.0, [0.0, 2.0], start=(0.4, 0, 0.6, 0))
    assert course[-1] == pytest.approx([0.4, 0, 0.15, 0], abs=1e-6)


@pytest.mark.parametrize(
    "name", ["k_on_per_molar_per_s", "k_off_per_s", "k_inact_per_s", "k_rev_per_s", "k_lock_per_s"]
)
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, None, "1"])
def test_bad_rates_are_named(name: str, value: Any) -> None:
    usual: dict[str, Any] = {
        "k_on_per_molar_per_s": 1.0,
        "k_off_per_s": 1.0,
        "k_inact_per_s": 1.0,
        "k_rev_per_s": 1.0,
    }
    with pytest.raises(MechanismError, match=rf"^{name} is .*: give a number of at least 0$"):
        Rates(**(usual | {name: value}))


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_bad_half_life_is_named(value: float) -> None:
    with pytest.raises(MechanismError, match="target_half_life_h"):
        Rates(1, 1, 1, 1, target_half_life_h=value)


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [2.0, 1.0], [0.0, math.nan]])
def test_times_that_do_not_increase(times: list[float]) -> None:
    with pytest.raises(MechanismError, match="times_h"):
        target_course(USUAL, lambda _: 1.0, times)


def test_a_closed_vessel_refuses_what_it_cannot_hold() -> None:
    with pytest.raises(MechanismError, match="drug_nm"):
        mass_action(USUAL, 1.0, -1.0, [0.0, 1.0])
    with pytest.raises(MechanismError, match="turnover"):
        mass_action(Rates(1, 1, 1, 1, target_half_life_h=5.0), 1.0, 1.0, [0.0, 1.0])
