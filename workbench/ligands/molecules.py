"""The ligand and its adducts, as they travel between the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rdkit import Chem

WarheadVerdict = Literal["adduct", "no_warhead", "unsupported_warhead"]


@dataclass(frozen=True)
class WarheadMatch:
    """Where a warhead was found in a drug.

    Parameters
    ----------
    name, smarts
        The table's entry that matched.
    reactive_atom_index
        The carbon that the sulphur attacks (drug atom index, from 0).
    alpha_atom_index
        The other carbon of the C=C, which takes up the proton.
    atom_indices
        All drug atoms of the match, in the order of the pattern.
    """

    name: str
    smarts: str
    reactive_atom_index: int
    alpha_atom_index: int
    atom_indices: tuple[int, ...]


@dataclass(frozen=True)
class Ligand:
    """A drug with explicit stereo.

    Parameters
    ----------
    mol
        Heavy atoms only, no conformer; its atom order, that of ``smiles``, defines the drug
        atom index used everywhere else.
    smiles
        Isomeric, canonical.
    warhead
        ``None`` when no known warhead was found; ``warhead_problem`` then says why.
    warhead_verdict
        ``adduct`` when ``warhead`` is set; otherwise whether nothing electrophilic was found
        (``no_warhead``) or something that the workbench does not model.
    """

    name: str
    mol: Chem.Mol
    smiles: str
    inchikey: str
    formula: str
    charge: int
    warhead: WarheadMatch | None
    warhead_problem: str = ""
    warnings: tuple[str, ...] = ()
    warhead_verdict: WarheadVerdict = "no_warhead"


@dataclass(frozen=True)
class Stereocentre:
    """A stereocentre that the addition makes: drug atom index and CIP label in the adduct."""

    atom_index: int
    cip: str


@dataclass(frozen=True)
class Adduct:
    """One stereoisomer of the drug bonded to a cysteine side chain.

    ``mol`` holds heavy atoms only and no conformer: atoms ``0 .. n_drug - 1`` are the drug's,
    in the drug's order; ``sg_index``, ``cb_index`` and ``ca_index`` follow (the alpha carbon
    is drawn as a methyl group). Hydrogens are implicit.

    Parameters
    ----------
    label
        ``bR``, ``bS`` for the S-bearing (beta) carbon, ``bR_aS`` ... when the alpha carbon is
        a new stereocentre too.
    smiles
        The whole adduct with L-cysteine as a free amino acid.
    formula
        Of that whole adduct; drug + C3H7NO2S.
    """

    label: str
    ligand: Ligand
    mol: Chem.Mol
    smiles: str
    formula: str
    stereocentres: tuple[Stereocentre, ...]
    reactive_atom_index: int
    sg_index: int
    cb_index: int
    ca_index: int

    @property
    def n_drug_atoms(self) -> int:
        """Number of heavy atoms of the drug."""
        return int(self.ligand.mol.GetNumAtoms())
