"""Files of many ligands: written as they come, complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest

from workbench.cli import main
from workbench.errors import LigandError
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import LigandFailure, load_ligand
from workbench.pipeline import preparing
from workbench.pipeline.preparing import write_ligands

KEYS = {
    "name", "smiles", "inchikey", "formula", "charge", "warhead", "reactive_atom_index",
    "adducts", "properties", "warnings", "other_warheads", "reversibility", "follow_up",
    "brain", "alerts", "files",
}  # fmt: skip


def test_every_key_and_every_file(tmp_path: Path) -> None:
    drawn = ("selinexor", "goniothalamin", "CCOc1ccccc1")
    ligands = [replace(load_ligand(x), name=f"../../<script>/..\\{x}") for x in drawn]
    written = list(write_ligands(ligands, tmp_path, seed=1))
    rows = json.loads((tmp_path / "ligands.json").read_text())
    assert [set(row) for row in rows] == [KEYS] * 3
    assert {path.name for path in tmp_path.iterdir()} == {
        "ligands.json", *(name for row in rows for name in row["files"])
    }  # fmt: skip
    assert {path.name for path in written if isinstance(path, Path)} == {
        path.name for path in tmp_path.iterdir()
    }
    kinds = [[Path(name).suffix for name in row["files"]] for row in rows]
    # the drug and two adducts; the drug, two adducts and two opened lactones; the drug
    assert [kind.count(".svg") for kind in kinds] == [3, 5, 1]
    assert all(kind[:2] == [".sdf", ".pdbqt"] for kind in kinds)
    for drawing in tmp_path.glob("*.svg"):
        ElementTree.fromstring(drawing.read_text())
    assert rows[1]["adducts"][0]["afterwards"][0]["form"] == "hydrolysed"
    assert any("hydrolysis" in line for line in rows[1]["follow_up"])
    assert rows[2]["warhead"] is None and rows[2]["adducts"] == []


def test_one_ligand_is_held_at_a_time(tmp_path: Path) -> None:
    seen: list[int] = []

    def stream() -> Iterator[Ligand]:
        for name in ("CCO", "CC[C@H](O)C=O", "CCC(O)C=O"):
            seen.append(len(list(tmp_path.glob("*.sdf"))))
            yield load_ligand(name)

    list(write_ligands(stream(), tmp_path, seed=1))
    # each was on the disk before the next was asked for
    assert seen == [0, 1, 2]
    # an open centre is not settled in silence
    rows = json.loads((tmp_path / "ligands.json").read_text())
    assert [preparing.OPEN_STEREO in row["warnings"] for row in rows] == [False, False, True]


def test_a_ligand_without_coordinates_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embed = preparing.embed_drug

    def fails(ligand: Ligand, seed: int) -> object:
        if ligand.formula == "C2H7N":
            raise LigandError("no conformer was found")
        return embed(ligand, seed)

    monkeypatch.setattr(preparing, "embed_drug", fails)
    assert main(["prepare", "ligand", "CCO", "CCN", "CCC", "--out", str(tmp_path)]) == 3
    assert "no conformer was found" in capsys.readouterr().err
    rows = json.loads((tmp_path / "ligands.json").read_text())
    assert [len(row["files"]) for row in rows] == [3, 1, 3]
    assert any("no conformer" in text for text in rows[1]["warnings"])
    outcomes = list(write_ligands([load_ligand("CCN")], tmp_path, seed=1))
    assert [type(o) is LigandFailure for o in outcomes] == [True, False, False]


def test_an_early_stop_leaves_no_list(tmp_path: Path) -> None:
    stream = write_ligands([load_ligand("CCO"), load_ligand("CCN")], tmp_path, seed=1)
    next(stream)
    stream.close()
    assert {path.suffix for path in tmp_path.iterdir()} <= {".sdf", ".pdbqt", ".svg"}


def test_amber_adds_a_force_field_file_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A catalogue drug's ships, drawn in whatever order; another needs Amber's programs."""
    monkeypatch.delenv("WORKBENCH_AMBER_BIN", raising=False)
    monkeypatch.setenv("PATH", "")
    drawn = r"FC(c1cc(C(F)(F)F)cc(-c2ncn(/C=C\C(=O)NNc3cnccn3)n2)c1)(F)F"
    words = ["prepare", "ligand", "selinexor", drawn, "CCO"]
    assert main([*words, "--force-field", "amber", "--out", str(tmp_path)]) == 3
    rows = json.loads((tmp_path / "ligands.json").read_text())
    made = [[name for name in row["files"] if name.endswith(".xml")] for row in rows]
    assert [len(names) for names in made] == [1, 1, 0]
    shipped = files("workbench").joinpath("data", "ffxml", "selinexor.xml").read_text()
    assert {(tmp_path / name).read_text() for names in made for name in names} == {shipped}
    assert any("antechamber" in text for text in rows[2]["warnings"])
