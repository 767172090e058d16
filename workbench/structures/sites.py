"""What is cut out of an entry: the groove or a cysteine's surroundings, and what lies beside."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.structures.groove import (
    REACTIVE_RESIDUE,
    GrooveState,
    align_to_human,
    compared_references,
    find_xpo1,
    groove_state,
)
from workbench.structures.receptor import FloatArray, Residue, Structure
from workbench.structures.segments import Segment, cut_segments
from workbench.structures.thiol import Thiol, named_cysteine, thiol_state
from workbench.structures.topology import WATER

NUCLEOPHILE_SHELL_ANGSTROM = 16.0
"""Around the sulphur of another protein's cysteine, where no lining is known."""

LIGAND_CHAIN = "L"
_UNNUMBERED_FROM = 5000
_XPO1_CHAIN = "A"
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
class Site:
    """What is cut out of an entry, and how its residues are numbered.

    Parameters
    ----------
    residues, numbers
        The protein residues of the chain, and each one's number in the receptor.
    chosen
        Indices of the residues that are kept.
    centre
        ``(n, 3)`` angstrom: the groove's lining, or the named sulphur, around which they lie.
    residue_map
        Receptor's number -> the entry's ``chain:number``.
    identity, reference
        To human XPO1; the nearest wild type. ``None`` for another protein.
    """

    residues: tuple[Residue, ...]
    numbers: tuple[int, ...]
    chosen: tuple[int, ...]
    centre: FloatArray
    reactive: Thiol
    numbering: str
    residue_map: dict[int, str]
    chain: str
    groove: GrooveState
    identity: float | None
    changes: tuple[str, ...]
    reference: dict[str, Any] | None = None


def groove_site(structure: Structure, shell_angstrom: float) -> Site:
    """Return the NES groove of the best copy of XPO1, in human numbering.

    Raises
    ------
    ReceptorError
        When the entry holds no XPO1 with its groove.
    """
    xpo1, copies = find_xpo1(structure)
    centre = np.concatenate([residue.coordinates for residue in xpo1.lining])
    chosen = nearby_residues(xpo1.residues, centre, shell_angstrom)
    numbers, changes = _unique_numbers(xpo1.residues, xpo1.human_numbers, chosen)
    if copies:
        changes.append(
            f"chain {xpo1.chain} was used, the copy of XPO1 with the most complete groove; "
            f"also XPO1: {', '.join(copies)}"
        )
    return Site(
        residues=xpo1.residues,
        numbers=tuple(numbers),
        chosen=tuple(chosen),
        centre=centre,
        reactive=thiol_state(structure, xpo1.by_human_number[REACTIVE_RESIDUE]),
        numbering="human",
        residue_map=xpo1.residue_map,
        chain=_XPO1_CHAIN,
        groove=groove_state(structure, xpo1),
        identity=xpo1.identity,
        changes=tuple(changes),
        reference=compared_references(xpo1)[0],
    )


def named_site(structure: Structure, nucleophile: str) -> Site:
    """Return the surroundings of a named cysteine, in the entry's numbering.

    When it is the one of XPO1's groove, the groove's state is told as for ``groove_site``.

    Raises
    ------
    ReceptorError
        When the address names no cysteine of the entry.
    """
    residue = named_cysteine(structure, nucleophile)
    residues = structure.protein_chains()[residue.chain]
    centre = residue.positions("SG") if residue.has("SG") else residue.coordinates
    chosen = nearby_residues(residues, centre, NUCLEOPHILE_SHELL_ANGSTROM)
    own = [None if r.insertion_code else r.number for r in residues]
    numbers, changes = _unique_numbers(residues, own, chosen)
    usable = len(residue.chain) == 1 and residue.chain != LIGAND_CHAIN
    chain = residue.chain if usable else _XPO1_CHAIN
    if chain != residue.chain:
        changes.append(f"chain {residue.chain} of the entry is chain {chain} here")
    xpo1 = align_to_human(residue.chain, residues)
    in_groove = xpo1 is not None and xpo1.by_human_number.get(REACTIVE_RESIDUE) is residue
    return Site(
        residues=residues,
        numbers=tuple(numbers),
        chosen=tuple(chosen),
        centre=centre,
        reactive=thiol_state(structure, residue),
        numbering="entry",
        residue_map={numbers[i]: residues[i].key for i in chosen},
        chain=chain,
        groove=groove_state(structure, xpo1) if xpo1 and in_groove else GrooveState("unknown", {}),
        identity=None,
        changes=tuple(changes),
    )


