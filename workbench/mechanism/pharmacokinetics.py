"""Concentration in plasma after doses by mouth, and selinexor's model fitted to what is published.

The published figures of selinexor contradict each other in one compartment: the area of 80 mg gives
a clearance of 14.9 L/h, the stated one is 17.9; with the stated volume that makes a half-life of
4.8 h, and with a half-life of 6 to 8 h the peak stays far below the published one. Two compartments
reconcile all of them but the stated clearance, if the stated volume is that of the terminal phase.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq, least_squares

from workbench.errors import MechanismError
from workbench.mechanism.kinetics import FloatArray
from workbench.tables import read_table

NG_PER_ML = 1000.0
"""ng/mL in one mg/L."""
APART = 1e-6
"""Rates nearer than this, relatively, are moved apart: the sum of exponentials divides by their
difference. The course changes by less than that."""
SELINEXOR = "selinexor"
DOSE_MG = 80.0
PERIPHERAL_SHARE = 0.5
"""Peripheral over central volume: the figures do not settle it, so it is assumed."""
RELATIVE_ERROR = 0.1
START = (0.35, 14.5, 45.0, 4.0)
NOT_FITTED = "CL/F"


@dataclass(frozen=True)
class OralModel:
    """First-order absorption into one compartment, or into two that exchange.

    Volumes and clearances are apparent ones (divided by the unknown bioavailability). Exchange and
    peripheral volume are both 0 for one compartment; all other values are above 0.

    Raises
    ------
    MechanismError
        When a value is out of its range.
    """

    absorption_per_h: float
    clearance_l_per_h: float
    central_volume_l: float
    exchange_l_per_h: float = 0.0
    peripheral_volume_l: float = 0.0

    def __post_init__(self) -> None:
        for name in ("absorption_per_h", "clearance_l_per_h", "central_volume_l"):
            if not 0 < getattr(self, name) < math.inf:
                raise MechanismError(f"{name} is {getattr(self, name)!r}: give a number above 0")
        pair = (self.exchange_l_per_h, self.peripheral_volume_l)
        if pair != (0, 0) and not all(0 < value < math.inf for value in pair):
            raise MechanismError(
                f"exchange_l_per_h and peripheral_volume_l are {pair}: give two numbers above 0, "
                "or leave both out for one compartment"
            )

    def rates_per_h(self) -> FloatArray:
        """Return the exponents: absorption first, then disposition, the slowest last."""
        out = self.clearance_l_per_h / self.central_volume_l
        if not self.exchange_l_per_h:
            found = [self.absorption_per_h, out]
        else:
            there = self.exchange_l_per_h / self.central_volume_l
            back = self.exchange_l_per_h / self.peripheral_volume_l
            total = out + there + back
            # (total^2 - 4 out back), written so that nothing cancels
            root = math.sqrt((out + there - back) ** 2 + 4 * there * back)
            fast = (total + root) / 2
            found = [self.absorption_per_h, fast, out * back / fast]
        for k in range(1, len(found)):
            if abs(found[0] - found[k]) < APART * found[k]:
                found[0] = found[k] * (1 + APART)
        return np.array(found)

    def amplitudes_per_l(self) -> FloatArray:
        """Return the factors of the exponentials for a dose of 1; they add up to 0."""
        rates = self.rates_per_h()
        back = self.exchange_l_per_h / self.peripheral_volume_l if self.exchange_l_per_h else None
        made = []
        for k, rate in enumerate(rates):
            others = np.prod([other - rate for j, other in enumerate(rates) if j != k])
            made.append((1.0 if back is None else back - rate) / others)
        return self.absorption_per_h / self.central_volume_l * np.array(made)

    def half_life_h(self) -> float:
        """Return the half-life at the end of the course."""
        return math.log(2) / float(self.rates_per_h().min())

    def auc_ng_h_per_ml(self, dose_mg: float) -> float:
        """Return the whole area under the curve of one dose: dose / clearance."""
        return NG_PER_ML * dose_mg / self.clearance_l_per_h

    def terminal_volume_l(self) -> float:
        """Return the apparent volume of the terminal phase, clearance / terminal rate."""
        return self.clearance_l_per_h / float(self.rates_per_h().min())

    def tmax_h(self) -> float:
        """Return when one dose has its highest concentration: where the slope is zero."""
        rates, amplitudes = self.rates_per_h(), self.amplitudes_per_l()

        def slope(t: float) -> float:
            return float(-(amplitudes * rates) @ np.exp(-rates * t))

        late = 1 / rates.max()
        while slope(late) > 0:
            late *= 2
        return float(brentq(slope, 0.0, late, xtol=1e-12))

    def plasma_ng_per_ml(
        self, times_h: FloatArray | float, doses: Sequence[tuple[float, float]]
    ) -> FloatArray:
        """Return the total concentration in ng/mL at ``(n_times,)`` hours, doses added up.

        ``doses`` holds the time in hours and the mg of each.
        """
        rates, amplitudes = self.rates_per_h(), NG_PER_ML * self.amplitudes_per_l()
        times = np.atleast_1d(np.asarray(times_h, dtype=float))
        found = np.zeros(len(times))
        for at_h, dose_mg in doses:
            since = times - at_h
            after = since > 0
            found[after] += dose_mg * (np.exp(-np.outer(since[after], rates)) @ amplitudes)
        return np.maximum(found, 0.0)


def free_nm(plasma_ng_per_ml: FloatArray, free_fraction: float, molar_mass: float) -> FloatArray:
    """Return the unbound concentration in nM; the molar mass is in g/mol."""
    return plasma_ng_per_ml / molar_mass * 1000.0 * free_fraction


@dataclass(frozen=True)
class Figure:
    """One row of ``pharmacology.csv``: a published figure, blank where the source gives none.

    ``confidence`` is ``verified``, or ``none`` where no number was found.
    """

    compound: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    context: str
    source: str
    confidence: str

    @property
    def middle(self) -> float:
        """The value, or the middle of the range where only a range is published."""
        if self.value is not None:
            return self.value
        if self.low is None or self.high is None:
            raise ValueError(f"pharmacology.csv: {self.quantity} of {self.compound} has no number")
        return (self.low + self.high) / 2


@cache
def figure(compound: str, quantity: str) -> Figure | None:
    """Return a compound's published figure, or ``None`` where the table has no number for it."""
    for row in read_table("pharmacology.csv", Figure):
        if (row.compound, row.quantity) == (compound, quantity):
            return None if row.value is None and row.low is None else row
    return None


