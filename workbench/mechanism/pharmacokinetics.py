"""Concentration in plasma after doses by mouth: one or two compartments, doses added up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from workbench.errors import MechanismError
from workbench.mechanism.kinetics import FloatArray

NG_PER_ML = 1000.0
"""ng/mL in one mg/L."""
APART = 1e-6
"""Rates nearer than this, relatively, are moved apart: the sum of exponentials divides by their
difference. The course changes by less than that."""


@dataclass(frozen=True)
class OralModel:
    """First-order absorption into one compartment, or into two that exchange.

    Volumes and clearances are apparent ones (divided by the unknown bioavailability).

    Parameters
    ----------
    absorption_per_h, clearance_l_per_h, central_volume_l
        All above 0.
    exchange_l_per_h, peripheral_volume_l
        Both 0 for one compartment, otherwise both above 0.

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
        """Return the total concentration at times, the doses' courses added up.

        Parameters
        ----------
        times_h
            ``(n_times,)`` or one time.
        doses
            Time in hours and mg of each.

        Returns
        -------
        (n_times,) array, ng/mL
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
    """Return the unbound concentration in nM.

    Parameters
    ----------
    plasma_ng_per_ml
        Total concentration.
    free_fraction
        From above 0 to 1.
    molar_mass
        In g/mol.
    """
    return plasma_ng_per_ml / molar_mass * 1000.0 * free_fraction
