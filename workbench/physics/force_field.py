"""What a force field is asked for: a complex in, an OpenMM System and its bookkeeping out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics.audit import Audit
from workbench.physics.complex import Assembly
from workbench.physics.implicit_solvent import SOLVENT, SOLVENT_GROUP
from workbench.physics.mmff import group_energy

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
        terms obey the global parameter ``mmff.COULOMB_SCALE``; an
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
    cutoff_angstrom
        The cut-off that suits it when the settings ask for none.
    """

    name: str
    solvents: tuple[str, ...]
    cutoff_angstrom: float

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

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """Return the System of an adduct in no pocket, all pairs counted.

        Parameters
        ----------
        mol
            ``adduct.mol`` with its hydrogens after the heavy atoms.
        mobile
            ``(n_atoms,)``: what moves.

        Raises
        ------
        PhysicsError
            When parameters are missing.
        """
        ...

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """Return the terms of the energy at the context's positions, kcal/mol."""
        ...


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
