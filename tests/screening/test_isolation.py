"""One poisonous ligand after the other in one process: what is told, and that work goes on."""

from __future__ import annotations

import sys

import pytest
from screening_cases import STUBS

from workbench.errors import ScreenError
from workbench.screening.isolation import Isolated
from workbench.screening.job import FUNCTIONS, Job, PackedJob
from workbench.settings import IsolationSettings, ScreenSettings
from workbench.structures.loading import load_receptor

LIMITS = IsolationSettings(timeout_s=60.0, memory_gb=0.3, attempts=2)


@pytest.fixture(scope="module")
def job() -> PackedJob:
    functions = {**FUNCTIONS, **STUBS, "react": "screening_stubs:minimise"}
    return Job(load_receptor("human-groove"), ScreenSettings(), functions).packed()


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("hang", "timeout", "was not done after 2 s"),
        pytest.param(
            "segfault",
            "crash",
            "the process died of signal 11",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no such signal"),
        ),
        pytest.param(
            "allocate",
            "memory",
            "needed more than 0.3 GB of memory",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="no limit of allocations"),
        ),
        pytest.param(
            "share",
            "memory",
            "needed more than 0.3 GB of memory",
            marks=pytest.mark.skipif(sys.platform == "darwin", reason="counts shared otherwise"),
        ),
        ("error", "error", "ZeroDivisionError: by name"),
    ],
)
def test_poison_is_told_and_the_next_ligand_is_done(
    job: PackedJob, name: str, kind: str, reason: str
) -> None:
    waits = 2.0 if name == "hang" else LIMITS.timeout_s
    isolated = Isolated(LIMITS.model_copy(update={"timeout_s": waits}))
    item = {"record": 1, "name": name, "smiles": "C"}
    assert isolated.run(job, "search", item)[:2] == (kind, reason)
    done, rows, _ = isolated.run(job, "search", {**item, "name": "good"})
    assert done == "done"
    # the first four bytes of the SHA-256 of "C" are 6b23c0d5
    assert rows == [
        {
            "diastereomer": "bR",
            "score_kcal_per_mol": round(-8 - 0x6B23C0D5 / 2**32 * 7, 3),
            "scores": "{}",
            "poses": "[]",
        }
    ]
    isolated.close()


def test_a_stage_that_is_not_there_ends_the_screen() -> None:
    functions = {**FUNCTIONS, "search": "screening_stubs:nothing"}
    job = Job(load_receptor("human-groove"), ScreenSettings(), functions).packed()
    process = Isolated(LIMITS)
    with pytest.raises(ScreenError, match="screening_stubs:nothing"):
        process.run(job, "search", {"record": 1, "name": "x", "smiles": "C"})
    process.close()
