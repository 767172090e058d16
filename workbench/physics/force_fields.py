"""Force fields behind one interface: a complex in, an OpenMM System and its bookkeeping out.

A new force field is one class with the members of :class:`ForceField` and one entry in
``FORCE_FIELDS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError
from workbench.physics.audit import Audit, audit
from workbench.physics.complex import Assembly
from workbench.physics.implicit_solvent import SOLVENT, SOLVENT_GROUP, born_atoms
from workbench.physics.mmff import build_mmff, energy_by_term, group_energy

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

AUTO = "auto"
NO_SOLVENT = "none"


@dataclass(frozen=True)
class BuiltComplex:
    """A System that passed its audit, and what it was made from.

    Parameters
    ----------
    system
        Particles in the order of ``Assembly.atoms``; frozen atoms have mass 0. The non-bonded
        terms obey the global parameters ``mmff.COULOMB_SCALE`` and ``mmff.VDW_SCALE``; an
        implicit solvent is the force group ``implicit_solvent.SOLVENT_GROUP``.
    bond_atoms, bond_lengths
        ``(n_bonds, 2)`` and ``(n_bonds,)`` angstrom: the bonds with a mobile atom, at rest.
    solvent
        ``none``, or the implicit solvent.
    """

    system: openmm.System
    audit: Audit
    bond_atoms: IntArray
    bond_lengths: FloatArray
    solvent: str


class ForceField(Protocol):
    """How a complex becomes a System.

    Parameters
    ----------
    name
        As the user asks for it.
    solvents
        What ``solvent`` may be, the default (``auto``) first.
    """

    name: str
    solvents: tuple[str, ...]

    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """Return the System of a complex.

        Parameters
        ----------
        mobile
            ``(n_atoms,)``: what moves. Bonded terms among frozen atoms are left out.
        cutoff_angstrom
            Of the non-bonded terms; ``None`` counts all pairs.
        solvent
            One of ``solvents``, or ``auto``.

        Raises
        ------
        PhysicsError
            When parameters are missing, the System fails its audit, or the force field does not
            know the solvent.
        """
        ...

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """Return the terms of the energy at the context's positions, kcal/mol."""
        ...


class Mmff94s:
    """MMFF94s for receptor and ligand alike.

    Without solvent the dielectric is 4r and the non-bonded terms are switched off at the
    cut-off; in implicit solvent (OBC2) all pairs count and the dielectric is 1.
    """

    name: str = "mmff94s"
    solvents: tuple[str, ...] = (NO_SOLVENT, "obc2")

    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """See :meth:`ForceField.build`."""
        chosen = chosen_solvent(self, solvent)
        watery = chosen != NO_SOLVENT
        built = build_mmff(
            bonded.mol,
            mobile=mobile,
            cutoff_angstrom=None if watery else cutoff_angstrom,
            dielectric="constant" if watery else "distance",
        )
        report = audit(built.system, bonded)
        if watery:
            built.system.addForce(born_atoms(bonded.mol).force())
        bonds = built.parameters.bonds
        return BuiltComplex(built.system, report, bonds.atoms, bonds.values[:, 1], chosen)

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        return energy_by_term(context) | solvent_energy(context)


FORCE_FIELDS: dict[str, ForceField] = {field.name: field for field in (Mmff94s(),)}


def force_field(name: str) -> ForceField:
    """Return a force field by name.

    Raises
    ------
    PhysicsError
        When there is none of that name.
    """
    if name not in FORCE_FIELDS:
        raise PhysicsError(f"There is no force field {name!r}; use {' or '.join(FORCE_FIELDS)}.")
    return FORCE_FIELDS[name]


def chosen_solvent(field: ForceField, asked: str) -> str:
    """Return the solvent that was asked for, or the force field's own for ``auto``.

    Raises
    ------
    PhysicsError
        When the force field does not know it.
    """
    if asked == AUTO:
        return field.solvents[0]
    if asked not in field.solvents:
        raise PhysicsError(
            f"The force field {field.name} has no solvent {asked!r}; "
            f"use {' or '.join(field.solvents)}."
        )
    return asked


def solvent_energy(context: openmm.Context) -> dict[str, float]:
    """Return the energy of the implicit solvent by its name; empty when there is none."""
    forces = context.getSystem().getForces()
    if not any(force.getForceGroup() == SOLVENT_GROUP for force in forces):
        return {}
    return {SOLVENT: group_energy(context, SOLVENT_GROUP)}
