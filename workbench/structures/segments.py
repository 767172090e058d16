"""Cutting residues out of a chain as capped segments, and segments as atoms and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gemmi
import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.geometry import dihedral, placed_atom
from workbench.structures.receptor import Atom, FloatArray, Residue, peptide_bonded
from workbench.structures.topology import (
    STANDARD_RESIDUES,
    WATER,
    residue_groups,
    template_atoms,
)

Segment = tuple[Residue, ...]


def cut_segments(
    residues: Sequence[Residue],
    numbers: Sequence[int],
    chosen: Sequence[int],
    surroundings: FloatArray | None = None,
) -> tuple[list[Segment], list[str]]:
    """Return the chosen residues as segments capped with ACE and NME, and what was changed.

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
    runs: list[list[int]] = []
    for index in chosen:
        if (
            runs
            and runs[-1][-1] == index - 1
            and peptide_bonded(residues[index - 1], residues[index])
        ):
            runs[-1].append(index)
        else:
            runs.append([index])
    heavy = np.concatenate([residues[i].coordinates for i in chosen])
    if surroundings is not None:
        heavy = np.concatenate([heavy, surroundings])
    segments: list[Segment] = []
    changes: list[str] = []
    for run in runs:
        made = [_standard(residues[index], numbers[index]) for index in run]
        middle = [residue for residue, _ in made]
        before, note_before = _ace(residues, numbers, run[0], middle[0], heavy)
        after, note_after = _nme(residues, numbers, run[-1], middle[-1], heavy)
        changes += filter(None, [*(note for _, note in made), note_before, note_after])
        segments.append((before, *middle, after))
    return segments, changes


def _standard(residue: Residue, number: int) -> tuple[Residue, str]:
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
    made = Residue(name, number, atom_names, residue.coordinates).only(template_atoms(name))
    dropped = [atom_name for atom_name in atom_names if atom_name not in made.atom_names]
    if dropped:
        note = f"{note or residue.address}; left out of it: {' '.join(dropped)}"
    return made, note


def _ace(
    residues: Sequence[Residue],
    numbers: Sequence[int],
    first: int,
    residue: Residue,
    heavy: FloatArray,
) -> tuple[Residue, str]:
    names = ("CH3", "C", "O")
    if first > 0 and peptide_bonded(residues[first - 1], residues[first]):
        replaced = residues[first - 1]
        if replaced.has("CA", "C", "O"):
            return Residue("ACE", numbers[first - 1], names, replaced.positions("CA", "C", "O")), ""
    n, ca, c = residue.positions("N", "CA", "C")

    def cap(phi: float) -> FloatArray:
        carbon = placed_atom(c, ca, n, bond_angstrom=1.335, angle_degree=121.7, torsion_degree=phi)
        oxygen = placed_atom(
            ca, n, carbon, bond_angstrom=1.229, angle_degree=122.9, torsion_degree=0.0
        )
        methyl = placed_atom(
            ca, n, carbon, bond_angstrom=1.522, angle_degree=116.6, torsion_degree=180.0
        )
        return np.array([methyl, carbon, oxygen])

    # proline's ring fixes its phi near -65; other residues are tried all round
    angles = [-65.0] if residue.name == "PRO" else [float(phi) for phi in range(-180, 180, 30)]
    best = _least_crowded(cap, angles, heavy, residue)
    return Residue("ACE", residue.number - 1, names, best), _ideal("before", residue)


def _nme(
    residues: Sequence[Residue],
    numbers: Sequence[int],
    last: int,
    residue: Residue,
    heavy: FloatArray,
) -> tuple[Residue, str]:
    names = ("N", "C")
    if last + 1 < len(residues) and peptide_bonded(residues[last], residues[last + 1]):
        replaced = residues[last + 1]
        if replaced.has("N", "CA"):
            return Residue("NME", numbers[last + 1], names, replaced.positions("N", "CA")), ""
    n, ca, c = residue.positions("N", "CA", "C")

    def cap(psi: float) -> FloatArray:
        nitrogen = placed_atom(
            n, ca, c, bond_angstrom=1.335, angle_degree=116.6, torsion_degree=psi
        )
        methyl = placed_atom(
            ca, c, nitrogen, bond_angstrom=1.449, angle_degree=121.9, torsion_degree=180.0
        )
        return np.array([nitrogen, methyl])

    angles = [float(psi) for psi in range(-180, 180, 30)]
    if residue.has("O"):
        angles = [float(dihedral(n, ca, c, residue.position("O"))) + 180.0]
    best = _least_crowded(cap, angles, heavy, residue)
    return Residue("NME", residue.number + 1, names, best), _ideal("after", residue)


def _ideal(side: str, residue: Residue) -> str:
    return f"the chain is broken {side} residue {residue.number}: a cap was built there"


def _least_crowded(
    cap: Callable[[float], FloatArray],
    angles: Sequence[float],
    heavy: FloatArray,
    residue: Residue,
) -> FloatArray:
    """Return the cap whose nearest atom outside its own residue is the farthest away."""
    candidates = [cap(angle) for angle in angles]
    others = heavy[cKDTree(residue.coordinates).query(heavy)[0] > 0.01]
    if not len(others):
        return candidates[0]
    tree = cKDTree(others)
    return max(candidates, key=lambda place: float(np.min(tree.query(place)[0])))


def segment_atoms(segments: Sequence[Segment], chain: str) -> tuple[list[Atom], FloatArray]:
    """Return segments as atoms and ``(n_atoms, 3)`` coordinates, in chain order.

    Residues that name no chain get ``chain``.
    """
    residues = [residue for segment in segments for residue in segment]
    atoms = [
        Atom(name, name[0], residue.name, residue.number, residue.chain or chain)
        for residue in residues
        for name in residue.atom_names
    ]
    return atoms, np.concatenate([residue.coordinates for residue in residues])


def segments_of(atoms: Sequence[Atom], coordinates: FloatArray) -> list[Segment]:
    """Return the segments of a prepared receptor's heavy atoms; each ends with its NME cap."""
    segments: list[Segment] = []
    current: list[Residue] = []
    for group in residue_groups(atoms):
        heavy = [i for i in group if atoms[i].element != "H"]
        first = atoms[group[0]]
        names = tuple(atoms[i].name for i in heavy)
        current.append(
            Residue(
                first.residue_name, first.residue_number, names, coordinates[heavy], first.chain
            )
        )
        if first.residue_name in ("NME", WATER):
            segments.append(tuple(current))
            current = []
    return [*segments, tuple(current)] if current else segments
