"""The notebooks run from an empty folder, and say what the command line says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from workbench.cli.main import main
from workbench.records.docking import DockingResult

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def ran(name: str, folder: Path, last: str) -> tuple[int, Any]:
    """Run a notebook in a folder and one cell more; return its 3D views and what that cell says.

    A view counts that has a still picture, which needs no script.
    """
    book = read(name)
    book.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({last}))"))
    NotebookClient(book, timeout=500, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    said = [out.text for out in outputs if out.output_type == "stream" and out.name == "stdout"]
    pages = [out.data["text/html"] for out in outputs if "text/html" in out.get("data", {})]
    return sum("3dmolviewer" in page and "<svg" in page for page in pages), json.loads(said[-1])


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_asks_three_questions_and_holds_no_output(name: str) -> None:
    book = read(name)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert set(book.metadata) == {"kernelspec", "language_info"}
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert re.findall(r"\*\*Question (\d)\.\*\*", text) == ["1", "2", "3"]
    assert text.count("<summary>Answer</summary>") == 3
    assert re.findall(r"^\| \*\*(\w+)\*\* \| \S", text, re.M) == ["Measured", "Model", "Unknown"]
    assert all((FOLDER / link).is_file() for link in re.findall(r"\]\((\S+\.ipynb)\)", text))


@pytest.mark.slow
def test_groove(
    tmp_path: Path, docked_drug: DockingResult, capsys: pytest.CaptureFixture[str]
) -> None:
    views, said = ran(
        "01_groove",
        tmp_path,
        "{'signals': [match.to_dict() for match in signals],"
        " 'scores': result.to_frame().iloc[:, :4].values.tolist(),"
        " 'encounter': result.encounter[0].score_kcal_per_mol}",
    )
    assert views == 2
    assert docked_drug.to_frame().iloc[:, :4].to_numpy().tolist() == said["scores"]
    assert docked_drug.encounter[0].score_kcal_per_mol == said["encounter"]
    capsys.readouterr()
    assert main(["nes", "NSNELALKLAGLDINK", "--drug", "KPT-185", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    displaced = [match.pop("displaced_by") for match in printed]
    assert printed == said["signals"]
    assert list(displaced[0]["anchors"]) == ["P2", "P3", "P4"]


@pytest.mark.slow
def test_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line takes the notebook's folders over: seed, settings, versions are the same."""
    views, said = ran(
        "02_selinexor_eltanexor",
        tmp_path,
        "{'reactions': {one.ligand: one.to_dict()['adducts'] for one in reactions},"
        " 'drugs': [[d.name, d.diastereomer, d.adduct_score.value] for d in comparison.drugs]}",
    )
    assert views == 1
    assert main(["react", "selinexor", "eltanexor", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {one["ligand"]: one["adducts"] for one in printed} == said["reactions"]
    monkeypatch.chdir(tmp_path)
    words = ["compare", "selinexor", "eltanexor", "--quick", "--poses", "1", "--out", "pair"]
    assert main(words) == 0
    assert "taken over from earlier 2/2" in capsys.readouterr().err
    rows = json.loads((tmp_path / "pair" / "comparison.json").read_text())["ligands"]
    found = [[row["name"], row["diastereomer"], row["adduct_score"]["value"]] for row in rows]
    assert found == said["drugs"][:2]


@pytest.mark.slow
def test_mutants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line does one pair again and takes over the others."""
    views, said = ran("03_mutants", tmp_path, "result.to_dict()")
    assert views == 1
    assert [pair["verdict"] for pair in said] == ["adduct", "no_thiol", "adduct"]
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "scan" / "pairs").glob("*.json"):
        if json.loads(path.read_text()).get("mutation") == "C528S":
            path.unlink()
    words = ["--mutations", "C528S,E571K", "--ligands", "selinexor", "--quick", "--out", "scan"]
    assert main(["scan", *words]) == 0
    assert json.loads((tmp_path / "scan" / "scan.json").read_text()) == said


def test_dosing(tmp_path: Path) -> None:
    _, said = ran("04_dosing", tmp_path, "[tied.to_dict(), half.lowest_export_capacity]")
    words = ["simulate", "selinexor", "--days", "7", "--apparent-kd", "5.29"]
    assert main([*words, "--regimen", "80 mg days 1,3 weekly", "--out", str(tmp_path / "a")]) == 0
    written = json.loads((tmp_path / "a" / "simulation.json").read_text())
    assert written["lowest_export_capacity"] == said[0]["lowest_export_capacity"]
    assert written["parameters"] == said[0]["parameters"]
    assert said[1] > said[0]["lowest_export_capacity"] + 0.3


@pytest.mark.slow
def test_screen(tmp_path: Path) -> None:
    _, said = ran("05_screen", tmp_path, "frame.status.tolist()")
    assert said == ["done", "done", "dropped", "duplicate", "failed"]
    (manifest,) = tmp_path.rglob("manifest.json")
    assert (manifest.parent / "results.parquet").is_file()
