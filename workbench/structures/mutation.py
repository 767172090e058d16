"""Point mutations of a prepared receptor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import gemmi
import numpy as np

from workbench.errors import MutationError
from workbench.settings import PreparationSettings
from workbench.structures.building import completed, protonated, relaxed
from workbench.structures.contacts import clashing_residues, closest_contact
from workbench.structures.fragment import FragmentResidue, renamed, segments_of
from workbench.structures.receptor import Atom, FloatArray, Receptor
from workbench.structures.rotamers import roomiest_rotamer
from workbench.structures.topology import CAPS, STANDARD_RESIDUES, assign_topology

_PATTERN = re.compile(r"([A-Z])(\d{1,4})([A-Z])")


@dataclass(frozen=True)
class Mutation:
    """A point mutation: three-letter names and the residue's number in the receptor."""

    wild_type: str
    number: int
    mutant: str
    label: str


def parse_mutation(text: str) -> Mutation:
    """Return the mutation that ``C528S`` or ``c528s`` names.

    Raises
    ------
    MutationError
        When the text is malformed, names no amino acid, or changes nothing.
    """
    label = text.strip().upper()
    match = _PATTERN.fullmatch(label)
    if match is None:
        raise MutationError(
            f"{text!r} is no mutation: write the wild type, the number and the mutant, "
            "for example C528S"
        )
    wild_type, mutant = (
        gemmi.expand_one_letter(letter, gemmi.ResidueKind.AA) or "" for letter in match.group(1, 3)
    )
    for letter, name in ((match[1], wild_type), (match[3], mutant)):
        if name not in STANDARD_RESIDUES:
            raise MutationError(f"{text!r}: {letter} is none of the twenty amino acids")
    if wild_type == mutant:
        raise MutationError(f"{text!r} changes nothing: wild type and mutant are the same")
    return Mutation(wild_type, int(match[2]), mutant, label)


def mutated(
    receptor: Receptor,
    mutations: Sequence[str],
    settings: PreparationSettings | None = None,
) -> Receptor:
    """Return the receptor with side chains exchanged.

    Each new side chain is built by PDBFixer, turned to the rotamer with the most room and
    relaxed; the backbone and all other residues stay, unless they collide with it.

    Parameters
    ----------
    mutations
        Such as ``C528S``, in the receptor's numbering.

    Raises
    ------
    MutationError
        When a mutation is malformed, given twice for a residue, or does not fit the receptor.
    """
    settings = settings or PreparationSettings()
    parsed = [parse_mutation(text) for text in mutations]
    numbers = [mutation.number for mutation in parsed]
    for mutation in parsed:
        if numbers.count(mutation.number) > 1:
            raise MutationError(f"residue {mutation.number} is mutated twice: give it once")
        _check_wild_type(receptor, mutation)
    for mutation in parsed:
        receptor = _mutated_once(receptor, mutation, settings)
    return receptor


def _check_wild_type(receptor: Receptor, mutation: Mutation) -> None:
    present = {
        atom.residue_number: atom.residue_name
        for atom in receptor.atoms
        if atom.residue_name not in CAPS
    }
    found = present.get(mutation.number)
    if found is None:
        raise MutationError(
            f"{mutation.label}: residue {mutation.number} is not among the {len(present)} residues "
            f"of the receptor {receptor.name} ({min(present)} to {max(present)}, with gaps), which "
            "holds only what is near the site"
        )
    if found != mutation.wild_type:
        raise MutationError(
            f"{mutation.label}: residue {mutation.number} of {receptor.name} is {found}, "
            f"not {mutation.wild_type}"
        )


def _mutated_once(
    receptor: Receptor, mutation: Mutation, settings: PreparationSettings
) -> Receptor:
    new = _new_side_chain(receptor, mutation)
    atoms, coordinates = _exchanged(receptor, mutation.number, new)
    thiol = receptor.reactive_residue_number
    atoms, coordinates = protonated(atoms, coordinates, settings, thiol=thiol)
    coordinates, moved = _relaxed_around(atoms, coordinates, mutation, settings)
    charged, bonds = assign_topology(atoms, coordinates)
    note = f"{mutation.label}: side chain built and relaxed{moved}"
    distance, pair = closest_contact(atoms, coordinates, _side_chain(atoms, mutation))
    if pair:
        note += f"; its closest contact is {distance:.2f} angstrom ({pair})"
    receptor = replace(
        receptor,
        atoms=charged,
        coordinates=coordinates,
        bonds=bonds,
        mutations=(*receptor.mutations, mutation.label),
        changes=(*receptor.changes, note),
    )
    return _with_verdict(receptor, mutation)


