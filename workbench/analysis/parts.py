"""Who is who in a bonded complex: the drug, the tethered cysteine and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.complex import Complex
from workbench.structures.receptor import Atom

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CAPS = ("ACE", "NME")
# Atoms this few bonds apart are held by the bonded terms; their distance is no contact.
MAX_BONDED_SEPARATION = 3


@dataclass(frozen=True)
class ComplexParts:
    """A complex with its atoms sorted by role; all indices are the complex's.

    Parameters
    ----------
    adduct_atoms
        ``(n_adduct,)``: the complex atom of each atom of ``adduct.mol``.
    drug_index
        Drug atom index of each ligand atom; a hydrogen carries that of its heavy atom.
    receptor_heavy
        Heavy atoms that are not the drug's, the tethered cysteine included.
    drug_to_sg
        ``(n_drug,)``: number of bonds from each drug atom to the sulphur.
    sg_to_receptor
        Number of bonds from the sulphur to the receptor atoms within three bonds of it.
    """

    complex: Complex
    adduct_atoms: IntArray
    drug_index: dict[int, int]
    receptor_heavy: IntArray
    drug_to_sg: IntArray
    sg_to_receptor: dict[int, int]

    @property
    def mol(self) -> Chem.Mol:
        """Molecule of the whole complex."""
        return self.complex.mol

    @property
    def coordinates(self) -> FloatArray:
        """``(n_atoms, 3)`` angstrom."""
        return self.complex.coordinates

    @property
    def adduct_coordinates(self) -> FloatArray:
        """``(n_adduct, 3)`` angstrom, in the order of ``adduct.mol``."""
        return self.complex.coordinates[self.adduct_atoms]

    def bonded_near(self, drug_atom: int | None, receptor_atom: int) -> bool:
        """Tell whether a drug and a receptor atom are at most three bonds apart.

        Parameters
        ----------
        drug_atom
            Drug atom index; ``None`` stands for the sulphur itself.
        receptor_atom
            Index in the complex.
        """
        across = self.sg_to_receptor.get(receptor_atom)
        # The bond SG-C is the only link, so every path runs through the sulphur.
        reach = 0 if drug_atom is None else int(self.drug_to_sg[drug_atom])
        return across is not None and reach + across <= MAX_BONDED_SEPARATION

    def label(self, index: int) -> str:
        """Return the address of an atom for a message, ``A:528:SG``."""
        return atom_label(self.complex.atoms[index])


def split(complex_: Complex) -> ComplexParts:
    """Sort the atoms of a complex by role."""
    adduct, mol = complex_.adduct, complex_.mol
    adduct_atoms = np.empty(adduct.mol.GetNumAtoms(), dtype=np.int64)
    adduct_atoms[: adduct.n_drug_atoms] = complex_.drug_atoms
    adduct_atoms[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = (
        complex_.sg,
        complex_.cb,
        complex_.ca,
    )
    drug_index = {int(atom): number for number, atom in enumerate(complex_.drug_atoms)}
    for atom, number in tuple(drug_index.items()):
        for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors():
            if neighbour.GetAtomicNum() == 1:
                drug_index[neighbour.GetIdx()] = number
    receptor_heavy = [
        index
        for index, atom in enumerate(complex_.atoms)
        if atom.element != "H" and index not in drug_index
    ]
    bonds = Chem.GetDistanceMatrix(adduct.mol)
    return ComplexParts(
        complex=complex_,
        adduct_atoms=adduct_atoms,
        drug_index=drug_index,
        receptor_heavy=np.asarray(receptor_heavy, dtype=np.int64),
        drug_to_sg=bonds[: adduct.n_drug_atoms, adduct.sg_index].astype(np.int64),
        sg_to_receptor=_bonds_from(mol, complex_.sg, set(drug_index)),
    )


def atom_label(atom: Atom) -> str:
    """Return an atom's address for a message, ``A:528:SG``."""
    return f"{atom.chain}:{atom.residue_number}:{atom.name}"


def residue_label(atom: Atom) -> str:
    """Return an atom's residue, ``LYS537``."""
    return f"{atom.residue_name}{atom.residue_number}"


def _bonds_from(mol: Chem.Mol, start: int, barred: set[int]) -> dict[int, int]:
    """Return the number of bonds to every atom near ``start``, without passing ``barred``."""
    bonds = {start: 0}
    queue = [start]
    for index in queue:
        if bonds[index] == MAX_BONDED_SEPARATION:
            continue
        for neighbour in mol.GetAtomWithIdx(index).GetNeighbors():
            near = neighbour.GetIdx()
            if near not in bonds and near not in barred:
                bonds[near] = bonds[index] + 1
                queue.append(near)
    return bonds
