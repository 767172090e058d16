"""L-BFGS in a pocket: down to a gradient, restraints released in stages for crowded starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.implicit_solvent import SOLVENT_GROUP
from workbench.physics.mmff import ANGSTROM_PER_NM, COULOMB_SCALE, KJ_PER_KCAL
from workbench.physics.platform_probe import short_reason
from workbench.physics.platforms import PlatformChoice

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SOFT_ITERATIONS = 200
SOFT_GRADIENT = 3.0
RELEASE_GRADIENT = 1.0
HOLD_KCAL_PER_MOL_ANGSTROM2 = 20.0
RELEASE_KCAL_PER_MOL_ANGSTROM2 = 4.0
"""k of k x^2 on the held atoms: while room is made, and on the way to none."""

_GRADIENT_UNIT = KJ_PER_KCAL * ANGSTROM_PER_NM
_HOLD = "hold"
# L-BFGS gives up when a line search fails; from there it often goes on with a fresh memory.
_RESTARTS = 4


class Descent:
    """A context that goes downhill over the mobile atoms.

    Parameters
    ----------
    system
        Frozen atoms have mass 0. Springs are added to it.
    mobile, held
        ``(n_atoms,)`` what moves, and what springs hold in the soft stage.
    """

    def __init__(
        self, system: openmm.System, platform: PlatformChoice, mobile: BoolArray, held: BoolArray
    ) -> None:
        self.mobile = mobile
        self._held = np.flatnonzero(held).tolist()
        self._springs = springs(self._held)
        system.addForce(self._springs)
        self.context = platform.context(system)

    def place(self, coordinates: FloatArray) -> None:
        """Set the coordinates, ``(n_atoms, 3)`` angstrom."""
        self.context.setPositions(coordinates / ANGSTROM_PER_NM)

    def coordinates(self) -> FloatArray:
        """Return the coordinates, ``(n_atoms, 3)`` angstrom."""
        state = self.context.getState(getPositions=True)
        positions = state.getPositions(asNumpy=True).value_in_unit(openmm.unit.angstrom)
        return np.array(positions, dtype=np.float64)

    def rms_gradient(self) -> float:
        """Return the gradient's rms over the mobile atoms' components, kcal/mol/angstrom."""
        groups = self.context.getIntegrator().getIntegrationForceGroups()
        forces = self.context.getState(getForces=True, groups=groups).getForces(asNumpy=True)
        unit = openmm.unit.kilojoule_per_mole / openmm.unit.nanometer
        values = np.asarray(forces.value_in_unit(unit))[self.mobile]
        return float(np.sqrt((values**2).mean())) / _GRADIENT_UNIT

    def soften(self) -> list[float]:
        """Make room in two stages, springs on the held atoms where they are.

        First stiff springs, electrostatics and solvent off; then weak springs and the whole
        energy. The springs are gone at the end.

        Returns
        -------
        list of float
            Energy after each iteration, kcal/mol.

        Raises
        ------
        PhysicsError
            See ``descend``.
        """
        points = self.coordinates() / ANGSTROM_PER_NM
        for row, atom in enumerate(self._held):
            self._springs.setParticleParameters(row, atom, points[atom])
        self._springs.updateParametersInContext(self.context)
        self.context.setParameter(COULOMB_SCALE, 0.0)
        self.context.setParameter(_HOLD, HOLD_KCAL_PER_MOL_ANGSTROM2)
        integrator = self.context.getIntegrator()
        groups = integrator.getIntegrationForceGroups()
        integrator.setIntegrationForceGroups(groups & ~(1 << SOLVENT_GROUP))
        try:
            trace = self.descend(SOFT_GRADIENT, SOFT_ITERATIONS)
            integrator.setIntegrationForceGroups(groups)
            self.context.setParameter(COULOMB_SCALE, 1.0)
            self.context.setParameter(_HOLD, RELEASE_KCAL_PER_MOL_ANGSTROM2)
            return trace + self.descend(RELEASE_GRADIENT, SOFT_ITERATIONS)
        finally:
            integrator.setIntegrationForceGroups(groups)
            self.context.setParameter(COULOMB_SCALE, 1.0)
            self.context.setParameter(_HOLD, 0.0)

    def descend(self, goal: float, most: int) -> list[float]:
        """Minimise to an rms gradient in kcal/mol/angstrom.

        Parameters
        ----------
        most
            Iterations in all.

        Returns
        -------
        list of float
            Energy after each iteration, kcal/mol.

        Raises
        ------
        PhysicsError
            When the energy or a coordinate stops being finite.
        """
        watch = _Watch(self.mobile, goal, most)
        for _ in range(_RESTARTS):
            try:
                # The watch decides when to stop; OpenMM's own criterion counts frozen atoms.
                openmm.LocalEnergyMinimizer.minimize(
                    self.context, goal * _GRADIENT_UNIT / 100, 0, watch
                )
            except openmm.OpenMMException as error:
                raise PhysicsError(
                    f"the minimisation failed ({short_reason(str(error))}); "
                    "the start is too distorted."
                ) from error
            if watch.stopped or self.rms_gradient() <= goal:
                break
        return watch.energies


class _Watch(openmm.MinimizationReporter):
    """Stop at an rms gradient over the mobile atoms, or after so many iterations in all."""

    def __init__(self, mobile: BoolArray, goal: float, most: int) -> None:
        super().__init__()
        self._components = np.repeat(mobile, 3)
        self._goal = goal * _GRADIENT_UNIT
        self._most = most
        self.energies: list[float] = []
        self.stopped = False

    def report(self, iteration: int, x: Any, grad: Any, args: Any) -> bool:
        """Note the energy and say whether to stop; called by OpenMM."""
        self.energies.append(float(args["system energy"]) / KJ_PER_KCAL)
        values = np.asarray(grad)[self._components]
        done = float(np.sqrt((values**2).mean())) <= self._goal
        self.stopped = done or len(self.energies) >= self._most
        return self.stopped


def springs(held: list[int]) -> openmm.CustomExternalForce:
    """Return springs that tie atoms to points: slack, all points at the origin, until set.

    The only global parameter is k of ``k x^2`` in kcal/mol/angstrom^2.
    """
    force = openmm.CustomExternalForce(
        f"{_HOLD}*{KJ_PER_KCAL * ANGSTROM_PER_NM**2}*((x-x0)^2+(y-y0)^2+(z-z0)^2)"
    )
    force.addGlobalParameter(_HOLD, 0.0)
    for name in ("x0", "y0", "z0"):
        force.addPerParticleParameter(name)
    for atom in held:
        force.addParticle(atom, [0.0, 0.0, 0.0])
    force.setName("springs")
    return force
