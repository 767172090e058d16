"""What an entry holds, residue by residue, and the receptor that is prepared from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Verdict = Literal["thiol", "no_thiol", "oxidised", "bonded"]
ResidueKind = Literal["protein", "water", "other"]
LinkRecord = tuple[str, str, str, str]
"""A bond on record (LINK, SSBOND, struct_conn): ``chain:number`` and atom of each end."""


@dataclass(frozen=True)
class Residue:
    """Heavy atoms of one residue, of an entry or of a receptor in preparation.

    ``coordinates`` are ``(n_atoms, 3)`` angstrom, ``chain`` is empty in the receptor's own chain.
    An amino acid with its backbone is ``protein``; ligands, ions, sugars, nucleic acids and caps
    are ``other``. Only residues of an entry have ``elements``.
    """

    name: str
    number: int
    atom_names: tuple[str, ...]
    coordinates: FloatArray
    chain: str = ""
    insertion_code: str = ""
    kind: ResidueKind = "protein"
    letter: str = "X"
    elements: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Chain and number: ``C:539``, ``C:539A`` with an insertion code."""
        return f"{self.chain}:{self.number}{self.insertion_code}"

    @property
    def address(self) -> str:
        """Chain, name and number: ``C:CYS:539``."""
        return f"{self.chain}:{self.name}:{self.number}{self.insertion_code}"

    def has(self, *atom_names: str) -> bool:
        """Return whether all these atoms are there."""
        return set(atom_names) <= set(self.atom_names)

    def position(self, atom_name: str) -> FloatArray:
        """Return an atom's ``(3,)`` position in angstrom."""
        position: FloatArray = self.coordinates[self.atom_names.index(atom_name)]
        return position

    def positions(self, *atom_names: str) -> FloatArray:
        """Return ``(n, 3)`` positions in angstrom."""
        return np.array([self.position(name) for name in atom_names])

    def only(self, atom_names: Sequence[str]) -> Residue:
        """Return the residue with those of its atoms that are named."""
        keep = [i for i, name in enumerate(self.atom_names) if name in atom_names]
        return replace(
            self,
            atom_names=tuple(self.atom_names[i] for i in keep),
            coordinates=self.coordinates[keep],
            elements=tuple(self.elements[i] for i in keep) if self.elements else (),
        )


@dataclass(frozen=True)
class Structure:
    """One model of an entry.

    ``name`` is the entry's id where the file states one, else the file's stem, ``source`` the
    file's name; ``sha256`` is that of the decompressed file. ``organisms`` maps chains,
    ``alternates`` each residue with alternate locations (``chain:number``) to what was kept;
    ``notes`` tell what reading left out.
    """

    name: str
    source: str
    sha256: str
    residues: tuple[Residue, ...]
    links: tuple[LinkRecord, ...] = ()
    organisms: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    title: str = ""
    alternates: dict[str, str] = field(default_factory=dict)

    def protein_chains(self) -> dict[str, tuple[Residue, ...]]:
        """Return the protein residues of each chain, in file order."""
        chains: dict[str, list[Residue]] = {}
        for residue in self.residues:
            if residue.kind == "protein":
                chains.setdefault(residue.chain, []).append(residue)
        return {chain: tuple(residues) for chain, residues in chains.items()}


def peptide_bonded(first: Residue, second: Residue) -> bool:
    """Return whether a peptide bond joins the two residues.

    C-N is 1.33 angstrom long; the limit of 2.0 allows for models at low resolution, and is far
    under the 2.5 angstrom of the next nearest pair.
    """
    if not (first.has("C") and second.has("N")):
        return False
    return float(np.linalg.norm(first.position("C") - second.position("N"))) < 2.0


@dataclass(frozen=True)
class Atom:
    """One atom of a prepared receptor.

    Parameters
    ----------
    name, element
        PDB atom name (``"SG"``) and element symbol (``"S"``).
    residue_number
        Human numbering (the entry's own for a protein that is not XPO1). Caps carry the
        number of the residue that they replace. Kept waters and partner residues are counted
        from 6000 on: no two residues but caps share a number.
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
        wanted = (self.site_chain, residue_number, atom_name)
        for index, atom in enumerate(self.atoms):
            named = (atom.chain, atom.residue_number, atom.name) == wanted
            if named and atom.residue_name not in ("ACE", "NME"):
                return index
        raise KeyError(f"{residue_number}:{atom_name}")

    def with_reactive_atom(self) -> Receptor:
        """Return the receptor with the index of its thiol's sulphur looked up."""
        thiol = self.verdict == "thiol"
        index = self.find(self.reactive_residue_number, "SG") if thiol else None
        return replace(self, reactive_atom=index)

    def reactive_address(self) -> str:
        """Return the nucleophile's address, ``A:528:SG``; empty when there is no thiol."""
        if self.reactive_atom is None:
            return ""
        atom = self.atoms[self.reactive_atom]
        return f"{atom.chain}:{atom.residue_number}:{atom.name}"

    def with_coordinates(self, coordinates: FloatArray) -> Receptor:
        """Return the same receptor with other coordinates, ``(n_atoms, 3)`` angstrom."""
        return replace(self, coordinates=np.asarray(coordinates, dtype=np.float64))
