"""Torsion profiles on disk: the same numbers, and never another fragment's or a torn file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from workbench.docking import kept_profiles, torsion_profiles
from workbench.docking.kept_profiles import kept
from workbench.docking.torsion_profiles import torsion_atoms, torsion_series
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.settings import ConformerSettings

SERIES = np.array([0.1, 1.0 / 3.0, -2e-17])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def fresh() -> Iterator[None]:
    """What this process remembers is of no use before, and not left behind after."""
    torsion_profiles._series.cache_clear()
    yield
    torsion_profiles._series.cache_clear()


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> NDArray[np.float64]:
        self.times += 1
        return SERIES


def test_what_was_computed_is_read_bit_by_bit(folder: Path) -> None:
    maker = Maker()
    assert [kept("C[CH3:1]", 3, maker).tolist() for _ in range(3)] == [SERIES.tolist()] * 3
    assert maker.times == 1
    kept("C[NH2:1]", 3, maker)
    assert maker.times == 2
    (versioned,) = folder.iterdir()
    assert sorted(path.suffix for path in versioned.iterdir()) == [".json", ".json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"fragment": "C[CH3:1]", "series": [1.0, 2.0]}',
        '{"fragment": "C[CH3:1]", "series": [1.0, 2.0, NaN]}',
        '{"fragment": "C[CH3:1]", "series": [1.0, 2.0, "x"]}',
        '{"fragment": "another", "series": [1.0, 2.0, 3.0]}',
    ],
)
def test_a_damaged_file_counts_as_absent_and_is_mended(folder: Path, content: str) -> None:
    maker = Maker()
    kept("C[CH3:1]", 3, maker)
    (path,) = folder.glob("*/*.json")
    path.write_text(content)
    assert kept("C[CH3:1]", 3, maker).tolist() == SERIES.tolist()
    assert maker.times == 2
    assert json.loads(path.read_text())["series"] == SERIES.tolist()


def test_a_cache_that_cannot_be_written_is_done_without(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    maker = Maker()
    for _ in range(2):
        assert kept("C[CH3:1]", 3, maker).tolist() == SERIES.tolist()
    assert maker.times == 2


def test_other_settings_of_the_conformers_have_profiles_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = Maker()
    kept("C[CH3:1]", 3, maker)
    relaxed = ConformerSettings(max_steps=7)
    monkeypatch.setattr(kept_profiles, "ConformerSettings", lambda: relaxed)
    kept_profiles._version.cache_clear()
    kept("C[CH3:1]", 3, maker)
    kept_profiles._version.cache_clear()
    assert maker.times == 2
    assert len(list(folder.iterdir())) == 2


def test_a_real_profile_is_the_same_from_disk(folder: Path, fresh: None) -> None:
    adduct = enumerate_adducts(load_ligand("KPT-185"))[0]
    sulphur, carbon = adduct.sg_index, adduct.reactive_atom_index
    torsion = torsion_atoms(adduct.mol, sulphur, carbon)
    assert torsion is not None
    first = torsion_series(adduct, torsion)
    (path,) = folder.glob("torsions-*/*.json")
    record = json.loads(path.read_text())
    torsion_profiles._series.cache_clear()
    assert torsion_series(adduct, torsion).tolist() == first.tolist()
    record["series"][0] += 1.0
    path.write_text(json.dumps(record))
    torsion_profiles._series.cache_clear()
    assert torsion_series(adduct, torsion)[0] == first[0] + 1.0
