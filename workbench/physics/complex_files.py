"""A complex as text of structure files."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from workbench.physics.complex import Assembly
from workbench.structures.mmcif import mmcif_text
from workbench.structures.writing import pdb_text


def complex_texts(bonded: Assembly) -> tuple[str, str]:
    """Return a complex as PDB and mmCIF text; a bonded one has the link from SG to carbon."""
    bonds = np.array(
        [
            (b.GetBeginAtomIdx(), b.GetEndAtomIdx(), round(b.GetBondTypeAsDouble()))
            for b in _kekule(bonded).GetBonds()
        ],
        dtype=np.int64,
    )
    links = [(bonded.sg, bonded.reactive_carbon)] if bonded.bonded else []
    texts = [
        write(bonded.atoms, bonded.coordinates, bonds=bonds, links=links, title=bonded.title)
        for write in (pdb_text, mmcif_text)
    ]
    return texts[0], texts[1]


def _kekule(bonded: Assembly) -> Chem.Mol:
    mol = Chem.Mol(bonded.mol)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    return mol
