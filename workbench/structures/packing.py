"""Packing new side chains with those around them: rotamers chosen together by a simple energy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from workbench.structures.receptor import FloatArray, Residue
from workbench.structures.side_chains import rotamers_of
from workbench.structures.topology import CHI_ATOMS

_RADIUS_ANGSTROM = {"C": 1.85, "N": 1.60, "O": 1.50, "S": 1.90}
"""Half the distance of the minimum; carbon and sulphur count with their hydrogens. Chosen, not
fitted: they rank rotamers and give no free energy."""

_HYDROGEN_BOND_ANGSTROM = 2.9
_WELL_KCAL_PER_MOL = 0.15
_WORST_KCAL_PER_MOL = 10.0
_COULOMB = 332.06
_DIELECTRIC_PER_ANGSTROM = 15.0
"""A dielectric that grows with the distance. Chosen so that a salt bridge at the surface is worth
about 2 kcal/mol and does not pull over side chains that are well placed."""

_CHARGES = {
    ("LYS", "NZ"): 1.0,
    **dict.fromkeys((("ARG", "NH1"), ("ARG", "NH2")), 0.5),
    **dict.fromkeys((("ASP", "OD1"), ("ASP", "OD2"), ("GLU", "OE1"), ("GLU", "OE2")), -0.5),
}

_STAY_KCAL_PER_MOL = 3.0
"""What a neighbour must gain before it leaves the place that the entry gives it."""

_WINDOW_KCAL_PER_MOL = 12.0
"""Rotamers this far above a residue's best, with all that is fixed, are not looked at."""

_NEIGHBOUR_ANGSTROM = 4.5
_REACH_ANGSTROM = 9.0
_DISULFIDE_ANGSTROM = 2.5
_BACKBONE = ("N", "CA", "C", "O", "CB")

_Tables = dict[tuple[int, int], FloatArray]


@dataclass(frozen=True)
class PackingAtoms:
    """Radii in angstrom, whether polar, and charges of ``n`` heavy atoms.

    Two polar atoms (nitrogen or oxygen) come nearer to each other than their radii say.
    """

    radii: FloatArray
    polar: np.ndarray[tuple[int], np.dtype[np.bool_]]
    charges: FloatArray

    def chosen(self, indices: list[int]) -> PackingAtoms:
        """Return some of the atoms."""
        return PackingAtoms(self.radii[indices], self.polar[indices], self.charges[indices])


@dataclass(frozen=True)
class Packing:
    """Side chains after packing.

    ``moved`` are indices of residues that were not new and took another rotamer; of the energy,
    only differences between packings mean anything.
    """

    residues: tuple[Residue, ...]
    moved: tuple[int, ...]
    tried: int
    energy_kcal_per_mol: float


@dataclass(frozen=True)
class _Place:
    """A side chain that may turn: its rotamers and each one's energy with what is fixed."""

    index: int
    rotamers: list[Residue]
    coordinates: FloatArray
    energies: FloatArray
    atoms: PackingAtoms


def packing_atoms(residues: Sequence[Residue]) -> PackingAtoms:
    """Return the parameters of all atoms of some residues, in order."""
    names = [(residue.name, name) for residue in residues for name in residue.atom_names]
    return PackingAtoms(
        np.array([_RADIUS_ANGSTROM[name[0]] for _, name in names]),
        np.array([name[0] in "NO" for _, name in names], dtype=np.bool_),
        np.array([_CHARGES.get(name, 0.0) for name in names]),
    )


def contact_energies(
    one: FloatArray, one_atoms: PackingAtoms, other: FloatArray, other_atoms: PackingAtoms
) -> FloatArray:
    """Return the energy of each conformer of one group with each of another.

    A 12-6 sum, capped per pair of atoms, and screened Coulomb energy of whole charges. All
    atoms of one group count as more than three bonds from those of the other.

    Parameters
    ----------
    one, other
        ``(n_conformers, n_atoms, 3)`` angstrom.

    Returns
    -------
    (n_one, n_other) array
        kcal/mol.
    """
    minimum = one_atoms.radii[:, None] + other_atoms.radii[None, :]
    polar = one_atoms.polar[:, None] & other_atoms.polar[None, :]
    minimum = np.where(polar, _HYDROGEN_BOND_ANGSTROM, minimum)
    charge = one_atoms.charges[:, None] * other_atoms.charges[None, :]
    energies = np.empty((len(one), len(other)))
    for index, conformer in enumerate(one):
        deltas = conformer[None, :, None, :] - other[:, None, :, :]
        squared = np.maximum(np.einsum("ijkl,ijkl->ijk", deltas, deltas), 0.25)
        ratio = (minimum**2 / squared) ** 3
        pairs = np.minimum(_WELL_KCAL_PER_MOL * (ratio**2 - 2 * ratio), _WORST_KCAL_PER_MOL)
        pairs += _COULOMB * charge / (_DIELECTRIC_PER_ANGSTROM * squared)
        energies[index] = pairs.sum(axis=(1, 2))
    return energies


def repacked(residues: Sequence[Residue], new: Collection[int]) -> Packing:
    """Return the residues with new side chains and those around them in their best rotamers.

    Rotamers do not depend on the backbone; the energy is that of ``contact_energies``. A
    neighbour stays as it is unless turning it gains more than 3 kcal/mol.

    Parameters
    ----------
    residues
        Complete, heavy atoms only, caps included.
    new
        Indices of the residues whose side chains were built: they turn freely.
    """
    packed = list(residues)
    turning = sorted(set(new) | _neighbours(residues, new))
    turning = [i for i in turning if residues[i].name in CHI_ATOMS]
    if not turning:
        return Packing(tuple(packed), (), 0, 0.0)
    places = [_place(residues, index, turning, index in set(new)) for index in turning]
    tables = _tables(places)
    choice = _best_choice(places, tables)
    for place, rotamer in zip(places, choice, strict=True):
        packed[place.index] = place.rotamers[rotamer]
    moved = tuple(
        place.index
        for place, rotamer in zip(places, choice, strict=True)
        if place.index not in new and rotamer != 0
    )
    tried = sum(len(place.rotamers) for place in places)
    return Packing(tuple(packed), moved, tried, _total(places, tables, choice))


