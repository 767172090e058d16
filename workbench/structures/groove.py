"""XPO1 in an entry: found by its sequence and numbered as in human; its groove and pockets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from Bio.Align import PairwiseAligner, substitution_matrices
from scipy.spatial import cKDTree

from workbench.errors import ReceptorError
from workbench.geometry import superposed
from workbench.structures.receptor import (
    FloatArray,
    Receptor,
    Residue,
    Structure,
    peptide_bonded,
)
from workbench.structures.thiol import ligand_bonds
from workbench.structures.topology import CAPS

REACTIVE_RESIDUE = 528
"""Cys528 of human XPO1 (UniProt O14980), the residue that the drugs bind."""

SPECIES = {"human": "Homo sapiens", "mouse": "Mus musculus", "yeast": "Saccharomyces cerevisiae"}
"""Of the XPO1 sequences that the package ships."""

MIN_IDENTITY = 0.35
"""Over the aligned part. Yeast CRM1 has 0.49; unrelated chains stay under 60 aligned residues
(the next test) or under 0.31."""

MIN_ALIGNED = 60
_LONGEST_FILLED_GAP = 60

_MIN_PAIRS = 3
_ADDITIVE_ATOMS = 6
"""A hetero group this small is an ion or a cryoprotectant (glycerol has six atoms)."""

_MIN_FRAME = 12
_BACKBONE = ("N", "CA", "C", "O")


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
    def lining(self) -> list[Residue]:
        """The residues of the groove's lining that are modelled."""
        present = self.by_human_number
        return [present[number] for number in groove_facts().lining if number in present]

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
    best = max(copies, key=lambda copy: sum(len(r.atom_names) for r in copy.lining))
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

    Each has ``species``, ``organism``, ``identity`` of the aligned part, and ``mutations`` in the
    numbering of that wild type, such as ``T539C`` of yeast.
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


@dataclass(frozen=True)
class GrooveState:
    """State of the groove and the numbers that decided it.

    ``open``, ``intermediate`` or ``closed`` by width when the groove is empty, ``occupied`` when
    a partner fills it (``occupant``, such as ``"chain E"`` or ``"B:K85:1101"``), ``unknown`` when
    too little of it is modelled. ``measures`` are ``mean_width_angstrom``, each pair's
    ``ca_521_565_angstrom`` and so on, and ``lining_residues_touched`` by the partner.
    """

    state: str
    measures: dict[str, float]
    occupant: str = ""


def groove_state(structure: Structure, xpo1: XPO1Chain) -> GrooveState:
    """Return the state of an entry's groove, from coordinates alone."""
    measures = _widths(xpo1)
    touched, occupant = _fullest_partner(structure, xpo1)
    facts = groove_facts()
    mean = measures.get("mean_width_angstrom")
    measures["lining_residues_touched"] = float(touched)
    if touched >= facts.occupied_from_contacts:
        return GrooveState("occupied", measures, occupant)
    if mean is None:
        return GrooveState("unknown", measures)
    limits = {"closed": facts.closed_below_angstrom, "intermediate": facts.open_from_angstrom}
    return GrooveState(next((s for s, limit in limits.items() if mean < limit), "open"), measures)


def _widths(xpo1: XPO1Chain) -> dict[str, float]:
    alpha = {n: r.position("CA") for n, r in xpo1.by_human_number.items() if r.has("CA")}
    widths = {
        f"ca_{first}_{second}_angstrom": float(np.linalg.norm(alpha[first] - alpha[second]))
        for first, second in groove_facts().width_pairs
        if first in alpha and second in alpha
    }
    if len(widths) >= _MIN_PAIRS:
        widths["mean_width_angstrom"] = float(np.mean(list(widths.values())))
    return {name: round(value, 2) for name, value in widths.items()}


def _fullest_partner(structure: Structure, xpo1: XPO1Chain) -> tuple[int, str]:
    """Return how many lining residues the partner with most contacts touches, and its name."""
    facts = groove_facts()
    groups: dict[str, list[Residue]] = {}
    for residue in structure.residues:
        if residue.kind == "protein" and residue.chain != xpo1.chain:
            groups.setdefault(f"chain {residue.chain}", []).append(residue)
        elif residue.kind == "other" and len(residue.atom_names) > _ADDITIVE_ATOMS:
            groups.setdefault(residue.address, []).append(residue)
    best = (0, "")
    for name, residues in groups.items():
        tree = cKDTree(np.concatenate([residue.coordinates for residue in residues]))
        touched = sum(
            bool(tree.query(residue.coordinates)[0].min() <= facts.contact_angstrom)
            for residue in xpo1.lining
        )
        best = max(best, (touched, name), key=lambda item: item[0])
    return best


