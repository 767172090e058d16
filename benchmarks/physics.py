"""How fast a bonded complex is built, minimised and propagated: Markdown tables.

``python benchmarks/physics.py --drug selinexor --radius 5 8 --steps 1000 --drift``

The peer is plain OpenMM stepping the same System, deserialised from XML, in the same run. CPU
seconds are those of this process, all threads; on a GPU read the wall-clock column.
"""

from __future__ import annotations

import argparse
import datetime
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import openmm

from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.search import search
from workbench.docking.torsions import build_tree
from workbench.errors import PhysicsError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.reading import load_ligand
from workbench.physics import descent
from workbench.physics.bonded_complex import bond
from workbench.physics.complex import Complex
from workbench.physics.dynamics import run
from workbench.physics.energy_conservation import energy_drift
from workbench.physics.minimization import PocketMinimiser
from workbench.physics.mmgbsa import MmGbsa
from workbench.physics.moving_pocket import MovingPocket
from workbench.physics.platforms import describe_platforms
from workbench.physics.pocket import ligand_mask
from workbench.settings import (
    DynamicsSettings,
    GridSettings,
    MinimizationSettings,
    SearchSettings,
)
from workbench.structures.loading import load_receptor

Made = TypeVar("Made")


@dataclass(frozen=True)
class Timed:
    """Seconds of the processor and of the clock."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} ({self.wall:.2f})"


def timed(work: Callable[[], Made]) -> tuple[Made, Timed]:
    """Run something and time it."""
    cpu, wall = time.process_time(), time.perf_counter()
    made = work()
    return made, Timed(time.process_time() - cpu, time.perf_counter() - wall)


def docked(drug: str) -> Complex:
    """Return the best pose of the first diastereomer from a short search."""
    receptor = load_receptor("human-groove")
    site = covalent_site(receptor)
    adduct = enumerate_adducts(load_ligand(drug))[0]
    tree = build_tree(adduct, embed(adduct, 8, 1), site.backbone)
    maps = adduct_maps(site, adduct, [tree], GridSettings())
    settings = SearchSettings(n_poses=1, n_conformers=8, max_pools=2)
    return bond(receptor, search(site, adduct, tree, maps, settings, 1).poses[0])


class InOpenMM:
    """Counts the CPU seconds that a block spends in OpenMM's minimiser, callbacks left out."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> InOpenMM:
        self._minimize = openmm.LocalEnergyMinimizer.minimize
        self._report = descent._Watch.report

        def minimize(*arguments: object) -> None:
            started = time.process_time()
            self._minimize(*arguments)
            self.seconds += time.process_time() - started

        def report(watch: object, *arguments: object) -> bool:
            started = time.process_time()
            stop = self._report(watch, *arguments)
            self.seconds -= time.process_time() - started
            return stop

        openmm.LocalEnergyMinimizer.minimize = staticmethod(minimize)
        descent._Watch.report = report
        return self

    def __exit__(self, *_: object) -> None:
        openmm.LocalEnergyMinimizer.minimize = staticmethod(self._minimize)
        descent._Watch.report = self._report


def ns_per_day(steps: int, timestep_fs: float, seconds: float) -> float:
    """Return simulated nanoseconds per day of stepping."""
    return steps * timestep_fs * 1e-6 * 86400 / seconds


def one(
    start: Complex, radius: float, platform: str, steps: int, solvent: str
) -> tuple[list[str], Complex]:
    """Return a row of the table, and the minimised complex."""
    minimization = MinimizationSettings(mobile_angstrom=radius, platform=platform)
    minimiser, build = timed(lambda: PocketMinimiser([start], minimization))
    with InOpenMM() as inside:
        found, going_down = timed(lambda: minimiser.minimise(start))
    _, further = timed(lambda: minimiser.minimise(shaken(start)))
    everything = build.cpu + going_down.cpu
    dynamics = DynamicsSettings(
        mobile_angstrom=radius,
        platform=platform,
        solvent=solvent,
        length_ps=steps / 1000,
        report_interval_ps=steps / 4000,
        equilibration_ps=0,
    )
    plain = stepping(MovingPocket(found.bonded, dynamics), steps)
    with tempfile.TemporaryDirectory() as folder:
        _, ours = timed(lambda: run(found.bonded, folder, dynamics))
        longer = dynamics.model_copy(update={"length_ps": 2 * steps / 1000})
        _, again = timed(lambda: run(found.bonded, folder, longer))
    on_cpu = platform in ("CPU", "Reference")
    seconds = plain.cpu if on_cpu else plain.wall
    return [
        platform,
        solvent,
        f"{radius:g}",
        f"{int(found.mobile.sum())} of {len(start.atoms)}",
        str(build),
        f"{going_down}, {found.iterations} iterations",
        str(further),
        f"{100 * (1 - inside.seconds / everything):.0f}",
        str(plain),
        f"{ns_per_day(steps, dynamics.timestep_fs, seconds):.2f}",
        str(ours),
        str(again),
    ], found.bonded


