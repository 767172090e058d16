"""Force fields: a complex in, an OpenMM System and its bookkeeping out.

A new one is a class with the members of :class:`ForceField` and one entry in ``FORCE_FIELDS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm.app.internal.customgbforces import GBSAGBn2Force
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics import amber_system
from workbench.physics.amber_molecules import described, description
from workbench.physics.amber_protein import topology_of
from workbench.physics.assembly import drug_hydrogens
from workbench.physics.audit import Audit, amber_audit, audit
from workbench.physics.complex import Assembly, edges_of
from workbench.physics.implicit_solvent import SOLVENT, SOLVENT_GROUP, born_atoms
from workbench.physics.mmff import (
    ANGSTROM_PER_NM,
    COULOMB_SCALE,
    MMFF_CUTOFF_ANGSTROM,
    build_mmff,
    energy_by_term,
    group_energy,
)
from workbench.settings import SolventSettings

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

AUTO, NO_SOLVENT, OBC2, GBN2 = "auto", "none", "obc2", "gbn2"


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


class Amber:
    """ff14SB for the receptor, GAFF2 with AM1-BCC charges for the ligand.

    The default solvent is OBC2. ``gbn2`` is a custom force in OpenMM and ten times slower;
    ``none`` is the gas phase. At a cut-off of 10 angstrom the truncated generalised Born energy
    is too rough for the minimiser to converge on; 12 does.
    """

    name: str = "amber"
    solvents: tuple[str, ...] = (OBC2, GBN2, NO_SOLVENT)
    cutoff_angstrom: float = 12.0

    def build(
        self,
        bonded: Assembly,
        mobile: BoolArray,
        *,
        cutoff_angstrom: float | None,
        solvent: str = AUTO,
    ) -> BuiltComplex:
        """See :meth:`ForceField.build`; non-bonded terms among frozen atoms are kept."""
        chosen = chosen_solvent(self, solvent)
        molecule, terms, ligand = described(bonded)
        found = amber_system.amber_parameters(
            bonded.mol,
            bonded.atoms,
            ligand,
            molecule,
            terms,
            sulphur=bonded.sg if bonded.bonded else None,
        )
        edges = edges_of(bonded.mol)
        system = amber_system.amber_system(
            found, _masses(bonded.mol), edges, mobile, cutoff_angstrom
        )
        report = amber_audit(system, bonded)
        if chosen in (OBC2, GBN2):
            system.addForce(_solvent(bonded, found.charges, chosen, cutoff_angstrom))
        moving = mobile[found.bonds.atoms].any(axis=1)
        lengths = found.bonds.values[moving, 0] * ANGSTROM_PER_NM
        return BuiltComplex(system, report, found.bonds.atoms[moving], lengths, chosen)

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """See :meth:`ForceField.free_system`: OBC2, no cut-off."""
        drug = [*range(adduct.n_drug_atoms), *drug_hydrogens(mol, adduct)]
        molecule, terms, ligand = description(mol, drug, adduct.reactive_atom_index, adduct)
        found = amber_system.fragment_parameters(mol, adduct, molecule, terms, ligand)
        system = amber_system.amber_system(found, _masses(mol), edges_of(mol), mobile, None)
        system.addForce(born_atoms(mol, found.charges).force())
        return system

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        found = {
            name: group_energy(context, k) for k, name in enumerate(amber_system.FORCE_GROUPS[:3])
        }
        both = group_energy(context, 3)
        context.setParameter(COULOMB_SCALE, 0.0)
        found["van_der_waals"] = group_energy(context, 3)
        context.setParameter(COULOMB_SCALE, 1.0)
        found["electrostatic"] = both - found["van_der_waals"]
        return found | solvent_energy(context)


def _masses(mol: Chem.Mol) -> FloatArray:
    return np.array([atom.GetMass() for atom in mol.GetAtoms()])


def _solvent(
    bonded: Assembly, charges: FloatArray, name: str, cutoff_angstrom: float | None
) -> openmm.Force:
    if name == OBC2:
        return born_atoms(bonded.mol, charges).force(cutoff_angstrom=cutoff_angstrom)
    settings = SolventSettings()
    cutoff = None if cutoff_angstrom is None else cutoff_angstrom / ANGSTROM_PER_NM
    topology = topology_of(bonded.atoms, edges_of(bonded.mol))
    force: Any = GBSAGBn2Force(
        cutoff=cutoff, SA="ACE", soluteDielectric=1, solventDielectric=settings.dielectric
    )
    standard = GBSAGBn2Force.getStandardParameters(topology)
    force.addParticles([[q, *row] for q, row in zip(charges.tolist(), standard, strict=True)])
    force.finalize()
    if cutoff is not None:
        force.setNonbondedMethod(openmm.CustomGBForce.CutoffNonPeriodic)
        force.setCutoffDistance(cutoff)
    force.setName(SOLVENT)
    force.setForceGroup(SOLVENT_GROUP)
    return force


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
