"""Exchanging side chains of a prepared receptor: built, packed with those around, relaxed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.settings import PreparationSettings
from workbench.structures.building import protonated, relaxed
from workbench.structures.contacts import clashing_residues, closest_contact
from workbench.structures.fragment import FragmentResidue, renamed, segments_of
from workbench.structures.receptor import Atom, FloatArray, Receptor
from workbench.structures.repacking import repacked
from workbench.structures.side_chains import with_side_chain
from workbench.structures.topology import CAPS, assign_topology

_FIXED = ("N", "CA", "C", "O", "CB")


def substituted(
    receptor: Receptor, mutants: Mapping[int, str], settings: PreparationSettings
) -> tuple[Receptor, dict[int, str], list[str]]:
    """Return the receptor with other side chains, a note on each, and on what else moved.

    New side chains are built by PDBFixer and take, together with the side chains around them,
    the rotamers of the lowest packing energy; then they are relaxed. Backbones stay. Residues
    that collide after that are relaxed on springs.

    Parameters
    ----------
    mutants
        Residue number -> three-letter name of the new residue.
    """
    wild_types = {
        atom.residue_number: atom.residue_name
        for atom in receptor.atoms
        if atom.residue_name not in CAPS
    }
    residues, turned, packing = _packed_residues(receptor, mutants)
    rebuilt = {number: residues[number] for number in (*mutants, *turned)}
    atoms, coordinates = _exchanged(receptor, rebuilt)
    thiol = receptor.reactive_residue_number
    atoms, coordinates = protonated(atoms, coordinates, settings, thiol=thiol)
    coordinates, pushed = _relaxed_around(atoms, coordinates, mutants, turned, settings)
    charged, bonds = assign_topology(atoms, coordinates)
    notes = {
        number: f"{wild_types[number]} {number} to {name}: side chain built, packed and relaxed"
        + _contact_note(charged, coordinates, number, name)
        for number, name in mutants.items()
    }
    others = [packing]
    if turned:
        names = ", ".join(f"{wild_types[number]} {number}" for number in turned)
        others.append(f"side chains around the mutation took another rotamer: {names}")
    others += pushed
    others += _remaining_clashes(charged, coordinates, bonds, mutants)
    made = replace(receptor, atoms=charged, coordinates=coordinates, bonds=bonds)
    return made, notes, others


def _packed_residues(
    receptor: Receptor, mutants: Mapping[int, str]
) -> tuple[dict[int, FragmentResidue], list[int], str]:
    """Return the residues by number, the numbers of neighbours that turned, and a note."""
    stripped = [
        tuple(
            renamed(residue, mutants[residue.number])
            if residue.number in mutants and residue.name not in CAPS
            else residue
            for residue in segment
        )
        for segment in segments_of(receptor.atoms, receptor.coordinates)
    ]
    residues = [residue for segment in stripped for residue in segment]
    new = [i for i, r in enumerate(residues) if r.number in mutants and r.name not in CAPS]
    for index in new:
        residues[index] = with_side_chain(residues[index])
    packing = repacked(residues, new)
    turned = [packing.residues[index].number for index in packing.moved]
    by_number = {r.number: r for r in packing.residues if r.name not in CAPS}
    note = (
        f"{packing.tried} rotamers of the new side chains and those around them were tried "
        f"(packing energy {packing.energy_kcal_per_mol:.1f} kcal/mol)"
    )
    return by_number, turned, note


def _exchanged(
    receptor: Receptor, rebuilt: Mapping[int, FragmentResidue]
) -> tuple[list[Atom], FloatArray]:
    """Return the receptor's atoms with residues exchanged, those without hydrogens."""
    atoms: list[Atom] = []
    rows: list[FloatArray] = []
    placed: set[int] = set()
    for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True):
        number = atom.residue_number
        if number not in rebuilt or atom.residue_name in CAPS:
            atoms.append(replace(atom, formal_charge=0))
            rows.append(position)
        elif number not in placed:
            placed.add(number)
            new = rebuilt[number]
            for name, place in zip(new.atom_names, new.coordinates, strict=True):
                atoms.append(Atom(name, name[0], new.name, number, atom.chain))
                rows.append(place)
    return atoms, np.array(rows)


def _built_atoms(atoms: Sequence[Atom], numbers: Mapping[int, str] | Sequence[int]) -> list[int]:
    """Return the side-chain atoms of some residues, hydrogens included."""
    # the ring of proline closes on N, which takes a move of CB
    return [
        i
        for i, atom in enumerate(atoms)
        if atom.residue_number in numbers
        and atom.residue_name not in CAPS
        and atom.name not in (_FIXED[:4] if atom.residue_name == "PRO" else _FIXED)
    ]


def _relaxed_around(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    mutants: Mapping[int, str],
    turned: Sequence[int],
    settings: PreparationSettings,
) -> tuple[FloatArray, list[str]]:
    """Return relaxed coordinates, and a note on the neighbours that had to give way."""
    target = _built_atoms(atoms, [*mutants, *turned])
    first = relaxed(atoms, coordinates, settings, mobile=target)
    _, bonds = assign_topology(atoms, first)
    clashing = clashing_residues(atoms, first, bonds)
    free = set(target)
    held = [
        i
        for i, atom in enumerate(atoms)
        if (atom.residue_number, atom.residue_name) in clashing and i not in free
    ]
    if not held:
        return first, []
    second = relaxed(atoms, first, settings, mobile=target, restrained=held)
    farthest = float(np.linalg.norm(second[held] - first[held], axis=1).max())
    names = ", ".join(f"{name} {number}" for number, name in sorted(clashing))
    return second, [f"{names} gave way on springs by up to {farthest:.2f} angstrom"]


def _contact_note(atoms: Sequence[Atom], coordinates: FloatArray, number: int, name: str) -> str:
    distance, pair = closest_contact(atoms, coordinates, _built_atoms(atoms, {number: name}))
    return f"; its closest contact is {distance:.2f} angstrom ({pair})" if pair else ""


def _remaining_clashes(
    atoms: Sequence[Atom], coordinates: FloatArray, bonds: np.ndarray, mutants: Mapping[int, str]
) -> list[str]:
    clashing = clashing_residues(atoms, coordinates, bonds)
    if not any(number in mutants for number, _ in clashing):
        return []
    names = ", ".join(f"{name} {number}" for number, name in sorted(clashing))
    return [f"the mutant does not fit without a clash ({names}): do not trust this place"]
