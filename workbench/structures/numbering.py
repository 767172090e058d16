"""XPO1 in an entry: found by its sequence, numbered as in human, compared with the wild types."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from Bio.Align import PairwiseAligner, substitution_matrices

from workbench.errors import ReceptorError
from workbench.structures.receptor import Residue, Structure, peptide_bonded
from workbench.structures.thiol import ligand_bonds

REACTIVE_RESIDUE = 528
"""Cys528 of human XPO1 (UniProt O14980), the residue that the drugs bind."""

SPECIES = {"human": "Homo sapiens", "mouse": "Mus musculus", "yeast": "Saccharomyces cerevisiae"}
"""Of the XPO1 sequences that the package ships."""

MIN_IDENTITY = 0.35
"""Over the aligned part. Yeast CRM1 has 0.49; unrelated chains stay under 60 aligned residues
(the next test) or under 0.31."""

MIN_ALIGNED = 60
_LONGEST_FILLED_GAP = 60


@dataclass(frozen=True)
class GrooveFacts:
    """The groove in human numbering.

    ``lining`` maps residue numbers to one-letter names; ``width_pairs`` are residues whose CA
    atoms face each other across the groove, and the mean of their distances decides between
    closed and open. A partner that touches ``occupied_from_contacts`` lining residues (within
    ``contact_angstrom``) fills it. ``helices``: name, first and last residue.
    """

    lining: dict[int, str]
    width_pairs: tuple[tuple[int, int], ...]
    closed_below_angstrom: float
    open_from_angstrom: float
    occupied_from_contacts: int
    contact_angstrom: float
    helices: tuple[tuple[str, int, int], ...]


@cache
def groove_facts() -> GrooveFacts:
    """Return the shipped table of the groove."""
    text = files("workbench").joinpath("data/groove.json").read_text(encoding="utf-8")
    table = json.loads(text)
    width = table["width"]
    return GrooveFacts(
        lining={int(row["residue"]): row["name"] for row in table["lining"]},
        width_pairs=tuple((int(a), int(b)) for a, b in width["pairs"]),
        closed_below_angstrom=float(width["closed_below_angstrom"]),
        open_from_angstrom=float(width["open_from_angstrom"]),
        occupied_from_contacts=int(table["occupied"]["from_contacts"]),
        contact_angstrom=float(table["occupied"]["contact_angstrom"]),
        helices=tuple((str(n), int(a), int(b)) for n, a, b in table["helices"]["ranges"]),
    )


@cache
def reference_sequence(species: str = "human") -> str:
    """Return the sequence of wild-type XPO1 of one of the ``SPECIES``; 1071 residues in human."""
    text = files("workbench").joinpath(f"data/xpo1_{species}.fasta").read_text(encoding="ascii")
    return "".join(line.strip() for line in text.splitlines() if not line.startswith(">"))


@dataclass(frozen=True)
class XPO1Chain:
    """A chain of an entry that is XPO1.

    ``human_numbers`` has one number per residue, ``None`` where human has no counterpart;
    ``identity`` is the fraction of aligned residues that are the same as in human.
    """

    chain: str
    residues: tuple[Residue, ...]
    human_numbers: tuple[int | None, ...]
    identity: float

    @property
    def by_human_number(self) -> dict[int, Residue]:
        """Human residue number -> residue."""
        pairs = zip(self.human_numbers, self.residues, strict=True)
        return {number: residue for number, residue in pairs if number is not None}

    @property
    def residue_map(self) -> dict[int, str]:
        """Human residue number -> the entry's ``chain:number``."""
        return {number: residue.key for number, residue in self.by_human_number.items()}


def find_xpo1(structure: Structure) -> tuple[XPO1Chain, tuple[str, ...]]:
    """Return the copy of XPO1 with the most complete groove, and the chains of other copies.

    Raises
    ------
    ReceptorError
        When no chain is XPO1, or none holds the groove.
    """
    chains = structure.protein_chains()
    if not chains:
        raise ReceptorError(
            f"{structure.source} holds no protein with its backbone: a whole-atom structure of "
            "XPO1 is needed"
        )
    copies = xpo1_chains(structure)
    if not copies:
        raise ReceptorError(_no_xpo1(structure, tuple(chains)))
    # max() keeps the first of equals, so two identical copies give the first in the file
    best = max(copies, key=_groove_completeness)
    if REACTIVE_RESIDUE not in best.by_human_number:
        raise ReceptorError(
            f"chain {best.chain} of {structure.source} is XPO1 but lacks the residue that "
            f"corresponds to human {REACTIVE_RESIDUE}: choose an entry with a modelled groove"
        )
    return best, tuple(copy.chain for copy in copies if copy is not best)


