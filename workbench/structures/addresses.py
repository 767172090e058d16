"""Residue numbers for files: every residue of a chain gets a place of its own."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom
from workbench.structures.topology import CAPS, residue_groups

_CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Place = tuple[str, int, str]


def file_places(atoms: Sequence[Atom]) -> list[Place]:
    """Return chain, number and insertion code of each atom's residue in a file.

    A cap carries the number of the residue that it replaces. Where that number is taken (the
    chain is broken between neighbours, or two caps meet), the cap gets an insertion code.

    Raises
    ------
    ReceptorError
        When residues other than caps share a number, or no code is left.
    """
    groups = residue_groups(atoms)
    taken: set[Place] = set()
    for group in groups:
        first = atoms[group[0]]
        place = (first.chain, first.residue_number, "")
        if first.residue_name in CAPS:
            continue
        if place in taken:
            raise ReceptorError(
                f"two residues are called {first.chain}:{first.residue_number}: they cannot be "
                "written to one file"
            )
        taken.add(place)
    places: list[Place] = []
    for group in groups:
        first = atoms[group[0]]
        place = (first.chain, first.residue_number, "")
        if first.residue_name in CAPS:
            place = _free(place, taken)
            taken.add(place)
        places += [place] * len(group)
    return places


def _free(place: Place, taken: set[Place]) -> Place:
    chain, number, _ = place
    for code in ("", *_CODES):
        if (chain, number, code) not in taken:
            return (chain, number, code)
    raise ReceptorError(f"no insertion code is left for the cap at {chain}:{number}")
