"""Docking with waters and partner chains that were kept in the receptor."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_cases import QUICK

from workbench.pipeline.docking import dock
from workbench.structures.loading import load_receptor


@pytest.mark.slow
def test_cargo_that_fills_the_groove_leaves_no_valid_pose(shared_structures: Path) -> None:
    """Snurportin-1 lies where SINE drugs bind: with it, none fits; without it, one does."""
    path = shared_structures / "receptors" / "3gjx_stripped.pdb"
    filled = load_receptor(path, keep_partners=True)
    emptied = load_receptor(path)
    results = [dock("KPT-185", r, poses=1, settings=QUICK) for r in (filled, emptied)]
    with_cargo, without = ([p for a in r.adducts for p in a.poses] for r in results)
    assert not any(pose.valid for pose in with_cargo)
    assert "none of them with a valid pose" in results[0].reason
    assert any("leave out --keep-partners" in text for text in results[0].warnings)
    best = [min(p.score_kcal_per_mol for p in poses) for poses in (with_cargo, without)]
    assert best[1] < best[0] - 5.0
    # the partner is in the written complex, where the entry has it
    assert any(line[21] == "E" for line in _atom_lines(with_cargo[0].complex_pdb))


@pytest.mark.slow
def test_a_kept_water_stays_in_the_bonded_complex(shared_structures: Path) -> None:
    path = shared_structures / "adducts" / "1vsn.pdb"
    receptor = load_receptor(path, nucleophile="A:25:SG", keep_waters=True)
    result = dock("KPT-185", receptor, poses=1, settings=QUICK)
    assert result.verdict == "adduct"
    for adduct in result.adducts:
        (pose,) = adduct.poses
        assert pose.valid, pose.failed_checks
        waters = [line for line in _atom_lines(pose.complex_pdb) if line[17:20] == "HOH"]
        assert [line[12:16].strip() for line in waters] == ["O", "H1", "H2"]


def _atom_lines(pdb: str) -> list[str]:
    return [line for line in pdb.splitlines() if line.startswith(("ATOM", "HETATM"))]
