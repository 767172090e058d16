"""The two-step mechanism against closed forms, matrix exponentials and mass balances."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from workbench.errors import MechanismError
from workbench.mechanism.kinetics import (
    Rates,
    overall_kd_nm,
    residence_time_h,
    target_course,
    with_apparent_kd,
)
from workbench.mechanism.parameters import assumed_rates
from workbench.mechanism.pharmacokinetics import figure

USUAL = Rates(1e5, 0.1, 1e-3, 5e-6)
HOURS = np.linspace(0, 48, 25)


def by_hand(rates: Rates, nm: float, hours: float, start: list[float]) -> Any:
    """The same scheme, written down once more and solved by a matrix exponential."""
    on, off = rates.k_on_per_molar_per_s * nm * 1e-9, rates.k_off_per_s
    inact, rev, lock = rates.k_inact_per_s, rates.k_rev_per_s, rates.k_lock_per_s
    flow = np.array([
        [-on, off, 0, 0],
        [on, -off - inact, rev, 0],
        [0, inact, -rev - lock, 0],
        [0, 0, lock, 0],
    ])  # fmt: skip
    return expm(3600 * hours * flow) @ start


def test_fast_binding_gives_the_usual_rate_of_inactivation() -> None:
    # k_obs = k_inact [I] / (K_I + [I]), with K_I = (k_off + k_inact) / k_on
    course = target_course(Rates(1e6, 10.0, 1e-4, 0), lambda _: 2000.0, [0.0, 1.0, 6.0])
    left = 1 - course[1:, 2]
    k_obs = 1e-4 * 2000 / (10000.1 + 2000)
    assert -math.log(left[1] / left[0]) / (5 * 3600) == pytest.approx(k_obs, rel=1e-3)


@pytest.mark.parametrize(
    ("rates", "nm"),
    [
        (Rates(1e5, 0.1, 1e-3, 5e-6, k_lock_per_s=1e-6), 40.0),
        (Rates(1e5, 0.1, 1e-3, 0), 1e4),
        (Rates(1e5, 0.0, 1e-4, 0), 1.0),  # binds and bonds at the same rate
        (Rates(1e5, 0.01, 0, 0), 300.0),
    ],
)
def test_all_steps_together_follow_the_matrix_exponential(rates: Rates, nm: float) -> None:
    course = target_course(rates, lambda _: nm, HOURS)
    for k in (3, 11, 24):
        assert course[k] == pytest.approx(by_hand(rates, nm, HOURS[k], [1, 0, 0, 0]), abs=1e-6)
    washed = target_course(rates, lambda _: 0.0, [0.0, 20.0], start=course[3].tolist())
    assert washed[1] == pytest.approx(by_hand(rates, 0.0, 20.0, course[3]), abs=1e-5)


def test_the_end_obeys_detailed_balance() -> None:
    free, encounter, adduct, locked = target_course(USUAL, lambda _: 20.0, [0.0, 5000.0])[-1]
    assert encounter / free == pytest.approx(20.0 / 1000.0, rel=1e-4)
    assert adduct / encounter == pytest.approx(1e-3 / 5e-6, rel=1e-4)
    assert locked == 0
    # at the apparent Kd half of the target is free
    at_kd = target_course(USUAL, lambda _: overall_kd_nm(USUAL), [0.0, 5000.0])[-1]
    assert at_kd[0] == pytest.approx(0.5, abs=1e-5)


def test_the_mean_stay_is_that_of_the_exit_times() -> None:
    off, inact, rev = 0.02, 0.05, 1e-4
    inside = np.array([[-off - inact, rev], [inact, -rev]])
    mean = -np.ones(2) @ np.linalg.inv(inside) @ [0, 1] / 3600
    assert residence_time_h(Rates(1e5, off, inact, 0)) == math.inf
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


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_any_order_of_magnitude_is_solved(position: int, size: float) -> None:
    values = [1.0] * 5
    values[position] = size
    rates = Rates(*values[:4], k_lock_per_s=values[4])
    course = target_course(rates, lambda _: 1e3, [0.0, 1e-4, 1.0, 100.0])
    assert np.abs(course.sum(axis=1) - 1).max() < 1e-9
    assert course.min() > -1e-9


def test_turnover_keeps_the_amount_and_brings_free_target_back() -> None:
    rates = Rates(1e5, 0.1, 1e-3, 0, target_half_life_h=10.0)
    course = target_course(rates, lambda _: 0.0, [0.0, 10.0, 20.0], start=(0, 0, 1, 0))
    assert course.sum(axis=1) == pytest.approx(1, abs=1e-9)
    # bonded target goes with its half-life, free target takes its place
    assert course[1:, 2] == pytest.approx([0.5, 0.25], abs=1e-6)
    assert course[1:, 0] == pytest.approx([0.5, 0.75], abs=1e-6)
    degraded = Rates(1e5, 0.1, 0, 0, k_loss_per_s=math.log(2) / 3600)
    course = target_course(degraded, lambda _: 0.0, [0.0, 2.0], start=(0.4, 0, 0.6, 0))
    assert course[-1] == pytest.approx([0.4, 0, 0.15, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("k_on_per_molar_per_s", -1.0),
        ("k_off_per_s", math.nan),
        ("k_inact_per_s", math.inf),
        ("k_rev_per_s", None),
        ("k_lock_per_s", "1"),
        ("target_half_life_h", 0.0),
        ("target_half_life_h", math.nan),
    ],
)
def test_bad_rates_are_named(name: str, value: Any) -> None:
    with pytest.raises(MechanismError, match=f"^{name} is "):
        replace(USUAL, **{name: value})


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [2.0, 1.0], [0.0, math.nan]])
def test_times_that_do_not_increase(times: list[float]) -> None:
    with pytest.raises(MechanismError, match="times_h"):
        target_course(USUAL, lambda _: 1.0, times)
