"""Receptor and drug as one set of atoms: bonded, or before the bond forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.spatial import cKDTree

from workbench.ligands.molecules import Adduct, Ligand
from workbench.structures.receptor import Atom, Receptor
from workbench.structures.topology import CAPS
from workbench.structures.writing import mmcif_text, pdb_text

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LIGAND_RESIDUE = "LIG"
LIGAND_CHAIN = "L"
_BONDED_DISTANCE = 3
_SAME_PLACE_ANGSTROM = 1e-3


def address(atom: Atom) -> str:
    """Return an atom's short name in messages: ``528:SG``, ``LIG:C3``."""
    if atom.residue_name == LIGAND_RESIDUE and atom.chain == LIGAND_CHAIN:
        return f"{LIGAND_RESIDUE}:{atom.name}"
    number = f"{atom.residue_name}{atom.residue_number}"
    return f"{number if atom.residue_name in CAPS else atom.residue_number}:{atom.name}"


@dataclass(frozen=True)
class Assembly:
    """Receptor and drug, hydrogens included: what every kind of complex has.

    Parameters
    ----------
    mol
        Receptor and ligand as one sanitised RDKit molecule with explicit hydrogens, without a
        conformer.
    atoms
        ``n_atoms`` records for writing. Receptor atoms keep their names; the ligand is residue
        ``LIG`` number 1 of chain ``L`` with unique atom names.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    drug_atoms
        ``(n_drug,)``: index in the complex of each heavy drug atom, in the drug's order.
    sg, cb, ca, reactive_carbon
        Indices in the complex.
    """

    receptor: Receptor
    mol: Chem.Mol
    atoms: tuple[Atom, ...]
    coordinates: FloatArray
    drug_atoms: IntArray
    sg: int
    cb: int
    ca: int
    reactive_carbon: int

    @property
    def ligand(self) -> Ligand:
        """The drug."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Drug and state, for messages: ``selinexor bR``, ``selinexor, not bonded``."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """What a file of it is called inside."""
        raise NotImplementedError

    @property
    def graph(self) -> Chem.Mol:
        """Heavy atoms of the drug in their order, then those of the side chain it is bonded to."""
        raise NotImplementedError

    @property
    def bonded(self) -> bool:
        """Whether sulphur and the attacked carbon are bonded."""
        return self.mol.GetBondBetweenAtoms(self.sg, self.reactive_carbon) is not None

    @property
    def heavy_atoms(self) -> IntArray:
        """Index in the complex of each atom of ``graph``."""
        raise NotImplementedError

    def heavy_coordinates(self, coordinates: FloatArray | None = None) -> FloatArray:
        """Return the coordinates of ``graph``'s atoms, ``(n, 3)`` angstrom.

        Parameters
        ----------
        coordinates
            ``(n_atoms, 3)`` angstrom; the complex's own when ``None``.
        """
        return (self.coordinates if coordinates is None else coordinates)[self.heavy_atoms]


@dataclass(frozen=True)
class Complex(Assembly):
    """One bonded complex: the bond SG-C is in ``mol``."""

    adduct: Adduct

    @property
    def ligand(self) -> Ligand:
        """The drug that the adduct is made of."""
        return self.adduct.ligand

    @property
    def name(self) -> str:
        """Drug and diastereomer."""
        return f"{self.adduct.ligand.name} {self.adduct.label}".strip()

    @property
    def title(self) -> str:
        """Form, drug, diastereomer and receptor."""
        form = "" if self.adduct.form == "adduct" else f"{self.adduct.form} "
        drug = f"{self.adduct.ligand.name} {self.adduct.label}"
        return f"{form}{drug} bonded to {self.receptor.name}"

    @property
    def graph(self) -> Chem.Mol:
        """The adduct's own heavy atoms."""
        return self.adduct.mol

    @property
    def heavy_atoms(self) -> IntArray:
        """Heavy atoms of the drug, then SG, CB and CA where the adduct has them."""
        adduct = self.adduct
        found = np.zeros(adduct.mol.GetNumAtoms(), dtype=np.int64)
        found[: adduct.n_drug_atoms] = self.drug_atoms
        found[[adduct.sg_index, adduct.cb_index, adduct.ca_index]] = self.sg, self.cb, self.ca
        return found


@dataclass(frozen=True)
class EncounterComplex(Assembly):
    """The intact drug in the groove beside the free thiol: nothing is bonded yet."""

    drug: Ligand

    @property
    def ligand(self) -> Ligand:
        """The drug."""
        return self.drug

    @property
    def name(self) -> str:
        """Drug, and that it is free."""
        return f"{self.drug.name}, not bonded"

    @property
    def title(self) -> str:
        """Drug and receptor."""
        return f"{self.drug.name} beside the thiol of {self.receptor.name}"

    @property
    def graph(self) -> Chem.Mol:
        """The drug's own heavy atoms."""
        return self.drug.mol

    @property
    def heavy_atoms(self) -> IntArray:
        """Heavy atoms of the drug."""
        return self.drug_atoms


Kind = TypeVar("Kind", bound=Assembly)
"""Bonded, or before the bond forms: what goes in comes out."""


