"""Loops that are missing from the kept part of a chain: modelled, put in, checked, given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.structures.fragment import single_gaps_filled
from workbench.structures.loop_checks import loop_faults
from workbench.structures.loop_gaps import LoopGap, loop_gaps
from workbench.structures.loop_models import loop_models
from workbench.structures.receptor import Atom, FloatArray, IntArray
from workbench.structures.sites import Site
from workbench.structures.source import SourceResidue, SourceStructure


@dataclass(frozen=True)
class Loops:
    """The loops of a site.

    Parameters
    ----------
    models
        Of each gap that is to be filled, best first; the first one is used.
    notes
        On gaps that stay capped.
    """

    models: dict[LoopGap, tuple[tuple[SourceResidue, ...], ...]]
    notes: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the modelled residues in the receptor."""
        return tuple(number for gap in self.models for number in gap.numbers)

    @property
    def anchors(self) -> tuple[int, ...]:
        """Numbers of the residues beside the loops."""
        ends = {end for gap in self.models for end in (gap.numbers[0] - 1, gap.numbers[-1] + 1)}
        return tuple(sorted(ends))

    def with_anchors(self, site: Site) -> Site:
        """Return the site that also keeps both residues beside each loop."""
        ends = {end for gap in self.models for end in (gap.before, gap.before + 1)}
        return replace(site, chosen=tuple(single_gaps_filled(ends | set(site.chosen))))

    def filled(self, site: Site) -> Site:
        """Return the site with the first model of each loop put in."""
        site = self.with_anchors(site)
        for gap in sorted(self.models, key=lambda gap: gap.before, reverse=True):
            at = gap.before + 1
            built, count = self.models[gap][0], len(gap.numbers)
            keys = zip(gap.numbers, (residue.key for residue in built), strict=True)
            site = replace(
                site,
                residues=(*site.residues[:at], *built, *site.residues[at:]),
                numbers=(*site.numbers[:at], *gap.numbers, *site.numbers[at:]),
                chosen=(
                    *(i for i in site.chosen if i < at),
                    *range(at, at + count),
                    *(i + count for i in site.chosen if i >= at),
                ),
                residue_map=dict(sorted((site.residue_map | dict(keys)).items())),
            )
        return site

    def faults(
        self, atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
    ) -> dict[LoopGap, str]:
        """Return what is wrong with each loop that is unsound in a relaxed receptor."""
        found = {gap: loop_faults(gap.numbers, atoms, coordinates, bonds) for gap in self.models}
        return {gap: faults[0] for gap, faults in found.items() if faults}

    def without(self, faults: Mapping[LoopGap, str]) -> Loops:
        """Return what to try next: unsound loops take their next model.

        One without another model is left out, and a note tells what was wrong.
        """
        models: dict[LoopGap, tuple[tuple[SourceResidue, ...], ...]] = {}
        notes = list(self.notes)
        for gap, choices in self.models.items():
            left = choices[1:] if gap in faults else choices
            if left:
                models[gap] = left
            else:
                notes.append(_given_up(gap, faults[gap]))
        return Loops(models, tuple(notes))

    def changes(self) -> list[str]:
        """Return one line for each loop, and those on gaps that stay capped."""
        lines = [
            f"{gap.name} {'are' if len(gap.numbers) > 1 else 'is'} missing in the entry: MODELLED "
            "as a loop (no experimental position)"
            for gap in self.models
        ]
        return [*lines, *self.notes]


def site_loops(structure: SourceStructure, site: Site, longest: int) -> Loops:
    """Return models of the loops that are missing next to kept residues of a site.

    Parameters
    ----------
    structure
        The entry: a loop keeps off everything in it but waters.
    longest
        Residues in the longest loop that is modelled; 0 for none.
    """
    gaps, notes = loop_gaps(structure, site, longest)
    chain = site.reactive.residue.chain
    others = [
        residue
        for residue in structure.residues
        if residue.kind != "water" and not (residue.kind == "protein" and residue.chain == chain)
    ]
    models: dict[LoopGap, tuple[tuple[SourceResidue, ...], ...]] = {}
    for gap in gaps:
        earlier = [residue for choices in models.values() for residue in choices[0]]
        found = loop_models(site.residues, gap, [*others, *earlier])
        if found:
            models[gap] = tuple(found)
        else:
            notes.append(_given_up(gap, "no backbone closed without a collision"))
    return Loops(models, tuple(notes))


def _given_up(gap: LoopGap, reason: str) -> str:
    return (
        f"{gap.name} missing in the entry: no sound loop was found ({reason}); the ends are capped"
    )