def nearby_residues(
    residues: Sequence[Residue], centre: FloatArray, radius_angstrom: float
) -> list[int]:
    """Return ascending indices of residues near any ``(n, 3)`` centre atom, gaps of one filled."""
    tree = cKDTree(centre)
    return single_gaps_filled(
        index
        for index, residue in enumerate(residues)
        if np.min(tree.query(residue.coordinates)[0]) <= radius_angstrom
    )


def single_gaps_filled(indices: Iterable[int]) -> list[int]:
    """Return indices in order, with those whose two neighbours are there: no two caps meet."""
    here = set(indices)
    return sorted(here | {i + 1 for i in here if i + 2 in here})


def _unique_numbers(
    residues: Sequence[Residue], wanted: Sequence[int | None], chosen: Sequence[int]
) -> tuple[list[int], list[str]]:
    """Return one number per residue; insertions are counted from 5000, with a note if kept."""
    if len(residues) > _UNNUMBERED_FROM:
        raise ReceptorError(f"a chain of {len(residues)} residues is too long to be numbered")
    numbers: list[int] = []
    notes: list[str] = []
    kept, used = set(chosen), set[int]()
    for index, (residue, number) in enumerate(zip(residues, wanted, strict=True)):
        usable = number is not None and number not in used and number < _UNNUMBERED_FROM
        unique = number if usable and number is not None else _UNNUMBERED_FROM + index
        if unique != number and index in kept:
            notes.append(f"{residue.address} has no number of its own: it is {unique} here")
        used.add(unique)
        numbers.append(unique)
    return numbers, notes


def partners(structure: Structure, chain: str) -> tuple[str, ...]:
    """Return what else the entry holds: other protein chains and ligands, waters left out."""
    return tuple(name for _, name in _others(structure, chain))


def _others(structure: Structure, chain: str) -> list[tuple[str, str]]:
    """Return the name of each partner, after its chain's letter where it is a protein."""
    names = []
    for other, residues in structure.protein_chains().items():
        if other != chain:
            organism = structure.organisms.get(other)
            detail = f", {organism}" if organism else ""
            names.append((other, f"chain {other} ({len(residues)} residues{detail})"))
    return names + [("", r.address) for r in structure.residues if r.kind == "other"]


def left_out(structure: Structure, site: Site, kept: Collection[str] = ()) -> list[str]:
    """Return what of the entry is not in the receptor, one line each.

    ``kept`` are addresses of its waters and partner residues that stay.
    """
    chain = site.reactive.residue.chain
    here = {address.split(":")[0] for address in kept}
    lines = [
        f"{name} was left out" + (" but for what lies at the site" if of in here else "")
        for of, name in _others(structure, chain)
    ]
    waters = sum(r.kind == "water" and r.address not in kept for r in structure.residues)
    if waters:
        lines.append(f"{waters} water{'s were' if waters > 1 else ' was'} left out")
    lines.append(
        f"{len(site.chosen)} of the {len(site.residues)} residues of chain {chain} were kept"
    )
    return lines


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

    Partner residues within the shell of the groove's lining (or the nucleophile) are; of waters
    those within 5 angstrom of it that touch two polar atoms. They are counted from 6000 or above,
    so that none is taken for a residue of the site.

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
