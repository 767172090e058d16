"""Nuclear export signals: where their spacing fits a sequence, and what a drug displaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import MechanismError
from workbench.ligands.reference_poses import reference_pose, reference_poses
from workbench.structures.groove import receptor_pockets
from workbench.structures.reading import read_embedded
from workbench.tables import read_table
from workbench.text import clean_name, quoted

ANCHORS = frozenset("LIVFM")
WEAK_ANCHORS = frozenset("ACTW")
PROLINE_PATTERN = "2"
"""In HIV-1 Rev, of this class, a proline sits in P1 (Guettler 2010)."""
AMINO_ACIDS = frozenset("ACDEFGHIKLMNPQRSTVWY")
MAX_RESIDUES = 1_000_000

SELECTIVITY = "a match is no proof: about half of the matching peptides that were tested bound XPO1"

SHARED_ANGSTROM = 3.4
"""Twice the van der Waals radius of carbon (Bondi 1964, doi:10.1021/j100785a001): where the drug
has an atom this near to the middle of an anchor's side chain, both cannot be there."""

RECEPTOR = "human-groove"


@dataclass(frozen=True)
class NesPattern:
    """One row of ``nes_patterns.csv``: how the hydrophobic residues of an NES are spaced.

    Parameters
    ----------
    gaps
        Residues between one anchor and the next, from the N terminus on.
    pockets
        Which pocket of the groove each anchor takes, in the same order.
    direction
        ``plus`` (as PKI) or ``minus``, in which the chain runs the other way.
    """

    name: str
    gaps: tuple[str, ...]
    pockets: tuple[str, ...]
    direction: str
    source: str

    @property
    def offsets(self) -> tuple[int, ...]:
        """Positions of the anchors, the first at 0."""
        found = [0]
        for gap in self.gaps:
            found.append(found[-1] + int(gap) + 1)
        return tuple(found)


@dataclass(frozen=True)
class KnownNes:
    """One row of ``nes.csv``: a peptide that was tested on wild-type XPO1.

    ``pattern`` is the class its authors gave it, blank for a false positive.
    """

    name: str
    residues: str
    sequence: str
    pattern: str
    binds: str
    note: str
    source: str


@cache
def nes_patterns() -> tuple[NesPattern, ...]:
    """Return the eleven patterns of nuclear export signals."""
    return read_table("nes_patterns.csv", NesPattern)


@cache
def known_signals() -> tuple[KnownNes, ...]:
    """Return the tested peptides, in the table's order."""
    return read_table("nes.csv", KnownNes)


@dataclass(frozen=True)
class Match:
    """One place where a pattern fits, from its first to its last anchor, residues counted from 1.

    Parameters
    ----------
    pockets
        Pocket to the residue in it, such as ``{"P1": "L5"}``.
    warnings
        What speaks against it, and which tested peptide it belongs to.
    record
        The name of the FASTA record; blank for a bare sequence.
    """

    start: int
    end: int
    sequence: str
    pattern: str
    direction: str
    pockets: dict[str, str]
    warnings: tuple[str, ...]
    record: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self) | {"warnings": list(self.warnings)}


def find_signals(text: str) -> tuple[Match, ...]:
    """Return every match of the eleven patterns, overlapping ones too.

    Anchors are L, I, V, F or M. P1 may also hold A, C, T or W, with a warning, and in class 2 a
    proline, as in HIV-1 Rev. Between the anchors of P2, P3 and P4, whose turn of helix every NES
    keeps, a proline rules a match out; class 4 may hold one behind its helix. Elsewhere it is a
    warning. Matches come by record and start, those with fewer warnings first.

    Parameters
    ----------
    text
        A sequence in one-letter code, or FASTA with one or more records.

    Raises
    ------
    MechanismError
        When there is no sequence, or it holds other letters than the twenty amino acids.
    """
    found: list[Match] = []
    for name, sequence in records(text):
        known = [(sequence.find(row.sequence), row) for row in known_signals()]
        inside = [(at, row) for at, row in known if at >= 0]
        matches = [
            match for pattern in nes_patterns() for match in _matches(sequence, pattern, name)
        ]
        matches.sort(key=lambda match: (match.start, len(match.warnings), match.end))
        found += [_with_known(match, inside) for match in matches]
    return tuple(found)


def sequence_text(argument: str) -> str:
    """Return a sequence, or the content of the FASTA file that the text names.

    Raises
    ------
    MechanismError
        When the file cannot be read.
    """
    looks_like_file = "." in argument or "/" in argument or "\\" in argument
    path = Path(argument)
    try:
        if argument.lstrip().startswith(">") or not (looks_like_file or path.is_file()):
            return argument
        if path.stat().st_size > 2 * MAX_RESIDUES:
            raise MechanismError(f"{quoted(argument, 100)} is too large: split it")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MechanismError(f"{quoted(argument, 100)} is no text file: give FASTA") from error
    except (OSError, ValueError) as error:
        if not looks_like_file:
            return argument
        reason = getattr(error, "strerror", None) or str(error)
        raise MechanismError(
            f"{quoted(argument, 100)} cannot be read: {reason}; check the path"
        ) from error


