"""The force fields that there are.

A new one is a class with the members of :class:`~workbench.physics.force_field.ForceField` and
one entry here.
"""

from __future__ import annotations

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics.amber import Amber
from workbench.physics.audit import audit
from workbench.physics.complex import Assembly
from workbench.physics.force_field import (
    AUTO,
    NO_SOLVENT,
    BuiltComplex,
    ForceField,
    chosen_solvent,
    solvent_energy,
)
from workbench.physics.implicit_solvent import born_atoms
from workbench.physics.mmff import MMFF_CUTOFF_ANGSTROM, build_mmff, energy_by_term

BoolArray = NDArray[np.bool_]


class Mmff94s:
    """MMFF94s for receptor and ligand alike.

    Without solvent the dielectric is 4r and the non-bonded terms are switched off at the
    cut-off; in implicit solvent (OBC2) all pairs count and the dielectric is 1.
    """

    name: str = "mmff94s"
    solvents: tuple[str, ...] = (NO_SOLVENT, "obc2")
    cutoff_angstrom: float = MMFF_CUTOFF_ANGSTROM

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

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """See :meth:`ForceField.free_system`: dielectric 4r."""
        return build_mmff(mol, mobile=mobile).system

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        return energy_by_term(context) | solvent_energy(context)


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
