"""Which bonds turn: one definition for the size limit, the conformers and the docking."""

from __future__ import annotations

from functools import cache

from rdkit import Chem


@cache
def _held_pattern() -> Chem.Mol:
    """Return the pattern of amide, ester, thioamide and amidine bonds (read only).

    They hold cis or trans; several conformers cover both forms. A hydrazide's N-N turns.
    """
    return Chem.MolFromSmarts("[$(C=O),$(C=S),$(C=N)]-!@[#7,O;!$([OH])]")


def rotatable_bonds(mol: Chem.Mol) -> tuple[tuple[int, int], ...]:
    """Return the bonds about which a molecule turns, each as (lower, higher) atom index.

    Single bonds outside rings that move a heavy atom on both sides, without amide-like bonds
    and bonds to linear groups that end there (nitriles, alkynes); a CF3 group turns.
    """
    held = {frozenset(pair) for pair in mol.GetSubstructMatches(_held_pattern())}
    bonds = []
    for bond in mol.GetBonds():
        if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing():
            continue
        begin, end = bond.GetBeginAtom(), bond.GetEndAtom()
        pair = (begin.GetIdx(), end.GetIdx())
        if frozenset(pair) in held:
            continue
        if _moves_heavy_atom(begin, end) and _moves_heavy_atom(end, begin):
            bonds.append((min(pair), max(pair)))
    return tuple(sorted(bonds))


def held_bonds(mol: Chem.Mol) -> tuple[tuple[int, int, int, int], ...]:
    """Return the amide-like bonds that can be cis or trans, each as the four atoms of a torsion.

    The outer atoms are the lowest-numbered neighbours apart from the double bond's partner, so
    a torsion of 0 degree has them cis.
    """
    torsions = []
    for first, second in mol.GetSubstructMatches(_held_pattern()):
        before = _side_chain(mol, first, second)
        after = _side_chain(mol, second, first)
        if before is not None and after is not None:
            torsions.append((before, first, second, after))
    return tuple(sorted(torsions))


def two_form_bonds(mol: Chem.Mol) -> tuple[tuple[int, int, int, int], ...]:
    """Return the held bonds whose cis and trans forms are both common, as torsions.

    Acyl hydrazides and hydroxamates, and amides without N-H. Esters and simple secondary
    amides are trans but for rare exceptions.
    """
    return tuple(torsion for torsion in held_bonds(mol) if _has_two_forms(mol, torsion))


def _has_two_forms(mol: Chem.Mol, torsion: tuple[int, int, int, int]) -> bool:
    nitrogen = next(
        (a for a in map(mol.GetAtomWithIdx, torsion[1:3]) if a.GetAtomicNum() == 7), None
    )
    if nitrogen is None:
        return False
    on_hetero_atom = any(a.GetAtomicNum() in (7, 8) for a in nitrogen.GetNeighbors())
    return on_hetero_atom or nitrogen.GetTotalNumHs() == 0


def _side_chain(mol: Chem.Mol, pivot: int, axis: int) -> int | None:
    """Return the lowest-numbered heavy neighbour of an end of a bond, single bonds preferred."""
    atom = mol.GetAtomWithIdx(pivot)
    ranked = sorted(
        (bond.GetBondTypeAsDouble(), bond.GetOtherAtomIdx(pivot))
        for bond in atom.GetBonds()
        if bond.GetOtherAtomIdx(pivot) != axis and bond.GetOtherAtom(atom).GetAtomicNum() > 1
    )
    return ranked[0][1] if ranked else None


def _moves_heavy_atom(pivot: Chem.Atom, axis: Chem.Atom) -> bool:
    """Return whether turning about ``axis``-``pivot`` displaces a heavy atom beyond the pivot."""
    beyond = [
        atom
        for atom in pivot.GetNeighbors()
        if atom.GetIdx() != axis.GetIdx() and atom.GetAtomicNum() > 1
    ]
    if pivot.GetHybridization() != Chem.HybridizationType.SP or len(beyond) != 1:
        return bool(beyond)
    # a linear group lies on the axis: only what hangs beyond its far end is displaced
    return _moves_heavy_atom(beyond[0], pivot)
