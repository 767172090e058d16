"""What a turn about each bond costs the adduct itself: MMFF94s on fragments, as Fourier series.

The docking score counts contacts and is blind to conjugation and eclipsing; these profiles are
what it lacks. They depend on the adduct alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from workbench.ligands.conformers import conformers, mmff_properties
from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]

ORDERS = 6
"""Of the Fourier series: sixfold barriers are the finest that occur."""

_STEPS = 24
_CEILING_KCAL_PER_MOL = 8.0
_SPRING_KCAL_PER_MOL_DEGREE2 = 1.0
_FRAGMENT_CONFORMERS = 4
_SAME_KCAL_PER_MOL = 0.01
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
    """Return the series of the torsion whose atoms carry the map numbers 1 to 4."""
    mol = Chem.MolFromSmiles(smiles)
    places = {a.GetAtomMapNum(): a.GetIdx() for a in mol.GetAtoms() if a.GetAtomMapNum()}
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(0)
    torsion = (places[1], places[2], places[3], places[4])
    found = conformers(mol, _FRAGMENT_CONFORMERS, 1, name=smiles).mol
    angles = np.arange(_STEPS) * 360.0 / _STEPS - 180.0
    energies = _scan(found, torsion, angles)
    energies = np.minimum(energies - energies.min(), _CEILING_KCAL_PER_MOL)
    radians = np.radians(angles)
    columns = [np.ones(_STEPS)]
    for n in range(1, ORDERS + 1):
        columns += [np.cos(n * radians), np.sin(n * radians)]
    series, *_ = np.linalg.lstsq(np.array(columns).T, energies, rcond=None)
    series.setflags(write=False)
    return np.asarray(series)


def _scan(mol: Chem.Mol, torsion: tuple[int, int, int, int], angles: FloatArray) -> FloatArray:
    """Return the lowest energy at each of the evenly spaced angles, kcal/mol.

    Every conformer is turned once round in both directions, until it has become what an earlier
    one was at the same angle on the same way.
    """
    properties = mmff_properties(mol)
    free = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties)
    free.Initialize()
    energies = np.full(len(angles), np.inf)
    probe = Chem.Mol(mol, confId=0)
    for order in (range(len(angles)), range(len(angles) - 1, -1, -1)):
        met: dict[int, list[float]] = {step: [] for step in order}
        for conformer in mol.GetConformers():
            points = np.asarray(conformer.GetPositions())
            for step in order:
                points = _held(probe, properties, torsion, angles[step], points)
                energy = free.CalcEnergy(points.ravel().tolist())
                energies[step] = min(energies[step], energy)
                if any(abs(energy - other) < _SAME_KCAL_PER_MOL for other in met[step]):
                    break
                met[step].append(energy)
    return energies


def _held(
    mol: Chem.Mol,
    properties: Any,
    torsion: tuple[int, int, int, int],
    angle: float,
    points: FloatArray,
) -> FloatArray:
    """Return the coordinates minimised with the torsion held."""
    conformer = mol.GetConformer()
    conformer.SetPositions(points)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties, confId=conformer.GetId())
    field.Initialize()
    field.MMFFAddTorsionConstraint(
        *torsion, False, angle - 0.5, angle + 0.5, _SPRING_KCAL_PER_MOL_DEGREE2
    )
    field.Minimize(maxIts=200, forceTol=_FORCE_KCAL_PER_MOL_ANGSTROM)
    return np.asarray(conformer.GetPositions())
