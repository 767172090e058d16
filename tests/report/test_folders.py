"""A result read back from its folder is the one that was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from report_cases import without_adducts

from workbench.errors import OutputError
from workbench.files.docking import read_docking_result
from workbench.records.docking import DockingResult
from workbench.report.docking_page import report_html, write_docking


def test_what_was_written_is_read(docked: DockingResult, tmp_path: Path) -> None:
    written = write_docking(docked, tmp_path)
    found = read_docking_result(tmp_path)
    # JSON knows no tuples: both sides go through it
    assert json.loads(json.dumps(found.to_dict())) == json.loads(json.dumps(written.to_dict()))
    for adduct, other in zip(found.adducts, written.adducts, strict=True):
        for pose, same in zip(adduct.poses, other.poses, strict=True):
            assert pose.complex_pdb == same.complex_pdb
            assert pose.complex_cif == same.complex_cif
    assert report_html(found) == report_html(written)
    assert read_docking_result(tmp_path / "result.json").reason == docked.reason


@pytest.mark.parametrize("verdict", ["no_thiol", "no_warhead"])
def test_a_result_without_adducts_is_read(
    docked: DockingResult, tmp_path: Path, verdict: str
) -> None:
    write_docking(without_adducts(docked, verdict), tmp_path)
    found = read_docking_result(tmp_path)
    assert (found.verdict, len(found.adducts)) == (verdict, 0)
    assert len(found.encounter) == (1 if verdict == "no_thiol" else 0)


def _edit(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = folder / "result.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda f: (f / "result.json").unlink(), "cannot be read"),
    "cut off": (lambda f: (f / "result.json").write_text('{"schema_version": 1,'), "no complete"),
    "a list": (lambda f: (f / "result.json").write_text("[]"), "no complete"),
    "later schema": (lambda f: _edit(f, lambda r: r.update(schema_version=2)), "schema 2"),
    "fewer poses": (lambda f: (f / "poses.sdf").write_text(""), "no complete"),
    "no complex": (lambda f: (f / "complex_bR_1.pdb").unlink(), "complex_bR_1.pdb"),
    "a way out": (
        lambda f: _edit(
            f,
            lambda r: r["adducts"][0]["poses"][0]["files"].update(  # type: ignore[index]
                pdb="../../secret.pdb"
            ),
        ),
        "no file of a docking run",
    ),
    "no text": (lambda f: (f / "result.json").write_bytes(b"\xff\xfe\x00"), "no complete"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused(docked: DockingResult, tmp_path: Path, name: str) -> None:
    write_docking(docked, tmp_path)
    damage, said = BROKEN[name]
    damage(tmp_path)
    with pytest.raises(OutputError, match=said) as refused:
        read_docking_result(tmp_path)
    assert str(tmp_path.parent) not in str(refused.value)
