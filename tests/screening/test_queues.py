"""Queueing systems: what would be submitted, and a screen whose workers a stub queue starts."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from screening_cases import library, rows, run

from workbench.errors import ScreenError
from workbench.screening.cluster import queue_cluster
from workbench.settings import ClusterSettings

_SBATCH = """#!/bin/sh
cp "$1" "{folder}/script.$$"
setsid sh "{folder}/script.$$" > "{folder}/log.$$" 2>&1 &
echo $! >> "{folder}/pids"
echo "Submitted batch job $$"
"""


def _settings(scheduler: str) -> ClusterSettings:
    return ClusterSettings(
        scheduler=scheduler,
        workers=2,
        worker_memory_gb=3,
        queue="cpu",
        account="lab7",
        walltime="02:30:00",
    )


@pytest.mark.parametrize(
    ("scheduler", "lines"),
    [
        (
            "slurm",
            (
                "#SBATCH -p cpu",
                "#SBATCH -A lab7",
                "#SBATCH --cpus-per-task=1",
                "#SBATCH --mem=3G",
                "#SBATCH -t 02:30:00",
            ),
        ),
        ("pbs", ("#PBS -q cpu", "#PBS -A lab7", "walltime=02:30:00", "ncpus=1:mem=2862MB")),
        ("sge", ("#$ -q cpu", "#$ -P lab7", "#$ -l h_rt=02:30:00")),
        ("lsf", ("#BSUB -q cpu", '#BSUB -P "lab7"', "#BSUB -n 1", "#BSUB -W 02:30")),
    ],
)
def test_what_a_queue_is_asked_for(scheduler: str, lines: tuple[str, ...]) -> None:
    with queue_cluster(_settings(scheduler)) as cluster:
        script = cluster.job_script()
    for line in lines:
        assert line in script
    assert "--nthreads 1" in script
    assert "--memory-limit 0" in script


def test_a_screen_on_a_stub_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name, text in (
        ("sbatch", _SBATCH.format(folder=tmp_path)),
        ("scancel", f"#!/bin/sh\nfor p in $(cat {tmp_path}/pids); do kill -9 -- -$p; done\n"),
    ):
        (bin_folder / name).write_text(text)
        (bin_folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    file = library(tmp_path / "few.smi", [f"good{k}" for k in range(12)])
    run(file, tmp_path / "out", _settings("slurm"))
    assert len(rows(tmp_path / "out")) == 12
    scripts = [path.read_text() for path in tmp_path.glob("script.*")]
    assert len(scripts) == 2
    assert all("#SBATCH -p cpu" in script for script in scripts)


def test_a_queue_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    file = library(tmp_path / "few.smi", ["good"])
    with pytest.raises(ScreenError, match="sbatch is not on the PATH"):
        run(file, tmp_path / "out", _settings("slurm"))
