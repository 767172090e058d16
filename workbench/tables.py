"""The tables of facts that the package ships, read into typed rows with their sources.

``confidence`` says in words how sure a row is; it is shown wherever the row is used.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache, partial
from importlib.resources import files
from typing import Any, TypeVar, cast, get_type_hints

Row = TypeVar("Row")


@dataclass(frozen=True)
class Compound:
    """One row of ``compounds.csv``; what nobody could verify is blank (``None`` or empty).

    Parameters
    ----------
    kind
        ``inhibitor``, ``control``, or ``bound_form``: a crystal component as deposited, which
        is not a drug (``parent`` names the drug).
    unverified_synonyms
        Names and registry numbers that were never checked against a registry.
    smiles, inchikey, formula, mw
        Of the neutral compound; ``mw`` in g/mol.
    binding
        ``covalent``, or ``noncovalent (probable)`` for a drug whose electrophile is thought to
        stay unused; blank for a bound form.
    """

    name: str
    kind: str
    parent: str
    synonyms: tuple[str, ...]
    unverified_synonyms: tuple[str, ...]
    note: str
    smiles: str
    inchikey: str
    formula: str
    mw: float | None
    pdb_ligand: str
    pdb_entries: tuple[str, ...]
    warhead: str
    reversibility: str
    binding: str
    source: str
    confidence: str

    @property
    def covalent(self) -> bool:
        """Whether its electrophile is taken to bond to Cys528."""
        return not self.binding.startswith("noncovalent")


@dataclass(frozen=True)
class Warhead:
    """One row of ``warheads.csv``: an electrophile and what a thiol makes of it.

    Parameters
    ----------
    reaction
        Reaction SMARTS, every atom of the drug mapped on both sides: 1 is the atom that the sulphur
        attacks, 2 the atom that gives up its bond to it, ``S`` the sulphur. In the product ``*``
        and ``~`` are atoms and bonds that stay, ``-`` and ``=`` bonds that change; hydrogens follow
        the valences, and a group that is bonded to atom 1 no longer has left, ``(S-[*:1].[*:2])``.
        Particular rows stand before general ones. Without a product the electrophile is recognised
        only to refuse it, with ``refusal`` as the reason.
    priority
        Of two warheads in one drug the lower is taken: 1 for classes seen or published on Cys528
        of XPO1, then by how readily thiols add, from 2 (fast) to 5 (slow or activated only).
    attack_angle_degree
        Ideal angle sulphur ... attacked atom - partner.
    reversibility
        ``reversible``, ``irreversible`` or ``locked`` (reversible until a second step).
    reference
        Where the thiol's addition is reported.
    """

    name: str
    family: str
    reaction: str
    priority: int
    attack_angle_degree: float | None
    reversibility: str
    follow_up: str
    refusal: str
    reference: str
    confidence: str

    @property
    def smarts(self) -> str:
        """The pattern of the drug: the left side of the reaction."""
        return self.reaction.partition(">>")[0]

    @property
    def modelled(self) -> bool:
        """Whether its adduct can be built."""
        return ">>" in self.reaction

    @property
    def reversible(self) -> bool:
        """Whether the thiol can leave again, at least at first."""
        return self.reversibility in ("reversible", "locked")


@dataclass(frozen=True)
class Thiol:
    """One row of ``thiols.csv``; in its SMILES the sulphur has the atom map number 1."""

    name: str
    synonyms: tuple[str, ...]
    smiles: str
    formula: str
    use: str
    source: str


@dataclass(frozen=True)
class FollowUp:
    """One row of ``follow_ups.csv``: a step that an adduct may take after it has formed.

    Parameters
    ----------
    form
        What the product is called: ``hydrolysed``, ``oxidised``.
    applies_to
        Names of warheads.
    reaction
        As in ``warheads.csv``; atom 1 is Cys528's sulphur, atom 2 the one that it attacked.
    gains, loses
        SMILES of what the step takes up and gives off, for the balance; blank for nothing.
    """

    name: str
    form: str
    applies_to: tuple[str, ...]
    reaction: str
    gains: str
    loses: str
    reference: str
    confidence: str

    @property
    def smarts(self) -> str:
        """The pattern of the adduct: the left side of the reaction."""
        return self.reaction.partition(">>")[0]


@dataclass(frozen=True)
class Salt:
    """One row of ``salts.csv``: a counterion or solvent, neutral where it can be, no stereo."""

    name: str
    kind: str
    smiles: str
    source: str


@dataclass(frozen=True)
class ChargeCorrection:
    """One row of ``charge_corrections.csv``: an ion that the pKa library makes too easily.

    The ion's atom is first in the pattern; below ``pka`` it gets its proton back.
    """

    name: str
    smarts: str
    pka: float
    reason: str
    source: str
    confidence: str


@dataclass(frozen=True)
class BrainFinding:
    """One row of ``brain_penetration.csv``: what was measured about a compound and the brain.

    Parameters
    ----------
    quantity, system
        What was measured, and in whom; ``finding`` says what follows and what does not.
    reason
        Why it is so, as far as a source says; ``unknown`` and the hypotheses otherwise.
    value, low, high
        In ``unit``; blank where the source gives none.
    """

    compound: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    system: str
    finding: str
    reason: str
    source: str
    confidence: str


@dataclass(frozen=True)
class IonisableCentre:
    """One row of ``ionisable_centres.csv``: a group that takes up or gives a proton in water.

    The values are those of the parent compounds at 25 degree C, as textbooks list them, rounded
    to one decimal. Substituents move them, often by more than one unit: they decide whether a
    group is charged at pH 7.4, not by how much.

    Parameters
    ----------
    kind
        ``base`` (``pka`` is that of the conjugate acid) or ``acid``.
    smarts
        Its first atom is the centre; particular rows stand before general ones of the same atom.
    parent
        The compound that the value belongs to.
    """

    name: str
    kind: str
    smarts: str
    pka: float
    parent: str
    reference: str
    confidence: str


@dataclass(frozen=True)
class BornRadius:
    """One row of ``born_radii.csv``: an element in the generalised Born model OBC2.

    Parameters
    ----------
    bonded_to
        Element of the neighbour that the row is for; blank for any. Particular rows come first.
    radius_angstrom
        Intrinsic radius.
    screening
        Factor of the radius where the atom shields others from the solvent.
    """

    element: str
    bonded_to: str
    radius_angstrom: float
    screening: float
    source: str


@dataclass(frozen=True)
class Entry:
    """One row of ``structures.csv``; what nobody could verify is blank (``None`` or empty).

    Parameters
    ----------
    pdb_id
        Of the PDB, or ``AF-<UniProt>-F1`` for a predicted model.
    xpo1_chain_hint
        Blank where nobody looked; a program finds the chain by its sequence anyway.
    reactive_residue
        As the entry numbers it: ``CYS539`` in yeast is human Cys528.
    ligand_ccd, compound
        The bound inhibitor's component code and name, or what fills the groove.
    """

    pdb_id: str
    resolution_angstrom: float | None
    organism_of_xpo1: str
    xpo1_chain_hint: str
    reactive_residue: str
    ligand_ccd: str
    compound: str
    partners: str
    groove: str
    confidence: str
    note: str

    @property
    def source(self) -> str:
        """Where the entry itself is published."""
        if self.pdb_id.startswith("AF-"):
            return f"AlphaFold DB {self.pdb_id}, https://alphafold.ebi.ac.uk/entry/{self.pdb_id}"
        return f"PDB {self.pdb_id}, https://doi.org/10.2210/pdb{self.pdb_id.lower()}/pdb"


def _cell(text: str, kind: Any) -> Any:
    """Return one cell as the type that its field declares; a blank stays blank."""
    text = text.strip()
    if kind is str:
        return text
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(";") if part.strip())
    if not text:
        return None
    return int(text) if kind in (int, int | None) else float(text)


def read_table(file_name: str, row_type: type[Row]) -> tuple[Row, ...]:
    """Return the rows of a table in ``workbench/data``.

    Parameters
    ----------
    file_name
        For example ``"compounds.csv"``.
    row_type
        A dataclass whose fields are the table's columns: ``str``, ``int``, ``float`` (either
        may be ``| None``) or ``tuple[str, ...]`` for cells that separate values by ``;``.

    Raises
    ------
    ValueError
        When the table's columns are not the row's fields: the package is damaged.
    """
    return _rows(file_name, cast(Any, row_type))


@cache
def _rows(file_name: str, row_type: Any) -> tuple[Any, ...]:
    """Return the rows, read once."""
    hints = get_type_hints(row_type)
    names = [field.name for field in fields(row_type)]
    text = files("workbench").joinpath("data", file_name).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if list(reader.fieldnames or ()) != names:
        raise ValueError(f"{file_name}: columns {reader.fieldnames} are not {names}")
    return tuple(
        row_type(**{name: _cell(record[name], hints[name]) for name in names}) for record in reader
    )


compounds = partial(read_table, "compounds.csv", Compound)
warheads = partial(read_table, "warheads.csv", Warhead)
"""In its order: particular patterns before general ones."""
thiols = partial(read_table, "thiols.csv", Thiol)
follow_ups = partial(read_table, "follow_ups.csv", FollowUp)
salts = partial(read_table, "salts.csv", Salt)
charge_corrections = partial(read_table, "charge_corrections.csv", ChargeCorrection)
entries = partial(read_table, "structures.csv", Entry)
brain_findings = partial(read_table, "brain_penetration.csv", BrainFinding)
ionisable_centres = partial(read_table, "ionisable_centres.csv", IonisableCentre)
"""Particular patterns before general ones."""
born_radii = partial(read_table, "born_radii.csv", BornRadius)
"""Of the implicit solvent, particular rows before general ones."""