def ligand_mask(bonded: Assembly) -> BoolArray:
    """Return ``(n_atoms,)`` true for the ligand's atoms, hydrogens included."""
    return np.array(
        [a.residue_name == LIGAND_RESIDUE and a.chain == LIGAND_CHAIN for a in bonded.atoms]
    )


def heavy_mask(bonded: Assembly) -> BoolArray:
    """Return ``(n_atoms,)`` true for all but hydrogens."""
    return np.array([a.element != "H" for a in bonded.atoms])


def mobile_atoms(complexes: Sequence[Assembly], radius_angstrom: float) -> BoolArray:
    """Return ``(n_atoms,)`` true for the ligand and the residues around it.

    A residue is mobile when one of its heavy atoms lies within ``radius_angstrom`` of a heavy
    atom of the ligand in any of the complexes, or where they differ; so is the cysteine that
    bears it. Caps stay: they stand in for the rest of the protein.

    Parameters
    ----------
    complexes
        Poses of one adduct in one receptor, at least one.
    """
    first = complexes[0]
    ligand, heavy = ligand_mask(first), heavy_mask(first)
    residues = np.array([f"{a.chain}:{a.residue_name}:{a.residue_number}" for a in first.atoms])
    near = np.zeros(len(first.atoms), dtype=bool)
    near[[first.sg, first.cb, first.ca]] = True
    for bonded in complexes:
        near |= np.abs(bonded.coordinates - first.coordinates).max(axis=1) > _SAME_PLACE_ANGSTROM
        tree = cKDTree(bonded.coordinates[ligand & heavy])
        distance, _ = tree.query(bonded.coordinates, distance_upper_bound=radius_angstrom)
        near |= np.isfinite(distance) & heavy
    caps = np.array([a.residue_name in CAPS for a in first.atoms])
    return np.asarray((np.isin(residues, residues[near]) & ~caps) | ligand)


def closest_contact(bonded: Assembly, coordinates: FloatArray | None = None) -> tuple[float, str]:
    """Return the shortest distance between heavy atoms of ligand and receptor, and their names.

    Pairs up to three bonds apart are left out: the tether brings those together.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom; the complex's own when ``None``.
    """
    points = bonded.coordinates if coordinates is None else coordinates
    ligand, heavy = ligand_mask(bonded), heavy_mask(bonded)
    mine, theirs = np.flatnonzero(ligand & heavy), np.flatnonzero(~ligand & heavy)
    tied = _within_bonds(bonded.mol, bonded.reactive_carbon, _BONDED_DISTANCE)
    distance = np.linalg.norm(points[mine][:, None] - points[theirs][None], axis=2)
    for row, atom in enumerate(mine.tolist()):
        if atom in tied:
            reach = _within_bonds(bonded.mol, atom, _BONDED_DISTANCE)
            distance[row, np.isin(theirs, list(reach))] = np.inf
    nearest = divmod(int(np.argmin(distance)), len(theirs))
    pair = (int(mine[nearest[0]]), int(theirs[nearest[1]]))
    names = " - ".join(address(bonded.atoms[i]) for i in pair)
    return float(distance[nearest]), names


def inverted_centres(bonded: Assembly, mobile: BoolArray, coordinates: FloatArray) -> list[str]:
    """Return the mobile tetrahedral centres whose handedness differs from the complex's own.

    Only centres with three heavy neighbours or more count: two hydrogens may change places.

    Parameters
    ----------
    coordinates
        ``(n_atoms, 3)`` angstrom, to be compared with ``bonded.coordinates``.
    """
    found = []
    for index in np.flatnonzero(mobile & heavy_mask(bonded)).tolist():
        around = bonded.mol.GetAtomWithIdx(index).GetNeighbors()
        heavy = [n.GetIdx() for n in around if n.GetAtomicNum() > 1]
        if len(around) == 4 and len(heavy) >= 3:
            before, after = (
                float(np.linalg.det(points[heavy[:3]] - points[index]))
                for points in (bonded.coordinates, coordinates)
            )
            if before * after <= 0:
                found.append(address(bonded.atoms[index]))
    return found


def _within_bonds(mol: Chem.Mol, start: int, bonds: int) -> set[int]:
    """Return the atoms at most so many bonds away from an atom, itself included."""
    reached = {start}
    for _ in range(bonds):
        reached |= {n.GetIdx() for i in reached for n in mol.GetAtomWithIdx(i).GetNeighbors()}
    return reached


def complex_texts(bonded: Assembly) -> tuple[str, str]:
    """Return a complex as PDB and mmCIF text; a bonded one has the link from SG to carbon."""
    kekule = Chem.Mol(bonded.mol)
    Chem.Kekulize(kekule, clearAromaticFlags=True)
    rows = [
        (b.GetBeginAtomIdx(), b.GetEndAtomIdx(), round(b.GetBondTypeAsDouble()))
        for b in kekule.GetBonds()
    ]
    bonds = np.array(rows, dtype=np.int64)
    links = [(bonded.sg, bonded.reactive_carbon)] if bonded.bonded else []
    texts = [
        write(bonded.atoms, bonded.coordinates, bonds=bonds, links=links, title=bonded.title)
        for write in (pdb_text, mmcif_text)
    ]
    return texts[0], texts[1]
