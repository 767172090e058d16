"""Workers: what a poisonous ligand does to one, what a queue is asked for, and none that comes."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import distributed
import pytest
from screening_cases import STUBS, inodes, library, rows, run

from workbench.cli import main
from workbench.errors import ScreenError
from workbench.screening.cluster import queue_cluster
from workbench.screening.isolation import Isolated
from workbench.screening.plan import Job, PackedJob
from workbench.settings import ClusterSettings, IsolationSettings, ScreenSettings
from workbench.structures.loading import load_receptor

LIMITS = IsolationSettings(timeout_s=60.0, memory_gb=0.3, attempts=2)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory of Linux")


@pytest.fixture(scope="module")
def job() -> PackedJob:
    functions = {**STUBS, "react": "screening_stubs:minimise"}
    return Job(load_receptor("human-groove"), ScreenSettings(), functions).packed()


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("hang", "timeout", "was not done after 2 s"),
        ("segfault", "crash", "the process died of signal 11"),
        pytest.param("allocate", "memory", "needed more than 0.3 GB of memory", marks=LINUX),
        pytest.param("share", "memory", "needed more than 0.3 GB of memory", marks=LINUX),
        ("error", "error", "ZeroDivisionError: by name"),
    ],
)
def test_poison_is_told_and_the_next_ligand_is_done(job, name, kind, reason):
    waits = 2.0 if name == "hang" else LIMITS.timeout_s
    isolated = Isolated(LIMITS.model_copy(update={"timeout_s": waits}))
    item = {"record": 1, "name": name, "smiles": "C"}
    assert isolated.run(job, "search", item)[:2] == (kind, reason)
    done, found, _ = isolated.run(job, "search", {**item, "name": "good"})
    # the first four bytes of the SHA-256 of "C" are 6b23c0d5
    assert done == "done" and isinstance(found, list)
    assert found[0]["score_kcal_per_mol"] == round(-8 - 0x6B23C0D5 / 2**32 * 7, 3)
    isolated.close()


def test_a_stage_that_is_not_there_ends_the_screen() -> None:
    functions = {**STUBS, "search": "screening_stubs:nothing"}
    job, process = Job(load_receptor("human-groove"), ScreenSettings(), functions), Isolated(LIMITS)
    with pytest.raises(ScreenError, match="screening_stubs:nothing"):
        process.run(job.packed(), "search", {"record": 1, "name": "x", "smiles": "C"})
    process.close()


def _queue(scheduler: str, **settings: Any) -> ClusterSettings:
    asked = {"queue": "cpu", "account": "lab7", "walltime": "02:30:00"}
    return ClusterSettings(scheduler=scheduler, workers=2, worker_memory_gb=3, **asked, **settings)


@pytest.mark.parametrize(
    ("scheduler", "lines"),
    [
        ("slurm", ["-p cpu", "-A lab7", "--cpus-per-task=1", "--mem=3G", "-t 02:30:00"]),
        ("pbs", ["-q cpu", "-A lab7", "-l select=1:ncpus=1:mem=2862MB", "-l walltime=02:30:00"]),
        ("sge", ["-q cpu", "-P lab7", "-l h_rt=02:30:00"]),
        ("lsf", ["-q cpu", '-P "lab7"', "-n 1", "-W 02:30"]),
    ],
)
def test_what_a_queue_is_asked_for(scheduler, lines):
    sign = {"slurm": "#SBATCH", "pbs": "#PBS", "sge": "#$", "lsf": "#BSUB"}[scheduler]
    with queue_cluster(_queue(scheduler)) as cluster:
        script = cluster.job_script()
    assert [line for line in lines if f"{sign} {line}" not in script] == []
    assert "--nthreads 1" in script and "--memory-limit 0" in script


def _stub_slurm(folder: Path, monkeypatch: pytest.MonkeyPatch, job: str) -> None:
    """Put an sbatch and an scancel on the PATH; ``job`` is what is run of a job script."""
    texts = {
        "sbatch": f'cp "$1" "{folder}/script.$$"\n'
        f'setsid sh -c "{job}" sh "{folder}/script.$$" > "{folder}/log.$$" 2>&1 &\n'
        f'echo $! >> "{folder}/pids"\necho "Submitted batch job $$"\n',
        "scancel": f"for p in $(cat {folder}/pids); do kill -9 -- -$p; done\n",
    }
    (folder / "bin").mkdir()
    for name, text in texts.items():
        path = folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(folder)


def test_a_screen_on_a_stub_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _stub_slurm(tmp_path, monkeypatch, "sh \\$1")
    file = library(tmp_path / "few.smi", [f"good{k}" for k in range(12)])
    run(file, tmp_path / "out", _queue("slurm", worker_start_s=240))
    assert len(rows(tmp_path / "out")) == 12
    scripts = [path.read_text() for path in tmp_path.glob("script.*")]
    assert len(scripts) == 2
    assert all("#SBATCH -p cpu" in script for script in scripts)


def test_jobs_that_die_while_starting_end_the_screen(tmp_path, monkeypatch):
    _stub_slurm(tmp_path, monkeypatch, "exit 1")
    file = library(tmp_path / "few.smi", ["good"])
    with pytest.raises(ScreenError, match=r"2 asked for: none came.*workers\.log") as told:
        run(file, tmp_path / "out", _queue("slurm", worker_start_s=2))
    assert told.value.exit_code == 1
    assert "\n" not in str(told.value)


_BROKEN = """
import os, sys
if any("spawn_main" in word for word in sys.orig_argv):
    os._exit(1)
