"""Files are complete or absent, and no text in them is anything but text."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
import resource
from pathlib import Path
from typing import Any

import pytest
from rdkit import Chem

from workbench.errors import OutputError
from workbench.files.exports import json_text, sd_record, table_csv
from workbench.files.writing import growing_text, prepare_output_folder, write_texts

TEXTS = {f"{name}.txt": name for name in "abcdef"}


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


class Interrupted:
    """Stands in for ``os.replace`` and fails at one call."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.left, self.error, self.real = at, error, os.replace

    def __call__(self, source: Any, target: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error
        self.real(source, target)


@pytest.mark.parametrize(
    ("at", "stop", "seen"),
    [
        (0, OSError(errno.EIO, "Input/output error"), OutputError),
        (5, OSError(errno.EIO, "Input/output error"), OutputError),
        (3, KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_rename_that_stops_leaves_only_complete_files(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    stop: BaseException,
    seen: type[BaseException],
) -> None:
    monkeypatch.setattr(os, "replace", Interrupted(at, stop))
    with pytest.raises(seen):
        write_texts(tmp_path, TEXTS)
    assert contents(tmp_path) == dict(list(TEXTS.items())[:at])


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_texts(tmp_path, TEXTS)
    calls = iter(range(100))

    def full(_: int) -> None:
        if next(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_texts(tmp_path, dict.fromkeys(TEXTS, "other"))
    assert contents(tmp_path) == TEXTS


def test_a_write_that_stops_half_way_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match=r"b\.txt cannot be written in .*File too large"):
            write_texts(tmp_path, {"a.txt": "short", "b.txt": "x" * 5000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(tmp_path) == {}


def test_a_growing_file_appears_at_the_end_or_never(tmp_path: Path) -> None:
    with growing_text(tmp_path, "a.txt") as write:
        write("one\n")
        assert contents(tmp_path) == {}
        write("two\udcff\n")
    assert contents(tmp_path) == {"a.txt": "one\ntwo\\udcff\n"}
    with pytest.raises(KeyboardInterrupt), growing_text(tmp_path, "b.txt") as write:
        write("one\n")
        raise KeyboardInterrupt
    assert set(contents(tmp_path)) == {"a.txt"}


def test_a_link_is_replaced_not_followed_and_rights_are_the_usual(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").symlink_to(outside)
    write_texts(tmp_path / "out", TEXTS)
    assert outside.read_text() == "precious"
    assert not (tmp_path / "out" / "a.txt").is_symlink()
    assert (tmp_path / "out" / "a.txt").stat().st_mode == outside.stat().st_mode


def a_file(folder: Path) -> Path:
    (folder / "file").write_text("x")
    return folder / "file"


@pytest.mark.parametrize(
    "make",
    [
        a_file,
        lambda folder: a_file(folder) / "below",
        lambda folder: folder / "missing" / "below",
        lambda folder: folder / ("x" * 300),
        lambda folder: Path("/proc/results"),
        lambda folder: folder / "nul\0byte",
        lambda folder: folder / "missing\n" / "below",
    ],
)
def test_a_folder_that_will_not_do_is_refused_in_one_line(tmp_path: Path, make: Any) -> None:
    with pytest.raises(OutputError) as refused:
        prepare_output_folder(make(tmp_path))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    table = table_csv([{text: text, "n": -1.5, "k": 3, "none": None, "nan": math.nan}])
    head, row = list(csv.reader(io.StringIO(table)))
    assert head[0].startswith("'") and row[0].startswith("'")
    assert row[1:] == ["-1.5000", "3", "", ""]


@pytest.mark.parametrize("name", ["$$$$", "> <rank>", ">  <rank>\n7", "\x00\x1b[31m", "a\nb"])
def test_no_name_breaks_an_sd_record(name: str) -> None:
    record = sd_record(Chem.MolToMolBlock(Chem.MolFromSmiles("CO")), name, {"n": name, "rank": 1})
    supplier = Chem.SDMolSupplier()
    supplier.SetData(record * 2)
    assert [mol.GetProp("rank") for mol in supplier] == ["1", "1"]
    with pytest.raises(OutputError, match="no mol block"):
        sd_record("nothing", name, {})


def test_json_knows_no_number_that_is_none() -> None:
    assert json.loads(json_text({"a": math.nan, "b": [math.inf, 1.5], "c": (1, None)})) == {
        "a": None,
        "b": [None, 1.5],
        "c": [1, None],
    }
    with pytest.raises(OutputError, match="set"):
        json_text({"a": {1}})