@dataclass(frozen=True)
class Pocket:
    """One of the five hydrophobic pockets that an NES fills.

    ``centre_angstrom`` is where the side chain of the NES residue Phi0 to Phi4 lies, in the
    structure's own frame; ``residues`` are human numbers of those whose side chains come near;
    ``room_angstrom`` is from the centre to the nearest heavy atom.
    """

    name: str
    centre_angstrom: tuple[float, float, float]
    residues: tuple[int, ...]
    room_angstrom: float


@dataclass(frozen=True)
class GroovePockets:
    """The pockets of one structure.

    ``lining`` holds human numbers of the residues whose side chains face the line from P0 to P4;
    the fit is that of the CA atoms by which the centres were placed.
    """

    pockets: tuple[Pocket, ...]
    lining: tuple[int, ...]
    fit_rmsd_angstrom: float

    def to_dict(self) -> dict[str, Any]:
        """Return what ``receptor.json`` holds."""
        return {
            "pockets": [
                {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(pocket).items()}
                for pocket in self.pockets
            ],
            "lining_residues": list(self.lining),
            "pockets_fit_rmsd_angstrom": self.fit_rmsd_angstrom,
        }


def receptor_pockets(receptor: Receptor) -> GroovePockets | None:
    """Return the pockets of a receptor, ``None`` when it holds too little of an XPO1 groove."""
    if receptor.numbering != "human":
        return None
    chosen = [
        i
        for i, atom in enumerate(receptor.atoms)
        if atom.element != "H"
        and atom.residue_name not in CAPS
        and atom.chain == receptor.site_chain
    ]
    return _pockets(
        [receptor.atoms[i].residue_number for i in chosen],
        [receptor.atoms[i].name for i in chosen],
        receptor.coordinates[chosen],
    )


def chain_pockets(xpo1: XPO1Chain) -> GroovePockets | None:
    """Return the pockets of a chain as the entry has it, ``None`` when too little is there."""
    residues = xpo1.by_human_number
    return _pockets(
        [number for number, residue in residues.items() for _ in residue.atom_names],
        [name for residue in residues.values() for name in residue.atom_names],
        np.concatenate([residue.coordinates for residue in residues.values()]),
    )


def _pockets(numbers: list[int], names: list[str], coordinates: FloatArray) -> GroovePockets | None:
    """Place the centres by superposition of the lining's CA atoms, then look around them."""
    known_centres, frame, reach = _pocket_table()
    alpha = {n: i for i, (n, name) in enumerate(zip(numbers, names, strict=True)) if name == "CA"}
    shared = [n for n in frame if n in alpha]
    if len(shared) < _MIN_FRAME:
        return None
    target = coordinates[[alpha[n] for n in shared]]
    fit = superposed(np.array([frame[n] for n in shared]), target)
    centres = fit.moved(np.array(list(known_centres.values())))
    # a side chain faces the groove; where there is none, its CA does
    side = np.array([name not in _BACKBONE for name in names])
    with_side_chain = {n for n, is_side in zip(numbers, side, strict=True) if is_side}
    for index, (number, name) in enumerate(zip(numbers, names, strict=True)):
        side[index] |= name == "CA" and number not in with_side_chain
    labels, points = np.array(numbers)[side], coordinates[side]

    def near(distances: FloatArray) -> tuple[int, ...]:
        return tuple(sorted({int(n) for n in labels[distances <= reach]}))

    pockets = tuple(
        Pocket(
            name,
            (round(float(c[0]), 2), round(float(c[1]), 2), round(float(c[2]), 2)),
            near(np.linalg.norm(points - c, axis=1)),
            round(float(np.linalg.norm(coordinates - c, axis=1).min()), 2),
        )
        for name, c in zip(known_centres, centres, strict=True)
    )
    return GroovePockets(
        pockets, near(_distances_to_line(points, centres)), round(fit.rmsd_angstrom, 2)
    )


def _distances_to_line(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the distance of ``(n, 3)`` points from the broken line through the corners."""
    best = np.full(len(points), np.inf)
    for start, end in pairwise(corners):
        along = end - start
        share = np.clip((points - start) @ along / np.dot(along, along), 0.0, 1.0)
        foot = start + share[:, None] * along
        best = np.minimum(best, np.linalg.norm(points - foot, axis=1))
    return best


@cache
def _pocket_table() -> tuple[dict[str, FloatArray], dict[int, FloatArray], float]:
    """Return the centres by name, the CA atoms of their frame, and the reach in angstrom."""
    text = files("workbench").joinpath("data/pockets.json").read_text(encoding="utf-8")
    table = json.loads(text)
    return (
        {row["name"]: np.array(row["centre_angstrom"]) for row in table["pockets"]},
        {int(row["residue"]): np.array(row["ca_angstrom"]) for row in table["frame"]},
        float(table["reach_angstrom"]),
    )
