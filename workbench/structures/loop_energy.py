"""The simple energy that ranks the backbones of a loop: contacts, dihedrals, hydrogen bonds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.structures.fragment import FragmentResidue
from workbench.structures.loop_closure import ClosedLoops, beta_carbons
from workbench.structures.packing_energy import contact_energies, packing_atoms
from workbench.structures.ramachandran import ramachandran_energy
from workbench.structures.source import FloatArray, SourceResidue, peptide_bonded

_BACKBONE = ("N", "CA", "C", "O")
_N_H_ANGSTROM = 1.01
_COULOMB = 0.42 * 0.20 * 332.0
_HYDROGEN_BOND_KCAL_PER_MOL = -0.5
_STRONGEST_KCAL_PER_MOL = -3.0
_ELEMENTS = frozenset("CNOS")


@dataclass(frozen=True)
class Surroundings:
    """What stands around a loop.

    Parameters
    ----------
    residues
        Heavy atoms that a loop must keep off; the two residues beside the gap are not among them.
    donors
        ``(n, 2, 3)`` angstrom: N and H of backbone amides.
    acceptors
        ``(n, 2, 3)`` angstrom: O and C of backbone carbonyls.
    """

    residues: tuple[FragmentResidue, ...]
    donors: FloatArray
    acceptors: FloatArray

    @property
    def coordinates(self) -> FloatArray:
        """Return all positions, ``(n_atoms, 3)`` angstrom."""
        rows = [np.empty((0, 3)), *(residue.coordinates for residue in self.residues)]
        return np.concatenate(rows)


def surroundings_of(
    residues: Sequence[SourceResidue],
    first: SourceResidue,
    last: SourceResidue,
    reach_angstrom: float,
) -> Surroundings:
    """Return what lies within the reach of a loop between two residues.

    Parameters
    ----------
    reach_angstrom
        On the sum of the distances from the two residues' CA atoms.
    """
    ends = [np.asarray(residue.position("CA")) for residue in (first, last)]
    near = [
        residue
        for residue in residues
        if residue.kind != "water"
        and sum(np.linalg.norm(residue.coordinates - end, axis=1) for end in ends).min()
        < reach_angstrom
    ]
    donors = [
        (nitrogen, amide_hydrogen(nitrogen, carbon, oxygen))
        for previous, residue in pairwise(near)
        if residue is not last
        and residue.name != "PRO"
        and peptide_bonded(previous, residue)
        and (nitrogen := residue.position("N")) is not None
        and (carbon := previous.position("C")) is not None
        and (oxygen := previous.position("O")) is not None
    ]
    acceptors = [
        (oxygen, carbon)
        for residue in near
        if residue.kind == "protein"
        and (oxygen := residue.position("O")) is not None
        and (carbon := residue.position("C")) is not None
    ]
    return Surroundings(
        tuple(_plain(residue) for residue in near if residue is not first and residue is not last),
        np.array(donors).reshape(-1, 2, 3),
        np.array(acceptors).reshape(-1, 2, 3),
    )


def _plain(residue: SourceResidue) -> FragmentResidue:
    """Return a residue whose atoms all have radii: other elements count as carbon."""
    names = tuple(
        name if element in _ELEMENTS and name[0] == element else element[0]
        for name, element in zip(residue.atom_names, residue.elements, strict=True)
    )
    names = tuple(name if name[0] in _ELEMENTS else "C" for name in names)
    return FragmentResidue(residue.name, residue.number, names, residue.coordinates)


def amide_hydrogen(nitrogen: FloatArray, carbon: FloatArray, oxygen: FloatArray) -> FloatArray:
    """Return an amide's hydrogen: opposite to the O of its peptide, as in DSSP."""
    along = carbon - oxygen
    result: FloatArray = nitrogen + _N_H_ANGSTROM * along / np.linalg.norm(
        along, axis=-1, keepdims=True
    )
    return result


def backbone_energies(
    loops: ClosedLoops,
    names: Sequence[str],
    first: FragmentResidue,
    last: FragmentResidue,
    surroundings: Surroundings,
) -> FloatArray:
    """Return the energy of each loop's backbone and CB, ``(n_loops,)`` kcal/mol.

    Contacts of heavy atoms with all that is fixed and between residues that are not neighbours,
    and hydrogen bonds of the backbone (Kabsch and Sander 1983, doi:10.1002/bip.360221211).

    Parameters
    ----------
    names
        Three-letter names of the loop's residues.
    first, last
        The residues beside the loop.
    """
    conformers, labels = _atoms(loops, names)
    atoms = packing_atoms(
        [FragmentResidue(names[i], i, (atom,), np.empty((0, 3))) for i, atom in labels]
    )
    fixed = list(surroundings.residues)
    total = np.zeros(len(conformers))
    if fixed:
        table = packing_atoms(fixed)
        total += contact_energies(conformers, atoms, surroundings.coordinates[None], table)[:, 0]
    place = np.array([i for i, _ in labels])
    for position, residue in ((-1, first), (len(names), last)):
        far = np.flatnonzero(np.abs(place - position) > 1).tolist()
        if far:
            total += contact_energies(
                conformers[:, far],
                atoms.chosen(far),
                residue.coordinates[None],
                packing_atoms([residue]),
            )[:, 0]
    total += _inner_energies(conformers, labels)
    return total + _hydrogen_bonds(loops, names, first, last, surroundings)


