"""What a turn about each bond costs the adduct itself: MMFF94s on fragments, as Fourier series.

The docking score counts contacts and is blind to conjugation and eclipsing; these profiles are
what it lacks. They depend on the adduct alone.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers, rdMolTransforms

from workbench.ligands.conformers import conformers, mmff_properties
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]

ORDERS = 6
"""Of the Fourier series: sixfold barriers are the finest that occur."""

THREEFOLD_KCAL_PER_MOL = 1.4
"""Half the barrier about a C-C bond between sp3 carbons (butane's, 2.8 to 3.6 in all force fields);
turns next to an sp2 carbon are nearly free."""

_STEPS = 24
"""Of 15 degrees, from -180 on."""
_CEILING_KCAL_PER_MOL = 8.0
_SPRING_KCAL_PER_MOL_DEGREE2 = 1.0
_FRAGMENT_CONFORMERS = 4
_SAME_KCAL_PER_MOL = 0.02
_FORCE_KCAL_PER_MOL_ANGSTROM = 1e-2


def torsion_atoms(mol: Chem.Mol, start: int, end: int) -> tuple[int, int, int, int] | None:
    """Return the four atoms by which a turn about a bond is measured; ``None`` at an end."""
    before = [a.GetIdx() for a in mol.GetAtomWithIdx(start).GetNeighbors() if a.GetIdx() != end]
    after = [a.GetIdx() for a in mol.GetAtomWithIdx(end).GetNeighbors() if a.GetIdx() != start]
    if not before or not after:
        return None
    return min(before), start, end, min(after)


def torsion_series(adduct: Adduct, torsion: tuple[int, int, int, int]) -> FloatArray:
    """Return the energy of turning about one bond of an adduct.

    Parameters
    ----------
    torsion
        Four atoms; the bond is between the middle two.

    Returns
    -------
    numpy.ndarray
        ``(2 * ORDERS + 1,)`` kcal/mol: constant, then cosine and sine coefficients of one to
        ``ORDERS`` times the angle; the lowest value on the scan is zero.
    """
    fragment, atoms = _fragment(adduct.mol, torsion)
    for index, place in enumerate(atoms):
        fragment.GetAtomWithIdx(place).SetAtomMapNum(index + 1)
    drawn = Chem.MolToSmiles(fragment)
    for atom in fragment.GetAtoms():
        atom.InvertChirality()
    mirrored = Chem.MolToSmiles(fragment)
    if drawn <= mirrored:
        return _series(drawn)
    # a turn to the right of one mirror image is a turn to the left of the other
    series = _series(mirrored).copy()
    series[2::2] *= -1.0
    return series


def series_energy(series: FloatArray, angles: FloatArray) -> FloatArray:
    """Return the energy of each of ``n`` torsions, kcal/mol.

    Parameters
    ----------
    series
        ``(n, 2 * ORDERS + 1)`` kcal/mol, as ``torsion_series`` gives them.
    angles
        ``(n,)`` radian.
    """
    waves = np.arange(1, ORDERS + 1)[None, :] * angles[:, None]
    cosines, sines = series[:, 1::2], series[:, 2::2]
    return np.asarray(
        series[:, 0] + (cosines * np.cos(waves)).sum(1) + (sines * np.sin(waves)).sum(1)
    )


def _fragment(
    mol: Chem.Mol, torsion: tuple[int, int, int, int]
) -> tuple[Chem.Mol, tuple[int, int, int, int]]:
    """Return the atoms that feel the turn, hydrogens where it was cut."""
    distance = Chem.GetDistanceMatrix(mol)
    middle = torsion[1:3]
    kept = {i for i in range(mol.GetNumAtoms()) if distance[i, list(middle)].min() <= 2}
    rings = [set(ring) for ring in mol.GetRingInfo().AtomRings()]
    near = {i for i in kept if distance[i, list(middle)].min() <= 1}
    grown = True
    while grown:
        size = len(kept)
        for ring in rings:
            if ring & near or len(ring & kept) > 1:
                kept |= ring
        for bond in mol.GetBonds():
            ends = {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}
            whole = bond.GetBondTypeAsDouble() > 1 and not bond.GetIsAromatic()
            if whole and ends & kept:
                kept |= ends
        grown = len(kept) > size
    # an aromatic atom whose ring was left out is a carbon like any other
    part = Chem.RWMol(mol)
    Chem.Kekulize(part, clearAromaticFlags=True)
    for index in sorted(set(range(mol.GetNumAtoms())) - kept, reverse=True):
        part.RemoveAtom(index)
    order = sorted(kept)
    for atom in part.GetAtoms():
        atom.SetNoImplicit(False)
        if atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            atom.SetNumExplicitHs(0)
    Chem.SanitizeMol(part)
    a, b, c, d = (order.index(i) for i in torsion)
    return part.GetMol(), (a, b, c, d)


@cache
def _series(smiles: str) -> FloatArray:
    """Scan the torsion whose atoms carry the map numbers 1 to 4, and fit its series."""
    mol = Chem.MolFromSmiles(smiles)
    places = {a.GetAtomMapNum(): a.GetIdx() for a in mol.GetAtoms() if a.GetAtomMapNum()}
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(0)
    torsion = (places[1], places[2], places[3], places[4])
    found = conformers(mol, _FRAGMENT_CONFORMERS, 1, name=smiles).mol
    energies = _scan(found, torsion)
    angles = _angle(np.arange(_STEPS))
    energies = np.minimum(energies - energies.min(), _CEILING_KCAL_PER_MOL)
    radians = np.radians(angles)
    columns = [np.ones(_STEPS)]
    for n in range(1, ORDERS + 1):
        columns += [np.cos(n * radians), np.sin(n * radians)]
    series, *_ = np.linalg.lstsq(np.array(columns).T, energies, rcond=None)
    series.setflags(write=False)
    return np.asarray(series)


def _angle(step: Any) -> Any:
    """Return the angle of a step or of an array of steps, degree."""
    return step * 360.0 / _STEPS - 180.0


@dataclass(frozen=True)
class _Steps:
    """Which steps of a turn cost the same by symmetry.

    Parameters
    ----------
    period
        Steps after which the turn repeats itself.
    has_mirror
        Whether a turn to the left costs what one to the right does.
    """

    period: int
    has_mirror: bool

    def place(self, step: int) -> int:
        """Return the first of the steps that cost what this one does."""
        own = step % self.period
        return min(own, -own % self.period) if self.has_mirror else own

    def way(self, step: int, way: int) -> int:
        """Return the way, 1 or -1, that a walk takes when its step is moved to its place."""
        return way if step % self.period == self.place(step) else -way


def _symmetry(mol: Chem.Mol, torsion: tuple[int, int, int, int]) -> _Steps:
    _, start, end, _ = torsion
    fold = math.lcm(_fold(mol, start, end), _fold(mol, end, start))
    tags = {atom.GetChiralTag() for atom in mol.GetAtoms()}
    return _Steps(_STEPS // fold, tags == {Chem.ChiralType.CHI_UNSPECIFIED})


def _fold(mol: Chem.Mol, pivot: int, axis: int) -> int:
    """Return how often an end of a bond looks the same in one turn: phenyl 2, CF3 3."""
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    atom = mol.GetAtomWithIdx(pivot)
    around = [ranks[a.GetIdx()] for a in atom.GetNeighbors() if a.GetIdx() != axis]
    flat = atom.GetHybridization() == Chem.HybridizationType.SP2
    alike = len(set(around)) == 1 and len(around) == (2 if flat else 3)
    return len(around) if alike else 1


@dataclass(frozen=True)
class _Found:
    """The lowest geometry at a place: at which step it is, and which walk came to it."""

    energy: float
    step: int
    points: FloatArray
    walk: int


def _scan(mol: Chem.Mol, torsion: tuple[int, int, int, int]) -> FloatArray:
    """Return the lowest energy at each step of a whole turn, kcal/mol.

    Every conformer walks from its own step to both sides, until it has become what an earlier
    one was on the same way. Where the lowest geometries of neighbouring steps come from
    different walks, each is then turned to the other's step, until nothing gets lower.

    Returns
    -------
    numpy.ndarray
        ``(24,)``, from -180 degrees on.

    References
    ----------
    Turning on from what is lowest: Qiu 2020 J. Chem. Phys. 152:244116, 10.1063/5.0009232.
    """
    properties = mmff_properties(mol)
    free = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties)
    free.Initialize()
    probe = Chem.Mol(mol, confId=0)
    steps = _symmetry(mol, torsion)
    found: dict[int, _Found] = {}

    def visit(step: int, points: FloatArray, walk: int) -> _Found:
        """Relax at a step, and keep what is lower than before."""
        held = _held(probe, properties, torsion, _angle(step), points)
        here = _Found(free.CalcEnergy(held.ravel().tolist()), step, held, walk)
        known = found.get(steps.place(step))
        if known is None or here.energy < known.energy - _SAME_KCAL_PER_MOL:
            found[steps.place(step)] = here
        return here

    met: dict[tuple[int, int], list[float]] = {}
    for walk, conformer in enumerate(mol.GetConformers()):
        angle = rdMolTransforms.GetDihedralDeg(conformer, *torsion)
        step = round((angle + 180.0) * _STEPS / 360.0)
        first = visit(step, np.asarray(conformer.GetPositions()), walk)
        for way in (1, -1):
            here = first
            for _ in range(steps.period // 2):
                here = visit(here.step + way, here.points, walk)
                before = met.setdefault((steps.place(here.step), steps.way(here.step, way)), [])
                if any(abs(here.energy - other) < _SAME_KCAL_PER_MOL for other in before):
                    break
                before.append(here.energy)
    waiting = deque((place, way) for place in sorted(found) for way in (1, -1))
    walk = mol.GetNumConformers()
    while waiting:
        place, way = waiting.popleft()
        here = found[place]
        beside = steps.place(here.step + way)
        if beside in found and found[beside].walk == here.walk:
            continue
        walk += 1
        if visit(here.step + way, here.points, walk) is found[beside]:
            waiting += [(beside, 1), (beside, -1)]
    return np.array([found[steps.place(step)].energy for step in range(_STEPS)])


def _held(
    mol: Chem.Mol,
    properties: Any,
    torsion: tuple[int, int, int, int],
    angle: float,
    points: FloatArray,
) -> FloatArray:
    """Return the coordinates turned to an angle and minimised with the torsion held."""
    conformer = mol.GetConformer()
    conformer.SetPositions(points)
    rdMolTransforms.SetDihedralDeg(conformer, *torsion, angle)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties, confId=conformer.GetId())
    field.Initialize()
    field.MMFFAddTorsionConstraint(
        *torsion, False, angle - 0.5, angle + 0.5, _SPRING_KCAL_PER_MOL_DEGREE2
    )
    field.Minimize(maxIts=200, forceTol=_FORCE_KCAL_PER_MOL_ANGSTROM)
    return np.asarray(conformer.GetPositions())
