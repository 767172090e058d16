"""Which part of a drug an atom is in: aryl ring, triazole or tail."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem

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
