"""MMFF94s parameters of a molecule, asked from RDKit and kept as arrays.

A table look-up of a van der Waals pair is slow in a custom OpenMM force, arithmetic is fast.
RDKit tells the parameters of a pair only; the numbers by type behind its combination rule are
recovered from them in closed form and checked against every pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from workbench.errors import PhysicsError

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Atoms = TypeVar("Atoms", bound=tuple[int, ...])

SLATER_KIRKWOOD = 181.16
RADIUS_WIDENING = 0.2
RADIUS_SHARPNESS = 12.0
DONOR_ACCEPTOR_RADIUS = 0.8
DONOR_ACCEPTOR_DEPTH = 0.5

_LARGEST_RELATIVE_ERROR = 1e-6
VARIANT = "MMFF94s"
# MMFF's numeric types with the "linear" property: =C= and C of triple bonds, the middle N of
# an azide or diazo group, and the N of an isonitrile or diazonium group.
LINEAR_TYPES = frozenset({4, 53, 61})


@dataclass(frozen=True)
class VdwTable:
    """Buffered 14-7 parameters by pair of atom types, and per type, in angstrom and kcal/mol.

    ``index`` is the row of each atom's type; ``distance`` and ``depth``, ``(n_types, n_types)``,
    are of the minimum; the others are ``(n_types,)``: its separation for two equal atoms, numerator
    and denominator of the Slater-Kirkwood rule up to a common scale, and 1.0 for donors and
    acceptors.

    References
    ----------
    Halgren 1996, 10.1002/(SICI)1096-987X(199604)17:5/6<520::AID-JCC2>3.0.CO;2-W
    """

    index: IntArray
    distance: FloatArray
    depth: FloatArray
    radius: FloatArray
    strength: FloatArray
    spread: FloatArray
    donor: FloatArray
    acceptor: FloatArray

    def combined(self) -> tuple[FloatArray, FloatArray]:
        """Return ``distance`` and ``depth`` anew from the per-type numbers."""
        radius, donor = self.radius, self.donor
        total = np.add.outer(radius, radius)
        skew = np.subtract.outer(radius, radius) / total
        widening = RADIUS_WIDENING * (1 - np.exp(-RADIUS_SHARPNESS * skew**2))
        unscaled = 0.5 * total * (1 + (1 - np.maximum.outer(donor, donor)) * widening)
        strength = np.outer(self.strength, self.strength)
        depth = SLATER_KIRKWOOD * strength / np.add.outer(self.spread, self.spread) / unscaled**6
        bonded = np.outer(donor, self.acceptor) + np.outer(self.acceptor, donor)
        return (
            unscaled * (1 - (1 - DONOR_ACCEPTOR_RADIUS) * bonded),
            depth * (1 - (1 - DONOR_ACCEPTOR_DEPTH) * bonded),
        )


def vdw_table(mol: Chem.Mol, properties: Any) -> VdwTable:
    """Ask RDKit's ``MMFFMolProperties`` once per pair of atom types of a molecule with hydrogens.

    Raises
    ------
    PhysicsError
        When the per-type numbers do not give RDKit's pairs back.
    """
    numbers = [properties.GetMMFFAtomType(i) for i in range(mol.GetNumAtoms())]
    _, first, index = np.unique(numbers, return_index=True, return_inverse=True)
    sample = first.tolist()
    pairs = np.array([[properties.GetMMFFVdWParams(i, j) for j in sample] for i in sample])
    unscaled, unscaled_depth, distance, depth = np.moveaxis(pairs, 2, 0)
    hydrogen = np.array([mol.GetAtomWithIdx(i).GetAtomicNum() == 1 for i in sample])
    donor, acceptor = _donors_and_acceptors(unscaled, distance, hydrogen)
    strength, spread = _slater_kirkwood(unscaled_depth * unscaled**6 / SLATER_KIRKWOOD)
    radius = np.diag(unscaled).copy()
    table = VdwTable(index, distance, depth, radius, strength, spread, donor, acceptor)
    for mine, asked in zip(table.combined(), (distance, depth), strict=True):
        error = float(np.abs(mine / asked - 1).max())
        if not error < _LARGEST_RELATIVE_ERROR:
            raise PhysicsError(
                "The van der Waals combination rule does not give RDKit's pairs back "
                f"(relative error {error:.1e}): this RDKit's MMFF differs from the published one; "
                "install a release that the workbench names."
            )
    return table


def _donors_and_acceptors(
    unscaled: FloatArray, distance: FloatArray, hydrogen: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Tell donors (always hydrogens) and acceptors (never) from what their pairs show.

    A donor's radius is combined by the plain mean; a donor and an acceptor come closer than
    any other pair. A type that meets neither sign in this molecule needs no flag.
    """
    radius = np.diag(unscaled)
    plain_mean = np.isclose(unscaled, 0.5 * np.add.outer(radius, radius), rtol=1e-9, atol=0)
    close = distance < 0.9 * unscaled
    telling = (np.abs(np.subtract.outer(radius, radius)) > 1e-3) & ~hydrogen
    shown = np.where(telling, plain_mean, True).all(axis=1) & telling.any(axis=1)
    donor = hydrogen & (shown | close.any(axis=1))
    acceptor = ~hydrogen & (close & donor).any(axis=1)
    return donor.astype(np.float64), acceptor.astype(np.float64)


