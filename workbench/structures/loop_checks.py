"""Whether a modelled loop is sound: chirality, peptide bonds, bond lengths, contacts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from workbench.geometry import dihedral
from workbench.structures.contacts import related_atoms
from workbench.structures.receptor import Atom, FloatArray, IntArray
from workbench.structures.topology import CAPS

CONTACT_ANGSTROM = 2.6
"""Heavy atoms of a modelled residue keep this far from any that is not near in bonds."""

TRANS_DEGREE = 150.0
_SHORTEST_ANGSTROM, _LONGEST_ANGSTROM, _SULPHUR_ANGSTROM = 1.15, 1.62, 2.1

_Positions = dict[tuple[int, str], FloatArray]


def loop_faults(
    numbers: Sequence[int], atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> list[str]:
    """Return what is wrong with a loop of a prepared receptor; empty when it is sound.

    Parameters
    ----------
    numbers
        Of the modelled residues; the residues beside them are looked at too.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    bonds
        ``(n_bonds, 3)``.
    """
    chain = atoms[0].chain
    positions = {
        (atom.residue_number, atom.name): coordinates[i]
        for i, atom in enumerate(atoms)
        if atom.chain == chain and atom.residue_name not in CAPS
    }
    own = [
        i
        for i, atom in enumerate(atoms)
        if atom.chain == chain and atom.residue_number in numbers and atom.element != "H"
    ]
    return [
        *_mirrored(numbers, positions),
        *_bent_peptides(numbers, positions),
        *_odd_bonds(own, atoms, coordinates, bonds),
        *_close_contacts(own, atoms, coordinates, bonds),
    ]


def _mirrored(numbers: Sequence[int], positions: _Positions) -> list[str]:
    faults = []
    for number in range(numbers[0] - 1, numbers[-1] + 2):
        if (number, "CB") not in positions:
            continue
        n, ca, c, cb = (positions[number, name] for name in ("N", "CA", "C", "CB"))
        if np.dot(np.cross(n - ca, c - ca), cb - ca) <= 0:
            faults.append(f"residue {number} is not L")
    return faults


def _bent_peptides(numbers: Sequence[int], positions: _Positions) -> list[str]:
    faults = []
    for number in range(numbers[0] - 1, numbers[-1] + 1):
        omega = dihedral(
            positions[number, "CA"],
            positions[number, "C"],
            positions[number + 1, "N"],
            positions[number + 1, "CA"],
        )
        if abs(omega) < TRANS_DEGREE:
            faults.append(f"the peptide bond {number}-{number + 1} has omega {omega:.0f} degrees")
    return faults


def _odd_bonds(
    own: Sequence[int], atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> list[str]:
    faults, loop = [], set(own)
    bonded = {(i, j) for i, j, _ in bonds.tolist() if loop & {i, j}}
    for i, j in sorted(bonded):
        if "H" in (atoms[i].element, atoms[j].element):
            continue
        sulphur = "S" in (atoms[i].element, atoms[j].element)
        longest = _SULPHUR_ANGSTROM if sulphur else _LONGEST_ANGSTROM
        length = float(np.linalg.norm(coordinates[i] - coordinates[j]))
        if not _SHORTEST_ANGSTROM < length < longest:
            faults.append(
                f"{_named(atoms[i])} and {_named(atoms[j])} are bonded at {length:.2f} angstrom"
            )
    joined = sum({atoms[i].name, atoms[j].name} == {"C", "N"} for i, j in bonded)
    if joined != len({atoms[i].residue_number for i in own}) + 1:
        faults.append("it does not join the chain")
    return faults


def _close_contacts(
    own: Sequence[int], atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> list[str]:
    faults, loop = [], set(own)
    heavy = [i for i, atom in enumerate(atoms) if atom.element != "H"]
    tree = cKDTree(coordinates[heavy])
    related = related_atoms(len(atoms), bonds)
    for i in own:
        for k in sorted(tree.query_ball_point(coordinates[i], CONTACT_ANGSTROM)):
            j = heavy[k]
            if related[i, j] or (j in loop and j <= i) or i == j:
                continue
            distance = float(np.linalg.norm(coordinates[i] - coordinates[j]))
            faults.append(
                f"{_named(atoms[i])} and {_named(atoms[j])} are {distance:.2f} angstrom apart"
            )
    return faults


def _named(atom: Atom) -> str:
    return f"{atom.name} of {atom.residue_name} {atom.residue_number}"
