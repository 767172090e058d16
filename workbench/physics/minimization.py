"""Minimise bonded complexes in their pocket with MMFF94s."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.audit import audit
from workbench.physics.bonded_complex import address, adduct_coordinates
from workbench.physics.complex import Complex
from workbench.physics.fragment import check_stereo
from workbench.physics.mmff import (
    ANGSTROM_PER_NM,
    COULOMB_SCALE,
    KJ_PER_KCAL,
    MmffSystem,
    build_mmff,
    energy_by_term,
)
from workbench.physics.platform_probe import short_reason
from workbench.physics.platforms import choose_platform
from workbench.physics.pocket import (
    Contact,
    closest_contact,
    heavy_mask,
    inverted_centres,
    ligand_mask,
    mobile_atoms,
)
from workbench.settings import MinimizationSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SAME_PLACE_ANGSTROM = 1e-3
STRETCHED_ANGSTROM = 0.15
TOO_NEAR_ANGSTROM = 2.4

_GRADIENT_UNIT = KJ_PER_KCAL * ANGSTROM_PER_NM
_BAD_CONTACT_ANGSTROM = 2.5
_BAD_GRADIENT = 50.0
_SOFT_ITERATIONS = 200
_SOFT_GRADIENT = 3.0
_HOLD = "hold"
_HOLD_KCAL_PER_MOL_ANGSTROM2 = 20.0
_RESTARTS = 4


@dataclass(frozen=True)
class MinimisedComplex:
    """A complex at a minimum of MMFF94s in its pocket.

    Energies hold the terms in which a mobile atom takes part, so they compare poses of one
    ``PocketMinimiser`` and nothing else.

    Parameters
    ----------
    bonded
        The complex with its new coordinates.
    energy_terms
        kcal/mol by MMFF term; they sum to the energy after minimisation.
    rms_gradient_kcal_per_mol_angstrom
        Over the Cartesian components of the mobile atoms.
    ligand_moved_angstrom
        RMS displacement of the ligand's heavy atoms, in place.
    largest_bond_deviation_angstrom
        Of a bond with a mobile atom from its MMFF length: large when something is caught, such
        as a chain through a ring.
    energy_trace
        kcal/mol after each iteration, soft stage first (where electrostatics are off).
    problems
        One sentence each; empty when the complex is fit to be shown.
    """

    bonded: Complex
    energy_before_kcal_per_mol: float
    energy_kcal_per_mol: float
    energy_terms: dict[str, float]
    rms_gradient_kcal_per_mol_angstrom: float
    converged: bool
    iterations: int
    softened: bool
    ligand_moved_angstrom: float
    closest_contact: Contact
    largest_bond_deviation_angstrom: float
    mobile: BoolArray
    energy_trace: tuple[float, ...]
    platform: tuple[str, ...]
    problems: tuple[str, ...]


def minimise(
    bonded: Complex, settings: MinimizationSettings | None = None, *, threads: int | None = None
) -> MinimisedComplex:
    """Minimise one complex; ``PocketMinimiser`` is cheaper for several poses.

    Raises
    ------
    PhysicsError
        See ``PocketMinimiser``.
    """
    return PocketMinimiser([bonded], settings, threads=threads).minimise(bonded)


class PocketMinimiser:
    """One System for all poses of a ligand's adducts in a receptor.

    MMFF does not know left from right, so the diastereomers of one ligand share a System too.
    The mobile set is the union over the poses, so that their energies compare.

    Parameters
    ----------
    complexes
        The poses that will be minimised, at least one, of one ligand in one receptor.
    settings
        Radius of the mobile region, cut-off, convergence, platform.
    threads
        Of the CPU platform; see ``choose_platform``. With one thread, the default, the same
        input gives the same coordinates bit by bit on one machine.

    Raises
    ------
    PhysicsError
        When the force field lacks parameters, the System fails its audit, the poses do not
        belong together, or the platform does not work.
    """

    def __init__(
        self,
        complexes: Sequence[Complex],
        settings: MinimizationSettings | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        if not complexes:
            raise PhysicsError("there is no complex to minimise.")
        self.settings = settings or MinimizationSettings()
        self._first = complexes[0]
        for bonded in complexes[1:]:
            self._check_topology(bonded)
        self.mobile = mobile_atoms(complexes, self.settings.mobile_angstrom)
        for bonded in complexes[1:]:
            self._check_frozen(bonded)
        built = build_mmff(
            self._first.mol, mobile=self.mobile, cutoff_angstrom=self.settings.cutoff_angstrom
        )
        self.audit = audit(built.system, self._first)
        self._built = built
        self._heavy = heavy_mask(self._first)
        self._ligand = ligand_mask(self._first)
        self._held = np.flatnonzero(self.mobile & self._heavy & ~self._ligand)
        self._springs = _springs(self._held, self._first.coordinates)
        built.system.addForce(self._springs)
        self.platform = choose_platform(self.settings.platform, threads)
        self._context = self.platform.context(built.system)

    def minimise(self, bonded: Complex) -> MinimisedComplex:
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
        self._place(bonded)
        before = sum(energy_by_term(self._context).values())
        if not math.isfinite(before):
            raise PhysicsError(f"{self._name()}: the energy of the start is not finite.")
        start = bonded.coordinates
        soft = (
            closest_contact(bonded).distance_angstrom < _BAD_CONTACT_ANGSTROM
            or self._rms_gradient() > _BAD_GRADIENT
        )
        trace = self._soften(start) if soft else []
        goal = self.settings.rms_gradient_kcal_per_mol_angstrom
        trace += self._descend(goal, self.settings.max_iterations)
        return self._result(bonded, before, trace, soft)

    def _soften(self, start: FloatArray) -> list[float]:
        for row, atom in enumerate(self._held.tolist()):
            self._springs.setParticleParameters(row, atom, start[atom] / ANGSTROM_PER_NM)
        self._springs.updateParametersInContext(self._context)
        self._context.setParameter(COULOMB_SCALE, 0.0)
        self._context.setParameter(_HOLD, _HOLD_KCAL_PER_MOL_ANGSTROM2)
        try:
            return self._descend(_SOFT_GRADIENT, _SOFT_ITERATIONS)
        finally:
            self._context.setParameter(COULOMB_SCALE, 1.0)
            self._context.setParameter(_HOLD, 0.0)

    def _descend(self, goal: float, most: int) -> list[float]:
        """Run L-BFGS to an rms gradient in kcal/mol/angstrom; return the energies on the way."""
        watch = _Watch(self.mobile, goal, most)
        for _ in range(_RESTARTS):
            try:
                # The watch decides when to stop; OpenMM's own criterion counts frozen atoms.
                openmm.LocalEnergyMinimizer.minimize(
                    self._context, goal * _GRADIENT_UNIT / 100, 0, watch
                )
            except openmm.OpenMMException as error:
                raise PhysicsError(
                    f"{self._name()}: the minimisation failed ({short_reason(str(error))}); "
                    "the pose is too distorted."
                ) from error
            if watch.stopped or self._rms_gradient() <= goal:
                break
        return watch.energies

    def _result(
        self, bonded: Complex, before: float, trace: list[float], soft: bool
    ) -> MinimisedComplex:
        terms = energy_by_term(self._context)
        state = self._context.getState(getPositions=True)
        positions = state.getPositions(asNumpy=True).value_in_unit(openmm.unit.angstrom)
        points = bonded.coordinates.copy()
        points[self.mobile] = np.asarray(positions)[self.mobile]
        gradient = self._rms_gradient()
        ligand = self._ligand & self._heavy
        converged = gradient <= self.settings.rms_gradient_kcal_per_mol_angstrom
        contact = closest_contact(bonded, points)
        deviation, stretched = self._worst_bond(points)
        return MinimisedComplex(
            bonded=replace(bonded, coordinates=points),
            energy_before_kcal_per_mol=before,
            energy_kcal_per_mol=sum(terms.values()),
            energy_terms=terms,
            rms_gradient_kcal_per_mol_angstrom=gradient,
            converged=converged,
            iterations=len(trace),
            softened=soft,
            ligand_moved_angstrom=_rms(points[ligand] - bonded.coordinates[ligand]),
            closest_contact=contact,
            largest_bond_deviation_angstrom=deviation,
            mobile=self.mobile.copy(),
            energy_trace=tuple(trace),
            platform=self.platform.report,
            problems=self._problems(bonded, points, gradient, contact, deviation, stretched),
        )

    def _problems(
        self,
        bonded: Complex,
        points: FloatArray,
        gradient: float,
        contact: Contact,
        deviation: float,
        stretched: str,
    ) -> tuple[str, ...]:
        found = []
        goal = self.settings.rms_gradient_kcal_per_mol_angstrom
        if gradient > goal:
            found.append(f"the rms gradient is {gradient:.2f} kcal/mol/angstrom, not {goal:g}")
        if contact.distance_angstrom < TOO_NEAR_ANGSTROM:
            found.append(f"{contact.atoms} are {contact.distance_angstrom:.2f} angstrom apart")
        if deviation > STRETCHED_ANGSTROM:
            found.append(f"the bond {stretched} is {deviation:.2f} angstrom off its length")
        inverted = inverted_centres(bonded, self.mobile, points)
        if inverted:
            found.append(f"the handedness changed at {', '.join(inverted)}")
        try:
            check_stereo(bonded.adduct, adduct_coordinates(bonded, points))
        except PhysicsError as error:
            found.append(f"the stereo changed: {error}")
        return tuple(found)

    def _worst_bond(self, points: FloatArray) -> tuple[float, str]:
        bonds = self._built.parameters.bonds
        first, second = bonds.atoms.T
        length = np.linalg.norm(points[first] - points[second], axis=1)
        off = np.abs(length - bonds.values[:, 1])
        worst = int(np.argmax(off))
        names = [address(self._first.atoms[i]) for i in bonds.atoms[worst].tolist()]
        return float(off[worst]), " - ".join(names)

    def _place(self, bonded: Complex) -> None:
        self._context.setPositions(bonded.coordinates / ANGSTROM_PER_NM)

    def _rms_gradient(self) -> float:
        forces = self._context.getState(getForces=True).getForces(asNumpy=True)
        unit = openmm.unit.kilojoule_per_mole / openmm.unit.nanometer
        values = np.asarray(forces.value_in_unit(unit))[self.mobile]
        return float(np.sqrt((values**2).mean())) / _GRADIENT_UNIT

    def _name(self) -> str:
        return f"{self._first.adduct.ligand.name} {self._first.adduct.label}"

    def _check_topology(self, bonded: Complex) -> None:
        same = bonded is self._first or (
            bonded.atoms == self._first.atoms
            and bonded.adduct.ligand.smiles == self._first.adduct.ligand.smiles
            and bonded.reactive_carbon == self._first.reactive_carbon
            and bonded.coordinates.shape == self._first.coordinates.shape
        )
        if not same:
            raise PhysicsError(
                f"{bonded.adduct.ligand.name} {bonded.adduct.label} does not fit the System of "
                f"{self._name()}: build one per ligand and receptor."
            )
        if not np.isfinite(bonded.coordinates).all():
            raise PhysicsError(f"{self._name()}: a coordinate is not finite.")

    def _check_frozen(self, bonded: Complex) -> None:
        off = np.abs(bonded.coordinates - self._first.coordinates)[~self.mobile]
        if off.size and off.max() > SAME_PLACE_ANGSTROM:
            raise PhysicsError(
                f"{self._name()}: a pose has other coordinates of the frozen receptor; poses of "
                "different receptors need a System each."
            )


class _Watch(openmm.MinimizationReporter):  # type: ignore[misc]
    """Stop at an rms gradient over the mobile atoms, or after so many iterations in all."""

    def __init__(self, mobile: BoolArray, goal: float, most: int) -> None:
        super().__init__()
        self._components = np.repeat(mobile, 3)
        self._goal = goal * _GRADIENT_UNIT
        self._most = most
        self.energies: list[float] = []
        self.stopped = False

    def report(self, iteration: int, x: Any, grad: Any, args: Any) -> bool:
        """Note the energy; OpenMM's interface."""
        self.energies.append(float(args["system energy"]) / KJ_PER_KCAL)
        values = np.asarray(grad)[self._components]
        done = float(np.sqrt((values**2).mean())) <= self._goal
        self.stopped = done or len(self.energies) >= self._most
        return self.stopped


def _springs(held: NDArray[np.int64], coordinates: FloatArray) -> openmm.CustomExternalForce:
    """Return springs to given points for some atoms, slack until the soft stage."""
    force = openmm.CustomExternalForce(
        f"{_HOLD}*{KJ_PER_KCAL * ANGSTROM_PER_NM**2}*((x-x0)^2+(y-y0)^2+(z-z0)^2)"
    )
    force.addGlobalParameter(_HOLD, 0.0)
    for name in ("x0", "y0", "z0"):
        force.addPerParticleParameter(name)
    for atom in held.tolist():
        force.addParticle(atom, coordinates[atom] / ANGSTROM_PER_NM)
    force.setName("springs")
    return force


def _rms(displacements: FloatArray) -> float:
    return float(np.sqrt((displacements**2).sum(axis=1).mean()))
