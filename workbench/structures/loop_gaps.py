"""Where residues are missing inside the kept part of a chain, and which gaps can be built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.structures.facts import reference_sequence
from workbench.structures.numbering import aligned_numbers
from workbench.structures.sites import Site
from workbench.structures.source import SourceResidue, SourceStructure, peptide_bonded
from workbench.structures.topology import CAPS, STANDARD_RESIDUES

_CA_CA_ANGSTROM = 3.8
"""Between the CA atoms of two residues joined by a trans peptide bond."""

_SLACK_ANGSTROM = 0.3

_SHORTEST_PIECE = 4
"""Shorter pieces of chain are no firm ends for a loop: the file is an excerpt."""


@dataclass(frozen=True)
class LoopGap:
    """A gap that can be built.

    Parameters
    ----------
    before
        Index of the residue before the gap among the site's residues; the next one follows it.
    numbers, entry_numbers
        Of the missing residues, in the receptor and in the entry.
    letters
        Their amino acids in the nearest wild type.
    """

    before: int
    numbers: tuple[int, ...]
    entry_numbers: tuple[int, ...]
    letters: str

    @property
    def name(self) -> str:
        """As shown in the list of changes: ``residues 533-536 (KGDN)``."""
        return f"{_span(self.numbers)} ({self.letters})"


def loop_gaps(
    structure: SourceStructure, site: Site, longest: int
) -> tuple[list[LoopGap], list[str]]:
    """Return the gaps that can be built, and a line on each that stays capped.

    Parameters
    ----------
    site
        One of the residues beside a gap must be kept for it to count.
    longest
        Gaps with more residues than this stay; 0 leaves all of them, without a word.
    """
    kept = set(site.chosen)
    breaks = [
        i
        for i in range(len(site.residues) - 1)
        if kept & {i, i + 1} and _broken(site, i) and not _capped(structure, site, i)
    ]
    if longest == 0 or not breaks:
        return [], []
    if site.reference is None:
        plural = "" if len(breaks) == 1 else "s"
        return [], [
            f"missing residues were not modelled ({len(breaks)} chain break{plural} at the site): "
            "the sequence of this protein is not known here"
        ]
    sequence = reference_sequence(site.reference["species"])
    places, _ = aligned_numbers(site.residues, sequence)
    gaps: list[LoopGap] = []
    notes: list[str] = []
    for index in breaks:
        start, end = places[index], places[index + 1]
        if start is None or end is None:
            notes.append(_refused(site, index, "the ends have no counterpart in the wild type"))
            continue
        letters = sequence[start : end - 1]
        reason = _obstacle(structure, site, index, letters, longest)
        if reason:
            notes.append(_refused(site, index, reason))
        else:
            gaps.append(_gap(site, index, letters))
    return gaps, notes


def _broken(site: Site, index: int) -> bool:
    """Return whether the entry's numbers leave residues out after this one."""
    first, second = site.residues[index], site.residues[index + 1]
    skips = second.number - first.number > 1 or second.insertion_code or first.insertion_code
    return bool(skips) and not peptide_bonded(first, second)


def _capped(structure: SourceStructure, site: Site, index: int) -> bool:
    """Return whether caps stand in the gap: a prepared receptor, cut there on purpose."""
    return any(residue.name in CAPS for residue in _between(structure, site, index))


def _between(structure: SourceStructure, site: Site, index: int) -> list[SourceResidue]:
    """Return what else than protein the chain has at the numbers of a gap and of its ends."""
    first, second = site.residues[index], site.residues[index + 1]
    return [
        residue
        for residue in structure.residues
        if residue.kind == "other"
        and residue.chain == first.chain
        and first.number <= residue.number <= second.number
    ]


def _obstacle(
    structure: SourceStructure, site: Site, index: int, letters: str, longest: int
) -> str:
    """Return why a gap cannot be built, empty when it can."""
    first, second = site.residues[index], site.residues[index + 1]
    count = second.number - first.number - 1
    partial = [r.address for r in _between(structure, site, index) if r.letter != "X"]
    distance = _distance_angstrom(first, second)
    reasons = {
        "insertion codes beside it leave open how many": first.insertion_code
        or second.insertion_code,
        f"the entry's numbers leave out {count}, the nearest wild type has {len(letters)}": count
        != len(letters),
        f"{count} residues, and no more than {longest} are modelled": count > longest,
        "they have no numbers in human XPO1": site.numbers[index + 1] - site.numbers[index]
        != count + 1,
        f"the entry has a part of them ({', '.join(partial)})": partial,
        f"a piece of fewer than {_SHORTEST_PIECE} residues stands beside it": min(
            _run(site, index, -1), _run(site, index + 1, 1)
        )
        < _SHORTEST_PIECE,
        "a residue beside it is modified or lacks backbone atoms": not (
            _is_whole(first) and _is_whole(second)
        ),
        f"its ends lie {distance:.1f} angstrom apart, too far for {count} residues": distance
        > _CA_CA_ANGSTROM * (count + 1) + _SLACK_ANGSTROM,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _run(site: Site, index: int, step: int) -> int:
    """Return how many residues are joined up to a residue, from one side, at most as needed."""
    count = 1
    while count < _SHORTEST_PIECE and 0 <= index + step < len(site.residues):
        pair = sorted((index, index + step))
        if not peptide_bonded(*(site.residues[i] for i in pair)):
            break
        index, count = index + step, count + 1
    return count


def _is_whole(residue: SourceResidue) -> bool:
    return residue.name in STANDARD_RESIDUES and {"N", "CA", "C", "O"} <= set(residue.atom_names)


def _distance_angstrom(first: SourceResidue, second: SourceResidue) -> float:
    a, b = first.position("CA"), second.position("CA")
    return float("inf") if a is None or b is None else float(np.linalg.norm(a - b))


def _gap(site: Site, index: int, letters: str) -> LoopGap:
    steps = range(1, len(letters) + 1)
    return LoopGap(
        index,
        tuple(site.numbers[index] + step for step in steps),
        tuple(site.residues[index].number + step for step in steps),
        letters,
    )


def _refused(site: Site, index: int, reason: str) -> str:
    first, second = site.residues[index], site.residues[index + 1]
    return (
        f"the residues missing between {first.address} and {second.address} were not modelled: "
        f"{reason}; the ends are capped"
    )


def _span(numbers: tuple[int, ...]) -> str:
    first, last = numbers[0], numbers[-1]
    return f"residue {first}" if first == last else f"residues {first}-{last}"