"""
"""A ``sitecustomize`` with which no process of a local cluster lives."""


def test_local_workers_that_die_while_starting_end_the_command(
    tmp_path, cluster, monkeypatch, capsys
):
    file, out = tmp_path / "few.smi", tmp_path / "out"
    file.write_text("c1ccccc1 benzene\nCCO ethanol\n")
    (tmp_path / "sitecustomize.py").write_text(_BROKEN)
    words = ["screen", str(file), "--out", str(out), "--workers", "1", "--resume"]
    with pytest.MonkeyPatch.context() as broken:
        path = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
        broken.setenv("PYTHONPATH", os.pathsep.join(path))
        assert main([*words, "--worker-start", "3"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("workbench: no worker for 3 s, of 1 asked for: none came")
    assert "--resume" in said and str(out / "workers.log") in said
    assert (out / "workers.log").is_file() and not (out / "results.parquet").exists()
    assert main([*words, "--scheduler", cluster.scheduler]) == 0
    assert [row["status"] for row in rows(out)] == ["dropped", "dropped"]


def test_workers_that_all_die_end_the_screen_and_what_is_done_stays(tmp_path, cluster):
    file, out = library(tmp_path / "slow.smi", [f"slow{k}" for k in range(36)]), tmp_path / "out"
    settings = ScreenSettings(chunk_size=6)
    alone = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0")
    scheduler = ClusterSettings(scheduler=alone.scheduler_address, workers=1, worker_start_s=2)

    def end_the_worker(text: str, done: int, total: int) -> None:
        if text.startswith("search"):
            alone.scale(0)

    with alone, pytest.raises(ScreenError, match="all died"):
        run(file, out, scheduler, settings, progress=end_the_worker)
    done = inodes(out, "search")
    assert 0 < len(done) < 6
    run(file, out, cluster, settings)
    assert len(rows(out)) == 36
    assert done.items() <= inodes(out).items()


@pytest.mark.parametrize(
    ("scheduler", "told"),
    [("slurm", "sbatch is not on the PATH"), ("tcp://127.0.0.1:9", "no Dask scheduler at tcp")],
)
def test_a_cluster_that_is_not_there_is_one_sentence(scheduler, told, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.screening.cluster.CONNECT_S", 1)
    monkeypatch.setenv("PATH", str(tmp_path))
    file = library(tmp_path / "few.smi", ["good"])
    with pytest.raises(ScreenError, match=told):
        run(file, tmp_path / "out", _queue(scheduler))
