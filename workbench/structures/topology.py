"""Residue templates; bonds, Kekule orders and formal charges; bond lengths and clashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom, FloatArray, IntArray, Residue

Bond = tuple[int, int, int]
Chi = tuple[str, str, str, str]

_BACKBONE = "N-CA CA-C C=O C-OXT"
_SIDE_CHAINS = {
    "ACE": "CH3-C C=O",
    "NME": "N-C",
    "HOH": "",
    "GLY": "",
    "ALA": "CA-CB",
    "VAL": "CA-CB CB-CG1 CB-CG2",
    "LEU": "CA-CB CB-CG CG-CD1 CG-CD2",
    "ILE": "CA-CB CB-CG1 CB-CG2 CG1-CD1",
    "MET": "CA-CB CB-CG CG-SD SD-CE",
    "PRO": "CA-CB CB-CG CG-CD CD-N",
    "PHE": "CA-CB CB-CG CG=CD1 CD1-CE1 CE1=CZ CZ-CE2 CE2=CD2 CD2-CG",
    "TYR": "CA-CB CB-CG CG=CD1 CD1-CE1 CE1=CZ CZ-CE2 CE2=CD2 CD2-CG CZ-OH",
    "TRP": "CA-CB CB-CG CG=CD1 CD1-NE1 NE1-CE2 CE2-CD2 CD2-CG CD2=CE3 CE3-CZ3 CZ3=CH2 CH2-CZ2 "
    "CZ2=CE2",
    "SER": "CA-CB CB-OG",
    "THR": "CA-CB CB-OG1 CB-CG2",
    "CYS": "CA-CB CB-SG",
    "ASN": "CA-CB CB-CG CG=OD1 CG-ND2",
    "GLN": "CA-CB CB-CG CG-CD CD=OE1 CD-NE2",
    "LYS": "CA-CB CB-CG CG-CD CD-CE CE-NZ",
    "ARG": "CA-CB CB-CG CG-CD CD-NE NE-CZ CZ=NH1 CZ-NH2",
    "ASP": "CA-CB CB-CG CG=OD1 CG-OD2",
    "GLU": "CA-CB CB-CG CG-CD CD=OE1 CD-OE2",
    "HIS": "CA-CB CB-CG CG=CD2 CD2-NE2 NE2-CE1 CE1-ND1 ND1-CG",
}
"""Heavy-atom bonds by residue, ``-`` single and ``=`` double in one Kekule structure."""

_CHI_PATHS = {
    "ARG": "N CA CB CG CD NE CZ",
    "ASN": "N CA CB CG OD1",
    "ASP": "N CA CB CG OD1",
    "CYS": "N CA CB SG",
    "GLN": "N CA CB CG CD OE1",
    "GLU": "N CA CB CG CD OE1",
    "HIS": "N CA CB CG ND1",
    "ILE": "N CA CB CG1 CD1",
    "LEU": "N CA CB CG CD1",
    "LYS": "N CA CB CG CD CE NZ",
    "MET": "N CA CB CG SD CE",
    "PHE": "N CA CB CG CD1",
    "SER": "N CA CB OG",
    "THR": "N CA CB OG1",
    "TRP": "N CA CB CG CD1",
    "TYR": "N CA CB CG CD1",
    "VAL": "N CA CB CG1",
}
CHI_ATOMS: dict[str, tuple[Chi, ...]] = {
    name: tuple(zip(path, path[1:], path[2:], path[3:], strict=False))
    for name, path in ((name, text.split()) for name, text in _CHI_PATHS.items())
}
"""Atoms of each side-chain dihedral (IUPAC-IUB 1970, doi:10.1021/bi00820a001)."""

CAPS = ("ACE", "NME")
WATER = "HOH"
STANDARD_RESIDUES = frozenset(_SIDE_CHAINS) - {*CAPS, WATER}

HEAVY_ANGSTROM = 2.3
"""Under the shortest hydrogen bond between heavy atoms (2.4 angstrom)."""

HYDROGEN_ANGSTROM = 1.55
"""Under the shortest contact of a hydrogen with any atom that it is not bonded to."""

_VALENCE = {"N": 3, "O": 2, "S": 2}
_X_H_ANGSTROM = 1.4
_SHORTEST_ANGSTROM, _LONGEST_ANGSTROM = 0.9, 2.4
_PEPTIDE_ANGSTROM = 1.8
DISULFIDE_ANGSTROM = 2.5


def assign_topology(
    atoms: Sequence[Atom], coordinates: FloatArray
) -> tuple[tuple[Atom, ...], IntArray]:
    """Return the atoms with their formal charges, and ``(n_bonds, 3)``: two indices and the order.

    Residues must be complete and protonated, each one's atoms together and residues in chain
    order. Hydrogens go to the nearest heavy atom of their residue; protonation is read from them.

    Raises
    ------
    ReceptorError
        When a residue is unknown, lacks an atom, or has a hydrogen that is bonded to nothing.
    """
    groups = residue_groups(atoms)
    bonds = [bond for group in groups for bond in _residue_bonds(atoms, coordinates, group)]
    bonds += _peptide_bonds(atoms, coordinates, groups)
    bonds += _disulfides(atoms, coordinates)
    ordered = sorted({(min(i, j), max(i, j), order) for i, j, order in bonds})
    table = np.array(ordered, dtype=np.int64).reshape(-1, 3)
    return _charged(atoms, table), table


@cache
def template_atoms(residue_name: str) -> tuple[str, ...]:
    """Return the heavy atoms of a residue inside a chain, backbone first."""
    template = _SIDE_CHAINS[residue_name]
    if residue_name == WATER:
        return ("O",)
    if residue_name not in CAPS:
        template = f"N-CA CA-C C=O {template}"
    return tuple(dict.fromkeys(re.findall(r"\w+", template)))


def missing_atoms(residue: Residue) -> tuple[str, ...]:
    """Return the names of the template's heavy atoms that a residue lacks."""
    return tuple(n for n in template_atoms(residue.name) if n not in residue.atom_names)


