"""The tables of facts that the package ships, read into typed rows with their sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, get_type_hints

Row = TypeVar("Row")


@dataclass(frozen=True)
class Compound:
    """One row of ``compounds.csv``; what nobody could verify is blank (``None`` or empty).

    Parameters
    ----------
    kind
        ``inhibitor``, ``control``, or ``bound_form``: a crystal component as deposited, which
        is not a drug (``parent`` names the drug).
    synonyms, unverified_synonyms
        Names and registry numbers; the second group was never checked against a registry.
    smiles, inchikey, formula, mw
        Of the neutral compound; ``mw`` in g/mol.
    warhead, reversibility
        In words, as the source puts it.
    binding
        ``covalent``, or ``noncovalent (probable)`` for a drug whose electrophile is thought to
        stay unused; blank for a bound form.
    confidence
        How sure the row is, in words; shown wherever the row is used.
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
    family
        What a chemist files it under: ``azolyl vinyl (SINE)``, ``Michael acceptor``, ...
    smarts
        Where it is found; particular rows stand before general ones of the same bond.
    reactive_position, partner_position
        Positions in the pattern of the atom that the sulphur attacks and of the atom that
        gives up its bond to it.
    edits
        What changes besides the new S-C bond: ``0-1:-1`` takes one from the order of the bond
        between these positions, ``1-2:+1`` adds one. A single bond that is taken away cuts; what
        hangs on the other side only has left. Hydrogens follow the valences. Blank for an
        electrophile that is recognised only to refuse it, with ``refusal`` as the reason.
    priority
        Of two warheads in one drug the lower is taken: 1 for classes seen or published on Cys528
        of XPO1, then by how readily thiols add, from 2 (fast) to 5 (slow or activated only).
    attack_angle_degree
        Ideal angle sulphur ... attacked atom - partner.
    reversibility
        ``reversible``, ``irreversible`` or ``locked`` (reversible until a second step).
    follow_up
        What may happen to the adduct afterwards; blank when nothing is known.
    reference, confidence
        Where the thiol's addition is reported, and how sure the row is.
    """

    name: str
    family: str
    smarts: str
    reactive_position: int
    partner_position: int
    edits: tuple[str, ...]
    priority: int
    attack_angle_degree: float | None
    reversibility: str
    follow_up: str
    refusal: str
    reference: str
    confidence: str

    @property
    def modelled(self) -> bool:
        """Whether its adduct can be built."""
        return bool(self.edits)

    @property
    def reversible(self) -> bool:
        """Whether the thiol can leave again, at least at first."""
        return self.reversibility in ("reversible", "locked")


@dataclass(frozen=True)
class Thiol:
    """One row of ``thiols.csv``: a thiol whose adducts can be drawn.

    Parameters
    ----------
    smiles
        Neutral, the sulphur marked by the atom map number 1.
    formula
        Of the free thiol.
    use
        What its adducts are good for.
    """

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
    smarts
        Where in the adduct it happens; blank when ``edits`` is ``back``.
    edits
        As in ``warheads.csv``; positions after the pattern's are heavy atoms of ``gains``.
        ``back`` takes the warhead's own edits back while the sulphur stays.
    gains, loses
        SMILES of what the step takes up and gives off; blank for nothing.
    reference, confidence
        Where the step is reported, and how sure the row is.
    """

    name: str
    form: str
    applies_to: tuple[str, ...]
    smarts: str
    edits: tuple[str, ...]
    gains: str
    loses: str
    reference: str
    confidence: str


@dataclass(frozen=True)
class Salt:
    """One row of ``salts.csv``: what may be drawn beside a drug and is not the drug.

    Parameters
    ----------
    kind
        ``counterion`` or ``solvent``.
    smiles
        Neutral where it has a neutral form, without stereo.
    """

    name: str
    kind: str
    smiles: str
    source: str


@dataclass(frozen=True)
class ChargeCorrection:
    """One row of ``charge_corrections.csv``: an ion that the pKa library makes too easily.

    Parameters
    ----------
    smarts
        The ion's atom, first in the pattern.
    pka
        Below this pH the atom gets its proton back.
    reason, source, confidence
        What the library does, where the pKa is from, and how sure it is.
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
    confidence
        How sure the row is, in words; shown wherever the row is used.
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
    reference, confidence
        Where such values are listed, and how sure the row is.
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
    resolution_angstrom
        ``None`` for a predicted model.
    organism_of_xpo1
        In words, with what is known of the construct.
    xpo1_chain_hint
        Blank where nobody looked; a program finds the chain by its sequence anyway.
    reactive_residue
        As the entry numbers it: ``CYS539`` in yeast is human Cys528.
    ligand_ccd, compound
        The bound inhibitor's component code and name, or what fills the groove.
    groove
        In words: ``open``, ``closed``, ``cargo bound``, ...
    confidence
        How sure the row is, in words; shown wherever the row is used.
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
    hints = get_type_hints(row_type)
    names = [field.name for field in fields(row_type)]  # type: ignore[arg-type]
    text = files("workbench").joinpath("data", file_name).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    if list(reader.fieldnames or ()) != names:
        raise ValueError(f"{file_name}: columns {reader.fieldnames} are not {names}")
    return tuple(
        row_type(**{name: _cell(record[name], hints[name]) for name in names}) for record in reader
    )


@cache
def compounds() -> tuple[Compound, ...]:
    """Return the catalogue of compounds, in the table's order."""
    return read_table("compounds.csv", Compound)


@cache
def warheads() -> tuple[Warhead, ...]:
    """Return the table of warheads, in its order: particular patterns before general ones."""
    return read_table("warheads.csv", Warhead)


@cache
def thiols() -> tuple[Thiol, ...]:
    """Return the thiols whose adducts can be drawn, in the table's order."""
    return read_table("thiols.csv", Thiol)


@cache
def follow_ups() -> tuple[FollowUp, ...]:
    """Return the steps that may follow an addition, in the table's order."""
    return read_table("follow_ups.csv", FollowUp)


@cache
def salts() -> tuple[Salt, ...]:
    """Return the counterions and solvents that are left out beside a drug."""
    return read_table("salts.csv", Salt)


@cache
def charge_corrections() -> tuple[ChargeCorrection, ...]:
    """Return the corrections of the pKa library."""
    return read_table("charge_corrections.csv", ChargeCorrection)


@cache
def entries() -> tuple[Entry, ...]:
    """Return the catalogue of XPO1 structures, in the table's order."""
    return read_table("structures.csv", Entry)


@cache
def brain_findings() -> tuple[BrainFinding, ...]:
    """Return what was measured about compounds and the brain, in the table's order."""
    return read_table("brain_penetration.csv", BrainFinding)


@cache
def ionisable_centres() -> tuple[IonisableCentre, ...]:
    """Return the groups that are charged in water, particular patterns before general ones."""
    return read_table("ionisable_centres.csv", IonisableCentre)


@cache
def born_radii() -> tuple[BornRadius, ...]:
    """Return the radii of the implicit solvent, particular rows before general ones."""
    return read_table("born_radii.csv", BornRadius)
