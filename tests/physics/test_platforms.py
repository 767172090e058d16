"""Platforms: the order, the reasons, and no platform that computes wrong or crashes."""

from __future__ import annotations

import json
import subprocess
import sys
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
    main,
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
    for name in ("CPU", "Reference"):
        assert found[name].works and not found[name].reason
        assert found[name].evaluations_per_second > 10
    for result in found.values():
        assert result.works != bool(result.reason)


def test_auto_falls_down_the_list_and_keeps_the_reasons(only_processor: None) -> None:
    choice = choose_platform("auto", threads=1)
    assert choice.name == "CPU"
    assert choice.properties["Threads"] == "1"
    assert choice.report[0] == "CUDA: crashed (signal 11)"
    assert "processor" in choice.report[2]
    assert choice.report[3].startswith("CPU: chosen")


def test_a_device_that_refuses_the_real_system_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The probe passes, the System itself does not: too little memory on the device."""
    real_probe, real_context = platforms._probed, PlatformChoice.context
    monkeypatch.setattr(
        platforms,
        "_probed",
        lambda name: replace(real_probe("CPU"), name=name) if name == "CUDA" else real_probe(name),
    )
    by_name = openmm.Platform.getPlatformByName
    monkeypatch.setattr(
        platforms.openmm.Platform,
        "getPlatformByName",
        lambda name: by_name("CPU" if name == "CUDA" else name),
    )

    def refuse(choice: PlatformChoice, *arguments: object) -> openmm.Context:
        if choice.name == "CUDA":
            raise PhysicsError("out of memory")
        return real_context(choice, *arguments)

    monkeypatch.setattr(PlatformChoice, "context", refuse)
    assert choose_platform("auto").name == "CUDA"
    system = openmm.System()
    system.addParticle(1.0)
    choice = choose_platform("auto", 1, system, np.zeros((1, 3)))
    assert choice.name == "CPU"
    assert choice.report[0] == "CUDA: works, but not for this system (out of memory)"


def test_a_named_platform_never_falls(only_processor: None) -> None:
    with pytest.raises(PhysicsError, match=r"CUDA platform does not work here: crashed.*CPU"):
        choose_platform("cuda")
    assert choose_platform("reference").name == "Reference"


@pytest.mark.parametrize("name", ["CPUU", "Opencl2", "", "graphics", "<b>", "cpu;rm"])
def test_a_misspelt_name_lists_what_is_there(name: str) -> None:
    with pytest.raises(PhysicsError, match=r"present here: .*Reference.*or auto"):
        choose_platform(name)


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [(None, None, 1), (None, "3", 3), (2, "3", 2), (None, "", 1), (None, " 4 ", 4)],
)
def test_threads(
    monkeypatch: pytest.MonkeyPatch, asked: int | None, environment: str | None, expected: int
) -> None:
    monkeypatch.delenv("OPENMM_CPU_THREADS", raising=False)
    if environment is not None:
        monkeypatch.setenv("OPENMM_CPU_THREADS", environment)
    assert thread_count(asked) == expected
    assert choose_platform("CPU", asked).properties["Threads"] == str(expected)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "99999", "٣"])
def test_a_bad_thread_count_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OPENMM_CPU_THREADS", text)
    with pytest.raises(PhysicsError, match="number of CPU threads"):
        choose_platform("CPU")


def test_wrong_energies_disqualify(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.physics import platforms

    energies = iter([1000.0, 1001.0])
    monkeypatch.setattr(platforms, "_energy", lambda context: next(energies))
    result = probe("CPU")
    assert not result.works
    assert result.reason.startswith("wrong energy: 1000 instead of 1001")


def test_a_processor_behind_opencl_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.physics import platforms

    real = openmm.Platform.getPlatformByName
    monkeypatch.setattr(
        platforms.openmm.Platform,
        "getPlatformByName",
        lambda name: real("CPU" if name == "OpenCL" else name),
    )
    monkeypatch.setattr(platforms, "_property", lambda platform, context, name: "pthread-Xeon E5")
    result = probe("OpenCL")
    assert not result.works
    assert "device is a processor (pthread-Xeon E5)" in result.reason


def test_the_probe_answers_from_its_own_process() -> None:
    command = [sys.executable, "-m", "workbench.physics.platforms", "CPU"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout)["works"] is True
    assert main(["probe"]) == 2


@pytest.mark.parametrize(
    ("stdout", "code", "reason"),
    [
        ("", -11, "crashed (signal 11)"),
        ("", 1, "no answer"),
        (json.dumps(asdict(ProbeResult("CUDA", True, "A100", "mixed", 9.0))), 0, ""),
    ],
)
def test_a_crash_in_the_probe_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, stdout: str, code: int, reason: str
) -> None:
    done = subprocess.CompletedProcess([], code, stdout, "")
    monkeypatch.setattr(platforms.subprocess, "run", lambda *_, **__: done)
    result = platforms._probed_apart("CUDA")
    assert result.works is (not reason)
    assert result.reason == reason


@pytest.mark.gpu
def test_a_device_gives_the_processors_energy() -> None:
    devices = [r for r in describe_platforms() if r.name in ORDER[:3] and r.works]
    assert devices, [r.reason for r in describe_platforms()]
    assert all(r.precision == "mixed" and r.device for r in devices)