@cache
def side_chain_bonds(residue_name: str) -> tuple[tuple[str, str], ...]:
    """Return the heavy-atom bonds from CA outwards, as pairs of names."""
    tokens = _SIDE_CHAINS[residue_name].replace("=", "-").split()
    return tuple((a, b) for a, _, b in (token.partition("-") for token in tokens))


def residue_groups(atoms: Sequence[Atom]) -> list[range]:
    """Return the index range of each residue's atoms, in order."""
    pairs = enumerate(pairwise(atoms), start=1)
    breaks = [i for i, (one, next_one) in pairs if _residue_of(one) != _residue_of(next_one)]
    return [range(a, b) for a, b in pairwise([0, *breaks, len(atoms)])] if atoms else []


def check_bond_lengths(atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray) -> None:
    """Refuse a structure in which bonded heavy atoms coincide or lie far apart.

    Raises
    ------
    ReceptorError
        When such a bond is under 0.9 or over 2.4 angstrom long (C=O is 1.23, S-S 2.05).
    """
    heavy = np.array([atom.element != "H" for atom in atoms])
    between = bonds[heavy[bonds[:, 0]] & heavy[bonds[:, 1]]]
    lengths = np.linalg.norm(coordinates[between[:, 0]] - coordinates[between[:, 1]], axis=1)
    wrong = np.flatnonzero((lengths < _SHORTEST_ANGSTROM) | (lengths > _LONGEST_ANGSTROM))
    for index in wrong:
        first, second = (atoms[int(i)] for i in between[index, :2])
        raise ReceptorError(
            f"{first.residue_name} {first.residue_number} has its {first.name} and {second.name} "
            f"{lengths[index]:.2f} angstrom apart, which are bonded: its geometry is broken"
        )


def _residue_of(atom: Atom) -> tuple[str, int, str]:
    return atom.chain, atom.residue_number, atom.residue_name


def _residue_bonds(atoms: Sequence[Atom], coordinates: FloatArray, group: range) -> list[Bond]:
    first = atoms[group[0]]
    where = f"{first.chain}:{first.residue_name}:{first.residue_number}"
    if first.residue_name not in _SIDE_CHAINS:
        raise ReceptorError(f"{where} is not an amino acid that has a template")
    index = {atoms[i].name: i for i in group}
    if len(index) != len(group):
        raise ReceptorError(f"{where} has two atoms of one name")
    template = _SIDE_CHAINS[first.residue_name]
    if first.residue_name not in (*CAPS, WATER):
        template = f"{_BACKBONE} {template}"
    bonds: list[Bond] = []
    for token in template.split():
        a, b = token.replace("=", "-").split("-")
        if "OXT" in (a, b) and "OXT" not in index:
            continue
        if a not in index or b not in index:
            raise ReceptorError(f"{where} lacks {b if a in index else a}")
        bonds.append((index[a], index[b], 2 if "=" in token else 1))
    if first.residue_name == "HIS":
        # the second double bond of the ring ends on the nitrogen that is written without a
        # hydrogen, or on ND1 with a charge when both have one
        on_nd1 = "HD1" not in index or {"HD1", "HE2"} <= set(index)
        nitrogen = index["ND1" if on_nd1 else "NE2"]
        bonds = [
            (i, j, 2 if {i, j} == {index["CE1"], nitrogen} else order) for i, j, order in bonds
        ]
    return bonds + _hydrogen_bonds(atoms, coordinates, group, where)


def _hydrogen_bonds(
    atoms: Sequence[Atom], coordinates: FloatArray, group: range, where: str
) -> list[Bond]:
    heavy = [i for i in group if atoms[i].element != "H"]
    bonds: list[Bond] = []
    for i in group:
        if atoms[i].element != "H":
            continue
        distances = np.linalg.norm(coordinates[heavy] - coordinates[i], axis=1)
        nearest = int(np.argmin(distances))
        if distances[nearest] > _X_H_ANGSTROM:
            raise ReceptorError(f"hydrogen {atoms[i].name} of {where} is bonded to nothing")
        bonds.append((heavy[nearest], i, 1))
    return bonds


