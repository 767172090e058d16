"""SMARTS patterns, compiled once."""

from __future__ import annotations

from functools import cache

from rdkit import Chem


@cache
def pattern(smarts: str) -> Chem.Mol:
    """Return the compiled pattern of a SMARTS (it is only read)."""
    return Chem.MolFromSmarts(smarts)
