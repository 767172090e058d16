"""Platforms: the order, the reasons, and no platform that computes wrong or crashes."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace

import numpy as np
import openmm
import pytest

from workbench.errors import PhysicsError
from workbench.physics import platforms
from workbench.physics.platforms import (
    ORDER,
    PlatformChoice,
    ProbeResult,
    choose_platform,
    describe_platforms,
    probe,
    thread_count,
)


@pytest.fixture
def only_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every device fail in its own way."""
    fates = {
        "CUDA": ProbeResult("CUDA", False, reason="crashed (signal 11)"),
        "HIP": ProbeResult("HIP", False, reason="not installed with this OpenMM"),
        "OpenCL": ProbeResult("OpenCL", False, "cpu", reason="the OpenCL device is a processor"),
    }
    real = platforms._probed
    monkeypatch.setattr(platforms, "_probed", lambda name: fates.get(name) or real(name))


def test_reference_and_cpu_always_work() -> None:
    found = {result.name: result for result in describe_platforms()}
    assert tuple(found) == ORDER
    assert found["CPU"].works and found["Reference"].works
    assert all(result.works != bool(result.reason) for result in found.values())


def test_auto_falls_down_the_list_and_keeps_the_reasons(only_processor: None) -> None:
    choice = choose_platform("auto", threads=1)
    assert choice.name == "CPU"
    assert choice.properties["Threads"] == "1"
    assert choice.report[0] == "CUDA: crashed (signal 11)"
    assert [line.split(":")[0] for line in choice.report] == ["CUDA", "HIP", "OpenCL", "CPU"]
    with pytest.raises(PhysicsError, match=r"CUDA platform does not work here: crashed.*CPU"):
        choose_platform("cuda")
    assert choose_platform("reference").name == "Reference"


def test_a_device_that_refuses_the_real_system_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The probe passes, the System itself does not: too little memory on the device."""
    real_probe, by_name = platforms._probed, openmm.Platform.getPlatformByName
    monkeypatch.setattr(
        platforms,
        "_probed",
        lambda name: replace(real_probe("CPU"), name=name) if name == "CUDA" else real_probe(name),
    )
    monkeypatch.setattr(
        platforms.openmm.Platform,
        "getPlatformByName",
        lambda name: by_name("CPU" if name == "CUDA" else name),
    )

    def refuse(choice: PlatformChoice, *arguments: object) -> openmm.Context:
        raise PhysicsError("out of memory")

    monkeypatch.setattr(PlatformChoice, "context", refuse)
    assert choose_platform("auto").name == "CUDA"
    choice = choose_platform("auto", 1, openmm.System(), np.zeros((0, 3)))
    assert choice.name == "CPU"
    assert "out of memory" in choice.report[0]


@pytest.mark.parametrize("name", ["CPUU", "", "<b>", "cpu;rm"])
def test_a_misspelt_name_lists_what_is_there(name: str) -> None:
    with pytest.raises(PhysicsError, match=r"present here: .*Reference.*or auto"):
        choose_platform(name)


@pytest.mark.parametrize(
    ("asked", "environment", "expected"), [(None, "", 1), (None, " 4 ", 4), (2, "3", 2)]
)
def test_threads(
    monkeypatch: pytest.MonkeyPatch, asked: int | None, environment: str, expected: int
) -> None:
    monkeypatch.setenv("OPENMM_CPU_THREADS", environment)
    assert thread_count(asked) == expected
    assert choose_platform("CPU", asked).properties["Threads"] == str(expected)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "99999", "٣"])
def test_a_bad_thread_count_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OPENMM_CPU_THREADS", text)
    with pytest.raises(PhysicsError, match="number of CPU threads"):
        choose_platform("CPU")


def test_wrong_energies_disqualify(monkeypatch: pytest.MonkeyPatch) -> None:
    energies = iter([1000.0, 1001.0])
    monkeypatch.setattr(platforms, "_energy", lambda context: next(energies))
    result = probe("CPU")
    assert not result.works and "1000 instead of 1001" in result.reason


def test_a_processor_behind_opencl_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = platforms._test_context
    monkeypatch.setattr(platforms, "_test_context", lambda name: real("CPU"))
    monkeypatch.setattr(platforms, "_property", lambda context, name: "pthread-Xeon E5")
    result = probe("OpenCL")
    assert not result.works and "pthread-Xeon E5" in result.reason


def test_the_probe_answers_from_its_own_process() -> None:
    assert platforms._probed_apart("CPU") == probe("CPU")


@pytest.mark.parametrize(
    ("stdout", "code", "reason"),
    [
        ("", -11, "crashed (signal 11)"),
        ("", 1, "no answer"),
        ("noise\n" + json.dumps(asdict(ProbeResult("CUDA", True, "A100", "mixed"))), 0, ""),
    ],
)
def test_a_crash_in_the_probe_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, stdout: str, code: int, reason: str
) -> None:
    done = subprocess.CompletedProcess([], code, stdout, "")
    monkeypatch.setattr(platforms.subprocess, "run", lambda *_, **__: done)
    result = platforms._probed_apart("CUDA")
    assert (result.works, result.reason) == (not reason, reason)


@pytest.mark.gpu
def test_a_device_gives_the_processors_energy() -> None:
    devices = [r for r in describe_platforms() if r.name in ORDER[:3] and r.works]
    assert devices, [r.reason for r in describe_platforms()]
    assert all(r.precision == "mixed" and r.device for r in devices)
