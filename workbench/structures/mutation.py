"""Point mutations of a prepared receptor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import gemmi

from workbench.errors import MutationError
from workbench.settings import PreparationSettings
from workbench.structures.receptor import Receptor, Verdict
from workbench.structures.substitution import substituted
from workbench.structures.topology import CAPS, STANDARD_RESIDUES

_PATTERN = re.compile(r"([A-Z])(\d{1,4})([A-Z])")

YEAST_AHEAD = 11
"""In the groove, yeast CRM1 counts so much higher than human: Cys539 of the engineered yeast
structures is human Cys528 (7L5E, 6XJS)."""


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
    """Return the receptor with side chains exchanged, all of them at once.

    New side chains take the rotamers of the lowest packing energy together with the side chains
    around them, and are relaxed; the backbone and all other residues stay.

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
    settings = settings or PreparationSettings()
    found = [_resolved(receptor, parse_mutation(text)) for text in mutations]
    parsed = [mutation for mutation, _ in found]
    numbers = [mutation.number for mutation in parsed]
    for number in numbers:
        if numbers.count(number) > 1:
            raise MutationError(f"residue {number} is mutated twice: give it once")
    return exchanged(receptor, parsed, settings, tuple(note for _, note in found if note))


def exchanged(
    receptor: Receptor,
    mutations: Sequence[Mutation],
    settings: PreparationSettings,
    notes: tuple[str, ...] = (),
) -> Receptor:
    """Return the receptor after mutations that are known to fit it.

    Parameters
    ----------
    notes
        What to say before the mutations in the list of changes.
    """
    made, said, others = substituted(receptor, {m.number: m.mutant for m in mutations}, settings)
    lines = tuple(
        f"{mutation.label} ({_entry_key(receptor, mutation.number)}): {said[mutation.number]}"
        for mutation in mutations
    )
    made = replace(
        made,
        mutations=(*receptor.mutations, *(mutation.label for mutation in mutations)),
        changes=(*receptor.changes, *notes, *lines, *others),
    )
    return _with_verdict(made, mutations)


def present_residues(receptor: Receptor) -> dict[int, str]:
    """Return residue number -> three-letter name of what the receptor holds, caps left out."""
    return {
        atom.residue_number: atom.residue_name
        for atom in receptor.atoms
        if atom.residue_name not in CAPS
    }


def _entry_key(receptor: Receptor, number: int) -> str:
    return f"{receptor.residue_map.get(number, number)} of the entry"


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
    raise MutationError(
        f"{mutation.label}: residue {mutation.number} of {receptor.name} is {found}"
        f"{other if by_entry != mutation.number else ''}, not {mutation.wild_type}"
        f"{_hint(mutation, present.get(mutation.number - YEAST_AHEAD))}"
    )


def _hint(mutation: Mutation, human: str | None) -> str:
    """Return what would be meant if the number were yeast's."""
    if human != mutation.wild_type:
        return ""
    label = f"{mutation.label[0]}{mutation.number - YEAST_AHEAD}{mutation.label[-1]}"
    return f"; if the number is yeast's, give {label}"


def _with_verdict(receptor: Receptor, mutations: Sequence[Mutation]) -> Receptor:
    """Return the receptor with the nucleophile looked up again: indices have changed."""
    number = receptor.reactive_residue_number
    for mutation in mutations:
        if mutation.number == number:
            verdict: Verdict = "thiol" if mutation.mutant == "CYS" else "no_thiol"
            receptor = replace(receptor, verdict=verdict)
    reactive = receptor.find(number, "SG") if receptor.verdict == "thiol" else None
    return replace(receptor, reactive_atom=reactive)