def records(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and sequence of each FASTA record; the name of a bare sequence is blank."""
    if len(text) > 2 * MAX_RESIDUES:
        raise MechanismError(f"the sequence is longer than {MAX_RESIDUES} residues: split it")
    head, *parts = re.split(r"^>", text.lstrip("\ufeff"), flags=re.MULTILINE)
    if head.strip() and parts:
        raise MechanismError("the FASTA text has letters before its first '>': remove them")
    if not parts:
        yield "", _residues(head, "the sequence")
    for number, part in enumerate(parts, start=1):
        title, _, body = part.partition("\n")
        name = clean_name(title, f"record {number}")
        yield name, _residues(body, f"record {quoted(name)}")


def _residues(text: str, where: str) -> str:
    sequence = "".join(text.split()).upper().removesuffix("*")
    if not sequence:
        raise MechanismError(f"{where} is empty: give residues in one-letter code")
    for position, letter in enumerate(sequence, start=1):
        if letter not in AMINO_ACIDS:
            raise MechanismError(
                f"{where} has {quoted(letter)} at residue {position}: give the twenty amino acids "
                "in one-letter code only"
            )
    return sequence


def _matches(sequence: str, pattern: NesPattern, record: str) -> Iterator[Match]:
    offsets = pattern.offsets
    first = pattern.pockets.index("P1")
    pockets = sorted(zip(pattern.pockets, offsets, strict=True))
    for start in range(len(sequence) - offsets[-1]):
        warnings = []
        for k, offset in enumerate(offsets):
            residue = sequence[start + offset]
            if residue in ANCHORS:
                continue
            if k == first and residue in WEAK_ANCHORS:
                warnings.append(f"{residue} in P1 is a weak anchor")
            elif not (k == first and residue == "P" and pattern.name == PROLINE_PATTERN):
                break
        else:
            end = start + offsets[-1] + 1
            inside = sequence[start:end]
            prolines = _prolines(inside, pattern) if "P" in inside else ()
            if prolines is None:
                continue
            yield Match(
                start + 1,
                end,
                inside,
                pattern.name,
                pattern.direction,
                {pocket: f"{inside[o]}{start + o + 1}" for pocket, o in pockets},
                (*warnings, *prolines, SELECTIVITY),
                record,
            )


def _prolines(inside: str, pattern: NesPattern) -> tuple[str, ...] | None:
    """Return warnings of prolines between anchors; ``None`` when one rules the match out."""
    found = []
    for k, (left, right) in enumerate(zip(pattern.offsets, pattern.offsets[1:], strict=False)):
        between = inside[left + 1 : right]
        if "P" not in between:
            continue
        pair = sorted(pattern.pockets[k : k + 2])
        behind_helix = len(pattern.pockets) == 5 and pair == ["P3", "P4"]
        if pair[0] in ("P2", "P3") and not behind_helix:
            return None
        if not behind_helix:
            found.append(f"proline between {pair[0]} and {pair[1]} breaks a helix")
    return tuple(found)


def _with_known(match: Match, inside: list[tuple[int, KnownNes]]) -> Match:
    """Put what a tested peptide says in front of a match that lies in it."""
    notes = []
    for at, row in inside:
        if not (at < match.start and match.end <= at + len(row.sequence)):
            continue
        label = f"{row.name} {row.residues} ({row.source})"
        if row.binds == "no":
            notes.append(f"known false positive: {label} does not bind wild-type XPO1")
        elif row.pattern == match.pattern:
            notes.append(f"known signal: {label} binds as class {row.pattern}")
        else:
            notes.append(f"{label} binds as class {row.pattern}, not as this one")
    if not notes:
        return match
    return Match(**(asdict(match) | {"warnings": (*notes, *match.warnings)}))


@dataclass(frozen=True)
class Displacement:
    """Pockets whose centre a drug's pose comes near.

    Those in ``borderline`` would be shared, or not, if the pose were off by its uncertainty.
    """

    drug: str
    shared: tuple[str, ...]
    borderline: tuple[str, ...]
    uncertainty_angstrom: float

    def anchors(self, pockets: Mapping[str, str]) -> dict[str, str]:
        """Return those of a match's anchors (pocket -> residue) whose pockets the drug fills."""
        return {name: residue for name, residue in pockets.items() if name in self.shared}

    def sentence(self) -> str:
        """Say which pockets are shared, and how sure that is."""
        held = ", ".join(self.shared) or "no pocket"
        doubt = f"; {', '.join(self.borderline)} within its uncertainty" if self.borderline else ""
        return (
            f"{self.drug} fills {held} (crystal pose laid on {RECEPTOR}, good to "
            f"{self.uncertainty_angstrom:g} angstrom{doubt}): anchors there are displaced"
        )


def displacement(drug: str) -> Displacement:
    """Return the pockets that a drug with a reference pose fills.

    Raises
    ------
    MechanismError
        When the package has no crystal pose of it.
    """
    pose = reference_pose(drug)
    if pose is None:
        known = ", ".join(dict.fromkeys(row.compound for row in reference_poses()))
        raise MechanismError(f"there is no crystal pose of {quoted(drug)}: name one of {known}")
    found = receptor_pockets(read_embedded(RECEPTOR))
    assert found is not None  # the embedded groove holds the whole lining
    heavy = [atom.GetIdx() for atom in pose.mol.GetAtoms() if atom.GetAtomicNum() > 1]
    points = np.asarray(pose.mol.GetConformer().GetPositions())[heavy]
    distances = {
        pocket.name: round(
            float(np.linalg.norm(points - np.array(pocket.centre_angstrom), axis=1).min()), 2
        )
        for pocket in found.pockets
    }
    return Displacement(
        drug=pose.compound,
        shared=tuple(name for name, d in distances.items() if d <= SHARED_ANGSTROM),
        borderline=tuple(
            name
            for name, d in distances.items()
            if abs(d - SHARED_ANGSTROM) < pose.uncertainty_angstrom
        ),
        uncertainty_angstrom=pose.uncertainty_angstrom,
    )
