"""Minima of model energies, and the model of the stiffness that they start from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms
from scipy.optimize import minimize

from workbench.mechanism.optimization import _bend, _torsion, minimised, model_hessian
from workbench.mechanism.quantum import Point

FloatArray = NDArray[np.float64]


def butane() -> tuple[NDArray[np.int64], FloatArray, Chem.Mol]:
    mol = Chem.AddHs(Chem.MolFromSmiles("CCCO"))
    rdDistGeom.EmbedMolecule(mol, randomSeed=3)
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    return elements, mol.GetConformer().GetPositions(), mol


class Springs:
    """Morse springs between all pairs of atoms, at rest at a target."""

    def __init__(self, target: FloatArray) -> None:
        self.rest = self._distances(target)
        self.calls = 0

    @staticmethod
    def _distances(x: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.norm(x[:, None] - x, axis=-1) + np.eye(len(x)))

    def __call__(self, x: FloatArray) -> Point:
        self.calls += 1
        apart = self._distances(x)
        decay = np.exp(-0.8 * (apart - self.rest))
        energy = 60.0 * ((1.0 - decay) ** 2).sum() / 2
        slope = 60.0 * 2 * (1.0 - decay) * 0.8 * decay / apart
        return Point(float(energy), (slope[..., None] * (x[:, None] - x)).sum(axis=1), 0.0)


def test_finds_the_minimum_that_another_minimiser_finds() -> None:
    elements, target, _ = butane()
    engine = Springs(target)
    start = target + np.random.default_rng(5).normal(0, 0.15, target.shape)
    found = minimised(engine, elements, start, max_gradient=0.01)
    other = minimize(
        lambda x: engine(x.reshape(-1, 3)).energy,
        start.ravel(),
        jac=lambda x: engine(x.reshape(-1, 3)).gradient.ravel(),
        options={"gtol": 1e-4},
    )
    assert found.point.energy == pytest.approx(other.fun, abs=1e-4)
    assert np.abs(found.point.gradient).max() < 0.01


def test_stiffness_knows_no_translation_and_is_never_negative() -> None:
    elements, coordinates, _ = butane()
    hessian = model_hessian(elements, coordinates)
    assert hessian == pytest.approx(hessian.T)
    values = np.linalg.eigvalsh(hessian)
    assert values.min() > -1e-6
    shift = np.tile([1.0, 2.0, -0.5], len(elements))
    assert np.abs(hessian @ shift).max() < 1e-6
    turn = np.cross(np.tile([0.3, -1.0, 0.8], (len(elements), 1)), coordinates).ravel()
    assert np.abs(hessian @ turn).max() < 1e-6
    # a C-C stretch: 300 kcal/mol/angstrom^2 is what force fields use, as k of k/2 x^2 600
    along = np.zeros((len(elements), 3))
    unit = (coordinates[1] - coordinates[0]) / np.linalg.norm(coordinates[1] - coordinates[0])
    along[1] = unit
    assert 300 < along.ravel() @ hessian @ along.ravel() < 2500


@pytest.mark.parametrize("atoms", [(0, 1, 2), (1, 2, 3), (0, 1, 2, 3)])
def test_slopes_of_angles_are_finite_differences(atoms: tuple[int, ...]) -> None:
    _, coordinates, mol = butane()
    x = coordinates[list(atoms)]
    slopes = _bend(*x) if len(atoms) == 3 else _torsion(*x)
    assert slopes is not None
    measure = rdMolTransforms.GetAngleRad if len(atoms) == 3 else rdMolTransforms.GetDihedralRad
    step = 1e-4
    for row, atom in enumerate(atoms):
        for axis in range(3):
            values = []
            for sign in (1, -1):
                moved = coordinates.copy()
                moved[atom, axis] += sign * step
                mol.GetConformer().SetPositions(moved)
                values.append(measure(mol.GetConformer(), *atoms))
            expected = (values[0] - values[1]) / (2 * step)
            assert abs(slopes[row, axis]) == pytest.approx(abs(expected), abs=1e-5)
