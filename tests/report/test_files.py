"""The files of a result: complete or absent, equal for equal results, safe to open."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rdkit import Chem

from workbench.errors import OutputError
from workbench.files import writing as files
from workbench.files.docking import poses_csv, poses_sdf
from workbench.files.exports import json_text
from workbench.files.writing import prepare_output_folder, write_texts
from workbench.records.docking import DockingResult
from workbench.report.docking_page import write_docking

PROMISED = {
    "result.json",
    "poses.csv",
    "poses.sdf",
    "report.html",
    "provenance.json",
    "receptor.pdb",
    "reference.sdf",
}
SESSIONS = {"view.pml", "view.cxc"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def records(path: Path) -> list[Chem.Mol]:
    return list(Chem.SDMolSupplier(str(path), removeHs=False))


def test_everything_that_is_promised_appears(docked: DockingResult, tmp_path: Path) -> None:
    written = write_docking(docked, tmp_path / "out")
    found = contents(tmp_path / "out")
    complexes = {
        f"complex_{a.label}_{p.rank}.{kind}"
        for a in docked.adducts
        for p in a.poses
        for kind in ("cif", "pdb")
    }
    assert set(found) == PROMISED | SESSIONS | complexes | {"encounter.sdf"}
    first = docked.adducts[0]
    assert found[f"complex_{first.label}_2.pdb"].decode() == first.poses[1].complex_pdb
    assert written.adducts[0].poses[1].files == {
        "cif": f"complex_{first.label}_2.cif",
        "pdb": f"complex_{first.label}_2.pdb",
    }
    stored = json.loads(found["result.json"])
    assert stored == json.loads(json.dumps(written.to_dict()))
    assert stored["adducts"][0]["poses"][1]["files"]["cif"] in found
    assert json.loads(found["provenance.json"]) == docked.provenance


def test_sd_records_hold_the_drug_with_its_bond_orders(
    docked: DockingResult, tmp_path: Path
) -> None:
    write_docking(docked, tmp_path)
    poses = [(a, p) for a in docked.adducts for p in a.poses]
    read = records(tmp_path / "poses.sdf")
    bound = Chem.MolFromSmiles("CC(C)OC(=O)CCn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1")
    assert len(read) == len(poses) == 6
    for mol, (adduct, pose) in zip(read, poses, strict=True):
        assert Chem.MolToSmiles(mol, isomericSmiles=False) == Chem.MolToSmiles(bound)
        assert float(mol.GetProp("score_kcal_per_mol")) == pose.score_kcal_per_mol
        assert mol.GetProp("diastereomer") == adduct.label
        assert mol.GetProp("_Name") == f"KPT-185 {adduct.label} {pose.rank}"
    assert not read[1].HasProp("rmsd_to_reference_angstrom")
    intact = records(tmp_path / "encounter.sdf")
    assert Chem.MolToSmiles(Chem.RemoveHs(intact[0])) == Chem.CanonSmiles(docked.ligand["smiles"])


def test_equal_results_give_equal_bytes(docked: DockingResult, tmp_path: Path) -> None:
    write_docking(docked, tmp_path / "a")
    write_docking(replace(docked), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_the_table_holds_the_numbers(docked: DockingResult) -> None:
    rows = list(csv.DictReader(io.StringIO(poses_csv(docked))))
    poses = [(a, p) for a in docked.adducts for p in a.poses]
    for row, (adduct, pose) in zip(rows, poses, strict=True):
        assert (row["diastereomer"], int(row["rank"])) == (adduct.label, pose.rank)
        assert row["score_kcal_per_mol"] == f"{pose.score_kcal_per_mol:.4f}"
        parts = [float(row[f"score_{name}_kcal_per_mol"]) for name in pose.score_terms]
        assert math.fsum(parts) == pytest.approx(pose.score_kcal_per_mol)
        assert row["valid"] == str(pose.valid)
    assert rows[0]["rmsd_to_reference_angstrom"] == "1.5000"
    assert rows[1]["rmsd_to_reference_angstrom"] == ""


@pytest.mark.parametrize("verdict", ["no_thiol", "no_warhead", "unsupported_warhead"])
def test_a_verdict_without_adducts_is_written_too(
    docked: DockingResult, tmp_path: Path, verdict: str
) -> None:
    bare = replace(docked, verdict=verdict, adducts=(), encounter=())  # type: ignore[arg-type]
    write_docking(bare, tmp_path)
    assert set(contents(tmp_path)) == PROMISED
    assert (tmp_path / "poses.csv").read_text().startswith("ligand,diastereomer,rank,score_kcal")
    assert (tmp_path / "poses.sdf").read_text() == ""
    assert json.loads((tmp_path / "result.json").read_text())["verdict"] == verdict


def test_hostile_text_stays_text(hostile: DockingResult, tmp_path: Path) -> None:
    write_docking(hostile, tmp_path)
    read = records(tmp_path / "poses.sdf")
    assert len(read) == 3
    for mol, pose in zip(read, hostile.adducts[0].poses, strict=True):
        assert float(mol.GetProp("score_kcal_per_mol")) == pose.score_kcal_per_mol
    rows = list(csv.DictReader((tmp_path / "poses.csv").open(newline="")))
    assert len(rows) == 3
    assert all(row["ligand"].startswith("'=") for row in rows)
    assert json.loads((tmp_path / "result.json").read_text())["ligand"] == hostile.ligand


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(docked: DockingResult, text: str) -> None:
    renamed = replace(docked, ligand={**docked.ligand, "name": text})
    cells = [row["ligand"] for row in csv.DictReader(io.StringIO(poses_csv(renamed)))]
    assert all(cell.startswith("'") for cell in cells)


@pytest.mark.parametrize("name", ["$$$$", "> <rank>", ">  <rank>\n7", "\x00\x1b[31m", "\udc80"])
def test_no_name_breaks_an_sd_file(docked: DockingResult, tmp_path: Path, name: str) -> None:
    write_docking(replace(docked, ligand={**docked.ligand, "name": name}), tmp_path)
    read = records(tmp_path / "poses.sdf")
    assert [mol.GetProp("rank") for mol in read] == ["1", "2", "3"] * 2


@pytest.mark.parametrize("label", ["../x", "a/b", "bR\n", "..", "b R", "é", "C:\\x", "x" * 80])
def test_no_label_becomes_a_path(docked: DockingResult, tmp_path: Path, label: str) -> None:
    folder = tmp_path / "out"
    bad = replace(docked, adducts=(replace(docked.adducts[0], label=label),))
    with pytest.raises(OutputError, match="part of a file's name"):
        write_docking(bad, folder)
    assert contents(folder) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_adduct_without_a_label_has_files_too(docked: DockingResult, tmp_path: Path) -> None:
    written = write_docking(
        replace(docked, adducts=(replace(docked.adducts[0], label=""),)), tmp_path
    )
    assert written.adducts[0].poses[0].files["pdb"] == "complex_adduct_1.pdb"
    assert (tmp_path / "complex_adduct_1.pdb").exists()


def test_two_poses_never_share_a_file(docked: DockingResult, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="complex_bR_1"):
        write_docking(replace(docked, adducts=(docked.adducts[0],) * 2), tmp_path)


def test_a_pose_without_mol_block_is_refused(docked: DockingResult) -> None:
    adduct = docked.adducts[0]
    bad = replace(adduct, poses=(replace(adduct.poses[0], drug_sdf="nothing"),))
    with pytest.raises(OutputError, match="no mol block"):
        poses_sdf(replace(docked, adducts=(bad,)))


def test_numbers_that_are_none_become_null() -> None:
    assert json.loads(json_text({"a": math.nan, "b": [math.inf, 1.5], "c": (1, None)})) == {
        "a": None,
        "b": [None, 1.5],
        "c": [1, None],
    }
    with pytest.raises(OutputError, match="it holds a set"):
        json_text({"a": {1}})


class Interrupted:
    """Stands in for ``os.replace`` and fails at one call."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.left, self.error, self.real = at, error, os.replace

    def __call__(self, source: Any, target: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error
        self.real(source, target)


@pytest.mark.parametrize("at", [0, 1, 7, 12, 17])
def test_a_rename_that_fails_leaves_only_complete_files(
    docked: DockingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    write_docking(docked, tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    monkeypatch.setattr(os, "replace", Interrupted(at, OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OutputError, match="Input/output error"):
        write_docking(docked, tmp_path / "out")
    found = contents(tmp_path / "out")
    assert len(found) == at
    assert all(whole[name] == data for name, data in found.items())
    # the result's own record comes last: without it the run is not complete
    assert "result.json" not in found


def test_an_interrupt_leaves_no_temporary(
    docked: DockingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", Interrupted(3, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_docking(docked, tmp_path)
    assert not [name for name in contents(tmp_path) if name.startswith(".")]


def test_a_full_disk_keeps_the_earlier_run(
    docked: DockingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_docking(docked, tmp_path)
    before = contents(tmp_path)
    calls = iter(range(100))

    def full(_: int) -> None:
        if next(calls) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    changed = replace(docked, reason="another run", adducts=docked.adducts[:1])
    with pytest.raises(OutputError, match=r"No space left on device; free some space"):
        write_docking(changed, tmp_path)
    assert contents(tmp_path) == before


def test_a_write_that_stops_half_way_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match=r"b\.txt cannot be written in .*File too large"):
            write_texts(tmp_path, {"a.txt": "short", "b.txt": "x" * 5000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(tmp_path) == {}


def test_an_earlier_run_is_replaced_and_nothing_else(docked: DockingResult, tmp_path: Path) -> None:
    write_docking(docked, tmp_path)
    for name in ("notes.txt", "complex_notes.pdb", "complex_bR_1.txt"):
        (tmp_path / name).write_text("the user's own")
    write_docking(replace(docked, adducts=docked.adducts[:1], encounter=()), tmp_path)
    left = set(contents(tmp_path))
    assert {"notes.txt", "complex_notes.pdb", "complex_bR_1.txt"} <= left
    assert "complex_bR_3.cif" in left
    assert not {name for name in left if "bS" in name or name == "encounter.sdf"}


def test_a_link_is_replaced_not_followed(docked: DockingResult, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "poses.csv").symlink_to(outside)
    write_docking(docked, tmp_path / "out")
    assert outside.read_text() == "precious"
    assert not (tmp_path / "out" / "poses.csv").is_symlink()


def test_files_have_the_usual_rights(docked: DockingResult, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("x")
    write_docking(docked, tmp_path / "out")
    assert (tmp_path / "out" / "poses.csv").stat().st_mode == plain.stat().st_mode


def a_file(folder: Path) -> Path:
    (folder / "file").write_text("x")
    return folder / "file"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (a_file, "is not a folder"),
        (lambda folder: a_file(folder) / "below", "does not exist"),
        (lambda folder: folder / "missing" / "below", "does not exist"),
        (lambda folder: folder / ("x" * 300), "cannot be written to|does not exist"),
        (lambda folder: Path("/proc/results"), "cannot be written to"),
        (lambda folder: folder / "nul\0byte", "cannot be written to"),
        (lambda folder: folder / "missing\n" / "below", r"missing\\n"),
    ],
)
def test_a_folder_that_will_not_do_is_refused_early(tmp_path: Path, make: Any, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        prepare_output_folder(make(tmp_path))


def test_a_good_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    assert prepare_output_folder(tmp_path / "new") == tmp_path / "new"
    assert prepare_output_folder(str(tmp_path / "new")) == tmp_path / "new"
    assert contents(tmp_path / "new") == {}