def _slater_kirkwood(product: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve ``product[i, j] = g[i] g[j] / (s[i] + s[j])`` for ``g`` and ``s``.

    With ``s[i] = exp(2 x[i])`` the ratio of an entry to the geometric mean of its diagonal is
    ``1 / cosh(x[i] - x[j])``: a problem of distances on a line, whose ends are the pair that
    lies farthest apart. The common scale of ``g`` and of ``sqrt(s)`` is free.
    """
    diagonal = np.diag(product)
    ratio = np.minimum(product / np.sqrt(np.outer(diagonal, diagonal)), 1.0)
    apart = np.arccosh(1.0 / ratio)
    end = int(np.unravel_index(np.argmax(apart), apart.shape)[0])
    spread = np.exp(2 * apart[end])
    return np.sqrt(2 * diagonal * spread), spread


@dataclass(frozen=True)
class Terms:
    """Terms of one kind: ``(n, k)`` atom indices and ``(n, m)`` parameters."""

    atoms: IntArray
    values: FloatArray


@dataclass(frozen=True)
class MmffParameters:
    """All that MMFF94s needs for one molecule, in kcal/mol, angstrom, degree.

    Parameters
    ----------
    bonds
        Force constant (md/angstrom) and length.
    angles
        Force constant (md angstrom / rad^2), angle, and 1.0 for a linear centre.
    stretch_bends
        Two force constants (md / rad), the two bond lengths, the angle.
    out_of_planes
        Centre second, the atom that leaves the plane last; force constant.
    torsions
        V1, V2, V3; all zero where MMFF has no barrier.
    charges
        ``(n_atoms,)`` electron charges.
    excluded, one_four
        ``(n, 2)`` pairs one or two bonds apart, and pairs three bonds apart.
    mobile
        ``(n_atoms,)``; terms among frozen atoms only are left out.
    """

    bonds: Terms
    angles: Terms
    stretch_bends: Terms
    out_of_planes: Terms
    torsions: Terms
    charges: FloatArray
    vdw: VdwTable
    excluded: IntArray
    one_four: IntArray
    mobile: BoolArray


def edges_of(mol: Chem.Mol) -> list[tuple[int, int]]:
    """Return the bonds of a molecule as pairs of atom indices."""
    return [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]


def neighbours_of(mol: Chem.Mol) -> list[list[int]]:
    """Return the bonded neighbours of each atom."""
    return [[n.GetIdx() for n in atom.GetNeighbors()] for atom in mol.GetAtoms()]


def angle_triples(neighbours: list[list[int]]) -> Iterator[tuple[int, int, int]]:
    """Yield each angle once, its centre in the middle."""
    for centre, around in enumerate(neighbours):
        for first, last in combinations(around, 2):
            yield first, centre, last


def torsion_quadruples(
    mol: Chem.Mol, neighbours: list[list[int]]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield each proper torsion once."""
    for j, k in edges_of(mol):
        for i in neighbours[j]:
            for m in neighbours[k]:
                if i != k and m not in (j, i):
                    yield i, j, k, m


def close_pairs(neighbours: list[list[int]]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the pairs at most two bonds apart, and those exactly three bonds apart."""
    near: set[tuple[int, int]] = set()
    far: set[tuple[int, int]] = set()
    for start, around in enumerate(neighbours):
        second = {atom for n in around for atom in neighbours[n]} | set(around)
        third = {atom for n in second for atom in neighbours[n]} - second
        near.update((start, atom) for atom in second if atom > start)
        far.update((start, atom) for atom in third if atom > start)
    return near, far


def mmff_properties(mol: Chem.Mol) -> Any:
    """Return RDKit's MMFF94s typing of a molecule with explicit hydrogens.

    Raises
    ------
    PhysicsError
        When an atom has no type.
    """
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant=VARIANT)
    if properties is None:
        elements = ", ".join(sorted({a.GetSymbol() for a in mol.GetAtoms()}))
        raise PhysicsError(
            f"MMFF94s has no atom type for a part of this molecule (elements {elements}): "
            "dock a molecule of H, C, N, O, F, Si, P, S, Cl, Br, I in common groups."
        )
    return properties


def mmff_charges(mol: Chem.Mol) -> FloatArray:
    """Return MMFF94s partial charges, ``(n_atoms,)`` electron charges.

    Raises
    ------
    PhysicsError
        When an atom has no type.
    """
    properties = mmff_properties(mol)
    return np.array([properties.GetMMFFPartialCharge(i) for i in range(mol.GetNumAtoms())])


def mmff_parameters(mol: Chem.Mol, mobile: BoolArray | None = None) -> MmffParameters:
    """Ask RDKit for every parameter of a sanitised molecule with hydrogens; ``None``: all move.

    Raises
    ------
    PhysicsError
        When an atom has no type, or a bond or an angle no parameters.
    """
    moving = np.ones(mol.GetNumAtoms(), bool) if mobile is None else np.asarray(mobile, bool)
    properties = mmff_properties(mol)
    asked = _Asker(mol, properties, moving)
    angles, stretch_bends = asked.angles_and_stretch_bends()
    excluded, one_four = (
        np.array(asked.moving(sorted(pairs)), dtype=np.int64).reshape(-1, 2)
        for pairs in close_pairs(asked.neighbours)
    )
    return MmffParameters(
        bonds=asked.bonds(),
        angles=angles,
        stretch_bends=stretch_bends,
        out_of_planes=asked.out_of_planes(),
        torsions=asked.torsions(),
        charges=mmff_charges(mol),
        vdw=vdw_table(mol, properties),
        excluded=excluded,
        one_four=one_four,
        mobile=moving,
    )


class _Asker:
    """RDKit's answers for the terms that hold at least one mobile atom."""

    def __init__(self, mol: Chem.Mol, properties: Any, mobile: BoolArray) -> None:
        self.mol, self.properties, self.mobile = mol, properties, mobile.tolist()
        self.neighbours = neighbours_of(mol)
        types = [properties.GetMMFFAtomType(i) for i in range(mol.GetNumAtoms())]
        self.linear = [t in LINEAR_TYPES for t in types]

    def moving(self, groups: Iterable[Atoms]) -> list[Atoms]:
        return [atoms for atoms in groups if any(self.mobile[i] for i in atoms)]

    def _found(self, kind: str, name: str, atoms: tuple[int, ...]) -> Any:
        found = getattr(self.properties, f"GetMMFF{name}Params")(self.mol, *atoms)
        if found is None:
            names = "-".join(f"{self.mol.GetAtomWithIdx(i).GetSymbol()}{i}" for i in atoms)
            raise PhysicsError(
                f"MMFF94s has no parameters for the {kind} {names}: this chemistry cannot be "
                "minimised."
            )
        return found[1:]

    def bonds(self) -> Terms:
        pairs = self.moving(edges_of(self.mol))
        return terms_of([(p, self._found("bond", "BondStretch", p)) for p in pairs], 2, 2)

    def angles_and_stretch_bends(self) -> tuple[Terms, Terms]:
        angles, stretch_bends = [], []
        length = cache(lambda i, j: self._found("bond", "BondStretch", (i, j))[1])
        for atoms in self.moving(angle_triples(self.neighbours)):
            i, j, k = atoms
            constant, ideal = self._found("angle", "AngleBend", atoms)
            angles.append((atoms, (constant, ideal, float(self.linear[j]))))
            if not self.linear[j]:
                # RDKit answers None where MMFF couples nothing (three-membered rings).
                found = self.properties.GetMMFFStretchBendParams(self.mol, *atoms)
                first, last = (0.0, 0.0) if found is None else found[1:]
                stretch_bends.append((atoms, (first, last, length(i, j), length(k, j), ideal)))
        return terms_of(angles, 3, 3), terms_of(stretch_bends, 3, 5)

    def out_of_planes(self) -> Terms:
        wilson = [
            (around[first], centre, around[last], around[top])
            for centre, around in enumerate(self.neighbours)
            if len(around) == 3
            for first, last, top in ((0, 1, 2), (0, 2, 1), (1, 2, 0))
        ]
        ask = self.properties.GetMMFFOopBendParams
        rows = [(atoms, (ask(self.mol, *atoms) or 0.0,)) for atoms in self.moving(wilson)]
        return terms_of(rows, 4, 1)

    def torsions(self) -> Terms:
        rows = []
        for atoms in self.moving(torsion_quadruples(self.mol, self.neighbours)):
            if not (self.linear[atoms[1]] or self.linear[atoms[2]]):
                found = self.properties.GetMMFFTorsionParams(self.mol, *atoms)
                # RDKit answers None where all three barriers are zero; the row is kept, so that
                # an audit can tell a torsion that was looked up from one that was forgotten.
                rows.append((atoms, (0.0, 0.0, 0.0) if found is None else found[1:]))
        return terms_of(rows, 4, 3)


def terms_of(rows: Sequence[tuple[Any, Any]], n_atoms: int, n_values: int) -> Terms:
    """Return rows of atoms and parameters as terms; there may be none."""
    return Terms(
        np.array([atoms for atoms, _ in rows], dtype=np.int64).reshape(-1, n_atoms),
        np.array([values for _, values in rows], dtype=np.float64).reshape(-1, n_values),
    )
