"""Deformation of the receptor against RDKit's minimiser on the same small receptor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from physics_cases import capped_cysteine_complex, with_positions
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from scipy.spatial.transform import Rotation

from workbench.physics.assembling import receptor_molecule
from workbench.physics.bonded_complex import thiol_hydrogen
from workbench.physics.complex import Complex
from workbench.physics.deformation import receptor_deformation
from workbench.physics.minimization import MinimisedComplex, PocketMinimiser
from workbench.settings import MinimizationSettings

FINE = MinimizationSettings(platform="Reference", rms_gradient_kcal_per_mol_angstrom=0.01)


def rdkit_minimum(mol: Chem.Mol, fixed: list[int]) -> tuple[float, np.ndarray]:
    """Return RDKit's energy and coordinates with some atoms held, MMFF94s, dielectric 4r."""
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    properties.SetMMFFDielectricModel(2)
    properties.SetMMFFDielectricConstant(4.0)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties, nonBondedThresh=1e6)
    for atom in fixed:
        field.AddFixedPoint(atom)
    field.Initialize()
    for _ in range(20):
        if not field.Minimize(maxIts=2000, forceTol=1e-6, energyTol=1e-9):
            break
    return field.CalcEnergy(), mol.GetConformer().GetPositions()


@pytest.fixture(scope="module")
def minimised() -> MinimisedComplex:
    bonded = capped_cysteine_complex()
    return PocketMinimiser([bonded], FINE, threads=1).minimise(bonded)


def in_complexes_shape(bonded: Complex) -> Chem.Mol:
    receptor = bonded.receptor
    hydrogen = thiol_hydrogen(receptor)
    points = receptor.coordinates.copy()
    kept = [i for i in range(len(points)) if i != hydrogen]
    points[kept] = bonded.coordinates[: len(kept)]
    points[hydrogen] = bonded.coordinates[bonded.reactive_carbon]
    away = points[hydrogen] - points[receptor.reactive_atom]
    points[hydrogen] -= away * (1 - 1.34 / np.linalg.norm(away))
    return with_positions(receptor_molecule(receptor), points)


def with_turned_thiol(bonded: Complex, degree: float, hydrogen_degree: float) -> Complex:
    """Return the complex of a receptor whose own cysteine is in another rotamer."""
    receptor = bonded.receptor
    ca, cb = receptor.find(528, "CA"), receptor.find(528, "CB")
    bonds = receptor.bonds[:, :2].tolist()
    beyond = {cb}
    for _ in range(3):
        ends = [set(b) for b in bonds if beyond & set(b) and set(b) != {ca, cb}]
        beyond = beyond.union(*ends)
    members = sorted(beyond)
    points = receptor.coordinates.copy()
    axis = points[cb] - points[ca]
    turn = Rotation.from_rotvec(np.radians(degree) * axis / np.linalg.norm(axis))
    points[members] = turn.apply(points[members] - points[cb]) + points[cb]
    sulphur, hydrogen = receptor.reactive_atom, thiol_hydrogen(receptor)
    axis = points[sulphur] - points[cb]
    turn = Rotation.from_rotvec(np.radians(hydrogen_degree) * axis / np.linalg.norm(axis))
    points[hydrogen] = turn.apply(points[hydrogen] - points[sulphur]) + points[sulphur]
    return replace(bonded, receptor=receptor.with_coordinates(points))


@pytest.mark.parametrize("turns", [(0, 0), (120, 0), (240, 120)])
def test_it_is_rdkits_difference(minimised: MinimisedComplex, turns: tuple[float, float]) -> None:
    """The receptor's own rotamer is the complex's, a lower one, a higher one."""
    bonded = with_turned_thiol(minimised.bonded, *turns)
    receptor = bonded.receptor
    hydrogen = thiol_hydrogen(receptor)
    caps = [i for i, a in enumerate(receptor.atoms) if a.residue_name != "CYS"]
    start = with_positions(receptor_molecule(receptor), receptor.coordinates)
    own, points = rdkit_minimum(start, caps)
    # The receptor is at its own minimum, so that two minimisers cannot go different ways.
    bonded = replace(bonded, receptor=receptor.with_coordinates(points))
    mol = in_complexes_shape(bonded)
    held, _ = rdkit_minimum(mol, [i for i in range(mol.GetNumAtoms()) if i != hydrogen])
    local, _ = rdkit_minimum(mol, caps)
    found = receptor_deformation(bonded, minimised.mobile, FINE, threads=1)
    assert found.to_local_minimum_kcal_per_mol == pytest.approx(held - local, abs=0.02)
    assert found.deformation_kcal_per_mol == pytest.approx(held - min(local, own), abs=0.02)


def test_a_bent_receptor_costs_more(minimised: MinimisedComplex) -> None:
    """Move CB by 0.1 angstrom: bond stretching alone is k/2 x^2 with k near 600."""
    bonded = minimised.bonded
    before = receptor_deformation(bonded, minimised.mobile, FINE, threads=1)
    bonded.coordinates[bonded.cb] += [0.1, 0.0, 0.0]
    try:
        after = receptor_deformation(bonded, minimised.mobile, FINE, threads=1)
    finally:
        bonded.coordinates[bonded.cb] -= [0.1, 0.0, 0.0]
    gain = after.deformation_kcal_per_mol - before.deformation_kcal_per_mol
    assert 1 < gain < 15
