"""Ligands and receptors at the edge, and what is kept beside: a verdict or one clear error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pipeline_cases import HASTY

from workbench.cli.main import main
from workbench.pipeline.docking import dock
from workbench.settings import DockSettings
from workbench.structures.loading import load_receptor

MALEIMIDE = "O=C1C=CC(=O)N1"


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a command's results; the command itself spends little effort."""
    minimization = HASTY.minimization.model_copy(update={"max_iterations": 20})
    settings = HASTY.model_copy(update={"minimization": minimization})
    monkeypatch.setattr("workbench.cli.inputs.dock_settings", lambda quick: settings)
    return tmp_path / "out"


def assert_told(code: int, folder: Path, said: pytest.CaptureResult[str]) -> None:
    """A verdict with numbers that are numbers in every file, or one sentence and no traceback."""
    assert "Traceback" not in said.err
    if code:
        assert code == 1 and re.search(r"^workbench: \S.{20,}[.]?$", said.err, re.M), said.err
        return
    result = json.loads((folder / "result.json").read_text())
    assert result["verdict"] == "adduct"
    poses = [pose for adduct in result["adducts"] for pose in adduct["poses"]]
    assert poses and all(abs(pose["score_kcal_per_mol"]) < 100 for pose in poses)
    written = [
        p for p in folder.rglob("*") if p.suffix in (".pdb", ".cif", ".sdf", ".csv", ".json")
    ]
    assert len(written) > 3
    for path in written:
        assert not re.search(r"[\s,:](nan|inf(inity)?)\b", path.read_text(), re.I), path.name


@pytest.mark.parametrize(
    ("smiles", "low", "high"),
    [("CN=C=S", 1.70, 1.80), ("ClCC(N)=O", 1.78, 1.86)],
)
def test_a_drug_of_four_atoms_is_bonded(smiles: str, low: float, high: float) -> None:
    """Dithiocarbamates have C-S of 1.76 angstrom, thioethers 1.82."""
    result = dock(smiles, poses=1, jobs=1, settings=HASTY)
    assert result.verdict == "adduct"
    (adduct,) = result.adducts
    assert adduct.poses[0].valid
    assert low < adduct.poses[0].sg_c_distance_angstrom < high
    assert result.ranking is not None
    assert result.ranking["preferred"] is None


FORTY = "C=CC(=O)NC" + "OCC" * 13
"""Of 40 rotatable bonds, the most that is taken."""

RULER = "C=CC(=O)N" + "c1ccc(cc1)C#C" * 5 + "c1ccccc1"
"""Six phenyl rings on a straight line: over 40 angstrom, stiff."""


@pytest.mark.slow
@pytest.mark.parametrize("smiles", [MALEIMIDE, FORTY, RULER], ids=["none", "forty", "too big"])
def test_extreme_ligands_are_docked_or_refused_in_words(
    smiles: str, hasty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No torsions, the most that are taken, and longer than any docking box is wide."""
    code = main(["dock", smiles, "--poses", "1", "--jobs", "1", "--out", str(hasty)])
    assert_told(code, hasty, capsys.readouterr())


@pytest.mark.slow
@pytest.mark.parametrize("nucleophile", [None, "C:539:SG"])
def test_a_closed_groove_is_told_whatever_its_numbering(
    nucleophile: str | None,
    shared_structures: Path,
    hasty: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """4HB2, yeast: the groove is shut, with the reactive cysteine at 539 (human 528)."""
    entry = str(shared_structures / "receptors" / "4hb2_pdbredo.pdb")
    named = ["--nucleophile", nucleophile] if nucleophile else []
    asked = ["dock", "KPT-185", "--receptor", entry, *named]
    code = main([*asked, "--poses", "1", "--jobs", "1", "--out", str(hasty)])
    said = capsys.readouterr()
    assert_told(code, hasty, said)
    assert "the NES groove of" in said.out + said.err
    assert "is closed: poses in it say little" in said.out + said.err


@pytest.mark.slow
def test_cargo_that_fills_the_groove_leaves_no_valid_pose(shared_structures: Path) -> None:
    """Snurportin-1 lies where SINE drugs bind: with it, none fits; without it, one does."""
    path = shared_structures / "receptors" / "3gjx_stripped.pdb"
    filled = load_receptor(path, keep_partners=True)
    emptied = load_receptor(path)
    results = [
        dock("KPT-185", r, poses=1, settings=DockSettings.quick()) for r in (filled, emptied)
    ]
    with_cargo, without = ([p for a in r.adducts for p in a.poses] for r in results)
    assert not any(pose.valid for pose in with_cargo)
    assert "none of them with a valid pose" in results[0].reason
    assert any("leave out --keep-partners" in text for text in results[0].warnings)
    best = [min(p.score_kcal_per_mol for p in poses) for poses in (with_cargo, without)]
    assert best[1] < best[0] - 5.0
    # the partner is in the written complex, where the entry has it
    lines = with_cargo[0].complex_pdb.splitlines()
    assert any(line.startswith("ATOM") and line[21] == "E" for line in lines)
