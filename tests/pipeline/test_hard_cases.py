"""Ligands and receptors at the edge: each gets a verdict or one clear error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from pipeline_cases import HASTY

from workbench.cli.main import main
from workbench.errors import LigandError
from workbench.ligands.conformers import embed_drug, rotatable_bonds
from workbench.ligands.reading import load_ligand
from workbench.pipeline.docking import dock
from workbench.records.docking import DockingResult

E_KPT_185 = r"CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
MALEIMIDE = "O=C1C=CC(=O)N1"
TOO_LONG = "C=CC(=O)NC" + "OCC" * 15


def _plain(smiles: str) -> DockingResult:
    return dock(smiles, poses=1, jobs=1, settings=HASTY)


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a command's results; the command itself spends little effort."""
    short = HASTY.encounter.model_copy(update={"max_evaluations": 20_000, "n_forms": 1})
    settings = HASTY.model_copy(
        update={
            "encounter": short,
            "search": HASTY.search.model_copy(update={"n_conformers": 1}),
            "minimization": HASTY.minimization.model_copy(update={"max_iterations": 20}),
        }
    )
    monkeypatch.setattr("workbench.cli.dock.dock_settings", lambda quick: settings)
    return tmp_path / "out"


def assert_told(code: int, folder: Path, said: pytest.CaptureResult[str]) -> None:
    """A verdict with numbers that are numbers in every file, or one sentence and no traceback."""
    assert "Traceback" not in said.err
    if code:
        assert code == 1 and re.search(r"^workbench: \S.{20,}[.]?$", said.err, re.M), said.err
        return
    result = json.loads((folder / "result.json").read_text(), parse_constant=_no_number)
    assert result["verdict"] == "adduct"
    poses = [pose for adduct in result["adducts"] for pose in adduct["poses"]]
    assert poses and all(abs(pose["score_kcal_per_mol"]) < 100 for pose in poses)
    written = [p for p in folder.rglob("*") if p.suffix in (".pdb", ".cif", ".sdf", ".csv")]
    assert len(written) > 3
    for path in written:
        assert not re.search(r"\b(nan|inf)\b", path.read_text(), re.I), path.name


def _no_number(text: str) -> float:
    raise AssertionError(f"{text} in the result")


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


FORTY = "C=CC(=O)NC" + "OCC" * 13
"""Of 40 rotatable bonds, the most that is taken."""

RULER = "C=CC(=O)N" + "c1ccc(cc1)C#C" * 5 + "c1ccccc1"
"""Six phenyl rings on a straight line: over 40 angstrom, stiff."""


def test_inputs_are_as_extreme_as_they_say() -> None:
    assert len(rotatable_bonds(load_ligand(FORTY).mol)) == 40
    drug = embed_drug(load_ligand(RULER), 1, n_conformers=1).GetConformer().GetPositions()
    assert np.linalg.norm(drug[:, None] - drug[None], axis=2).max() > 35
    assert not rotatable_bonds(load_ligand(MALEIMIDE).mol)


@pytest.mark.parametrize("smiles", [MALEIMIDE, FORTY, RULER], ids=["none", "forty", "too big"])
def test_extreme_ligands_are_docked_or_refused_in_words(
    smiles: str, hasty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No torsions, the most that are taken, and longer than any docking box is wide."""
    code = main(["dock", smiles, "--poses", "1", "--jobs", "1", "--out", str(hasty)])
    assert_told(code, hasty, capsys.readouterr())


@pytest.mark.parametrize(
    "nucleophile", [pytest.param(None, marks=pytest.mark.slow, id="human"), "C:539:SG"]
)
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
