"""The System of a complex that moves in time: masses, springs, solvent, platform."""

from __future__ import annotations

from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.complex import Assembly
from workbench.physics.descent import springs
from workbench.physics.force_fields import force_field
from workbench.physics.mmff import ANGSTROM_PER_NM, KJ_PER_KCAL
from workbench.physics.platforms import choose_platform
from workbench.physics.pocket import heavy_mask, ligand_mask, mobile_atoms
from workbench.settings import DynamicsSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

GAS_CONSTANT_KCAL_PER_MOL_K = 0.0019872043
_LEAST_HEAVY_MASS = 1.0


class MovingPocket:
    """A complex whose pocket moves while the shell is frozen.

    Without constraints; force field, cut-off and dielectric are those of the minimiser.

    Parameters
    ----------
    bonded
        Start, minimised.
    settings
        Force field, mobile region, masses, springs, solvent, platform.
    threads
        Of the CPU platform; see ``choose_platform``.

    Raises
    ------
    PhysicsError
        When the start is not finite, the force field lacks parameters, the System fails its
        audit, or the platform does not work.
    """

    def __init__(
        self, bonded: Assembly, settings: DynamicsSettings, *, threads: int | None = None
    ) -> None:
        self.bonded = bonded
        self.settings = settings
        if not np.isfinite(bonded.coordinates).all():
            raise PhysicsError(f"{self.bonded.name}: a coordinate of the start is not finite.")
        self.mobile = mobile_atoms([bonded], settings.mobile_angstrom)
        self.system = self._system()
        self.platform = choose_platform(settings.platform, threads, self.system, bonded.coordinates)

    @property
    def degrees_of_freedom(self) -> int:
        """Three per mobile atom: nothing is constrained, and the frozen shell holds the whole."""
        return 3 * int(self.mobile.sum())

    def temperature(self, kinetic_kcal_per_mol: float) -> float:
        """Return the temperature of a kinetic energy, kelvin."""
        return 2 * kinetic_kcal_per_mol / (self.degrees_of_freedom * GAS_CONSTANT_KCAL_PER_MOL_K)

    def context(self, integrator: openmm.Integrator) -> openmm.Context:
        """Return a context at the start; velocities are zero."""
        context = self.platform.context(self.system, integrator)
        context.setPositions(self.bonded.coordinates / ANGSTROM_PER_NM)
        return context

    def langevin(self, seed: int) -> openmm.LangevinMiddleIntegrator:
        """Return the integrator of the settings (Zhang et al. 2019, 10.1021/acs.jpca.9b02771)."""
        settings = self.settings
        integrator = openmm.LangevinMiddleIntegrator(
            settings.temperature_k, settings.friction_per_ps, settings.timestep_fs / 1000
        )
        integrator.setRandomNumberSeed(seed)
        return integrator

    def blown_up(self, time_ps: float, reason: str = "") -> PhysicsError:
        """Return the error of a run that broke down."""
        why = f" ({reason})" if reason else ""
        return PhysicsError(
            f"{self.bonded.name}: the dynamics broke down at {time_ps:g} ps{why}; minimise the "
            f"start, or take a time step shorter than {self.settings.timestep_fs:g} fs."
        )

    def _system(self) -> openmm.System:
        bonded, settings = self.bonded, self.settings
        field = force_field(settings.force_field)
        cutoff = settings.cutoff_angstrom or field.cutoff_angstrom
        built = field.build(bonded, self.mobile, cutoff_angstrom=cutoff, solvent=settings.solvent)
        system = built.system
        if settings.restraint_kcal_per_mol_angstrom2:
            system.addForce(self._restraint())
        if settings.hydrogen_mass_amu is not None:
            self._repartition(system, settings.hydrogen_mass_amu)
        return system

    def _restraint(self) -> openmm.Force:
        held = self.mobile & heavy_mask(self.bonded) & ~ligand_mask(self.bonded)
        atoms = np.flatnonzero(held).tolist()
        force = springs(atoms)
        for row, atom in enumerate(atoms):
            point = self.bonded.coordinates[atom] / ANGSTROM_PER_NM
            force.setParticleParameters(row, atom, point.tolist())
        # The springs' only global parameter is k of k x^2.
        force.setGlobalParameterDefaultValue(0, self.settings.restraint_kcal_per_mol_angstrom2 / 2)
        return force

    def _repartition(self, system: openmm.System, hydrogen: float) -> None:
        """Give mobile hydrogens mass from the atoms that bear them (Hopkins et al. 2015)."""
        for atom in self.bonded.mol.GetAtoms():
            index = atom.GetIdx()
            if atom.GetAtomicNum() != 1 or not self.mobile[index]:
                continue
            bearer = atom.GetNeighbors()[0].GetIdx()
            added = hydrogen - _mass(system, index)
            system.setParticleMass(index, hydrogen)
            if self.mobile[bearer]:
                left = _mass(system, bearer) - added
                if left < _LEAST_HEAVY_MASS:
                    raise PhysicsError(
                        f"hydrogens of {hydrogen:g} amu leave an atom of {self.bonded.name} "
                        f"{left:.1f} amu: ask for a smaller hydrogen_mass_amu."
                    )
                system.setParticleMass(bearer, left)


def energies(context: openmm.Context) -> tuple[float, float]:
    """Return potential and kinetic energy at the context's state, kcal/mol."""
    state = context.getState(getEnergy=True)
    unit = openmm.unit.kilojoule_per_mole
    potential, kinetic = state.getPotentialEnergy(), state.getKineticEnergy()
    return (
        float(potential.value_in_unit(unit)) / KJ_PER_KCAL,
        float(kinetic.value_in_unit(unit)) / KJ_PER_KCAL,
    )


def positions(context: openmm.Context) -> FloatArray:
    """Return the context's positions, ``(n_atoms, 3)`` angstrom."""
    found: Any = context.getState(getPositions=True).getPositions(asNumpy=True)
    return np.array(found.value_in_unit(openmm.unit.angstrom), dtype=np.float64)


def _mass(system: openmm.System, index: int) -> float:
    return float(system.getParticleMass(index).value_in_unit(openmm.unit.dalton))
