"""Minimise complexes in their pocket: poses of one ligand share one System."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.assembly import check_stereo
from workbench.physics.complex import (
    Assembly,
    Kind,
    address,
    closest_contact,
    heavy_mask,
    inverted_centres,
    ligand_mask,
    mobile_atoms,
)
from workbench.physics.force_fields import force_field
from workbench.physics.implicit_solvent import SOLVENT_GROUP
from workbench.physics.mmff import ANGSTROM_PER_NM, COULOMB_SCALE, KJ_PER_KCAL
from workbench.physics.platforms import PlatformChoice, choose_platform, short_reason
from workbench.settings import MinimizationSettings

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

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
STRETCHED_ANGSTROM = 0.15
TOO_NEAR_ANGSTROM = 2.4

_SAME_PLACE_ANGSTROM = 1e-3
_BAD_CONTACT_ANGSTROM = 2.5
_BAD_GRADIENT = 50.0


class Descent:
    """A context that goes downhill over the mobile atoms; springs hold some in the soft stage.

    ``mobile`` and ``held`` are ``(n_atoms,)``; frozen atoms have mass 0.
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
        """Make room in two stages, springs on the held atoms where they are; return as ``descend``.

        First stiff springs, electrostatics and solvent off; then weak springs and the whole energy.
        The springs are gone at the end.
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
        """Minimise to an rms gradient in kcal/mol/angstrom, in at most ``most`` iterations in all.

        Returns the energy after each iteration, kcal/mol.

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


@dataclass(frozen=True)
class MinimisedComplex(Generic[Kind]):
    """A complex with its coordinates at a minimum in its pocket; energies in kcal/mol.

    Energies leave out terms among frozen atoms (bonded ones, with MMFF94s all), so they compare
    poses of one ``PocketMinimiser`` and nothing else. The rms gradient is over the Cartesian
    components of the mobile atoms; ``ligand_moved_angstrom`` is the RMS displacement of the
    ligand's heavy atoms, in place; ``energy_trace`` has each iteration, soft stage first (where
    electrostatics are off). ``problems`` is empty when the complex is fit to be shown.
    """

    bonded: Kind
    energy_before_kcal_per_mol: float
    energy_kcal_per_mol: float
    energy_terms: dict[str, float]
    rms_gradient_kcal_per_mol_angstrom: float
    converged: bool
    iterations: int
    softened: bool
    ligand_moved_angstrom: float
    mobile: BoolArray
    energy_trace: tuple[float, ...]
    platform: tuple[str, ...]
    problems: tuple[str, ...]


def minimise(
    bonded: Kind, settings: MinimizationSettings | None = None, *, threads: int | None = None
) -> MinimisedComplex[Kind]:
    """Minimise one complex; ``PocketMinimiser`` is cheaper for several poses."""
    return PocketMinimiser([bonded], settings, threads=threads).minimise(bonded)