def _peptide_bonds(
    atoms: Sequence[Atom], coordinates: FloatArray, groups: list[range]
) -> list[Bond]:
    return [
        (carbon, nitrogen, 1)
        for left, right in pairwise(groups)
        if atoms[left[0]].chain == atoms[right[0]].chain
        and atoms[left[0]].residue_name != "NME"
        and atoms[right[0]].residue_name != "ACE"
        for carbon in left
        for nitrogen in right
        if (atoms[carbon].name, atoms[nitrogen].name) == ("C", "N")
        and np.linalg.norm(coordinates[carbon] - coordinates[nitrogen]) < _PEPTIDE_ANGSTROM
    ]


def _disulfides(atoms: Sequence[Atom], coordinates: FloatArray) -> list[Bond]:
    protonated = {_residue_of(atom) for atom in atoms if atom.name == "HG"}
    sulphurs = [
        i
        for i, atom in enumerate(atoms)
        if atom.name == "SG" and atom.residue_name == "CYS" and _residue_of(atom) not in protonated
    ]
    if len(sulphurs) < 2:
        return []
    pairs = cKDTree(coordinates[sulphurs]).query_pairs(DISULFIDE_ANGSTROM)
    return [(sulphurs[a], sulphurs[b], 1) for a, b in pairs]


def _charged(atoms: Sequence[Atom], bonds: IntArray) -> tuple[Atom, ...]:
    """Return the atoms with the formal charge that each one's valence asks for."""
    ends, orders = bonds[:, :2].ravel(), np.repeat(bonds[:, 2], 2)
    valence = np.bincount(ends, weights=orders, minlength=len(atoms))
    return tuple(
        replace(atom, formal_charge=int(valence[i]) - _VALENCE[atom.element])
        if atom.element in _VALENCE
        else atom
        for i, atom in enumerate(atoms)
    )


def clashing_pairs(atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray) -> IntArray:
    """Return the pairs of atoms, more than three bonds apart, that are too near.

    Coordinates are ``(n_atoms, 3)`` angstrom, bonds ``(n_bonds, 3)``, the answer ``(n, 2)``.
    """
    pairs = cKDTree(coordinates).query_pairs(HEAVY_ANGSTROM, output_type="ndarray")
    if not len(pairs):
        return np.empty((0, 2), dtype=np.int64)
    hydrogen = np.array([atom.element == "H" for atom in atoms])
    limit = np.where(hydrogen[pairs].any(axis=1), HYDROGEN_ANGSTROM, HEAVY_ANGSTROM)
    distances = np.linalg.norm(coordinates[pairs[:, 0]] - coordinates[pairs[:, 1]], axis=1)
    pairs = pairs[distances < limit]
    related = _related_atoms(len(atoms), bonds)[pairs[:, 0], pairs[:, 1]]
    return pairs[np.asarray(related).ravel() == 0].astype(np.int64)


def clashing_residues(
    atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> set[tuple[int, str]]:
    """Return number and name of each residue that has a clash."""
    pairs = clashing_pairs(atoms, coordinates, bonds)
    return {(atoms[i].residue_number, atoms[i].residue_name) for i in pairs.ravel().tolist()}


def closest_contact(
    atoms: Sequence[Atom], coordinates: FloatArray, chosen: Sequence[int]
) -> tuple[float, str]:
    """Return the shortest distance from one residue's chosen heavy atoms to others', and its atoms.

    An empty choice gives ``(inf, "")``.
    """
    own = [i for i in chosen if atoms[i].element != "H"]
    if not own:
        return float("inf"), ""
    residue = (atoms[own[0]].residue_number, atoms[own[0]].residue_name)
    others = [
        i
        for i, atom in enumerate(atoms)
        if atom.element != "H" and (atom.residue_number, atom.residue_name) != residue
    ]
    distances, nearest = cKDTree(coordinates[others]).query(coordinates[own])
    first = int(np.argmin(distances))
    a, b = atoms[own[first]], atoms[others[int(nearest[first])]]
    return float(distances[first]), f"{a.name} to {b.name} of {b.residue_name} {b.residue_number}"


def _related_atoms(n_atoms: int, bonds: IntArray) -> csr_matrix:
    """Return ``(n_atoms, n_atoms)``, not zero where two atoms are at most three bonds apart."""
    ones = np.ones(len(bonds), dtype=np.int64)
    half = csr_matrix((ones, (bonds[:, 0], bonds[:, 1])), shape=(n_atoms, n_atoms))
    direct = half + half.T
    two = direct @ direct
    return csr_matrix(direct + two + two @ direct)
