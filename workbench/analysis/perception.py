"""Who is who in a bonded complex, and what its atoms can take part in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.physics.complex import Complex
from workbench.structures.receptor import Atom

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Atoms this few bonds apart are held by the bonded terms; their distance is no contact.
MAX_BONDED_SEPARATION = 3
# Every atom of the group shares the charge, as in a guanidinium or a carboxylate.
_POSITIVE_GROUPS = (
    "[#7;+1;!$([#7]~[#8;-1])]",
    "[#7;H1,H2][#6X3]~[#7;+1]",
)
_NEGATIVE_GROUPS = (
    "[OX1]~[#6X3]~[OX1;-1]",
    "[OX1]~[#16,#15]~[OX1;-1]",
    "[O,S;-1;!$([O,S]~[#7;+1])]",
    "[n;-1]",
)
_ACCEPTOR = (
    # Carbonyl, sulfoxide, nitro and charged oxygens; alcohols; ethers that are neither the
    # single-bonded oxygen of an ester nor aryl ethers or furans, which hardly accept.
    "[$([OX1]),$([OX2H1;!$(O-[C,S,P]=O)]),$([OX2H0;+0;!$(O-[#6]=[O,N,S]);!$(O-a)]),"
    # Pyridine-like and imine nitrogens, nitriles, and amines that keep their lone pair.
    "$([#7X2;+0;!$([#7]=[#7]=*)]),$([NX1]#C),"
    "$([NX3;+0;!$(N-[#6]=[O,N,S]);!$(N-a);!$(N-[S,P](=O));!$(N~[#7;+1])])]"
)
_HYDROPHOBIC = (
    # PLIP's carbons (neighbours C and H only), and beside them thioethers with the carbons
    # next to them, aliphatic organofluorine and the heavier halogens.
    "[$([#6;+0;!$([#6]~[!#6;!#1;!$([SX2;!$(S~[!#6;!#1])])])]),"
    "$([SX2;!$(S~[!#6;!#1])]),$([F]-[CX4]),$([Cl,Br,I]-[#6])]"
)
_HALOGEN = "[Cl,Br,I;X1]-[#6]"
_ORGANOFLUORINE = "[F;X1]-[#6]"
_CARBONYL = "[#6X3;!$([#6]~[#8;-1])](=[OX1])"
_WITHDRAWING = "[$(C(F)(F)F),$([N+](=O)[O-]),$(C#N),$([SX4](=O)=O)]-[c]"

_QUERIES = {
    text: Chem.MolFromSmarts(text)
    for text in (*_POSITIVE_GROUPS, *_NEGATIVE_GROUPS, _ACCEPTOR, _HYDROPHOBIC, _HALOGEN,
                 _ORGANOFLUORINE, _CARBONYL, _WITHDRAWING)
}  # fmt: skip


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


@dataclass(frozen=True)
class Features:
    """Features of one molecule, as atom indices.

    Parameters
    ----------
    donors
        Pairs (heavy atom, one of its hydrogens) of N-H, O-H and S-H.
    acceptors
        Atoms with a lone pair that takes hydrogen bonds; fluorine is none of them.
    hydrophobic
        Atoms that count for hydrophobic contacts.
    rings
        Aromatic rings of five or six atoms.
    electron_rich_rings
        Those of them whose face is negative.
    positive, negative
        Charged groups: the nitrogen, oxygen or sulphur atoms that share one charge.
    halogens, fluorines
        Pairs (halogen, its carbon); fluorine forms no halogen bond and is kept apart.
    carbonyls
        Pairs (carbon, oxygen); a carboxylate is none.
    """

    donors: tuple[tuple[int, int], ...]
    acceptors: frozenset[int]
    hydrophobic: frozenset[int]
    rings: tuple[tuple[int, ...], ...]
    electron_rich_rings: tuple[tuple[int, ...], ...]
    positive: tuple[tuple[int, ...], ...]
    negative: tuple[tuple[int, ...], ...]
    halogens: tuple[tuple[int, int], ...]
    fluorines: tuple[tuple[int, int], ...]
    carbonyls: tuple[tuple[int, int], ...]


def perceive(mol: Chem.Mol) -> Features:
    """Find the features of a sanitised molecule with explicit hydrogens."""
    return Features(
        donors=donors(mol),
        acceptors=acceptors(mol),
        hydrophobic=frozenset(match[0] for match in _matches(mol, _HYDROPHOBIC)),
        rings=aromatic_rings(mol),
        electron_rich_rings=electron_rich_rings(mol),
        positive=_groups(mol, _POSITIVE_GROUPS, carriers={7}),
        negative=_groups(mol, _NEGATIVE_GROUPS, carriers={7, 8, 16}),
        halogens=_pairs(mol, _HALOGEN),
        fluorines=_pairs(mol, _ORGANOFLUORINE),
        carbonyls=_pairs(mol, _CARBONYL),
    )


def donors(mol: Chem.Mol) -> tuple[tuple[int, int], ...]:
    """Return (heavy atom, hydrogen) of every N-H, O-H and S-H."""
    return tuple(
        (atom.GetIdx(), neighbour.GetIdx())
        for atom in mol.GetAtoms()
        if atom.GetAtomicNum() in (7, 8, 16)
        for neighbour in atom.GetNeighbors()
        if neighbour.GetAtomicNum() == 1
    )


def acceptors(mol: Chem.Mol) -> frozenset[int]:
    """Return the atoms that accept hydrogen bonds."""
    return frozenset(match[0] for match in _matches(mol, _ACCEPTOR))


def aromatic_rings(mol: Chem.Mol) -> tuple[tuple[int, ...], ...]:
    """Return the aromatic rings of five or six atoms, each in ring order."""
    return tuple(
        tuple(ring)
        for ring in mol.GetRingInfo().AtomRings()
        if len(ring) in (5, 6) and all(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring)
    )


def electron_rich_rings(mol: Chem.Mol) -> tuple[tuple[int, ...], ...]:
    """Return the aromatic rings whose face attracts a cation.

    Azines, triazoles, charged rings and benzenes with two or more strongly withdrawing groups
    (the bis-CF3-phenyl of selinexor) have a face that is neutral or positive.

    References
    ----------
    Mecozzi, West and Dougherty 1996, doi:10.1073/pnas.93.20.10566
    """
    withdrawing = [match[1] for match in _matches(mol, _WITHDRAWING)]

    def rich(ring: tuple[int, ...]) -> bool:
        atoms = [mol.GetAtomWithIdx(index) for index in ring]
        pyridine_like = sum(a.GetAtomicNum() == 7 and a.GetTotalDegree() == 2 for a in atoms)
        return (
            not any(atom.GetFormalCharge() for atom in atoms)
            and pyridine_like <= (1 if len(ring) == 5 else 0)
            and sum(index in ring for index in withdrawing) < 2
        )

    return tuple(ring for ring in aromatic_rings(mol) if rich(ring))


def _matches(mol: Chem.Mol, smarts: str) -> tuple[tuple[int, ...], ...]:
    found = mol.GetSubstructMatches(_QUERIES[smarts], maxMatches=10 * mol.GetNumAtoms())
    return tuple(tuple(match) for match in found)


def _pairs(mol: Chem.Mol, smarts: str) -> tuple[tuple[int, int], ...]:
    return tuple((match[0], match[1]) for match in _matches(mol, smarts))


def _groups(
    mol: Chem.Mol, patterns: tuple[str, ...], carriers: set[int]
) -> tuple[tuple[int, ...], ...]:
    """Return charged groups of the elements that carry charge, overlapping matches merged."""
    groups: list[set[int]] = []
    for pattern in patterns:
        for match in _matches(mol, pattern):
            atoms = {i for i in match if mol.GetAtomWithIdx(i).GetAtomicNum() in carriers}
            for group in [group for group in groups if group & atoms]:
                groups.remove(group)
                atoms |= group
            groups.append(atoms)
    return tuple(sorted(tuple(sorted(group)) for group in groups))
