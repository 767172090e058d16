"""Missing residues at the site: taken over from the human model of the groove, or capped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import gemmi
import numpy as np

from workbench.geometry import dihedral, superposed
from workbench.structures.reading import read_embedded
from workbench.structures.receptor import (
    Atom,
    FloatArray,
    IntArray,
    Residue,
    Structure,
    peptide_bonded,
)
from workbench.structures.segments import segments_of
from workbench.structures.sites import Site, single_gaps_filled
from workbench.structures.topology import CAPS, clashing_residues

MODEL = "human-groove"
ANCHORS = 3
"""Residues on each side of a gap whose N, CA and C are superposed."""

ANCHOR_RMSD_ANGSTROM = 0.5
"""Largest RMSD of the anchors. Of 620 gaps of 1 to 8 residues cut out of each of 3NC1, 3GJX,
4HB2, 3M1I and 5DIF, those with anchors this close have the model's backbone within 0.2 to 0.4
angstrom (median RMSD) of the crystal's; beyond it the median is 0.9 angstrom."""

_BACKBONE = ("N", "CA", "C")
_JOINT_ANGSTROM = (1.2, 1.5)
_TRANS_DEGREE = 150.0


@dataclass(frozen=True)
class Gap:
    """Residues that an entry lacks, as placed from the human model.

    ``before`` is the index of the residue before the gap among the site's residues.
    """

    before: int
    residues: tuple[Residue, ...]
    numbers: tuple[int, ...]
    anchor_rmsd_angstrom: float

    @property
    def change(self) -> str:
        """Line for the list of changes."""
        first, last = self.numbers[0], self.numbers[-1]
        span = f"residue {first} is" if first == last else f"residues {first}-{last} are"
        letters = "".join(residue.letter for residue in self.residues)
        return (
            f"{span} missing in the entry: MODELLED ({letters}), taken over from {MODEL} by "
            f"{ANCHORS} residues on each side (backbone rmsd {self.anchor_rmsd_angstrom:.2f} "
            "angstrom); no experimental position"
        )


def site_gaps(structure: Structure, site: Site, longest: int) -> tuple[list[Gap], list[str]]:
    """Return the gaps beside kept residues that the human model fills, and a line on each other.

    ``longest`` is the number of residues in the longest gap; 0 caps all, without a line.
    """
    kept = set(site.chosen)
    breaks = [
        index
        for index in range(len(site.residues) - 1)
        if kept & {index, index + 1}
        and _skips_residues(*site.residues[index : index + 2])
        and not any(r.name in CAPS for r in _others_inside(structure, site, index))
    ]
    found = [(i, _gap(structure, site, i, longest)) for i in breaks] if longest else []
    return (
        [gap for _, gap in found if isinstance(gap, Gap)],
        [capped(site, index, reason) for index, reason in found if isinstance(reason, str)],
    )


def with_anchors(site: Site, gaps: Sequence[Gap]) -> Site:
    """Return the site that also keeps both residues beside each gap."""
    ends = {end for gap in gaps for end in (gap.before, gap.before + 1)}
    return replace(site, chosen=tuple(single_gaps_filled(ends | set(site.chosen))))


def filled(site: Site, gaps: Sequence[Gap]) -> Site:
    """Return the site with the residues of each gap put in."""
    site = with_anchors(site, gaps)
    for gap in sorted(gaps, key=lambda gap: gap.before, reverse=True):
        at, count = gap.before + 1, len(gap.numbers)
        keys = zip(gap.numbers, (residue.key for residue in gap.residues), strict=True)
        site = replace(
            site,
            residues=(*site.residues[:at], *gap.residues, *site.residues[at:]),
            numbers=(*site.numbers[:at], *gap.numbers, *site.numbers[at:]),
            chosen=(
                *(i for i in site.chosen if i < at),
                *range(at, at + count),
                *(i + count for i in site.chosen if i >= at),
            ),
            residue_map=dict(sorted((site.residue_map | dict(keys)).items())),
        )
    return site


