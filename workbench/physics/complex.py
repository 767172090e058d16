"""The bonded complex: receptor and adduct as one molecule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.ligands.molecules import Adduct
from workbench.structures.receptor import Atom, Receptor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Complex:
    """One bonded complex, hydrogens included.

    Parameters
    ----------
    mol
        Receptor and ligand as one sanitised RDKit molecule with explicit hydrogens, without a
        conformer; the bond SG-C is in it.
    atoms
        ``n_atoms`` records for writing. Receptor atoms keep their names; the ligand is residue
        ``LIG`` number 1 of chain ``L`` with unique atom names.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    drug_atoms
        ``(n_drug,)``: index in the complex of each heavy drug atom, in the drug's order.
    sg, cb, ca, reactive_carbon
        Indices in the complex.
    box_angstrom
        Edges of the periodic box of explicit water; ``None`` without one.
    """

    receptor: Receptor
    adduct: Adduct
    mol: Chem.Mol
    atoms: tuple[Atom, ...]
    coordinates: FloatArray
    drug_atoms: IntArray
    sg: int
    cb: int
    ca: int
    reactive_carbon: int
    box_angstrom: tuple[float, float, float] | None = None