def _new_side_chain(receptor: Receptor, mutation: Mutation) -> FragmentResidue:
    """Return the mutant residue's heavy atoms in the best rotamer."""
    segments = segments_of(receptor.atoms, receptor.coordinates)
    stripped = []
    for segment in segments:
        stripped.append(
            tuple(renamed(r, mutation.mutant) if _is_target(r, mutation) else r for r in segment)
        )
    whole, _ = completed(stripped)
    residues = [residue for segment in whole for residue in segment]
    target = next(residue for residue in residues if _is_target(residue, mutation))
    others = np.concatenate([r.coordinates for r in residues if r is not target])
    free = set(target.atom_names) - {"N", "CA", "C", "O", "CB"}
    return roomiest_rotamer(target, free, others)[0]


def _is_target(residue: FragmentResidue, mutation: Mutation) -> bool:
    return residue.number == mutation.number and residue.name not in CAPS


def _exchanged(
    receptor: Receptor, number: int, new: FragmentResidue
) -> tuple[list[Atom], FloatArray]:
    """Return the receptor's atoms with one residue exchanged, that one without hydrogens."""
    atoms: list[Atom] = []
    rows: list[FloatArray] = []
    placed = False
    for atom, position in zip(receptor.atoms, receptor.coordinates, strict=True):
        if atom.residue_number != number or atom.residue_name in CAPS:
            atoms.append(replace(atom, formal_charge=0))
            rows.append(position)
        elif not placed:
            placed = True
            for name, place in zip(new.atom_names, new.coordinates, strict=True):
                atoms.append(Atom(name, name[0], new.name, number, atom.chain))
                rows.append(place)
    return atoms, np.array(rows)


def _side_chain(atoms: Sequence[Atom], mutation: Mutation) -> list[int]:
    """Return the atoms of the mutated residue that are built, hydrogens included."""
    # the ring of proline closes on N, which takes a move of CB
    fixed = ("N", "CA", "C", "O") if mutation.mutant == "PRO" else ("N", "CA", "C", "O", "CB")
    return [
        i
        for i, atom in enumerate(atoms)
        if atom.residue_number == mutation.number
        and atom.residue_name not in CAPS
        and atom.name not in fixed
    ]


def _relaxed_around(
    atoms: Sequence[Atom],
    coordinates: FloatArray,
    mutation: Mutation,
    settings: PreparationSettings,
) -> tuple[FloatArray, str]:
    """Return relaxed coordinates, and a note on the neighbours that had to give way."""
    target = _side_chain(atoms, mutation)
    first = relaxed(atoms, coordinates, settings, mobile=target)
    _, bonds = assign_topology(atoms, first)
    clashing = clashing_residues(atoms, first, bonds)
    if not clashing:
        return first, ""
    held = [
        i
        for i, atom in enumerate(atoms)
        if (atom.residue_number, atom.residue_name) in clashing and i not in set(target)
    ]
    second = relaxed(atoms, first, settings, mobile=target, restrained=held)
    farthest = float(np.linalg.norm(second[held] - first[held], axis=1).max())
    return second, f"; neighbours gave way by up to {farthest:.2f} angstrom"


def _with_verdict(receptor: Receptor, mutation: Mutation) -> Receptor:
    """Return the receptor with the nucleophile looked up again: indices have changed."""
    number = receptor.reactive_residue_number
    if mutation.number == number:
        receptor = replace(receptor, verdict="thiol" if mutation.mutant == "CYS" else "no_thiol")
    reactive = receptor.find(number, "SG") if receptor.verdict == "thiol" else None
    return replace(receptor, reactive_atom=reactive)
