"""What is kept beside the protein: waters at the site and residues of partner chains."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.structures.receptor import FloatArray, Residue, Structure
from workbench.structures.segments import Segment, cut_segments
from workbench.structures.sites import LIGAND_CHAIN, Site, nearby_residues
from workbench.structures.topology import WATER

WATER_CHAIN = "W"
WATER_SHELL_ANGSTROM = 5.0
_POLAR_CONTACT_ANGSTROM = 3.5
_POLAR_CONTACTS = 2
_TOO_NEAR_ANGSTROM = 2.2
"""Nearer than any hydrogen bond: such a water is an alternative to what it sits on."""

_FIRST_NUMBER = 6000
_BLOCK = 1000
_LAST_NUMBER = 9999
"""The largest number that four columns of a PDB file hold."""


@dataclass(frozen=True)
class Surroundings:
    """Waters and partner residues that stay in the receptor.

    ``segments`` are capped pieces of partner chains; ``names`` maps the receptor's
    ``chain:number`` to the entry's ``chain:name:number``.
    """

    segments: tuple[Segment, ...] = ()
    waters: Segment = ()
    changes: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)


def kept_surroundings(
    structure: Structure, site: Site, *, shell_angstrom: float, waters: bool, partners: bool
) -> Surroundings:
    """Return the waters and the partner residues that are kept with a site.

    Every residue of a receptor has a number of its own, whatever its chain: those of partners
    and waters are counted from 6000 or above, so that none is taken for one of the site.

    Parameters
    ----------
    shell_angstrom
        Partner residues this near to the groove's lining (or the nucleophile) are kept.
    waters
        Whether waters within 5 angstrom of it are, which touch two polar atoms that stay.
    partners
        Whether residues of other protein chains are.

    Raises
    ------
    ReceptorError
        When a partner cannot be numbered.
    """
    own = np.concatenate([site.residues[index].coordinates for index in site.chosen])
    start = max(_FIRST_NUMBER, _next_block(max(site.numbers[index] for index in site.chosen)))
    kept = Surroundings()
    staying = [site.residues[index] for index in site.chosen]
    if partners:
        kept, others = _partner_pieces(structure, site, own, shell_angstrom, start)
        staying += others
        used = [residue.number for segment in kept.segments for residue in segment]
        start = _next_block(max(used, default=start - 1))
    return _with_waters(kept, structure, site, staying, start) if waters else kept


def _next_block(number: int) -> int:
    return (number // _BLOCK + 1) * _BLOCK


def _partner_pieces(
    structure: Structure, site: Site, own: FloatArray, shell_angstrom: float, start: int
) -> tuple[Surroundings, list[Residue]]:
    """Return the partners' capped pieces, and the entry's residues that they hold."""
    segments: list[Segment] = []
    staying: list[Residue] = []
    changes: list[str] = []
    names: dict[str, str] = {}
    letters = {site.chain, LIGAND_CHAIN, WATER_CHAIN}
    for chain, residues in structure.protein_chains().items():
        chosen = nearby_residues(residues, site.centre, shell_angstrom)
        if chain == site.reactive.residue.chain or not chosen:
            continue
        letter = _free_letter(chain, letters)
        letters.add(letter)
        numbers, rule = _partner_numbers(residues, chosen, start)
        pieces, notes = cut_segments(residues, numbers, chosen, surroundings=own)
        segments += [tuple(replace(r, chain=letter) for r in piece) for piece in pieces]
        staying += [residues[index] for index in chosen]
        names |= {f"{letter}:{numbers[index]}": residues[index].address for index in chosen}
        changes.append(
            f"{len(chosen)} of the {len(residues)} residues of partner chain {chain} were kept, "
            f"as chain {letter}: {rule}"
        )
        changes += [f"chain {letter}: {note}" for note in notes]
        start = _next_block(max(numbers[index] for index in chosen) + 1)
    if not segments:
        changes.append(f"no other protein chain comes within {shell_angstrom:g} angstrom")
    return Surroundings(tuple(segments), (), tuple(changes), names), staying


def _free_letter(wanted: str, taken: set[str]) -> str:
    for letter in (wanted, *string.ascii_uppercase, *string.digits):
        if len(letter) == 1 and letter not in taken:
            return letter
    raise ReceptorError("there are more partner chains than letters: leave partners out")


def _partner_numbers(
    residues: Sequence[Residue], chosen: Sequence[int], start: int
) -> tuple[list[int], str]:
    """Return a number for each residue of a partner, and the rule in words."""
    # a cap takes the number beside a kept residue: both ends need room in the block
    kept = [residues[index] for index in chosen]
    own = {residue.number for residue in kept if not residue.insertion_code}
    if len(own) == len(kept) and min(own) > 0 and max(own) < _BLOCK - 1:
        numbers, rule = [start + r.number for r in residues], f"residue n is {start} + n here"
    else:
        numbers = [start + index + 1 for index in range(len(residues))]
        rule = f"its residues are counted from {start + 1} here"
    if max(numbers[index] for index in chosen) >= _LAST_NUMBER:
        raise ReceptorError(
            "the partner chains hold more residues than can be numbered: leave partners out"
        )
    return numbers, rule


def _with_waters(
    kept: Surroundings, structure: Structure, site: Site, staying: Sequence[Residue], start: int
) -> Surroundings:
    """Return the same with the waters that sit at the site and are held there."""
    heavy = np.concatenate([residue.coordinates for residue in staying])
    polar = [element in ("N", "O") for residue in staying for element in residue.elements]
    near, atoms, acceptors = cKDTree(site.centre), cKDTree(heavy), cKDTree(heavy[polar])
    waters: list[Residue] = []
    names: dict[str, str] = {}
    for residue in structure.residues:
        if residue.kind != "water" or not residue.has("O"):
            continue
        oxygen = residue.position("O")
        if near.query(oxygen)[0] > WATER_SHELL_ANGSTROM:
            continue
        contacts = len(acceptors.query_ball_point(oxygen, _POLAR_CONTACT_ANGSTROM))
        others = [float(np.linalg.norm(water.position("O") - oxygen)) for water in waters]
        nearest = min(float(atoms.query(oxygen)[0]), *others, np.inf)
        if contacts < _POLAR_CONTACTS or nearest < _TOO_NEAR_ANGSTROM:
            continue
        number = start + len(waters) + 1
        if number > _LAST_NUMBER:
            raise ReceptorError("there are more waters than can be numbered: leave them out")
        waters.append(Residue(WATER, number, ("O",), oxygen[None, :], WATER_CHAIN))
        names[f"{WATER_CHAIN}:{number}"] = residue.address
    listed = ", ".join(f"{entry} as {here}" for here, entry in names.items())
    note = (
        f"{len(waters)} water{'' if len(waters) == 1 else 's'} at the site kept, each with at "
        f"least {_POLAR_CONTACTS} polar contacts{': ' if listed else ''}{listed}"
    )
    return Surroundings(kept.segments, tuple(waters), (*kept.changes, note), kept.names | names)
