"""What makes two molecules the same compound."""

from __future__ import annotations

from rdkit import Chem, rdBase


def inchikey_of(mol: Chem.Mol) -> str:
    """Return the standard InChIKey."""
    with rdBase.BlockLogs():
        return str(Chem.MolToInchiKey(mol))


def skeleton_of(inchikey: str) -> str:
    """Return the first block of an InChIKey: connectivity, without stereo and protonation."""
    return inchikey.split("-", 1)[0]
