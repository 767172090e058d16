"""The receptor that travels between the stages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Verdict = Literal["thiol", "no_thiol", "oxidised", "bonded"]


@dataclass(frozen=True)
class Atom:
    """One atom of a prepared receptor.

    Parameters
    ----------
    name, element
        PDB atom name (``"SG"``) and element symbol (``"S"``).
    residue_name
        Three-letter name, ``ACE`` and ``NME`` for the caps.
    residue_number
        Human numbering (the entry's own for a protein that is not XPO1). Caps carry the
        number of the residue that they replace. Kept waters and partner residues are counted
        from 6000 on: no two residues but caps share a number.
    chain
        Chain letter in the prepared receptor.
    formal_charge
        In electron charges, as drawn in a Kekule structure.
    """

    name: str
    element: str
    residue_name: str
    residue_number: int
    chain: str
    formal_charge: int = 0


@dataclass(frozen=True)
class Receptor:
    """A prepared receptor: protonated, trimmed and capped, in human numbering.

    Parameters
    ----------
    name, source
        What the user called it; the file, entry or model that it was made from.
    atoms
        ``n_atoms`` atoms, hydrogens included: the site's chain, then kept partners and waters.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    bonds
        ``(n_bonds, 3)``: two atom indices and the Kekule bond order (1 or 2).
    verdict
        State of the reactive residue.
    reactive_atom
        Index of the nucleophilic sulphur, ``None`` when there is no thiol.
    reactive_residue_number
        In the receptor's numbering (528 for XPO1).
    entry_residue
        The reactive residue as the entry calls it, e.g. ``"C:CYS:539"``.
    groove_state, groove_measures
        ``open``, ``intermediate``, ``closed``, ``occupied`` or ``unknown``, and the numbers
        that decided it.
    residue_map
        Human residue number -> the entry's ``chain:number``.
    titration
        Computed pKa values of groups at the groove, where they were asked for.
    """

    name: str
    source: str
    atoms: tuple[Atom, ...]
    coordinates: FloatArray
    bonds: IntArray
    verdict: Verdict
    reactive_atom: int | None
    reactive_residue_number: int = 528
    entry_residue: str = ""
    organism: str = ""
    numbering: str = "human"
    groove_state: str = "unknown"
    groove_measures: dict[str, float] = field(default_factory=dict)
    mutations: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    covalent_bonds: tuple[dict[str, Any], ...] = ()
    residue_map: dict[int, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    titration: tuple[dict[str, Any], ...] = ()

    @property
    def site_chain(self) -> str:
        """Letter of the chain that holds the site; kept partners and waters have others."""
        return self.atoms[0].chain

    def find(self, residue_number: int, atom_name: str) -> int:
        """Return the index of an atom of the site's chain by residue number and name.

        Raises
        ------
        KeyError
            When the receptor has no such atom.
        """
        for index, atom in enumerate(self.atoms):
            if (
                atom.chain == self.site_chain
                and atom.residue_number == residue_number
                and atom.name == atom_name
                and atom.residue_name not in ("ACE", "NME")
            ):
                return index
        raise KeyError(f"{residue_number}:{atom_name}")

    def reactive_address(self) -> str:
        """Return the nucleophile's address, ``A:528:SG``; empty when there is no thiol."""
        if self.reactive_atom is None:
            return ""
        atom = self.atoms[self.reactive_atom]
        return f"{atom.chain}:{atom.residue_number}:{atom.name}"

    def with_coordinates(self, coordinates: FloatArray) -> Receptor:
        """Return the same receptor with other coordinates, ``(n_atoms, 3)`` angstrom."""
        return replace(self, coordinates=np.asarray(coordinates, dtype=np.float64))
