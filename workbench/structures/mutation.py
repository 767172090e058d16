"""Point mutations of a prepared receptor: read, built, packed, relaxed; grooves humanised."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import gemmi
import numpy as np

from workbench.errors import MutationError
from workbench.settings import PreparationSettings
from workbench.structures.force_field import named, protonated, relaxed_apart
from workbench.structures.groove import reference_sequence
from workbench.structures.receptor import Atom, FloatArray, Receptor, Residue
from workbench.structures.segments import segments_of
from workbench.structures.side_chains import repacked, with_side_chain
from workbench.structures.topology import (
    CAPS,
    STANDARD_RESIDUES,
    assign_topology,
    clashing_residues,
    closest_contact,
)

YEAST_AHEAD = 11
"""In the groove, yeast CRM1 counts so much higher than human: Cys539 of the engineered yeast
structures is human Cys528 (7L5E, 6XJS)."""

FIRST, LAST = 480, 640
"""The residues around the groove, in human numbering."""

_PATTERN = re.compile(r"([A-Z])(\d{1,4})([A-Z])")
_BACKBONE = ("N", "CA", "C", "O")


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
    wild_type, mutant = (_three_letters(letter) for letter in match.group(1, 3))
    for letter, name in ((match[1], wild_type), (match[3], mutant)):
        if name not in STANDARD_RESIDUES:
            raise MutationError(f"{text!r}: {letter} is none of the twenty amino acids")
    if wild_type == mutant:
        raise MutationError(f"{text!r} changes nothing: wild type and mutant are the same")
    return Mutation(wild_type, int(match[2]), mutant, label)


def _three_letters(letter: str) -> str:
    return gemmi.expand_one_letter(letter, gemmi.ResidueKind.AA) or ""


def mutated(
    receptor: Receptor, mutations: Sequence[str], settings: PreparationSettings | None = None
) -> Receptor:
    """Return the receptor with side chains exchanged, all of them at once.

    New side chains are built by PDBFixer and take, together with the side chains around them,
    the rotamers of the lowest packing energy; then they are relaxed. Backbones stay. Residues
    that collide after that are relaxed on springs.

    Parameters
    ----------
    mutations
        Such as ``C528S``, in the receptor's numbering. Where the wild type does not fit there,
        the number is read as the entry's own: ``T539C`` of yeast CRM1 is ``T528C``.

    Raises
    ------
    MutationError
        When a mutation is malformed, given twice for a residue, or does not fit the receptor.
    """
    found = [_resolved(receptor, parse_mutation(text)) for text in mutations]
    numbers = [mutation.number for mutation, _ in found]
    for number in numbers:
        if numbers.count(number) > 1:
            raise MutationError(f"residue {number} is mutated twice: give it once")
    notes = tuple(note for _, note in found if note)
    settings = settings or PreparationSettings()
    return _exchanged(receptor, [mutation for mutation, _ in found], settings, notes)


def present_residues(receptor: Receptor) -> dict[int, str]:
    """Return residue number -> three-letter name of what the receptor holds, caps left out."""
    return {
        atom.residue_number: atom.residue_name
        for atom in receptor.atoms
        if atom.residue_name not in CAPS
    }


def _resolved(receptor: Receptor, mutation: Mutation) -> tuple[Mutation, str]:
    """Return the mutation in the receptor's numbering, and a note where it was in the entry's."""
    present = present_residues(receptor)
    numbers_of_entry = {
        key.partition(":")[2]: number for number, key in receptor.residue_map.items()
    }
    by_entry = numbers_of_entry.get(str(mutation.number))
    found, beside = present.get(mutation.number), present.get(by_entry or 0)
    if found == mutation.wild_type:
        note = ""
        if by_entry != mutation.number and beside == found:
            note = (
                f"{mutation.label} was read in human numbering; {by_entry} of human, which is "
                f"{mutation.number} of the entry, was not meant"
            )
        return mutation, note
    if by_entry is not None and by_entry != mutation.number and beside == mutation.wild_type:
        label = f"{mutation.label[0]}{by_entry}{mutation.label[-1]}"
        note = f"{mutation.label} is in the entry's own numbering: {label} in human numbering"
        return replace(mutation, number=by_entry, label=label), note
    if found is None:
        raise MutationError(
            f"{mutation.label}: residue {mutation.number} is not among the {len(present)} residues "
            f"of the receptor {receptor.name} ({min(present)} to {max(present)}, with gaps), which "
            "holds only what is near the site"
        )
    other = f" (and {by_entry}, {mutation.number} of the entry, is {beside})" if beside else ""
    hint = ""
    if present.get(mutation.number - YEAST_AHEAD) == mutation.wild_type:
        label = f"{mutation.label[0]}{mutation.number - YEAST_AHEAD}{mutation.label[-1]}"
        hint = f"; if the number is yeast's, give {label}"
    raise MutationError(
        f"{mutation.label}: residue {mutation.number} of {receptor.name} is {found}"
        f"{other if by_entry != mutation.number else ''}, not {mutation.wild_type}{hint}"
    )


def differences_from_human(receptor: Receptor) -> tuple[Mutation, ...]:
    """Return the mutations that give the groove (480 to 640) its human side chains.

    Raises
    ------
    MutationError
        When the receptor is not XPO1 in human numbering.
    """
    if receptor.numbering != "human":
        raise MutationError(
            f"{receptor.name} is not numbered as human XPO1: only its groove can be humanised"
        )
    return tuple(m for m in _all_differences(receptor) if FIRST <= m.number <= LAST)


def _all_differences(receptor: Receptor) -> list[Mutation]:
    found = []
    present = present_residues(receptor)
    for number, letter in enumerate(reference_sequence(), start=1):
        name, wanted = present.get(number), _three_letters(letter)
        if name is not None and name != wanted:
            here = gemmi.find_tabulated_residue(name).one_letter_code
            found.append(Mutation(name, number, wanted, f"{here}{number}{letter}"))
    return found


def humanised(receptor: Receptor, settings: PreparationSettings | None = None) -> Receptor:
    """Return the receptor with all side chains of the groove (480 to 640) as in human.

    The backbone stays that of the entry. Each residue is named in ``changes``, and so are
    differences that stay: outside the groove, insertions, and human residues that the entry
    leaves out.

    Raises
    ------
    MutationError
        When the receptor is not XPO1 in human numbering.
    """
    mutations = differences_from_human(receptor)
    remaining = [m.label for m in _all_differences(receptor) if m not in mutations]
    inserted = sorted(n for n in present_residues(receptor) if n > len(reference_sequence()))
    lines = []
    if mutations:
        note = (
            f"humanised: {len(mutations)} residues between {FIRST} and {LAST} differ from human "
            "XPO1, listed as entry to human"
        )
        receptor = _exchanged(receptor, mutations, settings or PreparationSettings(), (note,))
    else:
        lines.append(f"humanised: no residue between {FIRST} and {LAST} differs from human XPO1")
    if remaining:
        lines.append(
            f"differences from human outside {FIRST} to {LAST} stay: {', '.join(remaining)}"
        )
    if inserted:
        names = [receptor.residue_map.get(n, str(n)) for n in inserted]
        lines.append(f"residues without a human counterpart stay: {', '.join(names)}")
    return replace(receptor, changes=(*receptor.changes, *lines))


def _exchanged(
    receptor: Receptor,
    mutations: Sequence[Mutation],
    settings: PreparationSettings,
    notes: Sequence[str],
) -> Receptor:
    """Return the receptor after mutations that fit it; notes go before them in the changes."""
    mutants = {mutation.number: mutation.mutant for mutation in mutations}
    wild_types = present_residues(receptor)
    residues, turned, packing = _packed_residues(receptor, mutants)
    atoms, coordinates = _rebuilt(receptor, {n: residues[n] for n in (*mutants, *turned)})
    thiol = receptor.reactive_residue_number
    atoms, coordinates = protonated(atoms, coordinates, settings, thiol=thiol)
    free = set(_side_chain_atoms(atoms, [*mutants, *turned]))
    coordinates, pushed = relaxed_apart(atoms, coordinates, settings, free)
    charged, bonds = assign_topology(atoms, coordinates)
    lines = []
    for mutation in mutations:
        number = mutation.number
        own = _side_chain_atoms(charged, [number])
        distance, pair = closest_contact(charged, coordinates, own)
        contact = f"; its closest contact is {distance:.2f} angstrom ({pair})" if pair else ""
        lines.append(
            f"{mutation.label} ({receptor.residue_map.get(number, number)} of the entry): "
            f"{wild_types[number]} {number} to {mutation.mutant}: side chain built, packed and "
            f"relaxed{contact}"
        )
    lines.append(packing)
    if turned:
        names = ", ".join(f"{wild_types[number]} {number}" for number in turned)
        lines.append(f"side chains around the mutation took another rotamer: {names}")
    lines += pushed
    clashing = clashing_residues(charged, coordinates, bonds)
    if any(number in mutants for number, _ in clashing):
        lines.append(
            f"the mutant does not fit without a clash ({named(clashing)}): do not trust this place"
        )
    verdict = receptor.verdict
    if thiol in mutants:
        verdict = "thiol" if mutants[thiol] == "CYS" else "no_thiol"
    return replace(
        receptor,
        atoms=charged,
        coordinates=coordinates,
        bonds=bonds,
        verdict=verdict,
        mutations=(*receptor.mutations, *(mutation.label for mutation in mutations)),
        changes=(*receptor.changes, *notes, *lines),
    ).with_reactive_atom()


def _packed_residues(
    receptor: Receptor, mutants: Mapping[int, str]
) -> tuple[dict[int, Residue], list[int], str]:
    """Return the residues by number, the numbers of neighbours that turned, and a note."""
    pieces = segments_of(receptor.atoms, receptor.coordinates)
    residues = [residue for piece in pieces for residue in piece]
    new = [i for i, r in enumerate(residues) if r.number in mutants and r.name not in CAPS]
    for index in new:
        residues[index] = with_side_chain(residues[index], mutants[residues[index].number])
    packing = repacked(residues, new)
    turned = [packing.residues[index].number for index in packing.moved]
    by_number = {r.number: r for r in packing.residues if r.name not in CAPS}
    note = (
        f"{packing.tried} rotamers of the new side chains and those around them were tried "
        f"(packing energy {packing.energy_kcal_per_mol:.1f} kcal/mol)"
    )
    return by_number, turned, note


def _rebuilt(receptor: Receptor, rebuilt: Mapping[int, Residue]) -> tuple[list[Atom], FloatArray]:
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
            atoms += [Atom(name, name[0], new.name, number, atom.chain) for name in new.atom_names]
            rows += list(new.coordinates)
    return atoms, np.array(rows)


def _side_chain_atoms(atoms: Sequence[Atom], numbers: Collection[int]) -> list[int]:
    """Return the side-chain atoms of some residues beyond CB, hydrogens included."""
    # the ring of proline closes on N, which takes a move of CB
    return [
        i
        for i, atom in enumerate(atoms)
        if atom.residue_number in numbers
        and atom.residue_name not in CAPS
        and atom.name not in _BACKBONE
        and (atom.name != "CB" or atom.residue_name == "PRO")
    ]