@cache
def selinexor_model() -> OralModel:
    """Return the model that is fitted to Tmax, half-life, Cmax, AUC and V/F of the table."""
    fit = least_squares(
        _misfit, np.log(START), method="lm", xtol=1e-12, ftol=1e-12, gtol=1e-12, max_nfev=4000
    )
    values = [float(f"{value:.4g}") for value in np.exp(fit.x)]
    return _model(values)


@cache
def selinexor_residuals() -> tuple[dict[str, Any], ...]:
    """Return each published figure beside the model's, the one left out included.

    ``relative`` is the deviation, 0 inside a published range.
    """
    model = selinexor_model()
    rows = []
    for quantity, value in _figures_of(model).items():
        row = _published(quantity)
        low = row.value if row.low is None else row.low
        high = row.value if row.high is None else row.high
        assert low is not None and high is not None
        nearest = min(max(value, low), high)
        rows.append(
            {
                "quantity": quantity,
                "published": f"{low:g}" if low == high else f"{low:g} to {high:g}",
                "model": value,
                "unit": row.unit,
                "relative": value / nearest - 1,
                "fitted": quantity != NOT_FITTED,
                "source": row.source,
            }
        )
    return tuple(rows)


def _model(values: FloatArray | list[float]) -> OralModel:
    absorption, clearance, central, exchange = (float(value) for value in values)
    return OralModel(absorption, clearance, central, exchange, PERIPHERAL_SHARE * central)


def _figures_of(model: OralModel) -> dict[str, float]:
    tmax = model.tmax_h()
    return {
        "Tmax": tmax,
        "elimination half-life": model.half_life_h(),
        "Cmax": float(model.plasma_ng_per_ml(tmax, [(0.0, DOSE_MG)])[0]),
        "AUC": model.auc_ng_h_per_ml(DOSE_MG),
        "V/F": model.terminal_volume_l(),
        "CL/F": model.clearance_l_per_h,
    }


def _published(quantity: str) -> Figure:
    row = figure(SELINEXOR, quantity)
    if row is None:
        raise ValueError(f"pharmacology.csv: {quantity} of {SELINEXOR} is missing")
    return row


def _misfit(logs: FloatArray) -> FloatArray:
    """Return each figure's deviation: half the range for a range, 10 % for a single value."""
    found = []
    for quantity, value in _figures_of(_model(np.exp(logs))).items():
        row = _published(quantity)
        if quantity == NOT_FITTED:
            continue
        if row.low is not None and row.high is not None:
            found.append((value - row.middle) / ((row.high - row.low) / 2))
        else:
            found.append(np.log(value / row.middle) / RELATIVE_ERROR)
    return np.array(found)
