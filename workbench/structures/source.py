"""What a structure file holds, as plain records: residues in file order, bonds on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ResidueKind = Literal["protein", "water", "other"]


@dataclass(frozen=True)
class SourceResidue:
    """One residue of an entry, heavy atoms of one conformer.

    Parameters
    ----------
    kind
        ``protein`` for an amino acid of a chain with its backbone, ``water``, or ``other``:
        ligands, ions, sugars, nucleic acids, caps.
    letter
        One-letter code of the amino acid, ``X`` when unknown.
    atom_names, elements
        ``n_atoms`` each, unique names.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    """

    chain: str
    number: int
    insertion_code: str
    name: str
    kind: ResidueKind
    letter: str
    atom_names: tuple[str, ...]
    elements: tuple[str, ...]
    coordinates: FloatArray

    @property
    def key(self) -> str:
        """Chain and number: ``C:539``, ``C:539A`` with an insertion code."""
        return f"{self.chain}:{self.number}{self.insertion_code}"

    @property
    def address(self) -> str:
        """Chain, name and number: ``C:CYS:539``."""
        return f"{self.chain}:{self.name}:{self.number}{self.insertion_code}"

    def position(self, atom_name: str) -> FloatArray | None:
        """Return an atom's ``(3,)`` position in angstrom, ``None`` when it is absent."""
        if atom_name not in self.atom_names:
            return None
        position: FloatArray = self.coordinates[self.atom_names.index(atom_name)]
        return position


@dataclass(frozen=True)
class LinkRecord:
    """A bond that the file states (LINK, SSBOND, struct_conn): two ``chain:number`` and atoms."""

    residue_1: str
    atom_1: str
    residue_2: str
    atom_2: str


@dataclass(frozen=True)
class SourceStructure:
    """One model of an entry.

    Parameters
    ----------
    name, source
        The entry's id where the file states one, else the file's stem; the file's name.
    sha256
        Of the decompressed file.
    organisms
        Chain -> organism, where the file states it.
    notes
        What reading left out, for the list of changes.
    title
        As the file states it, one line.
    alternates
        ``chain:number`` of each residue with alternate locations -> what was kept.
    """

    name: str
    source: str
    sha256: str
    residues: tuple[SourceResidue, ...]
    links: tuple[LinkRecord, ...] = ()
    organisms: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    title: str = ""
    alternates: dict[str, str] = field(default_factory=dict)

    def protein_chains(self) -> dict[str, tuple[SourceResidue, ...]]:
        """Return the protein residues of each chain, in file order."""
        chains: dict[str, list[SourceResidue]] = {}
        for residue in self.residues:
            if residue.kind == "protein":
                chains.setdefault(residue.chain, []).append(residue)
        return {chain: tuple(residues) for chain, residues in chains.items()}


def peptide_bonded(first: SourceResidue, second: SourceResidue) -> bool:
    """Return whether a peptide bond joins the two residues (C-N under 2.0 angstrom).

    The bond is 1.33 angstrom long; the limit is generous to models at low resolution, and far
    under the 2.5 angstrom of the next nearest pair.
    """
    carbon, nitrogen = first.position("C"), second.position("N")
    if carbon is None or nitrogen is None:
        return False
    return float(np.linalg.norm(carbon - nitrogen)) < 2.0