def shaken(start: Complex) -> Complex:
    """Return another pose: the ligand's atoms 0.05 angstrom off."""
    points = start.coordinates.copy()
    ligand = ligand_mask(start)
    points[ligand] += np.random.default_rng(1).normal(0, 0.05, (int(ligand.sum()), 3))
    return replace(start, coordinates=points)


def stepping(pocket: MovingPocket, steps: int) -> Timed:
    """Time plain OpenMM on the same System."""
    system = openmm.XmlSerializer.deserialize(openmm.XmlSerializer.serialize(pocket.system))
    context = openmm.Context(
        system,
        pocket.langevin(1),
        openmm.Platform.getPlatformByName(pocket.platform.name),
        pocket.platform.properties,
    )
    context.setPositions(pocket.bonded.coordinates / 10)
    context.setVelocitiesToTemperature(300, 1)
    context.getIntegrator().step(20)

    def work() -> None:
        context.getIntegrator().step(steps)
        # A state is asked for, so that a device has finished.
        context.getState(getEnergy=True)

    return timed(work)[1]


def drift_table(start: Complex, platform: str, length_ps: float) -> None:
    """Print the drift of the energy for several time steps."""
    print("\n| time step, fs | hydrogen, amu | drift, kT/ns per freedom | spread, kcal/mol |")
    print("|---|---|---|---|")
    for step, mass in ((0.5, None), (1.0, None), (2.0, None), (2.0, 3.0), (3.0, 3.0)):
        settings = DynamicsSettings(
            timestep_fs=step,
            hydrogen_mass_amu=mass,
            platform=platform,
            report_interval_ps=0.6,
            length_ps=0.6,
        )
        head = f"| {step:g} | {mass or 'as it is'} |"
        try:
            found = energy_drift(start, settings, length_ps=length_ps, equilibration_ps=0.5)
        except PhysicsError as error:
            print(f"{head} {error} | |", flush=True)
            continue
        print(
            f"{head} {found.drift_kt_per_ns:.2f} "
            f"+- {found.error_kt_per_ns:.2f} | {found.fluctuation_kcal_per_mol:.2f} |",
            flush=True,
        )


def spread_table(start: Complex, platform: str, length_ps: float) -> None:
    """Print MM/GBSA by term over a short run."""
    settings = DynamicsSettings(
        platform=platform,
        length_ps=length_ps,
        report_interval_ps=length_ps / 10,
        equilibration_ps=length_ps / 2,
    )
    with tempfile.TemporaryDirectory() as folder:
        replica = run(start, folder, settings).replicas[0]
        frames = replica.frames()[5:]
        model = MmGbsa(start)
        found, cost = timed(lambda: model.over(frames))
    print(f"\nMM/GBSA, {len(frames)} frames, {cost} s; {replica.stability.summary()}")
    print(f"temperature {replica.temperature}")
    print("\n| term, kcal/mol | start | mean | standard deviation |\n|---|---|---|---|")
    at_start = model.interaction().by_term()
    for name, spread in found.items():
        values = f"{at_start[name]:.1f} | {spread.mean:.1f} | {spread.standard_deviation:.1f}"
        print(f"| {name} | {values} |")


def main() -> None:
    """Measure each platform and radius and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--drug", default="selinexor")
    parser.add_argument("--radius", type=float, nargs="+", default=[5.0])
    parser.add_argument("--steps", type=int, default=1000, help="a multiple of 4")
    parser.add_argument("--platform", nargs="+", help="those that work here")
    parser.add_argument("--solvent", nargs="+", choices=("none", "obc2"), default=["none"])
    parser.add_argument(
        "--drift", type=float, metavar="PS", help="length of each run at constant E"
    )
    parser.add_argument("--spread", type=float, metavar="PS", help="length of an MM/GBSA run")
    arguments = parser.parse_args()
    names = arguments.platform or [p.name for p in describe_platforms() if p.works]
    start = docked(arguments.drug)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{datetime.date.today()}, {os.cpu_count()} cores, load {load}, {arguments.steps} steps\n"
    )
    for result in describe_platforms():
        print(f"- {result.name}: {result.device if result.works else result.reason}")
    print()
    head = (
        *("platform", "solvent", "radius, A", "mobile atoms", "build, CPU s (wall)"),
        *("minimise, CPU s (wall)", "one more pose", "outside OpenMM, % of build and first pose"),
        *("plain OpenMM stepping, CPU s (wall)", "ns/day"),
        *("`run`, CPU s (wall)", "`run` goes on as long again, CPU s (wall)"),
    )
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    minimised = start
    for platform in names:
        for solvent in arguments.solvent:
            for radius in arguments.radius:
                row, minimised = one(start, radius, platform, arguments.steps, solvent)
                print("| " + " | ".join(row) + " |", flush=True)
    if arguments.drift:
        drift_table(minimised, names[0], arguments.drift)
    if arguments.spread:
        spread_table(minimised, names[0], arguments.spread)


if __name__ == "__main__":
    main()
