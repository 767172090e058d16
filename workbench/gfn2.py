"""GFN2-xTB energies of a molecule by tblite, and minima by geomeTRIC."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError

FloatArray = NDArray[np.float64]

KCAL_PER_HARTREE = 627.5094740631
ANGSTROM_PER_BOHR = 0.529177210903
EV_PER_HARTREE = 27.211386246

_THREADS = "OMP_NUM_THREADS"
_MAX_CYCLES = 300
_EXTRA = "install the extra, pip install 'xpo1-workbench[react]'"
_NO_LIMIT = 1e3


class Point(NamedTuple):
    """An energy in kcal/mol, its gradient ``(n_atoms, 3)`` kcal/mol/angstrom, and the LUMO."""

    energy: float
    gradient: FloatArray
    lumo_ev: float


Engine = Callable[[FloatArray], Point]
"""Gives energy and gradient at ``(n_atoms, 3)`` angstrom."""


class Minimum(NamedTuple):
    """A geometry ``(n_atoms, 3)`` angstrom and its energy point."""

    coordinates: FloatArray
    point: Point


def elements_of(mol: Chem.Mol) -> NDArray[np.int64]:
    """Return ``(n_atoms,)`` atomic numbers."""
    return np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()], dtype=np.int64)


class Gfn2:
    """GFN2-xTB with ALPB water for one molecule; each point starts from the last orbitals.

    The state of the solvation model is 1 M gas to 1 M solution.

    Parameters
    ----------
    mol
        With all its hydrogens and a closed shell.
    solvent
        Blank for the gas phase.
    name
        How errors call the molecule.

    Raises
    ------
    PhysicsError
        When tblite is not installed.

    Reference
    ---------
    GFN2-xTB: Bannwarth 2019 J. Chem. Theory Comput. 15:1652, 10.1021/acs.jctc.8b01176.
    ALPB: Ehlert 2021 J. Chem. Theory Comput. 17:4250, 10.1021/acs.jctc.1c00471.
    """

    def __init__(self, mol: Chem.Mol, *, solvent: str = "water", name: str = "") -> None:
        self.elements = elements_of(mol)
        self.charge = Chem.GetFormalCharge(mol)
        self.solvent = solvent
        self.name = name or "the molecule"
        self._interface = tblite_interface()
        self._calculator: Any = None
        self._last: Any = None

    def __call__(self, coordinates: FloatArray) -> Point:
        """Return energy and gradient; raise when the self-consistent field does not converge."""
        bohr = np.asarray(coordinates, dtype=np.float64) / ANGSTROM_PER_BOHR
        try:
            result = self._solved(bohr)
        except RuntimeError:
            # a fresh start: orbitals of another geometry can be a bad guess
            self._calculator = self._last = None
            try:
                result = self._solved(bohr)
            except RuntimeError as error:
                raise PhysicsError(
                    f"GFN2-xTB did not converge for {self.name} (charge {self.charge:+d}): the "
                    "geometry is too distorted, or needs a method beyond this one"
                ) from error
        self._last = result
        return Point(
            float(result.get("energy")) * KCAL_PER_HARTREE,
            np.asarray(result.get("gradient")) * (KCAL_PER_HARTREE / ANGSTROM_PER_BOHR),
            _lumo_ev(result),
        )

    def _solved(self, bohr: FloatArray) -> Any:
        """Return tblite's result, with a new calculator the first time."""
        if self._calculator is None:
            made = self._interface.Calculator(
                "GFN2-xTB", self.elements, bohr, charge=float(self.charge)
            )
            made.set("verbosity", 0)
            made.set("max-iter", _MAX_CYCLES)
            if self.solvent:
                made.add("alpb-solvation", self.solvent, "gsolv")
            self._calculator = made
            return made.singlepoint()
        self._calculator.update(positions=bohr)
        return self._calculator.singlepoint(self._last)


