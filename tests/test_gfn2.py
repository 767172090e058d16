"""GFN2-xTB: energy, slope and shape of water, minima, threads, and what is said without tblite."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms
from scipy.optimize import minimize

from workbench.errors import PhysicsError
from workbench.gfn2 import KCAL_PER_HARTREE, Gfn2, Point, minimised

FloatArray = NDArray[np.float64]

ASK = """
import os
from workbench.gfn2 import tblite_interface
before = os.environ.get("OMP_NUM_THREADS")
interface = tblite_interface()
import numpy as np
made = interface.Calculator("GFN2-xTB", np.array([1, 1]), np.array([[0.0, 0, 0], [0, 0, 1.4]]))
made.set("verbosity", 0)
made.singlepoint()
threads = len(os.listdir("/proc/self/task"))
print(os.environ.get("OMP_NUM_THREADS") == before, threads)
"""


def embedded(smiles: str) -> tuple[Chem.Mol, FloatArray]:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMolecule(mol, randomSeed=3)
    return mol, mol.GetConformer().GetPositions()


def morse(target: FloatArray, x: FloatArray) -> Point:
    """Return the energy of Morse springs between all pairs of atoms, at rest at a target."""
    rest, apart = (
        np.linalg.norm(one[:, None] - one, axis=-1) + np.eye(len(one)) for one in (target, x)
    )
    decay = np.exp(-0.8 * (apart - rest))
    slope = 60.0 * 2 * (1.0 - decay) * 0.8 * decay / apart
    gradient = (slope[..., None] * (x[:, None] - x)).sum(axis=1)
    return Point(60.0 * float(((1.0 - decay) ** 2).sum()) / 2, gradient, 0.0)


def test_energy_and_gradient_of_water() -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    mol, shape = embedded("O")
    engine = Gfn2(mol, solvent="")
    point = engine(shape)
    # the method's own papers list -5.07 hartree
    assert point.energy / KCAL_PER_HARTREE == pytest.approx(-5.07, abs=0.01)
    step = 1e-3 * np.eye(9).reshape(9, 3, 3)
    slope = [(engine(shape + one).energy - engine(shape - one).energy) / 2e-3 for one in step]
    assert point.gradient.ravel() == pytest.approx(slope, abs=0.02)


def test_shape_of_water() -> None:
    pytest.importorskip("tblite", reason="the extra react is not installed")
    mol, start = embedded("O")
    found = minimised(Gfn2(mol), mol, 1.1 * start)
    mol.GetConformer().SetPositions(found.coordinates)
    assert rdMolTransforms.GetBondLength(mol.GetConformer(), 0, 1) == pytest.approx(0.96, abs=0.02)
    assert rdMolTransforms.GetAngleDeg(mol.GetConformer(), 1, 0, 2) == pytest.approx(104.5, abs=4)
    assert np.abs(found.point.gradient).max() < 0.05


def test_finds_the_minimum_that_another_minimiser_finds() -> None:
    pytest.importorskip("geometric", reason="the extra react is not installed")
    # a nitrile is straight: three atoms in line have no torsion
    mol, target = embedded("CCC#N")
    start = target + np.random.default_rng(5).normal(0, 0.15, target.shape)
    found = minimised(lambda x: morse(target, x), mol, start, max_gradient=0.01)
    other = minimize(
        lambda x: morse(target, x.reshape(-1, 3)).energy,
        start.ravel(),
        jac=lambda x: morse(target, x.reshape(-1, 3)).gradient.ravel(),
        options={"gtol": 1e-4},
    )
    assert found.point.energy == pytest.approx(other.fun, abs=1e-4)
    assert found.point.energy == pytest.approx(morse(target, found.coordinates).energy, abs=1e-9)
    assert np.abs(found.point.gradient).max() < 0.01


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
@pytest.mark.parametrize("asked", [None, "3"])
def test_one_thread_unless_the_user_asks_for_more(asked: str | None) -> None:
    """The calculation's own threads stay in their pool and can be counted after it."""
    pytest.importorskip("tblite")
    without = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment = without | {"OPENBLAS_NUM_THREADS": "1"}
    if asked is not None:
        environment["OMP_NUM_THREADS"] = asked
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    kept, threads = done.stdout.split()
    assert kept == "True"
    assert int(threads) == (1 if asked is None else 3)


@pytest.mark.parametrize("package", ["tblite", "geometric"])
def test_a_missing_package_is_told_with_its_extra(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    mol, start = embedded("O")
    with pytest.raises(PhysicsError, match=rf"(?i){package}: .*xpo1-workbench\[react\]"):
        if package == "tblite":
            Gfn2(mol)
        minimised(lambda x: Point(0.0, x, 0.0), mol, start)
