"""Packing new side chains together with those around them: rotamers, chosen all at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from workbench.structures.fragment import FragmentResidue
from workbench.structures.packing_energy import PackingAtoms, contact_energies, packing_atoms
from workbench.structures.rotamers import CHI_ATOMS, rotamers_of
from workbench.structures.source import FloatArray

_STAY_KCAL_PER_MOL = 3.0
"""What a neighbour must gain before it leaves the place that the entry gives it."""

_WINDOW_KCAL_PER_MOL = 12.0
"""Rotamers this far above a residue's best, with all that is fixed, are not looked at."""

_NEIGHBOUR_ANGSTROM = 4.5
_REACH_ANGSTROM = 9.0
_BACKBONE = ("N", "CA", "C", "O", "CB")


@dataclass(frozen=True)
class Packing:
    """Side chains after packing.

    Parameters
    ----------
    residues
        All residues, in the order given.
    moved
        Indices of residues that were not new and took another rotamer.
    tried
        Number of rotamers looked at, over all residues.
    energy_kcal_per_mol
        Of the side chains that could move; only differences between packings mean anything.
    """

    residues: tuple[FragmentResidue, ...]
    moved: tuple[int, ...]
    tried: int
    energy_kcal_per_mol: float


@dataclass
class _Place:
    """A side chain that may turn: its rotamers and each one's energy with what is fixed."""

    index: int
    atom_indices: list[int]
    rotamers: list[FragmentResidue]
    coordinates: FloatArray
    energies: FloatArray
    atoms: PackingAtoms


def repacked(residues: Sequence[FragmentResidue], new: Collection[int]) -> Packing:
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
    residues = list(residues)
    turning = sorted(set(new) | _neighbours(residues, new))
    turning = [i for i in turning if residues[i].name in CHI_ATOMS]
    if not turning:
        return Packing(tuple(residues), (), 0, 0.0)
    places = [_place(residues, index, turning, index in set(new)) for index in turning]
    tables = _tables(places)
    choice = _packed(places, tables)
    for place, rotamer in zip(places, choice, strict=True):
        residues[place.index] = place.rotamers[rotamer]
    moved = tuple(
        place.index
        for place, rotamer in zip(places, choice, strict=True)
        if place.index not in new and rotamer != 0
    )
    tried = sum(len(place.rotamers) for place in places)
    return Packing(tuple(residues), moved, tried, _total(places, tables, choice))


def _side_chain(residue: FragmentResidue) -> list[int]:
    return [i for i, name in enumerate(residue.atom_names) if name not in _BACKBONE]


def _neighbours(residues: Sequence[FragmentResidue], new: Collection[int]) -> set[int]:
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
        and tree.query(residue.coordinates[_side_chain(residue)])[0].min() < _NEIGHBOUR_ANGSTROM
        and not _in_disulfide(residues, index)
    }


def _in_disulfide(residues: Sequence[FragmentResidue], index: int) -> bool:
    if residues[index].name != "CYS":
        return False
    sulphur = residues[index].position("SG")
    return any(
        other.name == "CYS" and np.linalg.norm(other.position("SG") - sulphur) < 2.5
        for i, other in enumerate(residues)
        if i != index and "SG" in other.atom_names
    )


def _place(
    residues: Sequence[FragmentResidue], index: int, turning: Collection[int], is_new: bool
) -> _Place:
    """Return a turning side chain with the rotamers that fit to what does not turn."""
    rotamers = rotamers_of(residues[index])
    side = _side_chain(residues[index])
    coordinates = np.array([rotamer.coordinates[side] for rotamer in rotamers])
    atoms = packing_atoms([residues[index]])
    fixed, fixed_atoms = _fixed_around(residues, index, turning)
    energies = contact_energies(coordinates, atoms.chosen(side), fixed[None], fixed_atoms)[:, 0]
    if not is_new:
        energies[1:] += _STAY_KCAL_PER_MOL
    near_best = energies <= energies.min() + _WINDOW_KCAL_PER_MOL
    # the place that the entry gives a neighbour is always looked at, as the first
    near_best[0] = near_best[0] or not is_new
    kept = np.flatnonzero(near_best).tolist()
    return _Place(
        index,
        side,
        [rotamers[i] for i in kept],
        coordinates[kept],
        energies[kept],
        atoms.chosen(side),
    )


