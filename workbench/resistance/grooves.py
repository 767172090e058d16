"""The groove of each mutant: side chains exchanged and packed, and what stands at the site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import gemmi
import numpy as np
from rdkit import Chem
from scipy.spatial.distance import cdist

from workbench.errors import MutationError
from workbench.records.scan import WILD_TYPE, Groove
from workbench.structures.mutation import mutated
from workbench.structures.receptor import Receptor
from workbench.structures.topology import CAPS
from workbench.structures.writing import receptor_pdb
from workbench.tables import read_table

FILTER = (568, 571)
"""Lys568 and Glu571, whose contact Fung 2017 (eLife 6:e23961) describes as the selectivity
filter."""

CONTACT_ANGSTROM = 4.0
_BACKBONE = ("N", "CA", "C", "O", "CB")


@dataclass(frozen=True)
class MutationFact:
    """One row of ``mutations.csv``, in human numbering; what nobody could verify is blank."""

    mutation: str
    yeast_equivalent: str
    effect: str
    evidence: str
    source: str
    confidence: str


@cache
def mutation_facts() -> tuple[MutationFact, ...]:
    """Return what is known of mutations, in the table's order."""
    return read_table("mutations.csv", MutationFact)


def mutant(wild: Receptor, label: str) -> Receptor:
    """Return a mutant by name: ``C528S``, several joined by ``+``, or ``wild type``.

    Raises
    ------
    MutationError
        When a mutation is malformed or does not fit; a known yeast name is pointed out.
    """
    if label == WILD_TYPE:
        return wild
    parts = [part.strip() for part in label.split("+")]
    try:
        return mutated(wild, parts)
    except MutationError as error:
        rows = [row for row in reversed(mutation_facts()) if row.yeast_equivalent]
        human = {row.yeast_equivalent: row.mutation for row in rows}
        known = [human.get(part.upper(), part) for part in parts]
        if known != parts:
            raise MutationError(
                f"{label} is in the numbering of yeast CRM1: in human numbering it is "
                f"{'+'.join(known)}"
            ) from error
        raise


def groove_of(receptor: Receptor, label: str) -> Groove:
    """Return the residue at the site, the contact of the filter and the clashes of a mutant."""
    return Groove(
        mutation=label,
        residue=_residue(receptor, receptor.reactive_residue_number),
        has_thiol=receptor.reactive_atom is not None,
        contact_angstrom=_side_chain_distance(receptor, *FILTER),
        clashes=tuple(line for line in receptor.changes if "clash" in line),
        changes=receptor.changes,
        pdb=receptor_pdb(receptor),
    )


def contacts(receptor: Receptor, sdf: str) -> tuple[str, ...]:
    """Return residues such as ``LYS568`` with a heavy atom within 4 angstrom of a pose's."""
    pose = Chem.MolFromMolBlock(sdf).GetConformer().GetPositions()
    near = (cdist(receptor.coordinates, pose) <= CONTACT_ANGSTROM).any(axis=1)
    found = {
        (atom.residue_number, atom.residue_name)
        for atom, close in zip(receptor.atoms, near, strict=True)
        if close and atom.element != "H" and atom.residue_name not in CAPS
    }
    return tuple(f"{name}{number}" for number, name in sorted(found))


def _residue(receptor: Receptor, number: int) -> str:
    for atom in receptor.atoms:
        if atom.residue_number == number and atom.residue_name not in CAPS:
            letter = gemmi.find_tabulated_residue(atom.residue_name).one_letter_code
            return f"{letter.strip().upper() or atom.residue_name}{number}"
    return str(number)


def _side_chain_distance(receptor: Receptor, first: int, second: int) -> float | None:
    """Return the shortest distance between heavy side-chain atoms, ``None`` without any."""
    one, other = (
        [
            receptor.coordinates[i]
            for i, atom in enumerate(receptor.atoms)
            if atom.residue_number == number
            and atom.chain == receptor.site_chain
            and atom.element != "H"
            and atom.residue_name not in CAPS
            and atom.name not in _BACKBONE
        ]
        for number in (first, second)
    )
    if not (one and other):
        return None
    return round(float(cdist(np.array(one), np.array(other)).min()), 2)
