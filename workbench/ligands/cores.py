"""A core cut out of a molecule: where a SMARTS labels it, the groups come off."""

from __future__ import annotations

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.building_blocks import MAX_POSITION, Group
from workbench.ligands.names import quoted

MAX_SMARTS_LENGTH = 2000
MAX_MATCHES = 1000


def cut_core(mol: Chem.Mol, smarts: str, name: str) -> Group:
    """Return what a SMARTS finds in a molecule, open at its labelled atoms.

    A labelled atom, ``[c:1]``, loses the one group that hangs on it outside the match, or a
    hydrogen where there is none. What hangs on the others stays.

    Parameters
    ----------
    mol
        With implicit hydrogens.

    Raises
    ------
    LigandError
        When the SMARTS is none, does not match in one way, or labels an atom whose group is not
        clear.
    """
    core = _query(smarts)
    found: dict[str, Group] = {}
    for match in mol.GetSubstructMatches(core, uniquify=False, maxMatches=MAX_MATCHES):
        group = _opened(mol, core, match, name)
        found[Chem.MolToSmiles(group.mol)] = group
    if len(found) != 1:
        times = "found in more ways than one" if found else "not found"
        raise LigandError(f"the core {quoted(smarts)} is {times} in {name}: change the SMARTS")
    return next(iter(found.values()))


def _opened(mol: Chem.Mol, core: Chem.Mol, match: tuple[int, ...], name: str) -> Group:
    """Return the molecule open at the labelled atoms of one match."""
    inside = set(match)
    cut: list[int] = []
    labels: list[tuple[int, int]] = []
    bare: list[tuple[int, int]] = []
    for pattern in core.GetAtoms():
        if not (label := pattern.GetAtomMapNum()):
            continue
        atom = mol.GetAtomWithIdx(match[pattern.GetIdx()])
        outside = [b for b in atom.GetBonds() if b.GetOtherAtomIdx(atom.GetIdx()) not in inside]
        if not outside and atom.GetTotalNumHs():
            bare.append((atom.GetIdx(), label))
        elif len(outside) == 1 and outside[0].GetBondType() == Chem.BondType.SINGLE:
            cut.append(outside[0].GetIdx())
            labels.append((label, label))
        else:
            raise LigandError(
                f"at label {label} of the core, {name} has no single group and no hydrogen to "
                "replace: label another atom"
            )
    open_mol = Chem.FragmentOnBonds(mol, cut, dummyLabels=labels) if cut else Chem.Mol(mol)
    return _group(open_mol, bare, inside, name)


def _group(open_mol: Chem.Mol, bare: list[tuple[int, int]], inside: set[int], name: str) -> Group:
    """Return the piece that holds the core, with its hydrogens replaced where asked."""
    editable = Chem.RWMol(open_mol)
    for at, label in bare:
        new = editable.AddAtom(Chem.Atom(0))
        editable.GetAtomWithIdx(new).SetIsotope(label)
        editable.AddBond(at, new, Chem.BondType.SINGLE)
        holder = editable.GetAtomWithIdx(at)
        holder.SetNumExplicitHs(max(holder.GetNumExplicitHs() - 1, 0))
    for atom in editable.GetAtoms():
        if atom.GetAtomicNum() == 0:
            atom.SetAtomMapNum(atom.GetIsotope())
            atom.SetIsotope(0)
    pieces = Chem.GetMolFrags(editable)
    kept = next(piece for piece in pieces if inside & set(piece))
    smiles = Chem.MolFragmentToSmiles(editable, list(kept))
    mol = Chem.MolFromSmiles(smiles)
    found = sorted(atom.GetAtomMapNum() for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0)
    return Group(0, name, tuple(found), mol)


def _query(smarts: str) -> Chem.Mol:
    """Return the pattern of a SMARTS with one label or more, each once."""
    core = Chem.MolFromSmarts(smarts) if 0 < len(smarts) <= MAX_SMARTS_LENGTH else None
    if core is None or not core.GetNumAtoms():
        raise LigandError(f"the core {quoted(smarts)} is no SMARTS")
    labels = [atom.GetAtomMapNum() for atom in core.GetAtoms() if atom.GetAtomMapNum()]
    if not labels or len(set(labels)) < len(labels) or max(labels) > MAX_POSITION:
        raise LigandError(
            f"the core {quoted(smarts)} needs labels from 1 to {MAX_POSITION}, each once, on the "
            "atoms whose groups are exchanged, as in [c:1]"
        )
    return core
