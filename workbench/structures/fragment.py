"""Cutting the residues around a site out of a chain, and capping the ends with ACE and NME."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import gemmi
import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.geometry import dihedral, placed_atom
from workbench.structures.receptor import Atom
from workbench.structures.source import FloatArray, SourceResidue, peptide_bonded
from workbench.structures.topology import (
    STANDARD_RESIDUES,
    WATER,
    residue_groups,
    template_atoms,
)


@dataclass(frozen=True)
class FragmentResidue:
    """A residue of the receptor in the making, heavy atoms only.

    Parameters
    ----------
    number
        In the receptor's numbering; a cap carries that of the residue it replaces.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    chain
        Of a partner or a water; empty in the site's own chain.
    """

    name: str
    number: int
    atom_names: tuple[str, ...]
    coordinates: FloatArray
    chain: str = ""

    def in_chain(self, chain: str) -> FragmentResidue:
        """Return the same residue in a chain."""
        return replace(self, chain=chain)

    def position(self, atom_name: str) -> FloatArray:
        """Return an atom's ``(3,)`` position in angstrom."""
        position: FloatArray = self.coordinates[self.atom_names.index(atom_name)]
        return position

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the template's heavy atoms that are not there."""
        return tuple(n for n in template_atoms(self.name) if n not in self.atom_names)


Segment = tuple[FragmentResidue, ...]


def nearby_residues(
    residues: Sequence[SourceResidue], centre: FloatArray, radius_angstrom: float
) -> list[int]:
    """Return the residues with an atom within a radius of any centre atom, gaps of one filled.

    Parameters
    ----------
    centre
        ``(n, 3)`` angstrom.

    Returns
    -------
    list of int
        Indices into ``residues``, ascending.
    """
    tree = cKDTree(centre)
    near = {
        index
        for index, residue in enumerate(residues)
        if tree.query(residue.coordinates)[0].min() <= radius_angstrom
    }
    return single_gaps_filled(near)


def single_gaps_filled(indices: Collection[int]) -> list[int]:
    """Return indices in order, with those whose two neighbours are there: no two caps meet."""
    here = set(indices)
    return sorted(here | {i + 1 for i in here if i + 2 in here})


def cut_segments(
    residues: Sequence[SourceResidue],
    numbers: Sequence[int],
    chosen: Sequence[int],
    surroundings: FloatArray | None = None,
) -> tuple[list[Segment], list[str]]:
    """Return the chosen residues as capped segments, and what was changed.

    A cap takes the backbone atoms of the residue that it replaces, so that no atom moves; where
    the chain ends or is broken there, it is built with ideal geometry.

    Parameters
    ----------
    numbers
        The receptor's number of each residue.
    chosen
        Indices into ``residues``, ascending.
    surroundings
        ``(n, 3)`` angstrom: atoms of other chains that a cap with ideal geometry keeps off.
    """
    changes: list[str] = []
    runs: list[list[int]] = []
    for index in chosen:
        joined = (
            runs
            and runs[-1][-1] == index - 1
            and peptide_bonded(residues[index - 1], residues[index])
        )
        if joined:
            runs[-1].append(index)
        else:
            runs.append([index])
    heavy = np.concatenate([residues[i].coordinates for i in chosen])
    if surroundings is not None:
        heavy = np.concatenate([heavy, surroundings])
    segments: list[Segment] = []
    for run in runs:
        middle = []
        for index in run:
            residue, note = _standard(residues[index], numbers[index])
            middle.append(residue)
            changes += [note] if note else []
        before, note = _ace(residues, numbers, run[0], middle[0], heavy)
        changes += [note] if note else []
        after, note = _nme(residues, numbers, run[-1], middle[-1], heavy)
        changes += [note] if note else []
        segments.append((before, *middle, after))
    return segments, changes


def _standard(residue: SourceResidue, number: int) -> tuple[FragmentResidue, str]:
    """Return the residue as one of the twenty, and a note where it was not."""
    name, atom_names, note = residue.name, residue.atom_names, ""
    if name not in STANDARD_RESIDUES:
        name = gemmi.expand_one_letter(residue.letter, gemmi.ResidueKind.AA) or ""
        if name not in STANDARD_RESIDUES:
            raise ReceptorError(
                f"residue {residue.address} lies at the site and is no amino acid that has a "
                "template: replace it in the file"
            )
        if residue.name == "MSE":
            atom_names = tuple("SD" if n == "SE" else n for n in atom_names)
        note = f"{residue.address} was taken as {name}"
    wanted = (*template_atoms(name),)
    keep = [i for i, atom_name in enumerate(atom_names) if atom_name in wanted]
    dropped = [atom_name for atom_name in atom_names if atom_name not in wanted]
    if dropped:
        note = f"{note or residue.address}; left out of it: {' '.join(dropped)}"
    return (
        FragmentResidue(
            name, number, tuple(atom_names[i] for i in keep), residue.coordinates[keep]
        ),
        note,
    )


