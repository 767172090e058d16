"""Implicit water: generalised Born (OBC2), and a surface term.

Neither MMFF's charges nor the radii were fitted to each other: energies of hydration are rough
(see docs/physics.md), and only differences between poses of one ligand are worth reading.

References
----------
Onufriev, Bashford, Case 2004 (OBC2): 10.1002/prot.20033
Schaefer, Bartels, Karplus 1998 (surface term): 10.1006/jmbi.1998.2172
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.mmff import ANGSTROM_PER_NM, FORCE_GROUPS, KJ_PER_KCAL
from workbench.physics.mmff_parameters import mmff_charges
from workbench.settings import SolventSettings
from workbench.tables import born_radii

FloatArray = NDArray[np.float64]

SOLVENT = "implicit_solvent"
SOLVENT_GROUP = len(FORCE_GROUPS)


@dataclass(frozen=True)
class BornAtoms:
    """Atoms as the generalised Born model sees them, ``(n_atoms,)`` each.

    Parameters
    ----------
    charges
        Electron charges.
    radii
        Intrinsic radii, angstrom.
    screening
        Scale of the radius where the atom shields others.
    """

    charges: FloatArray
    radii: FloatArray
    screening: FloatArray

    def force(
        self,
        settings: SolventSettings | None = None,
        *,
        cutoff_angstrom: float | None = None,
    ) -> openmm.GBSAOBCForce:
        """Return the OpenMM force, dielectric 1 inside.

        All atoms count, frozen ones too: they shield the others from the water.

        Parameters
        ----------
        cutoff_angstrom
            ``None`` counts all pairs.
        """
        settings = settings or SolventSettings()
        force = openmm.GBSAOBCForce()
        for charge, radius, screen in zip(
            self.charges.tolist(), self.radii.tolist(), self.screening.tolist(), strict=True
        ):
            force.addParticle(charge, radius / ANGSTROM_PER_NM, screen)
        if cutoff_angstrom is None:
            force.setNonbondedMethod(openmm.GBSAOBCForce.NoCutoff)
        else:
            force.setNonbondedMethod(openmm.GBSAOBCForce.CutoffNonPeriodic)
            force.setCutoffDistance(cutoff_angstrom / ANGSTROM_PER_NM)
        force.setSoluteDielectric(1.0)
        force.setSolventDielectric(settings.dielectric)
        tension = settings.surface_kcal_per_mol_angstrom2 * KJ_PER_KCAL * ANGSTROM_PER_NM**2
        force.setSurfaceAreaEnergy(tension)
        force.setName(SOLVENT)
        force.setForceGroup(SOLVENT_GROUP)
        return force


def born_atoms(mol: Chem.Mol, charges: FloatArray | None = None) -> BornAtoms:
    """Return charges (MMFF94s's by default) and radii (``born_radii.csv``), ``(n_atoms,)`` each.

    The molecule is sanitised, with explicit hydrogens.

    Raises
    ------
    PhysicsError
        When MMFF94s has no type for an atom, or the table no radius.
    """
    rows = {(row.element, row.bonded_to): row for row in born_radii()}
    found = []
    for atom in mol.GetAtoms():
        symbol = atom.GetSymbol()
        around = [(symbol, neighbour.GetSymbol()) for neighbour in atom.GetNeighbors()]
        row = next((rows[key] for key in (*around, (symbol, "")) if key in rows), None)
        if row is None:
            raise PhysicsError(
                f"the implicit solvent has no radius for {symbol}: leave the solvent out."
            )
        found.append((row.radius_angstrom, row.screening))
    radii, screening = np.array(found).T
    return BornAtoms(mmff_charges(mol) if charges is None else charges, radii, screening)
