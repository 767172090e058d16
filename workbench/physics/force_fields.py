"""Force fields: a complex in, an OpenMM System and its bonds at rest out.

A new one is a class under :class:`ForceField` and one entry in ``FORCE_FIELDS``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics import amber, mmff
from workbench.physics.audit import audit
from workbench.physics.complex import Assembly
from workbench.physics.implicit_solvent import SOLVENT, SOLVENT_GROUP, born_atoms

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

AUTO, NO_SOLVENT, OBC2 = "auto", "none", "obc2"


@dataclass(frozen=True)
class BuiltComplex:
    """A System that passed its audit.

    Parameters
    ----------
    system
        Particles in the order of ``Assembly.atoms``; frozen atoms have mass 0. The non-bonded
        terms obey the global parameter ``mmff.COULOMB_SCALE``; an implicit solvent is the force
        group ``implicit_solvent.SOLVENT_GROUP``.
    bond_atoms, bond_lengths
        ``(n_bonds, 2)`` and ``(n_bonds,)`` angstrom: the bonds with a mobile atom, at rest.
    """

    system: openmm.System
    bond_atoms: IntArray
    bond_lengths: FloatArray


class ForceField(ABC):
    """How a complex becomes a System.

    ``solvents`` are what can be asked for, the default (``auto``) first; ``cutoff_angstrom``
    suits it when the settings ask for none.
    """

    name: str
    solvents: tuple[str, ...]
    cutoff_angstrom: float

    def chosen_solvent(self, asked: str) -> str:
        """Return the solvent that was asked for, or the force field's own for ``auto``.

        Raises
        ------
        PhysicsError
            When the force field does not know it.
        """
        if asked == AUTO:
            return self.solvents[0]
        if asked not in self.solvents:
            raise PhysicsError(
                f"The force field {self.name} has no solvent {asked!r}; "
                f"use {' or '.join(self.solvents)}."
            )
        return asked

    @abstractmethod
    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """Return the System of a complex, without bonded terms among frozen atoms.

        ``mobile`` is ``(n_atoms,)``; the cut-off is of the non-bonded terms, ``None`` counts all
        pairs.

        Raises
        ------
        PhysicsError
            When parameters are missing, the System fails its audit, or the force field does not
            know the solvent.
        """

    @abstractmethod
    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """Return the System of an adduct in no pocket, all pairs counted.

        ``mol`` is ``adduct.mol`` with its hydrogens after the heavy atoms.
        """

    @abstractmethod
    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """Return the terms of the energy at the context's positions, kcal/mol."""


def _solvent_energy(context: openmm.Context) -> dict[str, float]:
    forces = context.getSystem().getForces()
    if not any(force.getForceGroup() == SOLVENT_GROUP for force in forces):
        return {}
    return {SOLVENT: mmff.group_energy(context, SOLVENT_GROUP)}


class Mmff94s(ForceField):
    """MMFF94s for receptor and ligand alike.

    Without solvent the dielectric is 4r and the non-bonded terms are switched off at the
    cut-off; in implicit solvent (OBC2) all pairs count and the dielectric is 1.
    """

    name = "mmff94s"
    solvents = (NO_SOLVENT, OBC2)
    cutoff_angstrom = mmff.MMFF_CUTOFF_ANGSTROM

    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """See :meth:`ForceField.build`."""
        watery = self.chosen_solvent(solvent) != NO_SOLVENT
        built = mmff.build_mmff(
            bonded.mol,
            mobile=mobile,
            cutoff_angstrom=None if watery else cutoff_angstrom,
            dielectric="constant" if watery else "distance",
        )
        audit(built.system, bonded)
        if watery:
            built.system.addForce(born_atoms(bonded.mol).force())
        bonds = built.parameters.bonds
        return BuiltComplex(built.system, bonds.atoms, bonds.values[:, 1])

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """See :meth:`ForceField.free_system`: dielectric 4r."""
        return mmff.build_mmff(mol, mobile=mobile).system

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        return mmff.energy_by_term(context) | _solvent_energy(context)


class Amber(ForceField):
    """ff14SB for the receptor, GAFF2 with AM1-BCC charges for the ligand, in OBC2 water.

    At a cut-off of 10 angstrom the truncated generalised Born energy is too rough for the
    minimiser to converge on; 12 does.
    """

    name = "amber"
    solvents = (OBC2, NO_SOLVENT)
    cutoff_angstrom = 12.0

    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """See :meth:`ForceField.build`; non-bonded terms among frozen atoms are kept."""
        chosen = self.chosen_solvent(solvent)
        system, charges = amber.complex_system(bonded, mobile, cutoff_angstrom)
        bonds = system.getForce(0)
        rows = [bonds.getBondParameters(i) for i in range(bonds.getNumBonds())]
        if chosen == OBC2:
            atoms = born_atoms(bonded.mol, charges)
            system.addForce(atoms.force(cutoff_angstrom=cutoff_angstrom))
        lengths = np.array([row[2]._value for row in rows]) * mmff.ANGSTROM_PER_NM
        return BuiltComplex(system, np.array([row[:2] for row in rows]), lengths)

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """See :meth:`ForceField.free_system`: OBC2, no cut-off."""
        system, charges = amber.fragment_system(adduct, mol, mobile)
        system.addForce(born_atoms(mol, charges).force())
        return system

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        found = {n: mmff.group_energy(context, k) for k, n in enumerate(amber.BONDED)}
        pairs = len(amber.BONDED)
        both = mmff.group_energy(context, pairs)
        context.setParameter(mmff.COULOMB_SCALE, 0.0)
        found["van_der_waals"] = mmff.group_energy(context, pairs)
        context.setParameter(mmff.COULOMB_SCALE, 1.0)
        found["electrostatic"] = both - found["van_der_waals"]
        return found | _solvent_energy(context)


FORCE_FIELDS: dict[str, ForceField] = {field.name: field for field in (Mmff94s(), Amber())}


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
