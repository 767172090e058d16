"""Try one OpenMM platform on a small system: ``python -m workbench.physics.platform_probe NAME``.

A broken GPU driver can end the process, and no exception handler catches that. So platforms
that drive a device are tried in a process of their own, which prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

import openmm

_EDGE = 6
_SPACING_NM = 0.35
_RELATIVE_TOLERANCE = 1e-4
_EVALUATIONS = 20
_TWO_ARGUMENTS = 2

# Cases where a platform works but on the wrong kind of device: an OpenCL driver for the
# processor is slower than OpenMM's own CPU platform and crashes in its minimiser.
_PROCESSOR_WORDS = ("pthread", "cpu", "pocl", "llvmpipe", "xeon", "epyc", "ryzen", "core(tm)")


@dataclass(frozen=True)
class ProbeResult:
    """What a trial of a platform showed.

    Parameters
    ----------
    works
        False when the energy is wrong, or when an error or crash came; ``reason`` says which.
    evaluations_per_second
        Energies and forces of the 216-particle test system; 0 when it does not work.
    """

    name: str
    works: bool
    device: str = ""
    precision: str = ""
    evaluations_per_second: float = 0.0
    reason: str = ""


def platform_properties(platform: openmm.Platform, threads: int) -> dict[str, str]:
    """Return the properties that the workbench sets on a platform.

    Devices compute in mixed precision and, where they offer it, add forces in a fixed order.
    """
    names = platform.getPropertyNames()
    wanted = {"Threads": str(threads), "Precision": "mixed", "DeterministicForces": "true"}
    return {name: value for name, value in wanted.items() if name in names}


def probe(name: str) -> ProbeResult:
    """Compute an energy on a platform, compare it with Reference, and minimise once.

    Errors of OpenMM are returned in the result, not raised.
    """
    try:
        platform = openmm.Platform.getPlatformByName(name)
        context = _context(platform)
        device = _property(platform, context, "DeviceName")
        if name == "OpenCL" and any(word in device.lower() for word in _PROCESSOR_WORDS):
            reason = f"the OpenCL device is a processor ({device}); OpenMM's CPU platform is safer"
            return ProbeResult(name, False, device, reason=reason)
        found, expected = _energy(context), _energy(_context(_reference()))
        if not abs(found - expected) < _RELATIVE_TOLERANCE * abs(expected):
            reason = f"wrong energy: {found:.6g} instead of {expected:.6g} kJ/mol"
            return ProbeResult(name, False, device, reason=reason)
        speed = _speed(context)
        openmm.LocalEnergyMinimizer.minimize(context, 10.0, 5)
    except openmm.OpenMMException as error:
        return ProbeResult(name, False, reason=short_reason(str(error)))
    precision = _property(platform, context, "Precision") or _own_precision(name)
    return ProbeResult(name, True, device or "processor", precision, round(speed, 1))


def short_reason(text: str) -> str:
    """Return the first line of an OpenMM error, without the folders of the machine."""
    words = text.strip().splitlines()[0].split() if text.strip() else ["unknown error"]
    return " ".join(word.rsplit("/", 1)[-1] if word.startswith("/") else word for word in words)


def _own_precision(name: str) -> str:
    return "double" if name == "Reference" else "single"


def _reference() -> openmm.Platform:
    return openmm.Platform.getPlatformByName("Reference")


def _property(platform: openmm.Platform, context: openmm.Context, name: str) -> str:
    if name not in platform.getPropertyNames():
        return ""
    return str(platform.getPropertyValue(context, name))


def _context(platform: openmm.Platform) -> openmm.Context:
    """Return a slightly irregular lattice with the kinds of force that minimisation uses."""
    system = openmm.System()
    pair = openmm.CustomNonbondedForce("(q1*q2)/(r+0.01)^2+(0.3/(r+0.02))^7")
    pair.addPerParticleParameter("q")
    pair.setNonbondedMethod(openmm.CustomNonbondedForce.CutoffNonPeriodic)
    pair.setCutoffDistance(1.0)
    spring = openmm.CustomBondForce("500*(r-0.3)^2")
    turn = openmm.CustomTorsionForce("2*(1+cos(3*theta))")
    points = []
    for index in range(_EDGE**3):
        system.addParticle(12.0)
        pair.addParticle([(-1.0) ** index * 0.3])
        x, y, z = index % _EDGE, index // _EDGE % _EDGE, index // _EDGE**2
        # A zigzag along x keeps every torsion far from a straight line.
        wave = 0.03 * ((index * 7919) % 13) / 13
        shift = (wave, (0.1 if x % 2 else 0.0) - wave, (0.1 if x % 3 else 0.0) + wave)
        lattice = (x * _SPACING_NM, y * _SPACING_NM, z * _SPACING_NM)
        points.append(tuple(a + b for a, b in zip(lattice, shift, strict=True)))
        if x:
            spring.addBond(index - 1, index, [])
        if x >= 3:
            turn.addTorsion(index - 3, index - 2, index - 1, index, [])
    for force in (pair, spring, turn):
        system.addForce(force)
    integrator = openmm.VerletIntegrator(0.001)
    context = openmm.Context(system, integrator, platform, platform_properties(platform, 1))
    context.setPositions(points)
    return context


def _energy(context: openmm.Context) -> float:
    state = context.getState(getEnergy=True, getForces=True)
    return float(state.getPotentialEnergy().value_in_unit(openmm.unit.kilojoule_per_mole))


def _speed(context: openmm.Context) -> float:
    start = time.perf_counter()
    for _ in range(_EVALUATIONS):
        _energy(context)
    return _EVALUATIONS / (time.perf_counter() - start)


def main(arguments: list[str]) -> int:
    """Print the result of one probe as a line of JSON."""
    if len(arguments) != _TWO_ARGUMENTS:
        sys.stderr.write("usage: python -m workbench.physics.platform_probe NAME\n")
        return 2
    sys.stdout.write(json.dumps(asdict(probe(arguments[1]))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