def _fixed_around(
    residues: Sequence[FragmentResidue], index: int, turning: Collection[int]
) -> tuple[FloatArray, PackingAtoms]:
    """Return the atoms around a side chain that do not turn.

    These are its own backbone without CA and CB, the backbones of the other turning residues,
    and whole residues elsewhere.
    """
    parts: list[FragmentResidue] = []
    centre = residues[index].position("CA")
    for i, residue in enumerate(residues):
        if np.linalg.norm(residue.coordinates - centre, axis=1).min() > 2 * _REACH_ANGSTROM:
            continue
        wanted = set(residue.atom_names)
        if i == index:
            wanted = {"N", "C", "O"}
        elif i in turning:
            wanted = set(_BACKBONE)
        keep = [k for k, name in enumerate(residue.atom_names) if name in wanted]
        names = tuple(residue.atom_names[k] for k in keep)
        parts.append(replace(residue, atom_names=names, coordinates=residue.coordinates[keep]))
    return np.concatenate([part.coordinates for part in parts]), packing_atoms(parts)


def _tables(places: Sequence[_Place]) -> dict[tuple[int, int], FloatArray]:
    """Return the pair energies of places within reach, ``[a, b]`` and ``[b, a]``."""
    tables: dict[tuple[int, int], FloatArray] = {}
    for a, one in enumerate(places):
        tree = cKDTree(one.coordinates.reshape(-1, 3))
        for b in range(a + 1, len(places)):
            other = places[b]
            if tree.query(other.coordinates.reshape(-1, 3))[0].min() > _REACH_ANGSTROM:
                continue
            table = contact_energies(one.coordinates, one.atoms, other.coordinates, other.atoms)
            tables[a, b], tables[b, a] = table, table.T
    return tables


def _partners(
    places: Sequence[_Place], tables: dict[tuple[int, int], FloatArray]
) -> list[list[int]]:
    """Return, for each place, those within its reach."""
    return [[b for (x, b) in tables if x == a] for a in range(len(places))]


def _packed(places: Sequence[_Place], tables: dict[tuple[int, int], FloatArray]) -> list[int]:
    """Return the rotamer of each place: sweeps, then every rotamer forced once on the rest."""
    partners = _partners(places, tables)
    choice = [int(np.argmin(place.energies)) for place in places]
    choice = _swept(places, tables, partners, choice, range(len(places)))
    best = _total(places, tables, choice)
    improved = True
    while improved:
        improved = False
        for a, place in enumerate(places):
            for rotamer in range(len(place.rotamers)):
                trial = [*choice]
                trial[a] = rotamer
                trial = _swept(places, tables, partners, trial, partners[a])
                energy = _total(places, tables, trial)
                if energy < best - 1e-6:
                    choice, best, improved = trial, energy, True
    return choice


def _swept(
    places: Sequence[_Place],
    tables: dict[tuple[int, int], FloatArray],
    partners: Sequence[Sequence[int]],
    choice: list[int],
    turned: Sequence[int],
) -> list[int]:
    """Return the choice after turning places one by one to their best, until none turns."""
    choice = [*choice]
    changed = True
    while changed:
        changed = False
        for a in turned:
            energies = places[a].energies + sum(tables[a, b][:, choice[b]] for b in partners[a])
            best = int(np.argmin(energies))
            if energies[best] < energies[choice[a]] - 1e-6:
                choice[a], changed = best, True
    return choice


def _total(
    places: Sequence[_Place], tables: dict[tuple[int, int], FloatArray], choice: Sequence[int]
) -> float:
    own = sum(float(place.energies[r]) for place, r in zip(places, choice, strict=True))
    pairs = sum(float(table[choice[a], choice[b]]) for (a, b), table in tables.items() if a < b)
    return own + pairs
