"""Folders that refuse: a full disk, a read-only one, a folder of something else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from screening_cases import NOWHERE, SETTINGS, library, rows, run

from workbench.errors import OutputError
from workbench.screening.store import Chunk, opened_folder, write_chunk
from workbench.settings import ClusterSettings


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 kB; only root may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def test_a_full_disk_is_told_and_the_screen_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path, cluster: ClusterSettings
) -> None:
    file = library(tmp_path / "many.smi", [f"good{k}" for k in range(40)])
    with pytest.raises(OutputError, match=r"cannot be written in .*No space left"):
        run(file, small_disk / "out", cluster)
    assert not list((small_disk / "out" / "chunks").glob(".*.tmp"))
    _remount(small_disk, "size=4m")
    run(file, small_disk / "out", cluster)
    assert [row["record"] for row in rows(small_disk / "out")] == list(range(1, 41))


def test_a_read_only_folder_is_told(small_disk: Path, tmp_path: Path) -> None:
    file = library(tmp_path / "one.smi", ["good"])
    _remount(small_disk, "ro")
    with pytest.raises(OutputError, match=r"cannot be written to|does not exist"):
        run(file, small_disk, NOWHERE)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    file = library(tmp_path / "one.smi", ["good"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(json.dumps({"fingerprint": "x"}))
    with pytest.raises(OutputError, match="no sound manifest of a screen"):
        run(file, tmp_path / "out", NOWHERE)


def test_a_chunk_is_sorted_whatever_came_first(tmp_path: Path) -> None:
    from pyarrow import parquet

    items = [{"record": k} for k in (1, 2, 3)]
    made = [{"record": k, "isomer": 0, "status": "done"} for k in (3, 1, 2)]
    with opened_folder(tmp_path / "out") as folder:
        write_chunk(folder, Chunk("search", 4, items), made, "f")
    table = parquet.read_table(tmp_path / "out" / "chunks" / "search-0000004.parquet")
    assert table["record"].to_pylist() == [1, 2, 3]


def test_a_row_with_an_unknown_column_is_a_fault(tmp_path: Path) -> None:
    with opened_folder(tmp_path / "out") as folder, pytest.raises(KeyError, match="colour"):
        write_chunk(
            folder,
            Chunk("search", 1, [{"record": 1}]),
            [{"record": 1, "isomer": 0, "colour": "red"}],
            "f",
        )
    assert SETTINGS.chunk_size == 10
