"""Cutting residues out of a chain as capped segments, and segments as atoms and back."""

from __future__ import annotations

from collections.abc import Sequence

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
    the chain ends or is broken there, it is built with ideal geometry, away from the other atoms
    and the ``surroundings`` (``(n, 3)`` angstrom). ``numbers`` are the receptor's, one of each
    residue, ``chosen`` ascending indices.
    """
    runs: list[list[int]] = []
    for index in chosen:
        follows = bool(runs) and runs[-1][-1] == index - 1
        if follows and peptide_bonded(residues[index - 1], residues[index]):
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
        before, note_before = _cap(residues, numbers, run[0], -1, middle[0], heavy)
        after, note_after = _cap(residues, numbers, run[-1], 1, middle[-1], heavy)
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


def _cap(
    residues: Sequence[Residue],
    numbers: Sequence[int],
    end: int,
    step: int,
    residue: Residue,
    heavy: FloatArray,
) -> tuple[Residue, str]:
    """Return the cap before (step -1: ACE) or after (1: NME) a run's end, and a note if built."""
    name, names, taken = (
        ("ACE", ("CH3", "C", "O"), ("CA", "C", "O"))
        if step < 0
        else ("NME", ("N", "C"), ("N", "CA"))
    )
    beside = end + step
    if 0 <= beside < len(residues):
        replaced = residues[beside]
        pair = (replaced, residues[end]) if step < 0 else (residues[end], replaced)
        if peptide_bonded(*pair) and replaced.has(*taken):
            return Residue(name, numbers[beside], names, replaced.positions(*taken)), ""
    n, ca, c = residue.positions("N", "CA", "C")

    def acetyl(phi: float) -> FloatArray:
        carbon = placed_atom(c, ca, n, bond_angstrom=1.335, angle_degree=121.7, torsion_degree=phi)
        oxygen = placed_atom(
            ca, n, carbon, bond_angstrom=1.229, angle_degree=122.9, torsion_degree=0.0
        )
        methyl = placed_atom(
            ca, n, carbon, bond_angstrom=1.522, angle_degree=116.6, torsion_degree=180.0
        )
        return np.array([methyl, carbon, oxygen])

    def methylamide(psi: float) -> FloatArray:
        nitrogen = placed_atom(
            n, ca, c, bond_angstrom=1.335, angle_degree=116.6, torsion_degree=psi
        )
        methyl = placed_atom(
            ca, c, nitrogen, bond_angstrom=1.449, angle_degree=121.9, torsion_degree=180.0
        )
        return np.array([nitrogen, methyl])

    angles = [float(angle) for angle in range(-180, 180, 30)]
    if step < 0 and residue.name == "PRO":
        angles = [-65.0]  # its ring fixes phi
    elif step > 0 and residue.has("O"):
        angles = [float(dihedral(n, ca, c, residue.position("O"))) + 180.0]
    candidates = [(acetyl if step < 0 else methylamide)(angle) for angle in angles]
    others = heavy[cKDTree(residue.coordinates).query(heavy)[0] > 0.01]
    if len(others):
        # the one whose nearest atom is the farthest away
        tree = cKDTree(others)
        candidates.sort(key=lambda place: -float(np.min(tree.query(place)[0])))
    side = "before" if step < 0 else "after"
    note = f"the chain is broken {side} residue {residue.number}: a cap was built there"
    return Residue(name, residue.number + step, names, candidates[0]), note


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
        name, names = first.residue_name, tuple(atoms[i].name for i in heavy)
        current.append(Residue(name, first.residue_number, names, coordinates[heavy], first.chain))
        if name in ("NME", WATER):
            segments.append(tuple(current))
            current = []
    return [*segments, tuple(current)] if current else segments
