"""The groove of each mutant: side chains exchanged and packed, its contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import MutationError
from workbench.records.scan import WILD_TYPE, Groove
from workbench.resistance.facts import human_equivalent
from workbench.structures.mutation import mutated
from workbench.structures.receptor import Receptor
from workbench.structures.topology import CAPS
from workbench.structures.writing import receptor_pdb

FILTER = (568, 571)
"""Lys568 and Glu571, whose contact Fung 2017 (eLife 6:e23961) describes as the selectivity
filter."""

LETTERS = {
    **{"ALA": "A", "ARG": "R", "ASN": "N", "ASP": "D", "CYS": "C", "GLN": "Q", "GLU": "E"},
    **{"GLY": "G", "HIS": "H", "ILE": "I", "LEU": "L", "LYS": "K", "MET": "M", "PHE": "F"},
    **{"PRO": "P", "SER": "S", "THR": "T", "TRP": "W", "TYR": "Y", "VAL": "V"},
}
_BACKBONE = ("N", "CA", "C", "O", "CB")


@dataclass(frozen=True)
class Mutant:
    """A receptor and the name of what was changed in it."""

    label: str
    receptor: Receptor


def mutant(wild: Receptor, label: str) -> Mutant:
    """Return a mutant of a receptor, named in the receptor's numbering.

    Parameters
    ----------
    label
        ``C528S``, several joined by ``+``, or ``wild type``.

    Raises
    ------
    MutationError
        When a mutation is malformed or does not fit; a known yeast name is pointed out.
    """
    if label == WILD_TYPE:
        return Mutant(WILD_TYPE, wild)
    parts = [part.strip() for part in label.split("+")]
    try:
        made = mutated(wild, parts)
    except MutationError as error:
        known = [human_equivalent(part.upper()) for part in parts]
        if any(known):
            human = "+".join(k or p for k, p in zip(known, parts, strict=True))
            raise MutationError(
                f"{label} is in the numbering of yeast CRM1: in human numbering it is {human}"
            ) from error
        raise
    return Mutant("+".join(made.mutations[len(wild.mutations) :]), made)


def groove_of(made: Mutant) -> Groove:
    """Return the contacts of a mutant's groove."""
    receptor = made.receptor
    return Groove(
        mutation=made.label,
        residue=_residue(receptor, receptor.reactive_residue_number),
        has_thiol=receptor.reactive_atom is not None,
        contact_angstrom=_side_chain_distance(receptor, *FILTER),
        clashes=tuple(line for line in receptor.changes if "clash" in line),
        changes=receptor.changes,
        pdb=receptor_pdb(receptor),
    )


def _residue(receptor: Receptor, number: int) -> str:
    for atom in receptor.atoms:
        if atom.residue_number == number and atom.residue_name not in CAPS:
            return f"{LETTERS.get(atom.residue_name, atom.residue_name)}{number}"
    return str(number)


def _side_chain_distance(receptor: Receptor, first: int, second: int) -> float | None:
    """Return the shortest distance between heavy side-chain atoms, ``None`` without any."""
    chosen = [
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
    ]
    if not all(chosen):
        return None
    one, other = (np.array(points) for points in chosen)
    return round(float(np.linalg.norm(one[:, None] - other[None], axis=2).min()), 2)
