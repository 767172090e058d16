"""Choose an OpenMM platform by name, and only one that was seen to work.

A broken GPU driver can end the process, and no exception handler catches that. So platforms
that drive a device are tried in a process of their own, which prints one line of JSON:
``python -m workbench.physics.platforms NAME``.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import openmm
from numpy.typing import NDArray

from workbench.errors import PhysicsError

FloatArray = NDArray[np.float64]

ORDER = ("CUDA", "HIP", "OpenCL", "CPU", "Reference")
AUTO = "auto"

_EDGE = 6
_SPACING_NM = 0.35
_RELATIVE_TOLERANCE = 1e-4
# An OpenCL driver for the processor is slower than OpenMM's own CPU platform and crashes in its
# minimiser.
_PROCESSOR_WORDS = ("pthread", "cpu", "pocl", "llvmpipe", "xeon", "epyc", "ryzen", "core(tm)")
# These run on the processor, inside OpenMM itself, and cannot take the process down.
_IN_PROCESS = ("CPU", "Reference")
_PROBE_SECONDS = 180
_THREADS_VARIABLE = "OPENMM_CPU_THREADS"
_MOST_THREADS = 1024


@dataclass(frozen=True)
class ProbeResult:
    """What a trial of a platform showed: whether it works, or the ``reason`` why not."""

    name: str
    works: bool
    device: str = ""
    precision: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PlatformChoice:
    """A platform that works, and why each one before it was passed over, line by line."""

    name: str
    properties: dict[str, str]
    device: str
    precision: str
    report: tuple[str, ...]

    def context(
        self, system: openmm.System, integrator: openmm.Integrator | None = None
    ) -> openmm.Context:
        """Return a context of a system on this platform, by default for nothing that moves in time.

        Raises
        ------
        PhysicsError
            When OpenMM cannot make it (too little memory on the device, for one).
        """
        platform = openmm.Platform.getPlatformByName(self.name)
        steps = integrator or openmm.VerletIntegrator(0.001)
        try:
            return openmm.Context(system, steps, platform, self.properties)
        except openmm.OpenMMException as error:
            raise PhysicsError(
                f"OpenMM's {self.name} platform refused this system: {short_reason(str(error))}. "
                "Ask for another platform, CPU for one."
            ) from error


def choose_platform(
    name: str = AUTO,
    threads: int | None = None,
    system: openmm.System | None = None,
    coordinates: FloatArray | None = None,
) -> PlatformChoice:
    """Return the fastest platform that computes right energies here, or the one asked for.

    ``auto`` tries CUDA, HIP, OpenCL, CPU and Reference in this order; a device that refuses the
    given system, ``(n_atoms, 3)`` angstrom, is passed over too, with a line in the report.
    ``threads`` is for the CPU platform: ``None`` takes ``OPENMM_CPU_THREADS`` when it is set, else
    1.

    Raises
    ------
    PhysicsError
        When the name is unknown, or the platform asked for does not work.
    """
    count = thread_count(threads)
    if name.strip().lower() != AUTO:
        result = _probed(_known(name))
        if not result.works:
            raise PhysicsError(
                f"OpenMM's {result.name} platform does not work here: {result.reason}. "
                f"Working: {', '.join(r.name for r in describe_platforms() if r.works)}."
            )
        return _choice(result, count, ())
    tried: list[str] = []
    for candidate in ORDER:
        result = _probed(candidate)
        reason = result.reason
        if result.works:
            choice = _choice(result, count, tuple(tried))
            reason = _refusal(choice, system, coordinates)
            if not reason:
                return choice
        tried.append(f"{candidate}: {reason}")
    raise PhysicsError("No OpenMM platform works here: " + "; ".join(tried))


def describe_platforms() -> tuple[ProbeResult, ...]:
    """Try every platform that OpenMM can have; the reason is set where one does not work."""
    return tuple(_probed(name) for name in ORDER)


def thread_count(threads: int | None) -> int:
    """Return the number of CPU threads: as asked, from the environment, or 1.

    Raises
    ------
    PhysicsError
        When the number is not a positive integer.
    """
    text = str(threads) if threads is not None else os.environ.get(_THREADS_VARIABLE, "").strip()
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_THREADS):
        raise PhysicsError(
            f"the number of CPU threads must be 1 to {_MOST_THREADS}, not {text[:20]!r} "
            f"(given by the caller or by {_THREADS_VARIABLE})."
        )
    return int(text)


def short_reason(text: str) -> str:
    """Return the first line of an OpenMM error, without the folders of the machine."""
    words = text.strip().splitlines()[0].split() if text.strip() else ["unknown error"]
    return " ".join(word.rsplit("/", 1)[-1] if word.startswith("/") else word for word in words)


def _known(name: str) -> str:
    by_key = {known.lower(): known for known in ORDER}
    key = name.strip().lower()
    if key in by_key:
        return by_key[key]
    near = difflib.get_close_matches(key, [*by_key, AUTO], n=1)
    hint = f" Did you mean {by_key.get(near[0], near[0])}?" if near else ""
    raise PhysicsError(
        f"OpenMM has no platform {name[:40]!r}; present here: {', '.join(_loaded())}, "
        f"or {AUTO}.{hint}"
    )


def _loaded() -> list[str]:
    count = openmm.Platform.getNumPlatforms()
    return [openmm.Platform.getPlatform(i).getName() for i in range(count)]


def _refusal(
    choice: PlatformChoice, system: openmm.System | None, coordinates: FloatArray | None
) -> str:
    """Return why a device cannot compute a System; empty when it can, or drives no device."""
    if system is None or coordinates is None or choice.name in _IN_PROCESS:
        return ""
    try:
        context = choice.context(system)
        context.setPositions(coordinates / 10)
        context.getState(getEnergy=True, getForces=True)
    except (PhysicsError, openmm.OpenMMException) as error:
        return f"works, but not for this system ({short_reason(str(error))})"
    return ""


def _choice(result: ProbeResult, threads: int, passed_over: tuple[str, ...]) -> PlatformChoice:
    properties = _properties(openmm.Platform.getPlatformByName(result.name), threads)
    how = f"{threads} thread{'s' if threads > 1 else ''}" if "Threads" in properties else ""
    details = ", ".join(part for part in (result.device, result.precision, how) if part)
    report = (*passed_over, f"{result.name}: chosen ({details})")
    return PlatformChoice(result.name, properties, result.device, result.precision, report)


def _properties(platform: openmm.Platform, threads: int) -> dict[str, str]:
    """Devices compute in mixed precision and, where they can, add forces in a fixed order."""
    wanted = {"Threads": str(threads), "Precision": "mixed", "DeterministicForces": "true"}
    return {name: wanted[name] for name in platform.getPropertyNames() if name in wanted}


@cache
def _probed(name: str) -> ProbeResult:
    """Probe once per process: a driver does not heal, and a device takes seconds to start."""
    if name in _loaded():
        return probe(name) if name in _IN_PROCESS else _probed_apart(name)
    for failure in openmm.Platform.getPluginLoadFailures():
        library, _, why = failure.partition(": ")
        if f"libOpenMM{name}." in library:
            return ProbeResult(name, False, reason=short_reason(why))
    return ProbeResult(name, False, reason="not installed with this OpenMM")


def _probed_apart(name: str) -> ProbeResult:
    # -P: a file of the working folder must not stand in for a library.
    command = [sys.executable, "-P", "-m", "workbench.physics.platforms", name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return ProbeResult(name, False, reason=f"no answer within {_PROBE_SECONDS} s")
    if done.returncode < 0:
        return ProbeResult(name, False, reason=f"crashed (signal {-done.returncode})")
    # Drivers write to the standard output too.
    answers = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
    if done.returncode or not answers:
        return ProbeResult(name, False, reason=short_reason(done.stderr or "no answer"))
    return ProbeResult(**json.loads(answers[-1]))


def probe(name: str) -> ProbeResult:
    """Compute an energy on a platform, compare it with Reference, and minimise once.

    Errors of OpenMM are returned in the result, not raised.
    """
    try:
        context = _test_context(name)
        device = _property(context, "DeviceName")
        if name == "OpenCL" and any(word in device.lower() for word in _PROCESSOR_WORDS):
            reason = f"the OpenCL device is a processor ({device}); OpenMM's CPU platform is safer"
            return ProbeResult(name, False, device, reason=reason)
        found, expected = _energy(context), _energy(_test_context("Reference"))
        if not abs(found - expected) < _RELATIVE_TOLERANCE * abs(expected):
            reason = f"wrong energy: {found:.6g} instead of {expected:.6g} kJ/mol"
            return ProbeResult(name, False, device, reason=reason)
        openmm.LocalEnergyMinimizer.minimize(context, 10.0, 5)
    except openmm.OpenMMException as error:
        return ProbeResult(name, False, reason=short_reason(str(error)))
    own = "double" if name == "Reference" else "single"
    return ProbeResult(name, True, device or "processor", _property(context, "Precision") or own)


def _property(context: openmm.Context, name: str) -> str:
    platform = context.getPlatform()
    there = name in platform.getPropertyNames()
    return str(platform.getPropertyValue(context, name)) if there else ""


def _energy(context: openmm.Context) -> float:
    state = context.getState(getEnergy=True, getForces=True)
    return float(state.getPotentialEnergy()._value)


def _test_context(name: str) -> openmm.Context:
    """Return a slightly irregular lattice with the kinds of force that minimisation uses."""
    platform = openmm.Platform.getPlatformByName(name)
    system = openmm.System()
    pair = openmm.CustomNonbondedForce("(q1*q2)/(r+0.01)^2+(0.3/(r+0.02))^7")
    pair.addPerParticleParameter("q")
    pair.setNonbondedMethod(openmm.CustomNonbondedForce.CutoffNonPeriodic)
    pair.setCutoffDistance(1.0)
    spring = openmm.CustomBondForce("500*(r-0.3)^2")
    turn = openmm.CustomTorsionForce("2*(1+cos(3*theta))")
    index = np.arange(_EDGE**3)
    lattice = np.stack([index % _EDGE, index // _EDGE % _EDGE, index // _EDGE**2], axis=1)
    # A zigzag along x keeps every torsion far from a straight line.
    wave = 0.03 * ((index * 7919) % 13) / 13
    x = lattice[:, 0]
    shift = [wave, np.where(x % 2, 0.1, 0.0) - wave, np.where(x % 3, 0.1, 0.0) + wave]
    for i in index.tolist():
        system.addParticle(12.0)
        pair.addParticle([(-1.0) ** i * 0.3])
        if x[i]:
            spring.addBond(i - 1, i, [])
        if x[i] >= 3:
            turn.addTorsion(i - 3, i - 2, i - 1, i, [])
    for force in (pair, spring, turn):
        system.addForce(force)
    integrator = openmm.VerletIntegrator(0.001)
    context = openmm.Context(system, integrator, platform, _properties(platform, 1))
    context.setPositions(lattice * _SPACING_NM + np.transpose(shift))
    return context


if __name__ == "__main__":
    print(json.dumps(asdict(probe(sys.argv[1]))))