def _side_chain(residue: Residue) -> list[int]:
    return [i for i, name in enumerate(residue.atom_names) if name not in _BACKBONE]


def _neighbours(residues: Sequence[Residue], new: Collection[int]) -> set[int]:
    """Return the other side chains that some rotamer of a new one comes near to."""
    reached = [
        rotamer.coordinates[_side_chain(rotamer)]
        for index in new
        for rotamer in rotamers_of(residues[index])
        if _side_chain(rotamer)
    ]
    if not reached:
        return set()
    tree = cKDTree(np.concatenate(reached))
    return {
        index
        for index, residue in enumerate(residues)
        if index not in new
        and residue.name in CHI_ATOMS
        and np.min(tree.query(residue.coordinates[_side_chain(residue)])[0]) < _NEIGHBOUR_ANGSTROM
        and not _in_disulfide(residues, index)
    }


def _in_disulfide(residues: Sequence[Residue], index: int) -> bool:
    if residues[index].name != "CYS":
        return False
    sulphur = residues[index].position("SG")
    return any(
        np.linalg.norm(other.position("SG") - sulphur) < _DISULFIDE_ANGSTROM
        for i, other in enumerate(residues)
        if i != index and other.name == "CYS" and other.has("SG")
    )


def _place(
    residues: Sequence[Residue], index: int, turning: Collection[int], is_new: bool
) -> _Place:
    """Return a turning side chain with the rotamers that fit to what does not turn."""
    rotamers = rotamers_of(residues[index])
    side = _side_chain(residues[index])
    coordinates = np.array([rotamer.coordinates[side] for rotamer in rotamers])
    atoms = packing_atoms([residues[index]]).chosen(side)
    fixed = _fixed_around(residues, index, turning)
    places = np.concatenate([part.coordinates for part in fixed])
    energies = contact_energies(coordinates, atoms, places[None], packing_atoms(fixed))[:, 0]
    if not is_new:
        energies[1:] += _STAY_KCAL_PER_MOL
    near_best = energies <= energies.min() + _WINDOW_KCAL_PER_MOL
    # the place that the entry gives a neighbour is always looked at, as the first
    near_best[0] = near_best[0] or not is_new
    kept = np.flatnonzero(near_best).tolist()
    return _Place(index, [rotamers[i] for i in kept], coordinates[kept], energies[kept], atoms)


def _fixed_around(
    residues: Sequence[Residue], index: int, turning: Collection[int]
) -> list[Residue]:
    """Return what does not turn around a side chain, its own CA and CB left out."""
    parts: list[Residue] = []
    centre = residues[index].position("CA")
    for i, residue in enumerate(residues):
        if np.linalg.norm(residue.coordinates - centre, axis=1).min() > 2 * _REACH_ANGSTROM:
            continue
        if i == index:
            parts.append(residue.only(("N", "C", "O")))
        else:
            parts.append(residue.only(_BACKBONE) if i in turning else residue)
    return parts


def _tables(places: Sequence[_Place]) -> _Tables:
    """Return the pair energies of places within reach, ``[a, b]`` and ``[b, a]``."""
    tables: _Tables = {}
    for a, one in enumerate(places):
        tree = cKDTree(one.coordinates.reshape(-1, 3))
        for b in range(a + 1, len(places)):
            other = places[b]
            if np.min(tree.query(other.coordinates.reshape(-1, 3))[0]) > _REACH_ANGSTROM:
                continue
            table = contact_energies(one.coordinates, one.atoms, other.coordinates, other.atoms)
            tables[a, b], tables[b, a] = table, table.T
    return tables


def _best_choice(places: Sequence[_Place], tables: _Tables) -> list[int]:
    """Return the rotamer of each place: sweeps, then every rotamer forced once on the rest."""
    partners = [[b for (x, b) in tables if x == a] for a in range(len(places))]

    def swept(choice: list[int], turned: Collection[int]) -> list[int]:
        """Turn places one by one to their best, until none turns."""
        choice, changed = [*choice], True
        while changed:
            changed = False
            for a in turned:
                energies = places[a].energies + sum(tables[a, b][:, choice[b]] for b in partners[a])
                best = int(np.argmin(energies))
                if energies[best] < energies[choice[a]] - 1e-6:
                    choice[a], changed = best, True
        return choice

    choice = swept([int(np.argmin(place.energies)) for place in places], range(len(places)))
    best = _total(places, tables, choice)
    improved = True
    while improved:
        improved = False
        for a, place in enumerate(places):
            for rotamer in range(len(place.rotamers)):
                trial = swept([*choice[:a], rotamer, *choice[a + 1 :]], partners[a])
                energy = _total(places, tables, trial)
                if energy < best - 1e-6:
                    choice, best, improved = trial, energy, True
    return choice


def _total(places: Sequence[_Place], tables: _Tables, choice: Sequence[int]) -> float:
    own = sum(float(place.energies[r]) for place, r in zip(places, choice, strict=True))
    pairs = sum(float(table[choice[a], choice[b]]) for (a, b), table in tables.items() if a < b)
    return own + pairs
