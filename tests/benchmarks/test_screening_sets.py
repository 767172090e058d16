"""The docked sets that are kept: made of what they say, and what they are used to show."""

from __future__ import annotations

import enrichment
import numpy as np
from rdkit import Chem


def test_the_decoys_are_like_the_actives_in_size_and_unlike_in_shape() -> None:
    rows = enrichment.read_scores(enrichment.SCORES)
    known = [row["smiles"] for row in rows if row["label"] == "1"]
    others = [row["smiles"] for row in rows if row["label"] == "0"]
    assert len(others) > 2 * len(known)
    of_known, of_others = (
        np.mean([enrichment.described(text) for text in group], axis=0) for group in (known, others)
    )
    assert np.abs(of_known - of_others).max() < 1.0
    core = Chem.MolFromSmarts("c1ncn(C=C)n1")
    assert not any(Chem.MolFromSmiles(text).HasSubstructMatch(core) for text in others)
