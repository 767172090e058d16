"""How fast a bonded complex is built and minimised: a Markdown table.

``python benchmarks/physics.py --drug selinexor --radius 5 8``

CPU seconds are those of this process, all threads; on a GPU read the wall-clock column.
"""

from __future__ import annotations

import argparse
import datetime
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import openmm

from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.search import search
from workbench.docking.torsions import build_tree
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.reading import load_ligand
from workbench.physics import minimization
from workbench.physics.assembly import bond
from workbench.physics.complex import Complex, ligand_mask
from workbench.physics.minimization import PocketMinimiser
from workbench.physics.platforms import describe_platforms
from workbench.settings import (
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
        self._report = minimization._Watch.report

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
        minimization._Watch.report = report
        return self

    def __exit__(self, *_: object) -> None:
        openmm.LocalEnergyMinimizer.minimize = staticmethod(self._minimize)
        minimization._Watch.report = self._report


def one(start: Complex, radius: float, platform: str) -> list[str]:
    """Return a row of the table."""
    settings = MinimizationSettings(mobile_angstrom=radius, platform=platform)
    minimiser, build = timed(lambda: PocketMinimiser([start], settings))
    with InOpenMM() as inside:
        found, going_down = timed(lambda: minimiser.minimise(start))
    _, further = timed(lambda: minimiser.minimise(shaken(start)))
    outside = 1 - inside.seconds / (build.cpu + going_down.cpu)
    return [
        platform,
        f"{radius:g}",
        f"{int(found.mobile.sum())} of {len(start.atoms)}",
        str(build),
        f"{going_down}, {found.iterations} iterations",
        str(further),
        f"{100 * outside:.0f}",
    ]


def shaken(start: Complex) -> Complex:
    """Return another pose: the ligand's atoms 0.05 angstrom off."""
    points = start.coordinates.copy()
    ligand = ligand_mask(start)
    points[ligand] += np.random.default_rng(1).normal(0, 0.05, (int(ligand.sum()), 3))
    return replace(start, coordinates=points)


def main() -> None:
    """Measure each platform and radius and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--drug", default="selinexor")
    parser.add_argument("--radius", type=float, nargs="+", default=[5.0])
    parser.add_argument("--platform", nargs="+", help="those that work here")
    arguments = parser.parse_args()
    names = arguments.platform or [p.name for p in describe_platforms() if p.works]
    start = docked(arguments.drug)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, load {load}\n")
    for result in describe_platforms():
        print(f"- {result.name}: {result.device if result.works else result.reason}")
    print()
    head = (
        *("platform", "radius, A", "mobile atoms", "build, CPU s (wall)"),
        *("minimise, CPU s (wall)", "one more pose", "outside OpenMM, % of build and first pose"),
    )
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for platform in names:
        for radius in arguments.radius:
            print("| " + " | ".join(one(start, radius, platform)) + " |", flush=True)


if __name__ == "__main__":
    main()
