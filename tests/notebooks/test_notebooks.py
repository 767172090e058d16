"""The notebooks run from an empty folder, and say what the command line says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from workbench.cli import main
from workbench.files.docking import read_docking_result

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = (
    "01_groove",
    "02_selinexor_eltanexor",
    "03_mutants",
    "04_dosing",
    "05_screen",
)
TIMEOUT_SECONDS = 900
"""Of one cell, on a machine that does other things too."""


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def ran(name: str, folder: Path, last: str) -> tuple[list[Any], Any]:
    """Run a notebook in a folder, then one more cell; return its outputs and what that printed."""
    book = read(name)
    book.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({last}))"))
    client = NotebookClient(
        book, timeout=TIMEOUT_SECONDS, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    said = [out.text for out in outputs if out.output_type == "stream" and out.name == "stdout"]
    return outputs, json.loads(said[-1])


def stills(outputs: list[Any]) -> list[str]:
    """Return the 3D views among the outputs; each holds a picture that needs no script."""
    found = [out.data["text/html"] for out in outputs if "text/html" in out.get("data", {})]
    return [text for text in found if "3dmolviewer" in text and "<svg" in text]


def test_these_are_all() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_is_valid_and_holds_no_output(name: str) -> None:
    book = read(name)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert set(book.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", NAMES)
def test_asks_three_questions_and_says_what_is_a_model(name: str) -> None:
    text = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    assert re.findall(r"\*\*Question (\d)\.\*\*", text) == ["1", "2", "3"]
    answers = re.findall(r"<details>\n<summary>Answer</summary>\n\n(.+?)\n\n</details>", text, re.S)
    assert len(answers) == 3
    assert min(len(answer) for answer in answers) > 60
    assert re.findall(r"^\| \*\*(\w+)\*\* \| \S", text, re.M) == ["Measured", "Model", "Unknown"]
    linked = re.findall(r"\]\((\S+\.ipynb)\)", text)
    assert all((FOLDER / target).is_file() for target in linked)


def test_groove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs, said = ran(
        "01_groove",
        tmp_path,
        "{'signals': [match.to_dict() for match in signals],"
        " 'scores': result.to_frame().iloc[:, :4].values.tolist(),"
        " 'encounter': result.encounter[0].score_kcal_per_mol}",
    )
    assert len(stills(outputs)) == 2
    assert main(["nes", "NSNELALKLAGLDINK", "--drug", "KPT-185", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    displaced = [match.pop("displaced_by") for match in printed]
    assert printed == said["signals"]
    assert list(displaced[0]["anchors"]) == ["P2", "P3", "P4"]
    # the same run on the command line, from the beginning
    out = tmp_path / "again"
    assert main(["dock", "KPT-185", "--quick", "--poses", "1", "--out", str(out)]) == 0
    again = read_docking_result(out)
    assert again.to_frame().iloc[:, :4].to_numpy().tolist() == said["scores"]
    assert again.encounter[0].score_kcal_per_mol == said["encounter"]


def test_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, said = ran(
        "02_selinexor_eltanexor",
        tmp_path,
        "{'reactions': {one.ligand: one.to_dict()['adducts'] for one in reactions},"
        " 'drugs': [[d.name, d.diastereomer, d.adduct_score.value, d.strain.value]"
        " for d in comparison.drugs]}",
    )
    assert len(stills(outputs)) == 1
    assert main(["react", "selinexor", "eltanexor", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {one["ligand"]: one["adducts"] for one in printed} == said["reactions"]
    # the command line takes the notebook's folders over: seed, settings and versions are the same
    monkeypatch.chdir(tmp_path)
    words = ["compare", "selinexor", "eltanexor", "--quick", "--poses", "1", "--out", "pair"]
    assert main(words) == 0
    assert "taken over from earlier 2/2" in capsys.readouterr().err
    rows = json.loads((tmp_path / "pair" / "comparison.json").read_text())["ligands"]
    found = [
        [row["name"], row["diastereomer"], row["adduct_score"]["value"], row["strain"]["value"]]
        for row in rows
    ]
    assert found == said["drugs"][:2]


def test_mutants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, said = ran("03_mutants", tmp_path, "result.to_dict()")
    assert len(stills(outputs)) == 1
    monkeypatch.chdir(tmp_path)
    words = ["scan", "--mutations", "C528S,E571K", "--ligands", "selinexor", "--quick"]
    # the command line does one pair again and takes over the others
    for path in (tmp_path / "scan" / "pairs").glob("*.json"):
        if json.loads(path.read_text()).get("mutation") == "C528S":
            path.unlink()
    assert main([*words, "--out", "scan"]) == 0
    assert "pairs kept from an earlier run 2/3" in capsys.readouterr().err
    written = json.loads((tmp_path / "scan" / "scan.json").read_text())
    assert written == said
    assert [pair["verdict"] for pair in written] == ["adduct", "no_thiol", "adduct"]


def test_dosing(tmp_path: Path) -> None:
    _, said = ran("04_dosing", tmp_path, "[tied.to_dict(), half.lowest_export_capacity]")
    out = tmp_path / "course"
    words = ["simulate", "selinexor", "--days", "7", "--apparent-kd", "5.29", "--out", str(out)]
    assert main([*words, "--regimen", "80 mg days 1,3 weekly"]) == 0
    written = json.loads((out / "simulation.json").read_text())
    assert written["lowest_export_capacity"] == said[0]["lowest_export_capacity"]
    assert written["parameters"] == said[0]["parameters"]
    assert main([*words, "--mutant-fraction", "0.5"]) == 0
    written = json.loads((out / "simulation.json").read_text())
    assert written["lowest_export_capacity"] == said[1]
    assert said[1] > said[0]["lowest_export_capacity"] + 0.3


def test_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, said = ran(
        "05_screen",
        tmp_path,
        "[frame.status.tolist(), frame.score_kcal_per_mol.dropna().tolist()]",
    )
    assert said[0] == ["done", "done", "dropped", "duplicate", "failed"]
    text = "".join(out.text for out in outputs if out.output_type == "stream")
    assert "same rows: True" in text
    assert "refused: the screen in this folder cannot go on" in text
    monkeypatch.chdir(tmp_path)
    words = ["screen", "analogs.smi", "--out", "run", "--minimise", "0.5", "--resume"]
    assert main(words) == 3  # one line of the file is refused
    printed = capsys.readouterr().out
    assert "5 ligands: 2 docked, 1 dropped, 1 twice, 1 failed" in printed
    assert re.findall(r"(-\d+\.\d\d) kcal/mol", printed) == [f"{x:.2f}" for x in sorted(said[1])]
