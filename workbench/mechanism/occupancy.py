"""How much XPO1 is occupied, and how much can still export, while the drug comes and goes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from workbench.errors import MechanismError
from workbench.mechanism.kinetics import (
    ADDUCT,
    ENCOUNTER,
    FREE,
    LOCKED,
    FloatArray,
    Rates,
    target_course,
)
from workbench.mechanism.pharmacokinetics import OralModel, free_nm


@dataclass(frozen=True)
class Exposure:
    """The free concentration at the target: a model, its doses, and what scales it.

    ``doses`` holds hours and mg; ``site_factor`` is the free concentration at the target over that
    in plasma, 1 outside the brain.
    """

    model: OralModel
    doses: tuple[tuple[float, float], ...]
    molar_mass: float
    free_fraction: float
    site_factor: float = 1.0

    def plasma_ng_per_ml(self, times_h: FloatArray | float) -> FloatArray:
        """Return the total concentration in plasma, ``(n_times,)``."""
        return self.model.plasma_ng_per_ml(times_h, self.doses)

    def free_nm(self, times_h: FloatArray | float) -> FloatArray:
        """Return the free concentration at the target in nM, ``(n_times,)``."""
        plasma = self.plasma_ng_per_ml(times_h)
        return free_nm(plasma, self.free_fraction * self.site_factor, self.molar_mass)


@dataclass(frozen=True)
class Occupancy:
    """Fractions of the untreated XPO1 of a cell, ``(n_times,)`` each.

    Without a bond, with one (locked adducts included), and free: wild type and mutant together.
    """

    encounter: FloatArray
    covalent: FloatArray
    export_capacity: FloatArray


def cell_occupancies(
    cases: Iterable[Rates], exposure: Exposure, mutant_fraction: float, times_h: FloatArray
) -> list[Occupancy]:
    """Return the occupancy, for each set of rates, in a cell part of whose XPO1 has no thiol.

    The mutant (C528S) forms the encounter complex with the same k_on and k_off, which is an
    assumption, and no bond. An occupied groove is taken not to export, whether bonded or not.

    Raises
    ------
    MechanismError
        When the fraction is not from 0 to 1, or the equations cannot be solved.
    """
    if not 0 <= mutant_fraction <= 1:
        raise MechanismError(f"mutant_fraction is {mutant_fraction!r}: give 0 to 1")
    known: dict[Rates, FloatArray] = {}
    found = []
    for rates in cases:
        states = np.zeros((len(times_h), 4))
        mutant = replace(rates, k_inact_per_s=0.0, k_rev_per_s=0.0, k_lock_per_s=0.0)
        for share, kind in ((1 - mutant_fraction, rates), (mutant_fraction, mutant)):
            if share:
                if kind not in known:
                    known[kind] = _course(kind, exposure, times_h)
                states += share * known[kind]
        states = np.clip(states, 0.0, None)  # the solver's error leaves some 1e-12 below zero
        covalent = states[:, ADDUCT] + states[:, LOCKED]
        found.append(Occupancy(states[:, ENCOUNTER], covalent, states[:, FREE]))
    return found


def corners(rates: Rates, ranges: dict[str, tuple[float, float]]) -> Iterable[Rates]:
    """Yield the rates with every combination of the ends of the given ranges."""
    for ends in itertools.product(*ranges.values()):
        yield replace(rates, **dict(zip(ranges, ends, strict=True)))


def _course(rates: Rates, exposure: Exposure, times_h: FloatArray) -> FloatArray:
    exponents = exposure.model.rates_per_h()
    amplitudes = exposure.model.amplitudes_per_l()
    scale = float(
        free_nm(
            np.array(1000.0), exposure.free_fraction * exposure.site_factor, exposure.molar_mass
        )
    )
    # Every dose decays as the same exponentials: their weights since the last dose are enough.
    breaks = sorted({at for at, _ in exposure.doses})
    weights = {
        begin: scale
        * amplitudes
        * sum(mg * np.exp(-exponents * (begin - at)) for at, mg in exposure.doses if at <= begin)
        for begin in breaks
    }
    course = np.zeros((len(times_h), 4))
    state = (1.0, 0.0, 0.0, 0.0)
    edges = sorted({float(times_h[0]), *(b for b in breaks if b < times_h[-1])})
    for begin, end in zip(edges, [*edges[1:], float(times_h[-1])], strict=True):
        last = weights.get(begin, np.zeros(len(exponents)))
        terms = tuple(zip(last.tolist(), exponents.tolist(), strict=True))

        def concentration(
            t: float, terms: tuple[tuple[float, float], ...] = terms, begin: float = begin
        ) -> float:
            return max(sum(w * math.exp(k * (begin - t)) for w, k in terms), 0.0)

        inside = (times_h >= begin) & (times_h <= end)
        points = np.unique([begin, *times_h[inside], end])
        states = target_course(rates, concentration, points, start=state)
        course[inside] = states[np.isin(points, times_h[inside])]
        state = tuple(states[-1])
    return course
