"""The NES groove of another species' XPO1 with the side chains that human has."""

from __future__ import annotations

from dataclasses import replace

import gemmi

from workbench.errors import MutationError
from workbench.settings import PreparationSettings
from workbench.structures.facts import human_sequence
from workbench.structures.mutation import Mutation, exchanged, present_residues
from workbench.structures.receptor import Receptor

FIRST, LAST = 480, 640
"""The residues around the groove, in human numbering."""


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
    return tuple(
        mutation for mutation in _all_differences(receptor) if FIRST <= mutation.number <= LAST
    )


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
    inserted = sorted(n for n in present_residues(receptor) if n > len(human_sequence()))
    notes = (
        f"humanised: {len(mutations)} residues between {FIRST} and {LAST} differ from human XPO1, "
        "listed as entry to human",
    )
    if mutations:
        settings = settings or PreparationSettings()
        receptor = exchanged(receptor, mutations, settings, notes)
        lines = []
    else:
        lines = [f"humanised: no residue between {FIRST} and {LAST} differs from human XPO1"]
    if remaining:
        lines.append(
            f"differences from human outside {FIRST} to {LAST} stay: {', '.join(remaining)}"
        )
    if inserted:
        names = [receptor.residue_map.get(n, str(n)) for n in inserted]
        lines.append(f"residues without a human counterpart stay: {', '.join(names)}")
    return replace(receptor, changes=(*receptor.changes, *lines))


def _all_differences(receptor: Receptor) -> list[Mutation]:
    sequence = human_sequence()
    found = []
    for number, name in sorted(present_residues(receptor).items()):
        if number > len(sequence):
            continue
        letter = sequence[number - 1]
        wanted = gemmi.expand_one_letter(letter, gemmi.ResidueKind.AA) or ""
        if name != wanted:
            here = gemmi.find_tabulated_residue(name).one_letter_code
            found.append(Mutation(name, number, wanted, f"{here}{number}{letter}"))
    return found