def _atoms(loops: ClosedLoops, names: Sequence[str]) -> tuple[FloatArray, list[tuple[int, str]]]:
    """Return ``(n_loops, n_atoms, 3)`` backbone and CB, and each atom's residue and name."""
    carbons = beta_carbons(loops.backbone)
    rows, labels = [], []
    for i, name in enumerate(names):
        for k, atom in enumerate(_BACKBONE):
            rows.append(loops.backbone[:, i, k])
            labels.append((i, atom))
        if name != "GLY":
            rows.append(carbons[:, i])
            labels.append((i, "CB"))
    return np.stack(rows, axis=1), labels


_NEAREST_ANGSTROM = {True: 2.8, False: 3.2}
"""Polar pairs, other pairs: nearer is paid for."""


def _inner_energies(conformers: FloatArray, labels: list[tuple[int, str]]) -> FloatArray:
    """Return what contacts within each loop cost, between residues that are not neighbours."""
    total = np.zeros(len(conformers))
    for a, (i, name) in enumerate(labels):
        others = [b for b, (j, _) in enumerate(labels) if j > i + 1]
        if not others:
            continue
        polar = [name[0] in "NO" and labels[b][1][0] in "NO" for b in others]
        limit = np.array([_NEAREST_ANGSTROM[both] for both in polar])
        distance = np.linalg.norm(conformers[:, others] - conformers[:, a, None], axis=2)
        total += 10.0 * np.minimum(np.maximum(limit - distance, 0.0) ** 2, 1.0).sum(axis=1)
    return total


def _hydrogen_bonds(
    loops: ClosedLoops,
    names: Sequence[str],
    first: FragmentResidue,
    last: FragmentResidue,
    surroundings: Surroundings,
) -> FloatArray:
    count, length = loops.backbone.shape[:2]
    before = np.tile([first.position("C"), first.position("O")], (count, 1, 1, 1))
    carbonyls = np.concatenate([before, loops.backbone[:, :, 2:4]], axis=1)
    after = np.tile(last.position("N"), (count, 1, 1))
    nitrogens = np.concatenate([loops.backbone[:, :, 0], after], axis=1)
    hydrogens = amide_hydrogen(nitrogens, carbonyls[:, :, 0], carbonyls[:, :, 1])
    donors = np.stack([nitrogens, hydrogens], axis=2)
    acceptors = loops.backbone[:, :, [3, 2]]
    amides = [i for i, name in enumerate([*names, last.name]) if name != "PRO"]
    inner = _pair_energies(donors, acceptors)
    for i in range(length + 1):
        inner[:, i, [j for j in (i - 1, i) if 0 <= j < length]] = 0.0
    outer = _pair_energies(donors, np.tile(surroundings.acceptors, (count, 1, 1, 1)))
    # the carbonyl of the residue before is its own peptide's for the first amide of the loop
    own = np.linalg.norm(surroundings.acceptors[:, 0] - first.position("O"), axis=1) < 0.01
    outer[:, 0, own] = 0.0
    given = np.concatenate([inner, outer], axis=2)[:, amides].min(axis=2, initial=0.0)
    taken = _pair_energies(np.tile(surroundings.donors, (count, 1, 1, 1)), acceptors)
    total: FloatArray = given.sum(axis=1) + taken.min(axis=1, initial=0.0).sum(axis=1)
    return total


def _pair_energies(donors: FloatArray, acceptors: FloatArray) -> FloatArray:
    """Return ``(n_loops, n_donors, n_acceptors)`` kcal/mol, zero where there is no bond."""

    def inverse(a: FloatArray, b: FloatArray) -> FloatArray:
        deltas = a[:, :, None] - b[:, None]
        result: FloatArray = 1.0 / np.maximum(np.linalg.norm(deltas, axis=3), 0.5)
        return result

    nitrogen, hydrogen = donors[:, :, 0], donors[:, :, 1]
    oxygen, carbon = acceptors[:, :, 0], acceptors[:, :, 1]
    energy = _COULOMB * (
        inverse(nitrogen, oxygen)
        + inverse(hydrogen, carbon)
        - inverse(hydrogen, oxygen)
        - inverse(nitrogen, carbon)
    )
    bonded = energy < _HYDROGEN_BOND_KCAL_PER_MOL
    result: FloatArray = np.where(bonded, np.maximum(energy, _STRONGEST_KCAL_PER_MOL), 0.0)
    return result


def dihedral_energies(
    loops: ClosedLoops, classes: Sequence[str], psi_last: float
) -> tuple[FloatArray, FloatArray]:
    """Return the sum and the worst of the residues' Ramachandran energies, kcal/mol.

    Parameters
    ----------
    classes
        Of the loop's residues and of the one after it.
    psi_last
        Of the residue after, degrees.
    """
    phi = np.concatenate([loops.phi, loops.last_phi[:, None]], axis=1)
    psi = np.concatenate([loops.psi, np.full((len(phi), 1), psi_last)], axis=1)
    energies = np.stack(
        [ramachandran_energy(kind, phi[:, i], psi[:, i]) for i, kind in enumerate(classes)], axis=1
    )
    return energies.sum(axis=1), energies.max(axis=1)
