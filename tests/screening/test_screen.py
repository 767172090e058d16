"""Whole screens with cheap stages: every ligand once, whatever is killed, refused or in the way."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from screening_cases import NOWHERE, SETTINGS, driver, inodes, library, rows, run, wait_for

from workbench.errors import OutputError, UsageError
from workbench.screening.funnel import Database
from workbench.screening.store import Chunk, opened_folder, write_chunk
from workbench.settings import ClusterSettings, IsolationSettings
from workbench.structures.loading import load_receptor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and file systems of POSIX")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, local_cluster: Any) -> tuple[Path, Path]:
    """A file of 45 ligands and the folder of its uninterrupted screen."""
    place = tmp_path_factory.mktemp("finished")
    file = library(place / "slow.smi", [f"slow{k}" for k in range(45)])
    cluster = ClusterSettings(scheduler=local_cluster.scheduler_address, workers=2)
    run(file, place / "out", cluster)
    return file, place / "out"


def test_every_ligand_is_there_once_and_the_best_fifth_is_minimised(finished):
    found = rows(finished[1])
    assert [row["record"] for row in found] == list(range(1, 46))
    assert {row["status"] for row in found} == {"done"}
    best = sorted(found, key=lambda row: row["score_kcal_per_mol"])[:9]
    minimised = [row for row in found if row["strain_kcal_per_mol"] is not None]
    assert {row["record"] for row in minimised} == {row["record"] for row in best}
    assert all(row["strain_kcal_per_mol"] == row["record"] for row in minimised)
    blocks = (finished[1] / "best.sdf").read_text().split("$$$$\n")[:-1]
    assert [block.strip() for block in blocks] == [row["name"] for row in best]
    assert set(inodes(finished[1], "search")) == {f"search-{k:07d}.parquet" for k in range(1, 6)}


def test_the_energetics_of_the_best_go_through_the_cluster(tmp_path, cluster):
    names = [f"good{k}" for k in range(30)]
    file = library(tmp_path / "some.smi", names)
    settings = SETTINGS.model_copy(update={"reacted": 4})
    run(file, tmp_path / "first", cluster, settings)
    found = sorted(rows(tmp_path / "first"), key=lambda row: row["score_kcal_per_mol"])
    best = {row["record"] for row in found[:4]}
    reacted = [row for row in found if row["delta_g_kcal_per_mol"] is not None]
    assert {row["record"] for row in reacted} == best
    assert all(row["delta_g_kcal_per_mol"] == -row["record"] for row in reacted)
    assert {row["stage"] for row in reacted} == {"react"}
    # the same again with one of them failing: the screen keeps its row, and lists it
    names[found[1]["record"] - 1] = "unreactive"
    result = run(library(tmp_path / "other.smi", names), tmp_path / "second", cluster, settings)
    assert result.counts == {"done": 29, "failed": 1}
    (failure,) = result.failures
    assert (failure["name"], failure["stage"], failure["kind"]) == ("unreactive", "react", "error")
    react = json.loads((tmp_path / "second" / "manifest.json").read_text())["stages"]["react"]
    assert (react["taken"], react["passed"], react["failed"]) == (4, 3, 1)


def test_a_finished_screen_needs_no_cluster_and_no_clock(finished: tuple[Path, Path]) -> None:
    file, folder = finished
    before = {path.name: path.read_bytes() for path in (folder / "chunks").iterdir()}
    for k, path in enumerate((folder / "chunks").iterdir()):
        os.utime(path, (4e9, 4e9) if k % 2 else (1.0, 1.0))
    expected = rows(folder)
    (folder / "results.parquet").unlink()
    run(file, folder, NOWHERE)
    assert rows(folder) == expected
    assert {path.name: path.read_bytes() for path in (folder / "chunks").iterdir()} == before


def test_resume_makes_what_is_missing_or_damaged_and_nothing_else(finished, tmp_path, cluster):
    file, folder = finished
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "results.parquet").unlink()
    (copy / "chunks" / "search-0000002.parquet").unlink()
    damaged = copy / "chunks" / "search-0000004.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-20])
    half = copy / "chunks" / f".search-0000005.parquet.{'0' * 16}.tmp"
    half.write_bytes(b"half")
    kept = inodes(copy)
    run(file, copy, cluster)
    now = inodes(copy)
    assert {name for name in kept if now[name] != kept[name]} == {damaged.name}
    assert not half.exists()
    assert rows(copy) == rows(folder)


def test_another_input_or_setting_is_refused_by_name(finished, tmp_path):
    file, folder = finished
    other = SETTINGS.model_copy(update={"seed": 7, "chunk_size": 11})
    with pytest.raises(UsageError, match=r"chunk_size \(10 then, 11 now\).*seed \(1 then, 7 now\)"):
        run(file, folder, NOWHERE, other)
    longer = tmp_path / "slow.smi"
    longer.write_text(file.read_text() + "N more\n")
    with pytest.raises(UsageError, match=r"input.records \(45 then, 46 now\); input.sha256"):
        run(longer, folder, NOWHERE)
    with pytest.raises(UsageError, match="--resume"):
        run(file, folder, NOWHERE, resume=False)


def test_a_killed_driver_and_worker_lose_nothing(finished, tmp_path, cluster, local_cluster):
    file, folder = finished
    out = tmp_path / "out"
    process = driver(file, out, local_cluster.scheduler_address)
    wait_for(lambda: len(inodes(out, "search")) >= 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = inodes(out, "search")
    assert 2 <= len(done) < 5
    killed: list[int] = []

    def kill_a_worker(text: str, count: int, total: int) -> None:
        if text.startswith("search") and not killed:
            pid = next(iter(local_cluster.workers.values())).pid
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    run(file, out, cluster, progress=kill_a_worker)
    assert done.items() <= inodes(out).items()
    assert rows(out) == rows(folder)


def test_poison_is_listed_and_the_others_are_done(tmp_path: Path, cluster: ClusterSettings) -> None:
    names = [f"good{k}" for k in range(100)]
    for at, poison in ((13, "hang"), (37, "segfault"), (61, "allocate")):
        names.insert(at, poison)
    file = library(tmp_path / "poison.smi", names)
    lines = file.read_text().splitlines()
    lines[50] = "bad brok\u202een"
    lines[70] = f"{lines[71].split()[0]} twin"
    file.write_text("\n".join(lines) + "\n")
    settings = SETTINGS.model_copy(
        update={"isolation": IsolationSettings(timeout_s=3.0, memory_gb=1.0, attempts=2)}
    )
    result = run(file, tmp_path / "out", cluster, settings)
    assert result.counts == {"done": 98, "duplicate": 1, "failed": 4}
    with (tmp_path / "out" / "failures.csv").open() as handle:
        failures = list(csv.DictReader(handle))
    assert [(row["record"], row["name"], row["stage"], row["kind"]) for row in failures] == [
        ("14", "hang", "search", "timeout"),
        ("38", "segfault", "search", "crash"),
        ("51", "brok en", "read", "error"),
        ("62", "allocate", "search", "memory"),
    ]
    assert failures[0]["reason"] == "was not done after 3 s"
    twin = next(row for row in rows(tmp_path / "out") if row["status"] == "duplicate")
    assert (twin["record"], twin["reason"]) == (72, "the same compound as record 71")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["stages"]["search"]["why_failed"] == {"crash": 1, "memory": 1, "timeout": 1}


def test_a_receptor_without_a_thiol_is_refused(tmp_path: Path) -> None:
    file = library(tmp_path / "one.smi", ["good"])
    mutant = load_receptor("human-groove", mutations=("C528S",))
    with pytest.raises(UsageError, match="no thiol"):
        run(file, tmp_path / "out", NOWHERE, receptor=mutant)
    assert not (tmp_path / "out").exists()


def test_two_runs_in_one_folder(finished: tuple[Path, Path]) -> None:
    file, folder = finished
    with opened_folder(folder), pytest.raises(OutputError, match="another run"):
        run(file, folder, NOWHERE)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 kB; only root may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def test_a_full_disk_is_told_and_the_screen_goes_on_with_room(small_disk, tmp_path, cluster):
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


def test_a_chunk_is_sorted_and_holds_its_stage_s_columns_only(tmp_path: Path) -> None:
    chunk = Chunk("search", 4, [{"record": k} for k in (1, 2, 3)])
    made = [{"record": k, "isomer": 0, "status": "done"} for k in (3, 1, 2)]
    with opened_folder(tmp_path / "out") as folder:
        write_chunk(folder, chunk, made, "f")
        with pytest.raises(KeyError, match="colour"):
            write_chunk(folder, chunk, [{**made[0], "colour": "red"}], "f")
    table = parquet.read_table(tmp_path / "out" / "chunks" / "search-0000004.parquet")
    assert table["record"].to_pylist() == [1, 2, 3]


def test_a_query_that_cannot_be_answered_names_the_folder(tmp_path: Path) -> None:
    database = Database(tmp_path / "run")
    with pytest.raises(OutputError, match=r"'run'.*Catalog Error"):
        list(database.rows("SELECT * FROM nowhere"))
    assert database.row("SELECT NULL, 2.5, true") == (None, 2.5, True)
    assert len(list(database.rows("SELECT range AS k FROM range(1050)"))) == 1050
    database.close()