def xpo1_chains(structure: Structure) -> list[XPO1Chain]:
    """Return the chains of an entry that are XPO1, in file order."""
    found = (align_to_human(name, chain) for name, chain in structure.protein_chains().items())
    return [copy for copy in found if copy is not None]


def _groove_completeness(copy: XPO1Chain) -> int:
    """Return the number of heavy atoms that the lining residues have."""
    present = copy.by_human_number
    return sum(len(present[n].atom_names) for n in groove_facts().lining if n in present)


def _no_xpo1(structure: Structure, chains: tuple[str, ...]) -> str:
    """Return the sentence that says what an entry without XPO1 is, and which thiol it holds."""
    title = f", which calls itself {structure.title!r}" if structure.title else ""
    start = (
        f"no XPO1 here: no chain of {structure.source} is XPO1 (chains {', '.join(chains)})"
        f"{title}: for another protein name its cysteine"
    )
    bonds = ligand_bonds(structure)
    if not bonds:
        return f"{start}, for example A:797:SG"
    bond = bonds[0]
    chain, _, number, _ = bond["atom_1"].split(":")
    return (
        f"{start}, here {chain}:{number}:SG, which is bonded to {bond['atom_2']} "
        f"({bond['distance_angstrom']:.2f} angstrom)"
    )


def align_to_human(chain: str, residues: tuple[Residue, ...]) -> XPO1Chain | None:
    """Return the chain numbered as human XPO1, ``None`` when it is another protein."""
    numbers, identity = aligned_numbers(residues, reference_sequence())
    aligned = sum(number is not None for number in numbers)
    if aligned < MIN_ALIGNED or identity < MIN_IDENTITY:
        return None
    return XPO1Chain(chain, residues, tuple(numbers), identity)


def aligned_numbers(residues: tuple[Residue, ...], sequence: str) -> tuple[list[int | None], float]:
    """Return each residue's number in a sequence, and the identity of the aligned part.

    A chain with fewer than 60 known residues is not aligned: all numbers are ``None``. Residues
    that the entry leaves out are put back as unknown ones, as far as its own numbers tell how
    many there are: the pieces beside a gap then keep their places.
    """
    letters, index = _gapless(residues)
    numbers: list[int | None] = [None] * len(residues)
    if sum(letter != "X" for letter in letters) < MIN_ALIGNED:
        return numbers, 0.0
    alignment = _aligner().align(sequence, letters)[0]
    same = aligned = 0
    for (first, last), (start, _) in zip(*alignment.aligned, strict=True):
        for offset in range(last - first):
            residue_index = index[start + offset]
            if residue_index is None:
                continue
            numbers[residue_index] = int(first + offset) + 1
            aligned += 1
            same += sequence[first + offset] == letters[start + offset]
    return numbers, same / max(aligned, 1)


@cache
def _aligner() -> PairwiseAligner:
    aligner = PairwiseAligner()
    aligner.mode = "local"
    # the gap costs that NCBI uses with this matrix
    aligner.substitution_matrix = substitution_matrices.load("BLOSUM62")
    aligner.open_gap_score = -12
    aligner.extend_gap_score = -1
    return aligner


def _gapless(residues: tuple[Residue, ...]) -> tuple[str, list[int | None]]:
    """Return the chain's letters with ``X`` for what is left out, and each letter's residue."""
    letters: list[str] = []
    index: list[int | None] = []
    for position, residue in enumerate(residues):
        if position:
            previous = residues[position - 1]
            missing = residue.number - previous.number - 1
            if 0 < missing <= _LONGEST_FILLED_GAP and not peptide_bonded(previous, residue):
                letters += ["X"] * missing
                index += [None] * missing
        letters.append(residue.letter)
        index.append(position)
    return "".join(letters), index


def compared_references(chain: XPO1Chain) -> list[dict[str, Any]]:
    """Return how a chain differs from the wild types of human, mouse and yeast, nearest first.

    ``mutations`` are in the numbering of that wild type, such as ``T539C`` of yeast.
    """
    found: list[dict[str, Any]] = []
    for species, organism in SPECIES.items():
        sequence = reference_sequence(species)
        numbers, identity = aligned_numbers(chain.residues, sequence)
        mutations = [
            f"{sequence[number - 1]}{number}{residue.letter}"
            for number, residue in zip(numbers, chain.residues, strict=True)
            if number is not None and residue.letter not in ("X", sequence[number - 1])
        ]
        record = {"species": species, "organism": organism, "identity": round(identity, 4)}
        found.append(record | {"mutations": mutations})
    # sorted() keeps the order of equals, so human goes before mouse
    return sorted(found, key=lambda reference: -reference["identity"])
