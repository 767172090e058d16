"""Turning a side chain that was built into the rotamer with the most room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.spatial import cKDTree

from workbench.geometry import beyond, dihedral, joined, rotated_about
from workbench.structures.fragment import FragmentResidue, Segment
from workbench.structures.source import FloatArray
from workbench.structures.topology import side_chain_bonds

CHI_ATOMS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "ARG": (
        ("N", "CA", "CB", "CG"),
        ("CA", "CB", "CG", "CD"),
        ("CB", "CG", "CD", "NE"),
        ("CG", "CD", "NE", "CZ"),
    ),
    "ASN": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "OD1")),
    "ASP": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "OD1")),
    "CYS": (("N", "CA", "CB", "SG"),),
    "GLN": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD"), ("CB", "CG", "CD", "OE1")),
    "GLU": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD"), ("CB", "CG", "CD", "OE1")),
    "HIS": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "ND1")),
    "ILE": (("N", "CA", "CB", "CG1"), ("CA", "CB", "CG1", "CD1")),
    "LEU": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD1")),
    "LYS": (
        ("N", "CA", "CB", "CG"),
        ("CA", "CB", "CG", "CD"),
        ("CB", "CG", "CD", "CE"),
        ("CG", "CD", "CE", "NZ"),
    ),
    "MET": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "SD"), ("CB", "CG", "SD", "CE")),
    "PHE": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD1")),
    "SER": (("N", "CA", "CB", "OG"),),
    "THR": (("N", "CA", "CB", "OG1"),),
    "TRP": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD1")),
    "TYR": (("N", "CA", "CB", "CG"), ("CA", "CB", "CG", "CD1")),
    "VAL": (("N", "CA", "CB", "CG1"),),
}
"""Atoms of each side-chain dihedral (IUPAC-IUB 1970, doi:10.1021/bi00820a001)."""

_STAGGERED = (-60.0, 60.0, 180.0)
_STEPS = (0.0, -20.0, 20.0)
_FLAT = (-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)
FLAT_LAST = frozenset({"ASN", "ASP", "GLN", "GLU", "HIS", "PHE", "TRP", "TYR"})
"""Residues whose last dihedral has no staggered minima."""

_CONTACT_ANGSTROM = 3.6
_WELL_KCAL_PER_MOL = 0.1
_WORST_KCAL_PER_MOL = 10.0


def settled(segments: Sequence[Segment], before: Sequence[Segment]) -> list[Segment]:
    """Return the segments with each side chain that was built turned to its roomiest rotamer.

    Parameters
    ----------
    segments
        Complete.
    before
        The same, before atoms were built: what was there does not move.
    """
    result = [list(segment) for segment in segments]
    for s, segment in enumerate(before):
        for r, old in enumerate(segment):
            if not old.missing or old.name not in CHI_ATOMS:
                continue
            others = np.concatenate(
                [x.coordinates for group in result for x in group if x is not result[s][r]]
            )
            result[s][r], _ = roomiest_rotamer(result[s][r], set(old.missing), others)
    return [tuple(segment) for segment in result]


def roomiest_rotamer(
    residue: FragmentResidue, free: Collection[str], others: FloatArray
) -> tuple[FragmentResidue, float]:
    """Return the residue in the rotamer with the lowest contact energy, and that energy.

    Parameters
    ----------
    free
        Names of the atoms that may move; a dihedral turns only when all that it moves may.
    others
        ``(n, 3)`` angstrom: heavy atoms of all other residues.
    """
    usable = [
        (index, chi)
        for index, chi in enumerate(CHI_ATOMS.get(residue.name, ()))
        if beyond(joined(side_chain_bonds(residue.name)), chi[1], chi[2]) <= set(free)
    ]
    near = others[cKDTree(residue.coordinates).query(others)[0] < 12.0]
    best, best_energy = residue, _contact_energy(residue, free, near)
    for angles in product(*(_grid(residue.name, index) for index, _ in usable)):
        turned = residue
        for (_, chi), angle in zip(usable, angles, strict=True):
            turned = _with_chi(turned, chi, angle)
        energy = _contact_energy(turned, free, near)
        if energy < best_energy - 1e-9:
            best, best_energy = turned, energy
    return best, best_energy


def rotamers_of(residue: FragmentResidue) -> list[FragmentResidue]:
    """Return the residue as it is, followed by each of its rotamers; its backbone stays.

    The first dihedral of a short side chain is also tried 20 degrees to either side.
    """
    chis = CHI_ATOMS.get(residue.name, ())
    grids = [_grid(residue.name, index) for index in range(len(chis))]
    if 0 < len(chis) <= 2 and grids[0] == _STAGGERED:
        grids[0] = tuple(angle + step for angle in _STAGGERED for step in _STEPS)
    rotamers = [residue]
    for angles in product(*grids) if chis else ():
        turned = residue
        for chi, angle in zip(chis, angles, strict=True):
            turned = _with_chi(turned, chi, angle)
        rotamers.append(turned)
    return rotamers


def _grid(name: str, index: int) -> tuple[float, ...]:
    last = index == len(CHI_ATOMS[name]) - 1
    return _FLAT if last and name in FLAT_LAST else _STAGGERED


def _with_chi(
    residue: FragmentResidue, chi: tuple[str, str, str, str], angle_degree: float
) -> FragmentResidue:
    a, b, c, d = (residue.position(name) for name in chi)
    side = beyond(joined(side_chain_bonds(residue.name)), chi[1], chi[2])
    moving = [residue.atom_names.index(name) for name in sorted(side)]
    coordinates = residue.coordinates.copy()
    turn = angle_degree - float(dihedral(a, b, c, d))
    coordinates[moving] = rotated_about(coordinates[moving], b, c, turn)
    return replace(residue, coordinates=coordinates)


def _contact_energy(residue: FragmentResidue, free: Collection[str], near: FloatArray) -> float:
    """Return a capped 12-6 sum over the free atoms and their surroundings, kcal/mol."""
    backbone = [residue.position(name) for name in ("N", "C", "O")]
    moving = [i for i, name in enumerate(residue.atom_names) if name in free]
    # the first atoms of a side chain are bonded to the backbone through CA: no contact there
    far = [i for i in moving if residue.atom_names[i] != "CB"]
    surroundings = np.concatenate([near, np.array(backbone)])
    if not far or not len(surroundings):
        return 0.0
    deltas = residue.coordinates[far][:, None, :] - surroundings[None, :, :]
    ratio = (_CONTACT_ANGSTROM / np.maximum(np.linalg.norm(deltas, axis=2), 0.5)) ** 6
    energies = _WELL_KCAL_PER_MOL * (ratio**2 - 2 * ratio)
    return float(np.minimum(energies, _WORST_KCAL_PER_MOL).sum())
