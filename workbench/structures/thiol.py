"""The reactive cysteine of an entry: whether it is a free thiol, and what is bonded to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import ReceptorError
from workbench.structures.receptor import Residue, Structure, Verdict

BOND_ANGSTROM = 2.2
"""S-C is 1.8 and S-S 2.05 angstrom; a van der Waals contact starts at 3."""

OXIDISED = frozenset({"CSO", "CSD", "OCS", "CSX", "CSW", "CSU", "CEA", "SNC"})
"""Component names of cysteine with oxygen or nitrogen monoxide on its sulphur."""

_ADDRESS = re.compile(
    r"(?P<chain>[A-Za-z0-9]{1,4}):(?:(?P<name>[A-Za-z]{3}):)?"
    r"(?P<number>-?\d{1,5})(?P<icode>[A-Za-z]?)(?::(?P<atom>[A-Za-z0-9']{1,4}))?"
)


@dataclass(frozen=True)
class Thiol:
    """The reactive residue and its state.

    Each of its sulphur's ``covalent_bonds`` to another residue has ``atom_1``, ``atom_2``,
    ``distance_angstrom`` and ``from`` (``record`` or ``distance``).
    """

    residue: Residue
    verdict: Verdict
    covalent_bonds: tuple[dict[str, Any], ...]
    changes: tuple[str, ...]


def named_cysteine(structure: Structure, nucleophile: str) -> Residue:
    """Return the cysteine that an address such as ``A:797:SG`` or ``A:CYS:797`` names.

    Raises
    ------
    ReceptorError
        When the address is malformed, names nothing in the entry, or no cysteine.
    """
    match = _ADDRESS.fullmatch(nucleophile.strip())
    if match is None:
        raise ReceptorError(
            f"{nucleophile!r} names no atom: write chain, residue number and atom, "
            "for example A:797:SG"
        )
    if (match["atom"] or "SG").upper() != "SG":
        raise ReceptorError(f"{nucleophile!r} is no cysteine sulphur: only SG can react here")
    key = f"{match['chain']}:{int(match['number'])}{match['icode']}"
    for residue in structure.residues:
        if residue.key != key or residue.kind != "protein":
            continue
        if match["name"] and residue.name != match["name"].upper():
            break
        if residue.letter != "C" and not residue.has("SG"):
            raise ReceptorError(
                f"{residue.address} of {structure.source} is no cysteine: name the residue "
                "whose thiol reacts"
            )
        return residue
    chains = ", ".join(structure.protein_chains())
    raise ReceptorError(
        f"{structure.source} has no residue {nucleophile!r} (protein chains: {chains or 'none'})"
    )


def thiol_state(structure: Structure, residue: Residue) -> Thiol:
    """Return the state of the reactive residue as the entry has it.

    A ligand on the sulphur leaves with the other ligands, and the residue is a thiol again; a
    disulfide or a modified residue stays what it is.
    """
    partners = _partners(structure, residue)
    bonds = tuple(record for record, _ in partners)
    verdict: Verdict = "bonded"
    # a CYS whose sulphur holds an oxygen of the residue itself is one by another name
    own_oxygen = residue.name == "CYS" and any(
        element == "O" and np.linalg.norm(place - residue.position("SG")) < BOND_ANGSTROM
        for element, place in zip(residue.elements, residue.coordinates, strict=True)
        if residue.has("SG")
    )
    if residue.name in OXIDISED or own_oxygen:
        verdict, how = "oxidised", "oxidised"
    elif residue.name != "CYS":
        if residue.letter != "C" and not residue.has("SG"):
            return Thiol(residue, "no_thiol", bonds, ())
        how = "modified"
    elif any(partner.kind == "protein" for _, partner in partners):
        how = "in a disulfide"
    else:
        changes = tuple(
            f"{partner.address} was bonded to {residue.address}: it was taken off, which leaves "
            "the free thiol"
            for _, partner in partners
        )
        return Thiol(residue, "thiol", bonds, changes)
    note = f"{residue.address} is {how} in the entry: it cannot react, and is drawn as a cysteine"
    return Thiol(residue, verdict, bonds, (note,))


def ligand_bonds(structure: Structure) -> tuple[dict[str, Any], ...]:
    """Return the bonds between cysteines and ligands, as ``Thiol`` has them, no metal ions."""
    return tuple(
        record
        for residue in structure.residues
        if residue.kind == "protein"
        for record, partner in _partners(structure, residue)
        if partner.kind == "other" and len(partner.atom_names) > 1
    )


def _partners(structure: Structure, residue: Residue) -> list[tuple[dict[str, Any], Residue]]:
    """Return each bond from SG to another residue, and that residue."""
    if not residue.has("SG"):
        return []
    sulphur = residue.position("SG")
    ends = {*structure.links, *((*link[2:], *link[:2]) for link in structure.links)}
    found = []
    for other in structure.residues:
        if other is residue or other.kind == "water":
            continue
        distances = np.linalg.norm(other.coordinates - sulphur, axis=1)
        for name, distance in zip(other.atom_names, distances, strict=True):
            recorded = (residue.key, "SG", other.key, name) in ends
            if not recorded and distance > BOND_ANGSTROM:
                continue
            record = {
                "atom_1": f"{residue.address}:SG",
                "atom_2": f"{other.address}:{name}",
                "distance_angstrom": round(float(distance), 3),
                "from": "record" if recorded else "distance",
            }
            found.append((record, other))
    return found
