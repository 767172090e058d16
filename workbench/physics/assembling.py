"""Receptor and ligand put together: records, bonds, and one checked molecule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.structures.receptor import Atom, Receptor

LIGAND_RESIDUE = "LIG"
LIGAND_CHAIN = "L"
LIGAND_NUMBER = 1
CAPS = ("ACE", "NME")

_ELEMENTS = frozenset(("H", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I"))
"""Of organic molecules; MMFF94's bare metal ions are left out, their pockets are bonded ones."""
_ORDERS = {
    1: Chem.BondType.SINGLE,
    2: Chem.BondType.DOUBLE,
    3: Chem.BondType.TRIPLE,
}


def address(atom: Atom) -> str:
    """Return an atom's short name in messages: ``528:SG``, ``LIG:C3``."""
    if atom.residue_name == LIGAND_RESIDUE and atom.chain == LIGAND_CHAIN:
        return f"{LIGAND_RESIDUE}:{atom.name}"
    number = f"{atom.residue_name}{atom.residue_number}"
    return f"{number if atom.residue_name in CAPS else atom.residue_number}:{atom.name}"


def ligand_records(full: Chem.Mol, ligand: Sequence[int]) -> tuple[Atom, ...]:
    """Return records of some atoms of a molecule as residue ``LIG``, each with its own name."""
    seen: Counter[str] = Counter()
    named = []
    for index in ligand:
        atom = full.GetAtomWithIdx(index)
        symbol = atom.GetSymbol()
        seen[symbol] += 1
        named.append(
            Atom(
                name=f"{symbol.upper()}{seen[symbol]}",
                element=symbol,
                residue_name=LIGAND_RESIDUE,
                residue_number=LIGAND_NUMBER,
                chain=LIGAND_CHAIN,
                formal_charge=atom.GetFormalCharge(),
            )
        )
    return tuple(named)


def joined_bonds(
    receptor: Receptor, new_index: dict[int, int], full: Chem.Mol, place: dict[int, int]
) -> list[tuple[int, int, int]]:
    """Return the bonds within receptor and ligand, Kekule orders, by index in the complex.

    Parameters
    ----------
    new_index, place
        Index in the receptor, and in ``full``, -> index in the complex; others are left out.
    """
    bonds = [
        (new_index[i], new_index[j], order)
        for i, j, order in receptor.bonds.tolist()
        if i in new_index and j in new_index
    ]
    kekule = Chem.Mol(full)
    Chem.Kekulize(kekule, clearAromaticFlags=True)
    for edge in kekule.GetBonds():
        i, j = edge.GetBeginAtomIdx(), edge.GetEndAtomIdx()
        if i in place and j in place:
            bonds.append((place[i], place[j], int(edge.GetBondTypeAsDouble())))
    return bonds


def molecule(atoms: tuple[Atom, ...], bonds: list[tuple[int, int, int]]) -> Chem.Mol:
    """Return atoms and Kekule bonds as one sanitised molecule without a conformer.

    Raises
    ------
    PhysicsError
        When an element is outside the force fields, or a valence is wrong: a hydrogen missing, an
        odd number of electrons, a charge that does not fit.
    """
    for record in atoms:
        if record.element not in _ELEMENTS:
            raise PhysicsError(
                f"{address(record)} ({record.residue_name}) is {record.element}, for which the "
                "force field has no parameters: take it out of the structure."
            )
    editable = Chem.RWMol()
    for record in atoms:
        atom = Chem.Atom(record.element)
        atom.SetFormalCharge(record.formal_charge)
        atom.SetNoImplicit(True)
        editable.AddAtom(atom)
    for i, j, order in bonds:
        editable.AddBond(i, j, _ORDERS[order])
    mol = editable.GetMol()
    problems = Chem.DetectChemistryProblems(mol)
    if problems:
        first = problems[0]
        at = first.GetAtomIdx() if hasattr(first, "GetAtomIdx") else None
        where = "" if at is None else f" at {address(atoms[at])}"
        raise PhysicsError(f"the structure is no valid molecule{where}: {first.Message()}.")
    Chem.SanitizeMol(mol)
    for atom, record in zip(mol.GetAtoms(), atoms, strict=True):
        # With no implicit hydrogens allowed, RDKit counts an unfilled valence as a radical.
        if atom.GetNumRadicalElectrons():
            raise PhysicsError(
                f"{address(record)} ({record.residue_name}) has an open valence: a hydrogen or a "
                "bond order is missing there; prepare the receptor with hydrogens."
            )
    return mol
