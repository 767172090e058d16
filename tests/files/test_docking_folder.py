"""The folder of a docking run: what is promised, nothing else, and the same when read back."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rdkit import Chem
from stored_docking import without_adducts

from workbench.errors import OutputError
from workbench.files.docking import read_docking_result, write_docking_result
from workbench.records.docking import DockingResult, best_pose

ALWAYS = {"result.json", "poses.csv", "poses.sdf", "report.html", "provenance.json"}
SOMETIMES = {"receptor.pdb", "reference.sdf"}


def write(result: DockingResult, folder: Path) -> DockingResult:
    return write_docking_result(result, folder, page=lambda named: "a page", view=None)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def records(path: Path) -> list[Chem.Mol]:
    return list(Chem.SDMolSupplier(str(path), removeHs=False))


def test_everything_that_is_promised_appears_and_is_read_back(
    docked: DockingResult, tmp_path: Path
) -> None:
    written = write(docked, tmp_path / "a")
    found = contents(tmp_path / "a")
    complexes = {
        f"complex_{a.label}_{p.rank}.{kind}"
        for a in docked.adducts
        for p in a.poses
        for kind in ("cif", "pdb")
    }
    assert set(found) == ALWAYS | SOMETIMES | complexes | {"encounter.sdf"}
    label = docked.adducts[0].label
    assert written.adducts[0].poses[1].files["pdb"] == f"complex_{label}_2.pdb"
    assert json.loads(found["result.json"]) == json.loads(json.dumps(written.to_dict()))
    assert json.loads(found["provenance.json"]) == docked.provenance
    again = read_docking_result(tmp_path / "a" / "result.json")
    assert json.loads(json.dumps(again.to_dict())) == json.loads(json.dumps(written.to_dict()))
    for adduct, other in zip(again.adducts, written.adducts, strict=True):
        for pose, same in zip(adduct.poses, other.poses, strict=True):
            assert pose.complex_pdb == same.complex_pdb
    write(docked, tmp_path / "b")
    assert contents(tmp_path / "b") == found  # equal results give equal bytes


def test_tables_hold_the_drug_with_its_bond_orders_and_the_numbers(
    docked: DockingResult, tmp_path: Path
) -> None:
    write(docked, tmp_path)
    poses = [(a, p) for a in docked.adducts for p in a.poses]
    rows = list(csv.DictReader((tmp_path / "poses.csv").open(newline="")))
    bound = Chem.MolFromSmiles("O=C(CCn1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1")
    for mol, row, (adduct, pose) in zip(records(tmp_path / "poses.sdf"), rows, poses, strict=True):
        flat = Chem.MolToSmiles(Chem.RemoveHs(mol), isomericSmiles=False)
        assert flat == Chem.MolToSmiles(bound)
        assert float(mol.GetProp("score_kcal_per_mol")) == pose.score_kcal_per_mol
        assert mol.GetProp("diastereomer") == row["diastereomer"] == adduct.label
        assert row["score_kcal_per_mol"] == f"{pose.score_kcal_per_mol:.4f}"
        assert row["valid"] == str(pose.valid)
    assert rows[2]["rmsd_to_reference_angstrom"] == ""
    intact = records(tmp_path / "encounter.sdf")[0]
    assert Chem.MolToSmiles(Chem.RemoveHs(intact)) == Chem.CanonSmiles(docked.ligand["smiles"])


@pytest.mark.parametrize("verdict", ["no_thiol", "no_warhead"])
def test_a_verdict_without_adducts_has_its_files(
    docked: DockingResult, tmp_path: Path, verdict: str
) -> None:
    write(without_adducts(docked, verdict), tmp_path)
    encounter = {"encounter.sdf"} if verdict == "no_thiol" else set()
    assert set(contents(tmp_path)) == ALWAYS | SOMETIMES | encounter
    assert (tmp_path / "poses.csv").read_text().startswith("ligand,diastereomer,rank,score_kcal")
    found = read_docking_result(tmp_path)
    assert (found.verdict, found.adducts) == (verdict, ())


def test_an_earlier_run_is_replaced_and_nothing_else(docked: DockingResult, tmp_path: Path) -> None:
    write(docked, tmp_path)
    first, second = docked.adducts
    own = {"notes.txt", "complex_notes.pdb", f"complex_{first.label}_1.txt"}
    for name in own:
        (tmp_path / name).write_text("the user's own")
    write(replace(docked, adducts=(first,), encounter=()), tmp_path)
    left = set(contents(tmp_path))
    assert own <= left and f"complex_{first.label}_3.cif" in left
    assert not {name for name in left if second.label in name or name == "encounter.sdf"}


@pytest.mark.parametrize("label", ["../x", "a/b", "bR\n", "..", "b R", "é", "C:\\x", "x" * 80])
def test_no_label_becomes_a_path(docked: DockingResult, tmp_path: Path, label: str) -> None:
    bad = replace(docked, adducts=(replace(docked.adducts[0], label=label),))
    with pytest.raises(OutputError, match="part of a file's name"):
        write(bad, tmp_path / "out")
    assert contents(tmp_path / "out") == {}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_pose_has_files_of_its_own(docked: DockingResult, tmp_path: Path) -> None:
    first = docked.adducts[0]
    written = write(replace(docked, adducts=(replace(first, label=""),)), tmp_path)
    assert written.adducts[0].poses[0].files["pdb"] == "complex_adduct_1.pdb"
    with pytest.raises(OutputError, match=f"complex_{first.label}_1"):
        write(replace(docked, adducts=(first, first)), tmp_path)


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        record = json.loads((folder / "result.json").read_text())
        change(record)
        (folder / "result.json").write_text(json.dumps(record))

    return damage


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing": lambda f: (f / "result.json").unlink(),
    "cut off": lambda f: (f / "result.json").write_text('{"schema_version": 1,'),
    "a list": lambda f: (f / "result.json").write_text("[]"),
    "no text": lambda f: (f / "result.json").write_bytes(b"\xff\xfe\x00"),
    "other schema": edited(lambda r: r.update(schema_version=99)),
    "fewer poses": lambda f: (f / "poses.sdf").write_text(""),
    "no complex": lambda f: next(f.glob("complex_*_1.pdb")).unlink(),
    "a way out": edited(lambda r: r["adducts"][0]["poses"][0]["files"].update(pdb="../../x.pdb")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused(docked: DockingResult, tmp_path: Path, name: str) -> None:
    write(docked, tmp_path)
    BROKEN[name](tmp_path)
    with pytest.raises(OutputError) as refused:
        read_docking_result(tmp_path)
    assert str(tmp_path.parent) not in str(refused.value)


def test_best_pose_is_valid_and_has_a_score(docked: DockingResult) -> None:
    first = docked.adducts[0]
    poses = (
        replace(first.poses[0], score_kcal_per_mol=-99.0, valid=False),
        replace(first.poses[1], score_kcal_per_mol=math.nan),
        replace(first.poses[1], rank=4, score_kcal_per_mol=-5.0),
    )
    chosen = best_pose(replace(docked, adducts=(replace(first, poses=poses),)))
    assert chosen is not None and chosen[1].rank == 4
    assert best_pose(replace(docked, adducts=())) is None
