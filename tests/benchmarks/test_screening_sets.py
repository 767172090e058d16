"""The docked sets that are kept: made of what they say, and what they are used to show."""

from __future__ import annotations

import active_learning
import enrichment
import numpy as np
import pytest
from quick_docking import read_scores
from rdkit import Chem


def test_the_docked_analogs_are_the_products_of_the_shipped_table() -> None:
    from workbench.ligands.building_blocks import read_building_blocks, shipped_groups
    from workbench.ligands.enumeration import Library

    blocks = read_building_blocks(shipped_groups())
    library = Library(blocks.cores["sine"], blocks.groups)
    rows = read_scores(active_learning.SCORES)
    assert len({row["name"] for row in rows}) == len(rows) > 200
    for row in rows[::10]:
        number = int(row["name"].removeprefix("sine-")) - 1
        assert library.product(number).smiles == row["smiles"]


def test_a_tenth_finds_most_of_the_best_and_chance_does_not() -> None:
    pytest.importorskip("sklearn")
    from workbench.settings import ActiveSettings

    smiles, scores = active_learning.docked_set()
    library = active_learning.library_of(smiles)
    found = {
        how: np.mean(
            [
                active_learning.share_found(
                    library,
                    scores,
                    0.01,
                    ActiveSettings(acquisition=how, stop_below=0),  # type: ignore[arg-type]
                    seed,
                )
                for seed in range(3)
            ]
        )
        for how in ("ucb", "random")
    }
    assert found["ucb"] >= 0.5 and found["random"] < 0.35


def test_the_decoys_are_like_the_actives_in_size_and_unlike_in_shape() -> None:
    rows = read_scores(enrichment.SCORES)
    known = [row["smiles"] for row in rows if row["label"] == "1"]
    others = [row["smiles"] for row in rows if row["label"] == "0"]
    assert len(others) > 2 * len(known)
    of_known, of_others = (
        np.mean([enrichment.described(text) for text in group], axis=0) for group in (known, others)
    )
    assert np.abs(of_known - of_others).max() < 1.0
    core = Chem.MolFromSmarts("c1ncn(C=C)n1")
    assert not any(Chem.MolFromSmiles(text).HasSubstructMatch(core) for text in others)
