"""What an entry is, before anything is prepared: chains, numbering, groove, bonds, mutations."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.structures.facts import REACTIVE_RESIDUE
from workbench.structures.groove import groove_state
from workbench.structures.numbering import XPO1Chain, find_xpo1, xpo1_chains
from workbench.structures.pockets import chain_pockets
from workbench.structures.reactive import ligand_bonds, reactive_site
from workbench.structures.reading import read_structure
from workbench.structures.sites import partners
from workbench.structures.source import SourceStructure
from workbench.structures.wild_types import compared_references


@dataclass(frozen=True)
class Description:
    """An entry as it is.

    Parameters
    ----------
    title
        As the file states it.
    xpo1
        ``None`` where the entry holds no XPO1; else ``chain``, ``other_copies``, ``organism``,
        ``identity_to_human``, ``entry_residue``, ``human_residue``, ``verdict``,
        ``groove_state``, ``groove_measures``, ``groove_occupant``, ``pockets`` and so on,
        ``reference`` (the nearest wild type), ``references`` (all three) and
        ``residue_map``.
    chains
        Of each protein chain ``chain``, ``residues`` (how many are modelled), ``first`` and
        ``last`` number, ``organism`` as stated, and ``identity_to_human`` where it is XPO1.
    ligands
        Addresses of what is neither protein nor water.
    covalent_bonds
        Between any cysteine and a ligand, as in ``receptor.json``.
    partners
        Other chains and ligands.
    """

    name: str
    source: str
    title: str
    xpo1: dict[str, Any] | None
    chains: tuple[dict[str, Any], ...]
    ligands: tuple[str, ...]
    covalent_bonds: tuple[dict[str, Any], ...]
    partners: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the description as JSON types."""
        return {
            "name": self.name,
            "source": self.source,
            "title": self.title,
            "xpo1": self.xpo1,
            "chains": [dict(chain) for chain in self.chains],
            "ligands": list(self.ligands),
            "covalent_bonds": [dict(bond) for bond in self.covalent_bonds],
            "partners": list(self.partners),
            "notes": list(self.notes),
        }


def describe_entry(path: str | Path) -> Description:
    """Return what a structure file holds, also where that is no XPO1.

    Raises
    ------
    ReceptorError
        When the file cannot be read, or its XPO1 lacks the groove.
    """
    structure = read_structure(path)
    copies = xpo1_chains(structure)
    xpo1 = _xpo1(structure) if copies else None
    return Description(
        name=structure.name,
        source=structure.source,
        title=structure.title,
        xpo1=xpo1,
        chains=_chains(structure, copies),
        ligands=tuple(r.address for r in structure.residues if r.kind == "other"),
        covalent_bonds=ligand_bonds(structure),
        partners=partners(structure, xpo1["chain"] if xpo1 else ""),
        notes=structure.notes if xpo1 else (*structure.notes, "no XPO1 here"),
    )


def _chains(structure: SourceStructure, copies: list[XPO1Chain]) -> tuple[dict[str, Any], ...]:
    identity = {copy.chain: round(copy.identity, 4) for copy in copies}
    return tuple(
        {
            "chain": chain,
            "residues": len(residues),
            "first": residues[0].key.split(":")[1],
            "last": residues[-1].key.split(":")[1],
            "organism": structure.organisms.get(chain, ""),
            "identity_to_human": identity.get(chain),
        }
        for chain, residues in structure.protein_chains().items()
    )


def _xpo1(structure: SourceStructure) -> dict[str, Any]:
    chain, copies = find_xpo1(structure)
    site = reactive_site(structure, chain.by_human_number[REACTIVE_RESIDUE])
    groove = groove_state(structure, chain)
    pockets = chain_pockets(chain)
    references = compared_references(chain)
    return {
        "chain": chain.chain,
        "other_copies": list(copies),
        "organism": structure.organisms.get(chain.chain, ""),
        "identity_to_human": round(chain.identity, 4),
        "entry_residue": site.residue.address,
        "human_residue": REACTIVE_RESIDUE,
        "verdict": site.verdict,
        "groove_state": groove.state,
        "groove_measures": dict(groove.measures),
        "groove_occupant": groove.occupant,
        **(pockets.to_dict() if pockets else {}),
        "reference": references[0],
        "references": references,
        "residue_map": {str(number): key for number, key in chain.residue_map.items()},
    }
