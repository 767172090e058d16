"""Changing bonds of a molecule as a reaction does, with the stereo that it keeps."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from rdkit import Chem

from workbench.ligands.molecules import WarheadMatch

Edit = tuple[int, int, int]
"""Two atoms and what is added to the order of the bond between them."""

_ORDERS = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
_FLIPPED = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: Chem.ChiralType.CHI_TETRAHEDRAL_CCW,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: Chem.ChiralType.CHI_TETRAHEDRAL_CW,
}


def bond_edits(match: WarheadMatch) -> tuple[Edit, ...]:
    """Return the table's edits of a warhead with the drug atoms of a match.

    ``0-6:-1`` becomes ``(atom 0, atom 6, -1)``.
    """
    edits = []
    for text in match.warhead.edits:
        pair, change = text.split(":")
        first, second = (match.atom_indices[int(position)] for position in pair.split("-"))
        edits.append((first, second, int(change)))
    return tuple(edits)


def edited(
    mol: Chem.Mol, edits: Iterable[Edit], new_bond: tuple[int, int] | None = None
) -> Chem.RWMol:
    """Return a sanitised copy with changed bond orders.

    Parameters
    ----------
    edits
        A bond whose order becomes zero is taken out, one that was absent is made. Hydrogens
        follow the valences.
    new_bond
        Attacked atom and nucleophile: a single bond is made between them. Where the attacked
        atom is a stereocentre and loses a neighbour, its configuration is inverted.
    """
    copy = Chem.RWMol(mol)
    Chem.Kekulize(copy, clearAromaticFlags=True)
    around = {
        atom.GetIdx(): _neighbours(atom)
        for atom in copy.GetAtoms()
        if atom.HasProp("_CIPCode") or atom.GetChiralTag() in _FLIPPED
    }
    for first, second, change in edits:
        _change(copy, first, second, change)
    if new_bond is not None:
        copy.AddBond(*new_bond, Chem.BondType.SINGLE)
        _invert(copy, *new_bond, around)
    # the directions that belonged to a C=C that is gone must go, those of others come back
    for bond in copy.GetBonds():
        bond.SetBondDir(Chem.BondDir.NONE)
    Chem.SetDoubleBondNeighborDirections(copy)
    return Chem.RWMol(sanitised(copy))


def sanitised(mol: Chem.Mol) -> Chem.Mol:
    """Return a sanitised copy with its stereo perceived anew."""
    copy = Chem.Mol(mol)
    Chem.SanitizeMol(copy)
    Chem.AssignStereochemistry(copy, cleanIt=True, force=True)
    return copy


def take_chirality(mol: Chem.Mol, index: int, template: Chem.Mol) -> None:
    """Give an atom the configuration that it has in another molecule with the same neighbours.

    Chiral tags count neighbours in the order of the bonds, which edits change.
    """
    atom, model = mol.GetAtomWithIdx(index), template.GetAtomWithIdx(index)
    tag = model.GetChiralTag()
    if tag in _FLIPPED and _parity(_neighbours(model), _neighbours(atom)):
        tag = _FLIPPED[tag]
    atom.SetChiralTag(tag)


def _change(mol: Chem.RWMol, first: int, second: int, change: int) -> None:
    """Change one bond's order; its ends take up or give hydrogens."""
    bond = mol.GetBondBetweenAtoms(first, second)
    order = change if bond is None else int(bond.GetBondTypeAsDouble()) + change
    if bond is None:
        mol.AddBond(first, second, _ORDERS[order])
    elif order == 0:
        mol.RemoveBond(first, second)
    else:
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondType(_ORDERS[order])
    for index in (first, second):
        atom = mol.GetAtomWithIdx(index)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)


def _neighbours(atom: Chem.Atom) -> list[int]:
    return [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]


def _invert(mol: Chem.RWMol, attacked: int, nucleophile: int, around: dict[int, list[int]]) -> None:
    """Turn a stereocentre over whose leaving group the nucleophile has replaced."""
    atom = mol.GetAtomWithIdx(attacked)
    if atom.GetChiralTag() not in _FLIPPED:
        return
    before, after = around[attacked], _neighbours(atom)
    gone = [index for index in before if index not in after]
    if len(gone) != 1:
        return
    # the nucleophile in the leaving group's place would be retention
    retained = [nucleophile if index == gone[0] else index for index in before]
    if _parity(retained, after):
        return
    atom.SetChiralTag(_FLIPPED[atom.GetChiralTag()])


def _parity(first: list[int], second: list[int]) -> bool:
    """Return whether an odd permutation leads from one order to the other."""
    places = [second.index(index) for index in first]
    return sum(a > b for a, b in combinations(places, 2)) % 2 == 1
