"""The rise of XPO1 mRNA after a dose: a published marker, in time only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.optimize import brentq

from workbench.mechanism.facts import figure
from workbench.mechanism.kinetics import FloatArray

PEAK = "XPO1 mRNA induction peak"
END = "XPO1 mRNA elevated until"
LEFT_AT_END = 0.5
"""Share of the peak at which it no longer counts as elevated: a convention of this package, since
the source does not say what it calls elevated."""


def mrna_response(
    drug: str, doses: Sequence[tuple[float, float]], times_h: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return how far XPO1 mRNA is raised, as a share of its own peak, with a band.

    After a dose it rises and falls as the difference of two exponentials that peaks when the
    published figure says and is down to half when it is said to be elevated no longer. How
    high it rises is not published, nor how it depends on the dose: the height is 1, and doses do
    not add up, the highest of their curves counts. It is a marker of the cell's answer, computed
    from no occupancy.

    Parameters
    ----------
    drug
        A catalogue name.
    doses
        Time in hours and mg.
    times_h
        ``(n_times,)``.

    Returns
    -------
    tuple of (n_times,) arrays, or None
        Middle of the published ranges, lowest and highest over their ends; ``None`` for a drug
        without figures.
    """
    peak, end = figure(drug, PEAK), figure(drug, END)
    if peak is None or end is None or None in (peak.low, peak.high, end.low, end.high):
        return None
    middle = _course(peak.middle, end.middle, doses, times_h)
    ends = [
        _course(float(p), float(e), doses, times_h)
        for p in (peak.low, peak.high)
        for e in (end.low, end.high)
        if p is not None and e is not None
    ]
    return middle, np.min([middle, *ends], axis=0), np.max([middle, *ends], axis=0)


def _course(
    peak_h: float, end_h: float, doses: Sequence[tuple[float, float]], times_h: FloatArray
) -> FloatArray:
    slow, fast = _exponents(peak_h, end_h)
    top = math.exp(-slow * peak_h) - math.exp(-fast * peak_h)
    course = np.zeros(len(times_h))
    for at, _ in doses:
        since = np.maximum(times_h - at, 0.0)
        course = np.maximum(course, (np.exp(-slow * since) - np.exp(-fast * since)) / top)
    return course


@cache
def _exponents(peak_h: float, end_h: float) -> tuple[float, float]:
    """Return the two rates, per hour, that give this peak and this end."""

    def rates(ratio: float) -> tuple[float, float]:
        # the difference of exponentials with rates s and r s peaks at ln r / (s (r - 1))
        slow = math.log(ratio) / (peak_h * (ratio - 1))
        return slow, ratio * slow

    def excess(log_ratio: float) -> float:
        slow, fast = rates(math.exp(log_ratio))
        top = math.exp(-slow * peak_h) - math.exp(-fast * peak_h)
        return (math.exp(-slow * end_h) - math.exp(-fast * end_h)) / top - LEFT_AT_END

    # equal rates (ratio 1) fall fastest, a large ratio falls as slowly as one likes
    return rates(math.exp(brentq(excess, 1e-6, 20.0)))
