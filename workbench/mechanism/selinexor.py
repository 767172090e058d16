"""The pharmacokinetics of selinexor: two compartments, fitted to what is published.

The published figures contradict each other in one compartment: the area of 80 mg gives a clearance
of 14.9 L/h, the stated one is 17.9; with the stated volume that makes a half-life of 4.8 h, and
with a half-life of 6 to 8 h the peak stays far below the published one. Two compartments reconcile
all of them but the stated clearance, if the stated volume is that of the terminal phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import least_squares

from workbench.mechanism.facts import Figure, figure
from workbench.mechanism.kinetics import FloatArray
from workbench.mechanism.pharmacokinetics import OralModel

NAME = "selinexor"
DOSE_MG = 80.0
PERIPHERAL_SHARE = 0.5
"""Peripheral over central volume: the figures do not settle it, so it is assumed."""
RELATIVE_ERROR = 0.1
START = (0.35, 14.5, 45.0, 4.0)
NOT_FITTED = "CL/F"


@dataclass(frozen=True)
class Residual:
    """A published figure beside the model's; ``relative`` is 0 inside a published range."""

    quantity: str
    published: str
    model: float
    unit: str
    relative: float
    fitted: bool
    source: str


@cache
def selinexor_model() -> OralModel:
    """Return the model that is fitted to Tmax, half-life, Cmax, AUC and V/F of the table."""
    fit = least_squares(
        _misfit, np.log(START), method="lm", xtol=1e-12, ftol=1e-12, gtol=1e-12, max_nfev=4000
    )
    values = [float(f"{value:.4g}") for value in np.exp(fit.x)]
    return _model(values)


@cache
def selinexor_residuals() -> tuple[Residual, ...]:
    """Return each published figure with what the model gives, the one left out included."""
    model = selinexor_model()
    rows = []
    for quantity, value in _figures_of(model).items():
        row = _published(quantity)
        low = row.value if row.low is None else row.low
        high = row.value if row.high is None else row.high
        assert low is not None and high is not None
        nearest = min(max(value, low), high)
        rows.append(
            Residual(
                quantity,
                f"{low:g}" if low == high else f"{low:g} to {high:g}",
                value,
                row.unit,
                value / nearest - 1,
                quantity != NOT_FITTED,
                row.source,
            )
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
    row = figure(NAME, quantity)
    if row is None:
        raise ValueError(f"pharmacology.csv: {quantity} of {NAME} is missing")
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
