"""Side chains: missing atoms built by PDBFixer, and rotamers packed together by a simple energy."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from openmm import app, unit
from pdbfixer import PDBFixer
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.geometry import beyond, dihedral, joined, rotated_about
from workbench.structures.force_field import SEED, repeatable, unbonded_topology
from workbench.structures.receptor import FloatArray, Residue
from workbench.structures.segments import Segment, segment_atoms
from workbench.structures.topology import (
    CHI_ATOMS,
    DISULFIDE_ANGSTROM,
    Chi,
    missing_atoms,
    side_chain_bonds,
    template_atoms,
)

_BACKBONE = ("N", "CA", "C", "O", "CB")
_STAGGERED = (-60.0, 60.0, 180.0)
_STEPS = (0.0, -20.0, 20.0)
_FLAT = (-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)
_FLAT_LAST = frozenset({"ASN", "ASP", "GLN", "GLU", "HIS", "PHE", "TRP", "TYR"})
"""Residues whose last dihedral has no staggered minima."""

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

_Tables = dict[tuple[int, int], FloatArray]


def completed(segments: Sequence[Segment]) -> tuple[list[Segment], list[str]]:
    """Return the segments with missing heavy atoms built by PDBFixer, and a note for each.

    Raises
    ------
    ReceptorError
        When an atom cannot be built.
    """
    if not any(missing_atoms(residue) for segment in segments for residue in segment):
        return list(segments), []
    atoms, coordinates = segment_atoms(segments, "A")
    text = io.StringIO()
    app.PDBFile.writeFile(unbonded_topology(atoms), coordinates * unit.angstrom, text)
    with repeatable() as platform:
        fixer = PDBFixer(pdbfile=io.StringIO(text.getvalue()), platform=platform)
        fixer.missingResidues = {}
        fixer.findMissingAtoms()
        fixer.missingTerminals = {}
        fixer.addMissingAtoms(seed=SEED)
    places = np.array(fixer.positions.value_in_unit(unit.angstrom), dtype=np.float64)
    found = iter(list(fixer.topology.residues()))
    notes: list[str] = []
    result: list[Segment] = []
    for segment in segments:
        residues = []
        for residue in segment:
            built = {atom.name: places[atom.index] for atom in next(found).atoms()}
            residues.append(_filled(residue, built))
            if missing := missing_atoms(residue):
                notes.append(f"{residue.name} {residue.number} lacked {' '.join(missing)}: built")
        result.append(tuple(residues))
    return result, notes


def _filled(residue: Residue, built: dict[str, FloatArray]) -> Residue:
    missing = missing_atoms(residue)
    absent = [name for name in missing if name not in built]
    if absent:
        raise ReceptorError(
            f"{residue.name} {residue.number} lacks {' '.join(absent)}, which could not be built"
        )
    if not missing:
        return residue
    return replace(
        residue,
        atom_names=(*residue.atom_names, *missing),
        coordinates=np.concatenate([residue.coordinates, [built[name] for name in missing]]),
    )


def with_side_chain(residue: Residue, name: str) -> Residue:
    """Return a residue as one of the twenty: its backbone and CB stay, the rest is built.

    The side chain is PDBFixer's, built on the backbone alone and then moved rigidly onto the CB
    that is there; any rotamer. Next to other residues PDBFixer would bend a side chain that
    starts in a clash.
    """
    shared = [atom for atom in template_atoms(name) if atom in _BACKBONE]
    residue = replace(residue.only(shared), name=name)
    missing = missing_atoms(residue)
    if not missing:
        return residue
    ((ideal,),), _ = completed([(residue.only(_BACKBONE[:4]),)])
    if not residue.has("CB") or name == "PRO":
        # the ring of proline closes on its own N: the ideal CB is kept with it
        return ideal
    old, new = _frame(ideal), _frame(residue)
    origin, beta = residue.position("CB"), ideal.position("CB")
    return _filled(
        residue, {atom: origin + (ideal.position(atom) - beta) @ old.T @ new for atom in missing}
    )


def _frame(residue: Residue) -> FloatArray:
    """Return unit axes as rows: along CA-CB, towards N, and across."""
    along = residue.position("CB") - residue.position("CA")
    along = along / np.linalg.norm(along)
    inward = residue.position("N") - residue.position("CA")
    inward = inward - np.dot(inward, along) * along
    inward = inward / np.linalg.norm(inward)
    return np.array([along, inward, np.cross(along, inward)])


def settled(segments: Sequence[Segment], before: Sequence[Segment]) -> list[Segment]:
    """Return complete segments, the side chains that ``before`` lacked in their best rotamers.

    Atoms that ``before`` had stay where they are.
    """
    residues = [residue for segment in segments for residue in segment]
    lacking = [missing_atoms(residue) for segment in before for residue in segment]
    rotamers = {
        index: rotamers_of(residues[index], free)
        for index, free in enumerate(lacking)
        if free and residues[index].name in CHI_ATOMS
    }
    packed = iter(_packed(residues, rotamers, rotamers).residues)
    return [tuple(next(packed) for _ in segment) for segment in segments]


def rotamers_of(residue: Residue, free: Collection[str] | None = None) -> list[Residue]:
    """Return the residue as it is, followed by each of its rotamers; its backbone stays.

    The first dihedral of a short side chain is also tried 20 degrees to either side. Where some
    atoms only are free, no dihedral turns others.
    """
    turned = [residue]
    for index, chi in enumerate(CHI_ATOMS.get(residue.name, ())):
        if free is None or _behind(residue.name, chi) <= set(free):
            grid = _grid(residue.name, index)
            turned = [_with_chi(rotamer, chi, angle) for rotamer in turned for angle in grid]
    return [residue, *turned] if len(turned) > 1 else turned


def _grid(name: str, index: int) -> tuple[float, ...]:
    count = len(CHI_ATOMS[name])
    if index == count - 1 and name in _FLAT_LAST:
        return _FLAT
    if index == 0 and count <= 2:
        return tuple(angle + step for angle in _STAGGERED for step in _STEPS)
    return _STAGGERED


@cache
def _behind(name: str, chi: Chi) -> set[str]:
    """Return the atoms that turn with a dihedral."""
    return beyond(joined(side_chain_bonds(name)), chi[1], chi[2])


def _with_chi(residue: Residue, chi: Chi, angle_degree: float) -> Residue:
    a, b, c, d = residue.positions(*chi)
    moving = [residue.atom_names.index(name) for name in sorted(_behind(residue.name, chi))]
    coordinates = residue.coordinates.copy()
    turn = angle_degree - float(dihedral(a, b, c, d))
    coordinates[moving] = rotated_about(coordinates[moving], b, c, turn)
    return replace(residue, coordinates=coordinates)


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
    atoms: FloatArray


def packing_atoms(residues: Sequence[Residue]) -> FloatArray:
    """Return radius in angstrom, whether polar (1 or 0) and charge of all atoms, ``(n, 3)``.

    Two polar atoms (nitrogen or oxygen) come nearer to each other than their radii say.
    """
    names = [(residue.name, name) for residue in residues for name in residue.atom_names]
    return np.array(
        [(_RADIUS_ANGSTROM[n[1][0]], n[1][0] in "NO", _CHARGES.get(n, 0.0)) for n in names]
    ).reshape(-1, 3)


def contact_energies(
    one: FloatArray, one_atoms: FloatArray, other: FloatArray, other_atoms: FloatArray
) -> FloatArray:
    """Return the energy of each conformer of one group with each of another.

    A 12-6 sum, capped per pair of atoms, and screened Coulomb energy of whole charges. All
    atoms of one group count as more than three bonds from those of the other.

    Parameters
    ----------
    one, other
        ``(n_conformers, n_atoms, 3)`` angstrom.
    one_atoms, other_atoms
        Of ``packing_atoms``.

    Returns
    -------
    (n_one, n_other) array
        kcal/mol.
    """
    minimum = one_atoms[:, None, 0] + other_atoms[None, :, 0]
    polar = one_atoms[:, None, 1] * other_atoms[None, :, 1]
    minimum = np.where(polar > 0, _HYDROGEN_BOND_ANGSTROM, minimum)
    charge = one_atoms[:, None, 2] * other_atoms[None, :, 2]
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
    turning = sorted(set(new) | _neighbours(residues, new))
    rotamers = {i: rotamers_of(residues[i]) for i in turning if residues[i].name in CHI_ATOMS}
    return _packed(residues, rotamers, new)


def _packed(
    residues: Sequence[Residue], rotamers: Mapping[int, list[Residue]], new: Collection[int]
) -> Packing:
    """Return the residues with the best choice of rotamers by index, the first as it is."""
    packed = list(residues)
    if not rotamers:
        return Packing(tuple(packed), (), 0, 0.0)
    places = [_place(residues, index, rotamers, index in new) for index in rotamers]
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
        and not _in_disulfide(residue, residues)
    }


def _in_disulfide(residue: Residue, residues: Sequence[Residue]) -> bool:
    if residue.name != "CYS":
        return False
    sulphurs = np.array([r.position("SG") for r in residues if r.name == "CYS" and r.has("SG")])
    distances = np.linalg.norm(sulphurs - residue.position("SG"), axis=1)
    return bool(np.sum(distances < DISULFIDE_ANGSTROM) > 1)


def _place(
    residues: Sequence[Residue], index: int, turning: Mapping[int, list[Residue]], is_new: bool
) -> _Place:
    """Return a turning side chain with the rotamers that fit to what does not turn."""
    rotamers = turning[index]
    side = _side_chain(residues[index])
    coordinates = np.array([rotamer.coordinates[side] for rotamer in rotamers])
    atoms = packing_atoms([residues[index]])[side]
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
