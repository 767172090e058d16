"""Side chains: missing atoms built by PDBFixer, dihedrals turned, the roomiest rotamer taken."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

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
    missing_atoms,
    side_chain_bonds,
    template_atoms,
)

_Chi = tuple[str, str, str, str]

_BACKBONE = ("N", "CA", "C", "O")
_STAGGERED = (-60.0, 60.0, 180.0)
_STEPS = (0.0, -20.0, 20.0)
_FLAT = (-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)
_FLAT_LAST = frozenset({"ASN", "ASP", "GLN", "GLU", "HIS", "PHE", "TRP", "TYR"})
"""Residues whose last dihedral has no staggered minima."""

_CONTACT_ANGSTROM = 3.6
_WELL_KCAL_PER_MOL = 0.1
_WORST_KCAL_PER_MOL = 10.0


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


def renamed(residue: Residue, name: str) -> Residue:
    """Return a residue as another amino acid: backbone and CB stay, the rest is left out."""
    shared = [n for n in template_atoms(name) if n in (*_BACKBONE, "CB")]
    return replace(residue.only(shared), name=name)


def with_side_chain(residue: Residue) -> Residue:
    """Return a residue that has its backbone, and CB unless it is glycine, with all its atoms.

    The side chain is PDBFixer's, built on the backbone alone and then moved rigidly onto the CB
    that is there; any rotamer. Next to other residues PDBFixer would bend a side chain that
    starts in a clash.
    """
    missing = missing_atoms(residue)
    if not missing:
        return residue
    ((ideal,),), _ = completed([(residue.only(_BACKBONE),)])
    if not residue.has("CB") or residue.name == "PRO":
        # the ring of proline closes on its own N: the ideal CB is kept with it
        return ideal
    old, new = _frame(ideal), _frame(residue)
    origin, beta = residue.position("CB"), ideal.position("CB")
    return _filled(
        residue, {name: origin + (ideal.position(name) - beta) @ old.T @ new for name in missing}
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
    """Return complete segments, each side chain that ``before`` lacked in its roomiest rotamer."""
    result = [list(segment) for segment in segments]
    for s, segment in enumerate(before):
        for r, old in enumerate(segment):
            free = missing_atoms(old)
            if free and old.name in CHI_ATOMS:
                others = [x.coordinates for group in result for x in group if x is not result[s][r]]
                result[s][r] = _roomiest(result[s][r], free, np.concatenate(others))
    return [tuple(segment) for segment in result]


def _roomiest(residue: Residue, free: Collection[str], others: FloatArray) -> Residue:
    """Return the rotamer with the lowest contact energy; a dihedral turns free atoms only."""
    neighbours = joined(side_chain_bonds(residue.name))
    usable = {
        chi: _grid(residue.name, index)
        for index, chi in enumerate(CHI_ATOMS[residue.name])
        if beyond(neighbours, chi[1], chi[2]) <= set(free)
    }
    near = others[cKDTree(residue.coordinates).query(others)[0] < 12.0]
    best, best_energy = residue, _contact_energy(residue, free, near)
    for turned in _turned(residue, usable):
        energy = _contact_energy(turned, free, near)
        if energy < best_energy - 1e-9:
            best, best_energy = turned, energy
    return best


def rotamers_of(residue: Residue) -> list[Residue]:
    """Return the residue as it is, followed by each of its rotamers; its backbone stays.

    The first dihedral of a short side chain is also tried 20 degrees to either side.
    """
    chis = CHI_ATOMS.get(residue.name, ())
    grids = [_grid(residue.name, index) for index in range(len(chis))]
    if 0 < len(chis) <= 2 and grids[0] == _STAGGERED:
        grids[0] = tuple(angle + step for angle in _STAGGERED for step in _STEPS)
    return [residue, *(_turned(residue, dict(zip(chis, grids, strict=True))) if chis else ())]


def _turned(residue: Residue, grids: Mapping[_Chi, Sequence[float]]) -> Iterator[Residue]:
    """Yield the residue with its dihedrals at every combination of their angles."""
    for angles in product(*grids.values()):
        turned = residue
        for chi, angle in zip(grids, angles, strict=True):
            turned = _with_chi(turned, chi, angle)
        yield turned


def _grid(name: str, index: int) -> tuple[float, ...]:
    last = index == len(CHI_ATOMS[name]) - 1
    return _FLAT if last and name in _FLAT_LAST else _STAGGERED


def _with_chi(residue: Residue, chi: _Chi, angle_degree: float) -> Residue:
    a, b, c, d = residue.positions(*chi)
    side = beyond(joined(side_chain_bonds(residue.name)), chi[1], chi[2])
    moving = [residue.atom_names.index(name) for name in sorted(side)]
    coordinates = residue.coordinates.copy()
    turn = angle_degree - float(dihedral(a, b, c, d))
    coordinates[moving] = rotated_about(coordinates[moving], b, c, turn)
    return replace(residue, coordinates=coordinates)


def _contact_energy(residue: Residue, free: Collection[str], near: FloatArray) -> float:
    """Return a capped 12-6 sum over the free atoms and their surroundings, kcal/mol."""
    # the first atoms of a side chain are bonded to the backbone through CA: no contact there
    far = [i for i, name in enumerate(residue.atom_names) if name in free and name != "CB"]
    surroundings = np.concatenate([near, residue.positions("N", "C", "O")])
    if not far or not len(surroundings):
        return 0.0
    deltas = residue.coordinates[far][:, None, :] - surroundings[None, :, :]
    ratio = (_CONTACT_ANGSTROM / np.maximum(np.linalg.norm(deltas, axis=2), 0.5)) ** 6
    energies = _WELL_KCAL_PER_MOL * (ratio**2 - 2 * ratio)
    return float(np.minimum(energies, _WORST_KCAL_PER_MOL).sum())
