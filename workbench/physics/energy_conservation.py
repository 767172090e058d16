"""How well a time step conserves energy: the drift of a run without a thermostat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.physics.complex import Assembly
from workbench.physics.moving_pocket import GAS_CONSTANT_KCAL_PER_MOL_K, MovingPocket, energies
from workbench.settings import DynamicsSettings

FloatArray = NDArray[np.float64]

_SAMPLE_PS = 0.01


@dataclass(frozen=True)
class Drift:
    """Drift of the total energy in a run at constant energy.

    Parameters
    ----------
    drift_kt_per_ns
        Slope of a straight line through the total energy, per degree of freedom, in units of kT
        per nanosecond.
    fluctuation_kcal_per_mol
        Standard deviation of the total energy around that line.
    error_kt_per_ns
        Standard error of the slope as the residuals give it, taken as independent.
    total_kcal_per_mol
        ``(n_samples,)`` total energy every 0.01 ps.
    """

    drift_kt_per_ns: float
    error_kt_per_ns: float
    fluctuation_kcal_per_mol: float
    total_kcal_per_mol: FloatArray


def energy_drift(
    bonded: Assembly,
    settings: DynamicsSettings,
    *,
    length_ps: float,
    equilibration_ps: float = 1.0,
    threads: int | None = None,
) -> Drift:
    """Equilibrate with the thermostat, then propagate without it (velocity Verlet's leapfrog).

    Parameters
    ----------
    settings
        Time step, masses, temperature; its length is not used.
    length_ps
        At constant energy; at least 0.1.

    Raises
    ------
    PhysicsError
        When the System cannot be built or the run breaks down.
    """
    pocket = MovingPocket(bonded, settings, threads=threads)
    step_ps = settings.timestep_fs / 1000
    warm = pocket.context(pocket.langevin(settings.seed))
    warm.setVelocitiesToTemperature(settings.temperature_k, settings.seed)
    cold = pocket.context(openmm.VerletIntegrator(step_ps))
    stride = max(1, round(_SAMPLE_PS / step_ps))
    n_samples = max(10, round(length_ps / (stride * step_ps)))
    totals = []
    try:
        warm.getIntegrator().step(max(1, round(equilibration_ps / step_ps)))
        cold.setState(warm.getState(getPositions=True, getVelocities=True))
        for _ in range(n_samples):
            cold.getIntegrator().step(stride)
            totals.append(sum(energies(cold)))
    except openmm.OpenMMException as error:
        raise pocket.blown_up(equilibration_ps + len(totals) * stride * step_ps) from error
    if not np.isfinite(totals).all():
        raise pocket.blown_up(equilibration_ps, "an energy is not finite")
    total = np.array(totals)
    time_ns = np.arange(len(total)) * stride * step_ps / 1000
    (slope, start), covariance = np.polyfit(time_ns, total, 1, cov=True)
    per = GAS_CONSTANT_KCAL_PER_MOL_K * settings.temperature_k * pocket.degrees_of_freedom
    return Drift(
        drift_kt_per_ns=float(slope) / per,
        error_kt_per_ns=float(np.sqrt(covariance[0, 0])) / per,
        fluctuation_kcal_per_mol=float((total - start - slope * time_ns).std()),
        total_kcal_per_mol=total,
    )
