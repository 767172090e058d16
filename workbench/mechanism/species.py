"""The free energy of one molecule in water, over its conformers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdMolAlign

from workbench.errors import LigandError, MechanismError, PhysicsError
from workbench.gfn2 import Gfn2, Minimum, elements_of, minimised
from workbench.ligands.conformers import conformers
from workbench.ligands.geometry import stereo_is_right
from workbench.mechanism.thermochemistry import (
    RT,
    free_energy_correction,
    numerical_hessian,
    wave_numbers,
)
from workbench.mechanism.truncation import is_achiral
from workbench.settings import ConformerSettings

FloatArray = NDArray[np.float64]
Step = Callable[[], None]

MAX_ATOMS = 200
"""Hydrogens included; larger molecules take too long to optimise."""

# H to Ar, K to Kr without the transition metals, and iodine: what drugs are made of
_ELEMENTS = {*range(1, 21), *range(30, 37), 53}

N_EMBEDDED = 100
N_OPTIMISED = 8
_RANKED = 4
_CONFORMERS = ConformerSettings(distinct_angstrom=0.2)
_SAME_KCAL = 0.05
_SAME_ANGSTROM = 0.2
_MIRRORED_ANGSTROM = 0.1
_BOND_SCALE = 1.35


@dataclass(frozen=True)
class Species:
    """A molecule at the minima of its conformers, kcal/mol and angstrom.

    Parameters
    ----------
    coordinates, energy, lumo_ev
        Of the lowest conformer: ``(n_atoms, 3)``; electronic energy with solvent.
    spread
        Free energy of the ensemble of conformers less ``energy``.
    correction
        Vibrations, rotation, translation at 1 M of the lowest conformer; zero if not asked for.
    energies, shapes
        Of the distinct conformers, rising: ``(n_conformers,)``, ``(n_conformers, n_atoms, 3)``.
    halved
        By how much the ensemble's energy changes when every second start is left out.
    """

    name: str
    mol: Chem.Mol
    coordinates: FloatArray
    energy: float
    spread: float
    correction: float
    energies: FloatArray
    shapes: FloatArray
    halved: float
    lumo_ev: float

    @property
    def free_energy(self) -> float:
        """Of the molecule in water at 1 M, kcal/mol (an absolute number without meaning)."""
        return self.energy + self.spread + self.correction


def species(
    mol: Chem.Mol,
    name: str,
    seed: int,
    *,
    n_embedded: int = N_EMBEDDED,
    n_optimised: int = N_OPTIMISED,
    vibrations: bool = True,
    tick: Step = lambda: None,
) -> Species:
    """Return the free energy of a neutral molecule from its own conformer search.

    Conformers by ETKDGv3 and MMFF94s, ranked by one GFN2-xTB energy each, the best ones
    minimised. ``tick`` is called after each one, and after the vibrations.

    Raises
    ------
    MechanismError
        When it has no conformer, or none keeps its bonds at this level.
    """
    full, shapes = shapes_of(mol, name, seed, n_embedded)
    engine = Gfn2(full, name=name)
    starts = shapes[: _RANKED * n_optimised]
    energies = [engine(start).energy for start in starts]
    chosen = np.argsort(energies, kind="stable")[:n_optimised]
    return from_starts(full, starts[chosen], engine, name=name, vibrations=vibrations, tick=tick)


def shapes_of(mol: Chem.Mol, name: str, seed: int, n_embedded: int) -> tuple[Chem.Mol, FloatArray]:
    """Return a molecule with hydrogens and its force-field conformers, the lowest first.

    Raises
    ------
    MechanismError
        When it is of atoms or a size that are not computed, or cannot be embedded.
    """
    full = Chem.AddHs(mol)
    _check_molecule(full, name)
    try:
        found = conformers(mol, n_embedded, seed, name=name, settings=_CONFORMERS)
    except LigandError as error:
        raise MechanismError(str(error)) from error
    return found.mol, found.coordinates


def _check_molecule(mol: Chem.Mol, name: str) -> None:
    """Raise unless a molecule is closed-shell, small enough and of ordinary elements."""
    elements = elements_of(mol)
    if len(elements) > MAX_ATOMS:
        raise MechanismError(
            f"{name} has {len(elements)} atoms, more than the {MAX_ATOMS} that are computed here; "
            "use the truncated model"
        )
    odd = sorted({*elements.tolist()} - _ELEMENTS)
    if odd:
        symbols = ", ".join(Chem.GetPeriodicTable().GetElementSymbol(z) for z in odd)
        raise MechanismError(
            f"{name} holds {symbols}, which reaction energies are not computed for: "
            "leave it out or replace it"
        )
    if (int(elements.sum()) - Chem.GetFormalCharge(mol)) % 2:
        raise MechanismError(
            f"{name} has an odd number of electrons; reaction energies are for closed shells only"
        )


def from_starts(
    mol: Chem.Mol,
    starts: FloatArray,
    engine: Gfn2,
    *,
    name: str,
    vibrations: bool,
    tick: Step = lambda: None,
) -> Species:
    """Return the species whose conformers lie below given geometries.

    ``mol`` has all its hydrogens; ``starts`` are ``(n, n_atoms, 3)`` angstrom.

    Raises
    ------
    MechanismError
        When none of them keeps its bonds at this level.
    """
    found: list[Minimum] = []
    problem = ""
    for start in starts:
        try:
            minimum = minimised(engine, mol, start, name=name)
        except PhysicsError as error:
            problem = problem or str(error)
        else:
            if _bonds_hold(mol, minimum.coordinates):
                found.append(minimum)
            else:
                problem = problem or (
                    f"{name} does not hold together at this level: a bond opened or another "
                    "isomer formed"
                )
        tick()
    if not found:
        raise MechanismError(problem)
    kept = _distinct(mol, found)
    best = kept[0]
    ensemble = _ensemble_energy(mol, kept)
    half = _ensemble_energy(mol, _distinct(mol, found[::2]))
    correction = 0.0
    if vibrations:
        hessian = numerical_hessian(engine, best.coordinates)
        waves = wave_numbers(mol, best.coordinates, hessian)
        correction = free_energy_correction(mol, best.coordinates, waves)
        tick()
    return Species(
        name=name,
        mol=mol,
        coordinates=best.coordinates,
        energy=best.point.energy,
        spread=ensemble - best.point.energy,
        correction=correction,
        energies=np.array([minimum.point.energy for minimum in kept]),
        shapes=np.array([minimum.coordinates for minimum in kept]),
        halved=abs(half - ensemble),
        lumo_ev=best.point.lumo_ev,
    )


def deprotonated(mol: Chem.Mol, place: int, shapes: FloatArray) -> tuple[Chem.Mol, FloatArray]:
    """Return an anion and its starts: each shape without each of the protons at an atom.

    The protons of one atom stand next to each other in ``mol``, as RDKit adds them.
    """
    neighbours = mol.GetAtomWithIdx(place).GetNeighbors()
    protons = [atom.GetIdx() for atom in neighbours if atom.GetAtomicNum() == 1]
    if not protons:
        raise MechanismError("the atom beside the attacked one has no proton to give")
    ion = Chem.RWMol(mol)
    atom = ion.GetAtomWithIdx(place)
    atom.SetFormalCharge(atom.GetFormalCharge() - 1)
    atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    ion.RemoveAtom(protons[0])
    Chem.SanitizeMol(ion)
    starts = np.concatenate([np.delete(shapes, proton, axis=1) for proton in protons])
    return ion.GetMol(), starts


def _bonds_hold(mol: Chem.Mol, coordinates: FloatArray) -> bool:
    """Return whether the atoms that are bonded on paper are, no others are, and stereo is kept."""
    table = Chem.GetPeriodicTable()
    radii = np.array([table.GetRcovalent(a.GetAtomicNum()) for a in mol.GetAtoms()])
    distance = np.linalg.norm(coordinates[:, None] - coordinates, axis=-1)
    near = distance < _BOND_SCALE * (radii[:, None] + radii)
    np.fill_diagonal(near, False)
    return bool(
        np.array_equal(near, Chem.GetAdjacencyMatrix(mol).astype(bool))
    ) and stereo_is_right(mol, coordinates)


def _ensemble_energy(mol: Chem.Mol, kept: list[Minimum]) -> float:
    """Return the Boltzmann free energy of distinct conformers, the lowest first, kcal/mol."""
    energies = np.array([minimum.point.energy for minimum in kept])
    weights = np.array([_degeneracy(mol, minimum.coordinates) for minimum in kept])
    population = float((weights * np.exp(-(energies - energies[0]) / RT)).sum())
    return float(energies[0] - RT * np.log(population))


def _distinct(mol: Chem.Mol, minima: list[Minimum]) -> list[Minimum]:
    """Return the minima that differ in energy or in shape, rising; mirror images count as one."""
    kept: list[Minimum] = []
    for minimum in sorted(minima, key=lambda one: one.point.energy):
        same = any(
            abs(minimum.point.energy - other.point.energy) < _SAME_KCAL
            and min(
                _rmsd(mol, minimum.coordinates, other.coordinates * image)
                for image in (np.ones(3), np.array([-1.0, 1.0, 1.0]))
            )
            < _SAME_ANGSTROM
            for other in kept
        )
        if not same:
            kept.append(minimum)
    return kept


def _degeneracy(mol: Chem.Mol, coordinates: FloatArray) -> int:
    """Return 2 for a handed shape of a molecule without hands, whose mirror image is as good."""
    if not is_achiral(Chem.RemoveHs(mol)):
        return 1
    mirror = coordinates * np.array([-1.0, 1.0, 1.0])
    return 2 if _rmsd(mol, coordinates, mirror) > _MIRRORED_ANGSTROM else 1


def _rmsd(mol: Chem.Mol, first: FloatArray, second: FloatArray) -> float:
    """Return the RMSD of heavy atoms over every symmetry of the molecule, angstrom."""
    pair = []
    for coordinates in (first, second):
        placed = Chem.Mol(mol)
        placed.RemoveAllConformers()
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(np.ascontiguousarray(coordinates))
        placed.AddConformer(conformer)
        # chiral tags would hide that a mirror image is another molecule
        pair.append(Chem.RemoveAllHs(placed))
    return float(rdMolAlign.GetBestRMS(pair[0], pair[1], maxMatches=1000))
