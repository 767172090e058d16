"""Implicit water: the Born ion, far charges, another implementation, measured hydration."""

from __future__ import annotations

import numpy as np
import openmm
import pytest
from openmm.app import Element, Topology
from openmm.app.internal.customgbforces import GBSAOBC2Force
from physics_cases import context_of, shaken
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.implicit_solvent import BornAtoms, born_atoms
from workbench.physics.mmff import group_energy
from workbench.settings import SolventSettings

COULOMB = 332.06371
OFFSET = 0.09
POLAR = {"surface_kcal_per_mol_angstrom2": 0.0}


def energy(atoms: BornAtoms, points: np.ndarray, **settings: float) -> float:
    """Return the whole solvation energy, kcal/mol; ``surface_...=0`` leaves the polar part."""
    system = openmm.System()
    for _ in atoms.charges:
        system.addParticle(1.0)
    system.addForce(atoms.force(SolventSettings(**settings)))
    return group_energy(context_of(system, points))


def ions(*charges: float, radius: float = 1.7) -> BornAtoms:
    n = len(charges)
    return BornAtoms(np.array(charges), np.full(n, radius), np.full(n, 0.8))


@pytest.mark.parametrize(("charge", "radius"), [(1.0, 1.7), (-1.0, 1.5), (2.0, 1.98)])
def test_a_lone_ion_has_borns_energy(charge: float, radius: float) -> None:
    """Born 1920: -q^2/2r (1 - 1/eps), with OBC's offset of 0.09 angstrom off the radius."""
    found = energy(ions(charge, radius=radius), np.zeros((1, 3)), **POLAR)
    expected = -COULOMB * charge**2 / (2 * (radius - OFFSET)) * (1 - 1 / 78.5)
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_lone_atom_has_the_surface_of_a_sphere() -> None:
    """The area that a probe of 1.4 angstrom rolls over, times the tension (ACE's form)."""
    area = 4 * np.pi * (1.7 + 1.4) ** 2 * (1.7 / (1.7 - OFFSET)) ** 6
    assert energy(ions(0.0), np.zeros((1, 3))) == pytest.approx(0.0054 * area, rel=1e-4)


def test_far_charges_are_screened_by_the_solvent() -> None:
    far = np.array([[0.0, 0.0, 0.0], [60.0, 0.0, 0.0]])
    both = energy(ions(1.0, -1.0), far, **POLAR)
    alone = energy(ions(1.0), far[:1], **POLAR)
    assert both - 2 * alone == pytest.approx(COULOMB / 60 * (1 - 1 / 78.5), rel=0.01)
    assert energy(ions(1.0), far[:1], dielectric=1.0, **POLAR) == 0


@pytest.mark.parametrize("smiles", ["CC(N)=O", "C[NH3+]", "CSCc1ccncc1", "FC(F)(F)c1ccc(Cl)cc1"])
def test_openmms_other_implementation_agrees(smiles: str) -> None:
    """OBC2 as a CustomGBForce with OpenMM's own table of mbondi2 radii."""
    mol = shaken(smiles)
    atoms = born_atoms(mol)
    points = mol.GetConformer().GetPositions()
    topology = Topology()
    residue = topology.addResidue("MOL", topology.addChain())
    for atom in mol.GetAtoms():
        topology.addAtom(atom.GetSymbol(), Element.getBySymbol(atom.GetSymbol()), residue)
    theirs = list(topology.atoms())
    for edge in mol.GetBonds():
        topology.addBond(theirs[edge.GetBeginAtomIdx()], theirs[edge.GetEndAtomIdx()])
    force = GBSAOBC2Force(solventDielectric=78.5, soluteDielectric=1, SA=None)
    standard = GBSAOBC2Force.getStandardParameters(topology)
    system = openmm.System()
    for charge, row in zip(atoms.charges.tolist(), standard, strict=True):
        system.addParticle(1.0)
        force.addParticle([charge, *row])
    force.finalize()
    system.addForce(force)
    expected = group_energy(context_of(system, points))
    assert energy(atoms, points, **POLAR) == pytest.approx(expected, rel=1e-4)


MEASURED = {
    "CO": -5.10,
    "CC(C)=O": -3.80,
    "CC(N)=O": -9.71,
    "c1ccccc1": -0.90,
    "CCC": 2.00,
    "CCCC": 2.10,
    "c1ccncc1": -4.69,
    "CSC": -1.61,
    "CS": -1.20,
}
"""Hydration free energies, kcal/mol: FreeSolv (Mobley, Guthrie 2014)."""


def test_hydration_of_small_molecules_is_roughly_right() -> None:
    """Charges and radii of different origin: within 4 kcal/mol, 1.6 on average."""
    errors = []
    for smiles, measured in MEASURED.items():
        mol = shaken(smiles, 0.0)
        Chem.rdForceFieldHelpers.MMFFOptimizeMolecule(mol, "MMFF94s")
        errors.append(energy(born_atoms(mol), mol.GetConformer().GetPositions()) - measured)
    assert np.abs(errors).max() < 4
    assert np.abs(errors).mean() < 1.6


def test_an_element_without_a_radius_is_refused() -> None:
    with pytest.raises(PhysicsError, match="no radius for Na"):
        born_atoms(Chem.MolFromSmiles("[Na+]"))