def _ace(
    residues: Sequence[SourceResidue],
    numbers: Sequence[int],
    first: int,
    residue: FragmentResidue,
    heavy: FloatArray,
) -> tuple[FragmentResidue, str]:
    names = ("CH3", "C", "O")
    if first > 0 and peptide_bonded(residues[first - 1], residues[first]):
        source = [residues[first - 1].position(name) for name in ("CA", "C", "O")]
        if all(position is not None for position in source):
            return FragmentResidue("ACE", numbers[first - 1], names, np.array(source)), ""
    n, ca, c = (residue.position(name) for name in ("N", "CA", "C"))
    candidates = []
    # proline's ring fixes its phi near -65; other residues are tried all round
    for phi in (-65.0,) if residue.name == "PRO" else range(-180, 180, 30):
        carbon = placed_atom(
            c, ca, n, bond_angstrom=1.335, angle_degree=121.7, torsion_degree=float(phi)
        )
        oxygen = placed_atom(
            ca, n, carbon, bond_angstrom=1.229, angle_degree=122.9, torsion_degree=0.0
        )
        methyl = placed_atom(
            ca, n, carbon, bond_angstrom=1.522, angle_degree=116.6, torsion_degree=180.0
        )
        candidates.append(np.array([methyl, carbon, oxygen]))
    best = _least_crowded(candidates, heavy, residue)
    return FragmentResidue("ACE", residue.number - 1, names, best), _ideal("before", residue)


def _nme(
    residues: Sequence[SourceResidue],
    numbers: Sequence[int],
    last: int,
    residue: FragmentResidue,
    heavy: FloatArray,
) -> tuple[FragmentResidue, str]:
    names = ("N", "C")
    if last + 1 < len(residues) and peptide_bonded(residues[last], residues[last + 1]):
        source = [residues[last + 1].position(name) for name in ("N", "CA")]
        if all(position is not None for position in source):
            return FragmentResidue("NME", numbers[last + 1], names, np.array(source)), ""
    n, ca, c = (residue.position(name) for name in ("N", "CA", "C"))
    angles = [float(psi) for psi in range(-180, 180, 30)]
    if "O" in residue.atom_names:
        angles = [float(dihedral(n, ca, c, residue.position("O"))) + 180.0]
    candidates = []
    for psi in angles:
        nitrogen = placed_atom(
            n, ca, c, bond_angstrom=1.335, angle_degree=116.6, torsion_degree=psi
        )
        methyl = placed_atom(
            ca, c, nitrogen, bond_angstrom=1.449, angle_degree=121.9, torsion_degree=180.0
        )
        candidates.append(np.array([nitrogen, methyl]))
    best = _least_crowded(candidates, heavy, residue)
    return FragmentResidue("NME", residue.number + 1, names, best), _ideal("after", residue)


def _ideal(side: str, residue: FragmentResidue) -> str:
    return f"the chain is broken {side} residue {residue.number}: a cap was built there"


def _least_crowded(
    candidates: list[FloatArray], heavy: FloatArray, residue: FragmentResidue
) -> FloatArray:
    """Return the cap whose nearest atom outside its own residue is the farthest away."""
    own = cKDTree(residue.coordinates)
    others = heavy[own.query(heavy)[0] > 0.01]
    if not len(others):
        return candidates[0]
    tree = cKDTree(others)
    return max(candidates, key=lambda cap: float(tree.query(cap)[0].min()))


def fragment_atoms(segments: Sequence[Segment], chain: str) -> tuple[list[Atom], FloatArray]:
    """Return the fragment as atoms and ``(n_atoms, 3)`` coordinates, in chain order.

    Parameters
    ----------
    chain
        Of the residues that name none.
    """
    atoms = [
        Atom(name, name[0], residue.name, residue.number, residue.chain or chain)
        for segment in segments
        for residue in segment
        for name in residue.atom_names
    ]
    coordinates = np.concatenate([r.coordinates for segment in segments for r in segment])
    return atoms, coordinates


def segments_of(atoms: Sequence[Atom], coordinates: FloatArray) -> list[Segment]:
    """Return the segments of a prepared receptor's heavy atoms; each ends with its NME cap."""
    segments: list[Segment] = []
    current: list[FragmentResidue] = []
    for group in residue_groups(atoms):
        heavy = [i for i in group if atoms[i].element != "H"]
        first = atoms[group[0]]
        names = tuple(atoms[i].name for i in heavy)
        current.append(
            FragmentResidue(
                first.residue_name, first.residue_number, names, coordinates[heavy], first.chain
            )
        )
        if first.residue_name in ("NME", WATER):
            segments.append(tuple(current))
            current = []
    return [*segments, tuple(current)] if current else segments


def renamed(residue: FragmentResidue, name: str) -> FragmentResidue:
    """Return a residue as another amino acid: backbone and CB stay, the rest is left out."""
    wanted = [n for n in template_atoms(name) if n in ("N", "CA", "C", "O", "CB")]
    keep = [i for i, atom_name in enumerate(residue.atom_names) if atom_name in wanted]
    return replace(
        residue,
        name=name,
        atom_names=tuple(residue.atom_names[i] for i in keep),
        coordinates=residue.coordinates[keep],
    )