def _lumo_ev(result: Any) -> float:
    """Return the lowest empty level in eV; GFN2 treats the valence electrons only."""
    levels = np.asarray(result.get("orbital-energies"))
    filled = np.asarray(result.get("orbital-occupations"))
    empty = levels[filled < 1.0]
    return float(empty.min() * EV_PER_HARTREE) if len(empty) else float("nan")


def tblite_interface() -> Any:
    """Return tblite's Python interface, on one thread unless ``OMP_NUM_THREADS`` says otherwise.

    On molecules of this size further threads wait for each other: they cost several times the
    processor time and save none by the clock.
    """
    asked = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")  # read once, when the package's libraries are loaded
    try:
        from tblite import interface
    except ImportError as missing:
        raise PhysicsError(f"GFN2-xTB energies need tblite: {_EXTRA}") from missing
    finally:
        if asked is None:
            del os.environ[_THREADS]
    return interface


class _Surface:
    """An engine as geomeTRIC calls it: flat coordinates in bohr, energy and slope in hartree."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def calc(self, coords: FloatArray, *_: Any, **__: Any) -> dict[str, Any]:
        self.point = self._engine(coords.reshape(-1, 3) * ANGSTROM_PER_BOHR)
        slope = self.point.gradient.ravel() * (ANGSTROM_PER_BOHR / KCAL_PER_HARTREE)
        return {"energy": self.point.energy / KCAL_PER_HARTREE, "gradient": slope}

    def _nothing(self, *_: Any) -> None:
        """Keep no files and no earlier points."""

    clearCalcs = load_guess_files = save_guess_files = _nothing  # noqa: N815


def minimised(
    engine: Engine,
    mol: Chem.Mol,
    start: FloatArray,
    *,
    max_gradient: float = 0.05,
    max_steps: int = 400,
    name: str = "the molecule",
) -> Minimum:
    """Return the minimum that lies below a geometry, ``(n_atoms, 3)`` angstrom.

    Delocalised internal coordinates over the molecule's bonds. (In its translations and rotations,
    "tric", the optimiser follows the solvation grid, which turning the molecule changes.)

    Parameters
    ----------
    mol
        With all its hydrogens, at least two atoms.
    max_gradient
        Of any atom at the end, kcal/mol/angstrom.

    Raises
    ------
    PhysicsError
        When geomeTRIC is not installed, or so many steps do not reach a minimum.

    Reference
    ---------
    geomeTRIC: Wang 2016 J. Chem. Phys. 144:214108, 10.1063/1.4952956.
    """
    try:
        from geometric import errors, internal, molecule, optimize, params
    except ImportError as missing:
        raise PhysicsError(f"geometries by GFN2-xTB need geomeTRIC: {_EXTRA}") from missing
    logging.getLogger("geometric.nifty").setLevel(logging.CRITICAL)
    shape = molecule.Molecule()
    shape.elem = [atom.GetSymbol() for atom in mol.GetAtoms()]
    shape.xyzs = [np.array(start, dtype=np.float64)]
    shape.bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]
    shape.top_settings["read_bonds"] = True
    shape.build_topology()
    surface = _Surface(engine)
    wanted = params.OptParams(
        convergence_gmax=max_gradient * ANGSTROM_PER_BOHR / KCAL_PER_HARTREE,
        convergence_grms=_NO_LIMIT,
        convergence_energy=_NO_LIMIT,
        convergence_drms=_NO_LIMIT,
        convergence_dmax=_NO_LIMIT,
        maxiter=max_steps,
    )
    bohr = shape.xyzs[0].ravel() / ANGSTROM_PER_BOHR
    try:
        coordinates = internal.DelocalizedInternalCoordinates(shape, build=True, connect=True)
        found = optimize.Optimizer(bohr, shape, coordinates, surface, None, wanted, False)
        found.optimizeGeometry()
    except (errors.Error, np.linalg.LinAlgError, RuntimeError) as error:
        raise PhysicsError(
            f"the geometry of {name} did not settle in {max_steps} steps: it may fall apart at "
            "this level"
        ) from error
    return Minimum(found.X.reshape(-1, 3) * ANGSTROM_PER_BOHR, surface.point)
