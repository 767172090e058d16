"""Which atoms of two drawings of a drug correspond, and which part of the drug an atom is in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import LigandError

IntArray = NDArray[np.int64]

MAX_MAPPINGS = 50_000
# 1,2,4-triazole with its tail on N1 and a six-membered aromatic ring on C3: what SINEs share.
_CORE = Chem.MolFromSmarts("[#7]1(-[#6,#7])[#7][#6](-!@[a]2[a][a][a][a][a]2)[#7][#6]1")
_CORE_ORDER = ("n1", "tail", "n2", "c3", "ipso", "o1", "m1", "p", "m2", "o2", "n4", "c5")


@dataclass(frozen=True)
class Core:
    """The aryl-triazole of a SINE, as drug atom indices.

    Parameters
    ----------
    aryl
        Six ring atoms, from the one bonded to the triazole onwards.
    triazole
        N1 (which bears the warhead carbon), N2, C3 (which bears the aryl ring), N4, C5.
    tail
        Every atom on the far side of the bond N1-C: warhead carbons, linker and end group.
    aryl_group
        The aryl ring with its substituents.
    """

    aryl: tuple[int, ...]
    triazole: tuple[int, ...]
    tail: tuple[int, ...]
    aryl_group: tuple[int, ...]

    @property
    def rings(self) -> tuple[int, ...]:
        """Atoms of both rings."""
        return self.aryl + self.triazole


def connectivity(mol: Chem.Mol, n_atoms: int | None = None) -> Chem.Mol:
    """Return the bare skeleton: heavy elements and who is bonded to whom, nothing else.

    Bond orders, charges, aromaticity and stereo are dropped, because a deposited bound form
    carries other ones than the drug.

    Parameters
    ----------
    mol
        Any molecule; atom indices of its heavy atoms must come first if it has hydrogens.
    n_atoms
        Keep the first ``n_atoms`` atoms only (the drug within an adduct).
    """
    count = n_atoms or sum(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms())
    skeleton = Chem.RWMol()
    for index in range(count):
        atom = Chem.Atom(mol.GetAtomWithIdx(index).GetAtomicNum())
        atom.SetNoImplicit(True)
        skeleton.AddAtom(atom)
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if max(ends) < count:
            skeleton.AddBond(*ends, Chem.BondType.SINGLE)
    plain = skeleton.GetMol()
    Chem.FastFindRings(plain)
    return plain


def equivalent_mappings(mol: Chem.Mol, other: Chem.Mol) -> IntArray:
    """Return every way to lay one skeleton on another by element and connectivity.

    Parameters
    ----------
    mol, other
        Skeletons made by `connectivity`, of the same number of atoms.

    Returns
    -------
    mappings
        ``(n_mappings, n_atoms)``: atom ``mappings[k, i]`` of ``other`` corresponds to atom
        ``i`` of ``mol``. Rotated CF3 groups, flipped rings and the two oxygens of a nitro or
        carboxylate group are all in it.

    Raises
    ------
    LigandError
        When the two are different compounds, or too symmetric to enumerate.
    """
    if mol.GetNumAtoms() != other.GetNumAtoms() or mol.GetNumBonds() != other.GetNumBonds():
        raise LigandError(
            f"The pose has {mol.GetNumAtoms()} heavy atoms and {mol.GetNumBonds()} bonds, its "
            f"reference {other.GetNumAtoms()} and {other.GetNumBonds()}: compare one compound "
            "with itself."
        )
    matches = other.GetSubstructMatches(mol, uniquify=False, maxMatches=MAX_MAPPINGS)
    if not matches:
        raise LigandError(
            "The pose and its reference have other connectivities: compare one compound with "
            "itself."
        )
    if len(matches) >= MAX_MAPPINGS:
        raise LigandError(
            f"The ligand has {MAX_MAPPINGS} or more equivalent atom orders, too many to take the "
            "best RMSD over; compare poses of it by another measure."
        )
    return np.asarray(matches, dtype=np.int64)


def find_core(mol: Chem.Mol, n_atoms: int | None = None) -> Core | None:
    """Return the aryl-triazole of a drug, or ``None`` when it has none or more than one.

    Parameters
    ----------
    mol
        Drug or adduct; bond orders may be the bound form's.
    n_atoms
        Number of drug atoms when ``mol`` is an adduct: atoms after them are not in the tail.
    """
    count = n_atoms or mol.GetNumAtoms()
    found: dict[frozenset[int], dict[str, int]] = {}
    for match in mol.GetSubstructMatches(_CORE, uniquify=False):
        named = dict(zip(_CORE_ORDER, match, strict=True))
        found.setdefault(frozenset(match), named)
    if len(found) != 1:
        return None
    (named,) = found.values()
    return Core(
        aryl=tuple(named[key] for key in ("ipso", "o1", "m1", "p", "m2", "o2")),
        triazole=tuple(named[key] for key in ("n1", "n2", "c3", "n4", "c5")),
        tail=_side(mol, named["n1"], named["tail"], count),
        aryl_group=_side(mol, named["c3"], named["ipso"], count),
    )


def _side(mol: Chem.Mol, fixed: int, first: int, n_atoms: int) -> tuple[int, ...]:
    """Return the atoms reached from ``first`` without passing ``fixed``, in index order."""
    seen, queue = {fixed, first}, [first]
    for index in queue:
        for neighbour in mol.GetAtomWithIdx(index).GetNeighbors():
            near = neighbour.GetIdx()
            if near not in seen and near < n_atoms and neighbour.GetAtomicNum() > 1:
                seen.add(near)
                queue.append(near)
    return tuple(sorted(queue))