class PocketMinimiser:
    """One System for all poses of a ligand's adducts, diastereomers included, in a receptor.

    The mobile set is the union over the poses, at least one, so that their energies compare.
    ``threads`` is for the CPU platform; with one, the default, the same input gives the same
    coordinates bit by bit on one machine.

    Raises
    ------
    PhysicsError
        When the force field lacks parameters, the System fails its audit, the poses do not
        belong together, or the platform does not work.
    """

    def __init__(
        self,
        complexes: Sequence[Assembly],
        settings: MinimizationSettings | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        if not complexes:
            raise PhysicsError("there is no complex to minimise.")
        self.settings = settings or MinimizationSettings()
        self._first = complexes[0]
        for bonded in complexes:
            self._check_topology(bonded)
        self.mobile = mobile_atoms(complexes, self.settings.mobile_angstrom)
        for bonded in complexes:
            self._check_frozen(bonded)
        self._field = force_field(self.settings.force_field)
        built = self._field.build(
            self._first,
            self.mobile,
            cutoff_angstrom=self.settings.cutoff_angstrom or self._field.cutoff_angstrom,
            solvent=self.settings.solvent,
        )
        self.platform = choose_platform(
            self.settings.platform, threads, built.system, self._first.coordinates
        )
        self._bond_atoms, self._bond_lengths = built.bond_atoms, built.bond_lengths
        ligand, heavy = ligand_mask(self._first), heavy_mask(self._first)
        self._ligand = ligand & heavy
        self._descent = Descent(
            built.system, self.platform, self.mobile, self.mobile & heavy & ~ligand
        )

    def minimise(self, bonded: Kind) -> MinimisedComplex[Kind]:
        """Minimise one pose.

        Where atoms clash, a soft stage comes first: electrostatics off, and springs hold the
        receptor's heavy atoms while the ligand and all hydrogens find room.

        Raises
        ------
        PhysicsError
            When the pose does not belong to this System, or its energy is not finite.
        """
        self._check_topology(bonded)
        self._check_frozen(bonded)
        descent = self._descent
        descent.place(bonded.coordinates)
        before = sum(self._field.energy_by_term(descent.context).values())
        if not math.isfinite(before):
            raise PhysicsError(f"{self._first.name}: the energy of the start is not finite.")
        crowded = closest_contact(bonded)[0] < _BAD_CONTACT_ANGSTROM
        soft = crowded or descent.rms_gradient() > _BAD_GRADIENT
        trace = descent.soften() if soft else []
        trace += descent.descend(
            self.settings.rms_gradient_kcal_per_mol_angstrom, self.settings.max_iterations
        )
        return self._result(bonded, before, tuple(trace), soft)

    def _result(
        self, start: Kind, before: float, trace: tuple[float, ...], soft: bool
    ) -> MinimisedComplex[Kind]:
        terms = self._field.energy_by_term(self._descent.context)
        points = start.coordinates.copy()
        points[self.mobile] = self._descent.coordinates()[self.mobile]
        moved = points[self._ligand] - start.coordinates[self._ligand]
        gradient = self._descent.rms_gradient()
        goal = self.settings.rms_gradient_kcal_per_mol_angstrom
        slow = f"the rms gradient is {gradient:.2f} kcal/mol/angstrom, not {goal:g}"
        nearest, pair = closest_contact(start, points)
        near = f"{pair} are {nearest:.2f} angstrom apart"
        deviation, stretched = self._worst_bond(points)
        return MinimisedComplex(
            bonded=replace(start, coordinates=points),
            energy_before_kcal_per_mol=before,
            energy_kcal_per_mol=sum(terms.values()),
            energy_terms=terms,
            rms_gradient_kcal_per_mol_angstrom=gradient,
            converged=gradient <= goal,
            iterations=len(trace),
            softened=soft,
            ligand_moved_angstrom=float(np.sqrt((moved**2).sum(axis=1).mean())),
            mobile=self.mobile.copy(),
            energy_trace=trace,
            platform=self.platform.report,
            problems=(
                *(() if gradient <= goal else (slow,)),
                *(() if nearest >= TOO_NEAR_ANGSTROM else (near,)),
                *(() if deviation <= STRETCHED_ANGSTROM else (stretched,)),
                *self._stereo_problems(start, points),
            ),
        )

    def _worst_bond(self, points: FloatArray) -> tuple[float, str]:
        """Return the largest deviation of a bond from its length at rest, and a sentence on it."""
        first, second = self._bond_atoms.T
        length = np.linalg.norm(points[first] - points[second], axis=1)
        off = np.abs(length - self._bond_lengths)
        worst = int(np.argmax(off))
        names = " - ".join(address(self._first.atoms[i]) for i in self._bond_atoms[worst].tolist())
        return float(off[worst]), f"the bond {names} is {off[worst]:.2f} angstrom off its length"

    def _stereo_problems(self, start: Assembly, points: FloatArray) -> list[str]:
        inverted = inverted_centres(start, self.mobile, points)
        found = [f"the handedness changed at {', '.join(inverted)}"] if inverted else []
        try:
            check_stereo(start.graph, start.heavy_coordinates(points), start.name)
        except PhysicsError as error:
            found.append(f"the stereo changed: {error}")
        return found

    def _check_topology(self, bonded: Assembly) -> None:
        same = bonded is self._first or (
            bonded.atoms == self._first.atoms
            and bonded.ligand.smiles == self._first.ligand.smiles
            and bonded.bonded == self._first.bonded
            and bonded.reactive_carbon == self._first.reactive_carbon
            and bonded.coordinates.shape == self._first.coordinates.shape
        )
        if not same:
            raise PhysicsError(
                f"{bonded.name} does not fit the System of "
                f"{self._first.name}: build one per ligand and receptor."
            )
        if not np.isfinite(bonded.coordinates).all():
            raise PhysicsError(f"{self._first.name}: a coordinate is not finite.")

    def _check_frozen(self, bonded: Assembly) -> None:
        off = np.abs(bonded.coordinates - self._first.coordinates)[~self.mobile]
        if off.size and off.max() > _SAME_PLACE_ANGSTROM:
            raise PhysicsError(
                f"{self._first.name}: a pose has other coordinates of the frozen receptor; poses "
                "of different receptors need a System each."
            )
