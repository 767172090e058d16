"""The drug alone: counterions and solvents that are drawn beside it are left out, and named."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from workbench.errors import LigandError
from workbench.ligands.names import quoted
from workbench.tables import Salt, salts

_ALKALI = frozenset({3, 11, 19, 37, 55, 12, 20, 38, 56})


class Parent(NamedTuple):
    """The drug of a record, and what was left out, in words."""

    mol: Chem.Mol
    warnings: tuple[str, ...]


def parent(mol: Chem.Mol, where: str) -> Parent:
    """Return the one molecule that is neither a counterion nor a solvent of ``salts.csv``.

    A molecule that stands alone is kept whatever it is; a bond to an alkali or alkaline earth
    metal is taken as ionic. Several copies of one drug count once.

    Raises
    ------
    LigandError
        When nothing is left, or more than one compound is.
    """
    mol, warnings = _without_metal_bonds(mol)
    if len(Chem.GetMolFrags(mol)) < 2:
        return Parent(mol, warnings)
    with rdBase.BlockLogs():
        pieces = Chem.GetMolFrags(mol, asMols=True)
    known = [salt_of(piece) for piece in pieces]
    kept = {
        Chem.MolToSmiles(piece): piece
        for piece, salt in zip(pieces, known, strict=True)
        if salt is None
    }
    if not kept:
        names = ", ".join(dict.fromkeys(salt.name for salt in known if salt))
        raise LigandError(
            f"{where}: nothing but salts and solvents ({quoted(names, 80)}): no drug is left; "
            "if one of them is the ligand, give it alone"
        )
    if len(kept) > 1:
        shown = " and ".join(quoted(smiles, 50) for smiles in list(kept)[:2])
        raise LigandError(
            f"{where}: a mixture of {len(kept)} compounds ({shown}), of which none is a known "
            "counterion or solvent; give the drug alone"
        )
    counts = Counter(
        (salt, Chem.MolToSmiles(piece))
        for piece, salt in zip(pieces, known, strict=True)
        if salt is not None
    )
    warnings += tuple(
        f"a {salt.kind} was left out: {smiles} ({salt.name}{f', {count} times' * (count > 1)})"
        for (salt, smiles), count in counts.items()
    )
    (drug,) = kept.values()
    copies = known.count(None)
    if copies > 1:
        warnings += (f"drawn {copies} times beside its counterion: taken once",)
    return Parent(drug, warnings)


def salt_of(fragment: Chem.Mol) -> Salt | None:
    """Return the counterion or solvent that a fragment is, whatever its charge or stereo."""
    return _salts_by_key().get(_key(fragment))


def _without_metal_bonds(mol: Chem.Mol) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the molecule with alkali and alkaline earth metals as ions."""
    bound = [a for a in mol.GetAtoms() if a.GetAtomicNum() in _ALKALI and a.GetDegree()]
    if not bound:
        return mol, ()
    with rdBase.BlockLogs():
        apart = rdMolStandardize.MetalDisconnector().Disconnect(mol)
    return apart, (f"the bond to {bound[0].GetSymbol()} was taken as ionic",)


@cache
def _salts_by_key() -> dict[str, Salt]:
    """Return the table by comparison key (it is only read)."""
    return {_key(Chem.MolFromSmiles(salt.smiles)): salt for salt in salts()}


def _key(fragment: Chem.Mol) -> str:
    """Return what stands for a fragment: its element, or its neutral SMILES without stereo."""
    if fragment.GetNumAtoms() == 1:
        return str(fragment.GetAtomWithIdx(0).GetSymbol())
    with rdBase.BlockLogs():
        neutral = rdMolStandardize.Uncharger().uncharge(fragment)
    return Chem.MolToSmiles(neutral, isomericSmiles=False)
