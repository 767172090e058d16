"""Ligands and receptors at the edge: each gets a verdict or one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_cases import HASTY

from workbench.cli.main import main
from workbench.errors import LigandError
from workbench.pipeline import dock
from workbench.results import DockingResult
from workbench.structures.loading import load_receptor

E_KPT_185 = r"CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
TOO_LONG = "C=CC(=O)NC" + "OCC" * 15


def _plain(smiles: str) -> DockingResult:
    return dock(smiles, poses=1, jobs=1, settings=HASTY)


@pytest.mark.parametrize(
    ("smiles", "low", "high"),
    [("CN=C=S", 1.70, 1.80), ("ClCC(N)=O", 1.78, 1.86)],
)
def test_a_drug_of_four_atoms_is_bonded(smiles: str, low: float, high: float) -> None:
    """Dithiocarbamates have C-S of 1.76 angstrom, thioethers 1.82."""
    result = _plain(smiles)
    assert result.verdict == "adduct"
    (adduct,) = result.adducts
    assert adduct.poses[0].valid
    assert low < adduct.poses[0].sg_c_distance_angstrom < high
    assert result.ranking is not None
    assert result.ranking["preferred"] is None


def test_a_drug_without_its_warhead_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """The aryl-triazole of KPT-185 with a methyl group where the acrylate was."""
    assert main(["dock", "Cn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1", "--out", "unused"]) == 2
    assert "no warhead in" in capsys.readouterr().err
    assert not Path("unused").exists()


def test_too_many_torsions_are_refused_before_any_work() -> None:
    with pytest.raises(LigandError, match="rotatable bonds are over the limit of 40"):
        _plain(TOO_LONG)


@pytest.mark.slow
def test_the_other_alkene_is_another_drug() -> None:
    """E-KPT-185 gives the same adducts on paper, from another encounter complex."""
    result = _plain(E_KPT_185)
    assert result.verdict == "adduct"
    assert result.ligand["name"] != "KPT-185"
    assert [a.label for a in result.adducts] == ["bR", "bS"]


@pytest.mark.slow
def test_a_closed_groove_gets_a_warning(shared_structures: Path) -> None:
    receptor = load_receptor(str(shared_structures / "receptors" / "4hb2_pdbredo.pdb"))
    result = dock("KPT-185", receptor, poses=1, jobs=1, settings=HASTY)
    assert any("closed" in text for text in result.warnings)
    assert result.verdict == "adduct"