def unsound(
    site: Site, gap: Gap, atoms: Sequence[Atom], coordinates: FloatArray, bonds: IntArray
) -> str:
    """Return why a gap is to be capped after all, judged in the relaxed receptor; else ``""``."""
    own = {
        (atom.residue_number, atom.name): position
        for atom, position in zip(atoms, coordinates, strict=True)
        if atom.chain == atoms[0].chain and atom.residue_name not in CAPS
    }
    for left in (gap.numbers[0] - 1, gap.numbers[-1]):
        ca, c = own[left, "CA"], own[left, "C"]
        n, next_ca = own[left + 1, "N"], own[left + 1, "CA"]
        length = float(np.linalg.norm(c - n))
        if not _JOINT_ANGSTROM[0] < length < _JOINT_ANGSTROM[1]:
            return capped(site, gap.before, f"the peptide bond to it is {length:.2f} angstrom")
        if abs(dihedral(ca, c, n, next_ca)) < _TRANS_DEGREE:
            return capped(site, gap.before, "the peptide bond to it is not trans")
    if any(number in gap.numbers for number, _ in clashing_residues(atoms, coordinates, bonds)):
        return capped(site, gap.before, "there is no room for them")
    return ""


def _skips_residues(first: Residue, second: Residue) -> bool:
    skips = second.number - first.number > 1 or second.insertion_code or first.insertion_code
    return bool(skips) and not peptide_bonded(first, second)


def _others_inside(structure: Structure, site: Site, index: int) -> list[Residue]:
    """Return what else than protein the chain has at the numbers of a gap and of its ends."""
    first, second = site.residues[index], site.residues[index + 1]
    return [
        r
        for r in structure.residues
        if r.kind == "other"
        and r.chain == first.chain
        and first.number <= r.number <= second.number
    ]


def _gap(structure: Structure, site: Site, index: int, longest: int) -> Gap | str:
    """Return the gap with the model's residues in it, or why it stays empty."""
    obstacle = _obstacle(structure, site, index, longest)
    if obstacle:
        return obstacle
    first, last = site.numbers[index], site.numbers[index + 1]
    entry, model = site.residues[index], _model_residues()
    here = dict(zip(site.numbers, site.residues, strict=True))
    sides = [range(first - ANCHORS + 1, first + 1), range(last, last + ANCHORS)]
    anchors = [number for side in sides for number in side]
    if not all(n in model and n in here and here[n].has(*_BACKBONE, "O") for n in anchors):
        return f"fewer than {ANCHORS} whole residues stand on a side of them"
    fit = superposed(
        np.concatenate([model[n].positions(*_BACKBONE) for n in anchors]),
        np.concatenate([here[n].positions(*_BACKBONE) for n in anchors]),
    )
    if fit.rmsd_angstrom > ANCHOR_RMSD_ANGSTROM:
        return (
            f"the residues beside them fit {MODEL} at {fit.rmsd_angstrom:.2f} angstrom only "
            f"(limit {ANCHOR_RMSD_ANGSTROM:g})"
        )
    numbers = tuple(range(first + 1, last))
    placed = tuple(
        _entry_residue(model[n], entry, entry.number + n - first, fit.moved(model[n].coordinates))
        for n in numbers
    )
    return Gap(index, placed, numbers, fit.rmsd_angstrom)


def _obstacle(structure: Structure, site: Site, index: int, longest: int) -> str:
    """Return why a gap cannot be filled from its residue numbers alone; else ``""``."""
    count = site.residues[index + 1].number - site.residues[index].number - 1
    numbers = range(site.numbers[index] + 1, site.numbers[index + 1])
    partial = [r.address for r in _others_inside(structure, site, index) if r.letter != "X"]
    reasons = {
        "only the groove of XPO1 has a model here": site.numbering != "human",
        f"the entry has a part of them ({', '.join(partial)})": bool(partial),
        f"the entry's numbers leave out {count}, human XPO1 has {len(numbers)}": count
        != len(numbers),
        f"{count} residues, and no more than {longest} are taken over": count > longest,
        f"{MODEL} does not hold them": any(n not in _model_residues() for n in numbers),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


@cache
def _model_residues() -> dict[int, Residue]:
    """Return human number -> residue of the embedded groove."""
    model = read_embedded(MODEL)
    pieces = segments_of(model.atoms, model.coordinates)
    return {r.number: r for piece in pieces for r in piece if r.name not in CAPS}


def _entry_residue(
    residue: Residue, beside: Residue, number: int, coordinates: FloatArray
) -> Residue:
    """Return a residue of the model as one of the entry's chain."""
    return replace(
        beside,
        number=number,
        insertion_code="",
        name=residue.name,
        letter=gemmi.find_tabulated_residue(residue.name).one_letter_code,
        atom_names=residue.atom_names,
        elements=tuple(name[0] for name in residue.atom_names),
        coordinates=coordinates,
    )


def capped(site: Site, index: int, reason: str) -> str:
    """Return the line that tells why a gap stays open."""
    first, second = site.residues[index], site.residues[index + 1]
    return (
        f"the residues missing between {first.address} and {second.address} were not modelled: "
        f"{reason}; the ends are capped"
    )
