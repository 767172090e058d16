"""The force field ``amber``: ff14SB and GAFF2 with AM1-BCC charges, in implicit water."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
import openmm
from numpy.typing import NDArray
from openmm.app.internal.customgbforces import GBSAGBn2Force
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct, Ligand
from workbench.physics.amber_audit import amber_audit
from workbench.physics.amber_fits import refitted
from workbench.physics.amber_molecules import AmberMolecule, amber_adduct, amber_drug
from workbench.physics.amber_protein import topology_of
from workbench.physics.amber_system import (
    FORCE_GROUPS,
    amber_parameters,
    amber_system,
    fragment_parameters,
)
from workbench.physics.amber_tables import placed, shipped_molecule, shipped_terms
from workbench.physics.amber_terms import AmberTerms
from workbench.physics.complex import Assembly, Complex
from workbench.physics.force_field import (
    AUTO,
    NO_SOLVENT,
    BuiltComplex,
    chosen_solvent,
    solvent_energy,
)
from workbench.physics.fragment import drug_hydrogens
from workbench.physics.implicit_solvent import SOLVENT, SOLVENT_GROUP, born_atoms
from workbench.physics.mmff import ANGSTROM_PER_NM, COULOMB_SCALE, group_energy
from workbench.physics.pocket import ligand_mask
from workbench.settings import SolventSettings

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

OBC2, GBN2 = "obc2", "gbn2"

_OWN_CONFORMERS = 3
_made: dict[tuple[str, str], tuple[AmberMolecule, AmberTerms]] = {}
_making = Lock()


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
        found = amber_parameters(
            bonded.mol,
            bonded.atoms,
            ligand,
            molecule,
            terms,
            sulphur=bonded.sg if bonded.bonded else None,
        )
        edges = _edges(bonded.mol)
        system = amber_system(found, _masses(bonded.mol), edges, mobile, cutoff_angstrom)
        report = amber_audit(system, bonded)
        if chosen in (OBC2, GBN2):
            system.addForce(_solvent(bonded, found.charges, chosen, cutoff_angstrom))
        moving = mobile[found.bonds.atoms].any(axis=1)
        lengths = found.bonds.values[moving, 0] * ANGSTROM_PER_NM
        return BuiltComplex(system, report, found.bonds.atoms[moving], lengths, chosen)

    def free_system(self, adduct: Adduct, mol: Chem.Mol, mobile: BoolArray) -> openmm.System:
        """See :meth:`ForceField.free_system`: OBC2, no cut-off."""
        drug = [*range(adduct.n_drug_atoms), *drug_hydrogens(mol, adduct)]
        molecule, terms, ligand = _described(mol, drug, adduct.reactive_atom_index, adduct)
        found = fragment_parameters(mol, adduct, molecule, terms, ligand)
        system = amber_system(found, _masses(mol), _edges(mol), mobile, None)
        system.addForce(born_atoms(mol, found.charges).force())
        return system

    def energy_by_term(self, context: openmm.Context) -> dict[str, float]:
        """See :meth:`ForceField.energy_by_term`."""
        found = {name: group_energy(context, k) for k, name in enumerate(FORCE_GROUPS[:3])}
        both = group_energy(context, 3)
        context.setParameter(COULOMB_SCALE, 0.0)
        found["van_der_waals"] = group_energy(context, 3)
        context.setParameter(COULOMB_SCALE, 1.0)
        found["electrostatic"] = both - found["van_der_waals"]
        return found | solvent_energy(context)


def described(complex_: Assembly) -> tuple[AmberMolecule, AmberTerms, IntArray]:
    """Return the description of a complex's ligand, its terms, and the atoms' places.

    A catalogue drug's is shipped, bonded or intact; for another one Amber's own programs are run.

    Raises
    ------
    PhysicsError
        When no table is shipped and the programs are missing or fail.
    """
    members = np.flatnonzero(ligand_mask(complex_)).tolist()
    if isinstance(complex_, Complex):
        return _described(complex_.mol, members, complex_.reactive_carbon, complex_.adduct)
    return _described(complex_.mol, members, None, complex_.ligand)


def _described(
    mol: Chem.Mol, members: list[int], reactive_atom: int | None, source: Adduct | Ligand
) -> tuple[AmberMolecule, AmberTerms, IntArray]:
    """Return the description of those atoms of a molecule that are the drug's."""
    place = {atom: k for k, atom in enumerate(members)}
    elements = [mol.GetAtomWithIdx(atom).GetSymbol() for atom in members]
    edges = [(place[i], place[j]) for i, j in _edges(mol) if i in place and j in place]
    reactive = None if reactive_atom is None else place[reactive_atom]
    shipped = shipped_molecule(elements, edges, reactive)
    if shipped is not None:
        return shipped[0], shipped_terms(), np.array(members)[shipped[1]]
    molecule, terms = _own(source)
    found = placed(molecule, elements, edges, reactive)
    if found is None:
        raise PhysicsError(
            f"the description made for {molecule.name} does not fit its complex: "
            "use --force-field mmff94s."
        )
    return molecule, terms, np.array(members)[found]


def _own(source: Adduct | Ligand) -> tuple[AmberMolecule, AmberTerms]:
    """Describe a user's drug or adduct once per process, all diastereomers together."""
    adduct = source if isinstance(source, Adduct) else None
    ligand = source if isinstance(source, Ligand) else source.ligand
    key = (ligand.smiles, adduct.form if adduct else "")
    with _making:
        if key not in _made:
            if adduct is None:
                made = amber_drug(ligand, _OWN_CONFORMERS)
            else:
                together = enumerate_adducts(ligand) if adduct.form == "adduct" else (adduct,)
                made = amber_adduct(together, _OWN_CONFORMERS)
            _made[key] = refitted(*made)
        return _made[key]


def _edges(mol: Chem.Mol) -> list[tuple[int, int]]:
    return [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]


def _masses(mol: Chem.Mol) -> FloatArray:
    return np.array([atom.GetMass() for atom in mol.GetAtoms()])


def _solvent(
    bonded: Assembly, charges: FloatArray, name: str, cutoff_angstrom: float | None
) -> openmm.Force:
    if name == OBC2:
        return born_atoms(bonded.mol, charges).force(cutoff_angstrom=cutoff_angstrom)
    settings = SolventSettings()
    cutoff = None if cutoff_angstrom is None else cutoff_angstrom / ANGSTROM_PER_NM
    topology = topology_of(bonded.atoms, _edges(bonded.mol))
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
