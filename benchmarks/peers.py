"""AutoDock4 and Vina on a cysteine with its adduct as a flexible side chain: runs and poses.

Both dock "a ligand" beside a flexible residue. Here the residue is the cysteine with the whole
adduct on it, and the ligand is nothing (AutoDock4: an empty file) or next to nothing (Vina: one
hydrogen, which its score does not see). AutoDock4's and Vina's printed affinities are then those
of the empty ligand; what counts is the energy of the moving side chains with the rigid receptor
and with each other.

``autodock4`` and ``autogrid4`` are run as programs of their own when they are installed; Vina is
the Python package that the workbench needs anyway, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from peer_inputs import SPACING_ANGSTROM, PeerInput, drug_coordinates

from workbench.ligands.molecules import Adduct

FloatArray = NDArray[np.float64]

PROGRAMS = ("autogrid4", "autodock4")


@dataclass(frozen=True)
class PeerPose:
    """A pose of a peer.

    Parameters
    ----------
    drug
        ``(n_drug_atoms, 3)`` angstrom in the adduct's order.
    energy_kcal_per_mol
        Moving side chains with the receptor and with each other.
    """

    drug: FloatArray
    energy_kcal_per_mol: float


@dataclass(frozen=True)
class PeerRun:
    """What a peer found, best energy first, and its cost.

    Parameters
    ----------
    evaluations
        Of the energy, for AutoDock4 those asked for; ``None`` where the program does not tell.
    """

    poses: tuple[PeerPose, ...]
    maps_s: float
    dock_s: float
    evaluations: int | None
    peak_mb: float


def missing_programs() -> str:
    """Return a sentence on what of AutoDock4 is not installed; blank when all is."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if not absent:
        return ""
    return (
        f"{' and '.join(absent)} not found: AutoDock4 is not compared "
        "(Debian: apt install autodock autogrid)"
    )


def run_autodock(given: PeerInput, folder: Path, seed: int, runs: int, evaluations: int) -> PeerRun:
    """Run AutoGrid and AutoDock4 in a folder; processor seconds of each."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "receptor.pdbqt").write_text(given.rigid)
    (folder / "flexible.pdbqt").write_text(given.flexible)
    (folder / "empty").write_text("")
    kinds = sorted({line[77:].strip() for line in given.rigid.splitlines()})
    points = round(given.edge_angstrom / SPACING_ANGSTROM)
    x, y, z = given.centre
    maps = "".join(f"map receptor.{kind}.map\n" for kind in given.types)
    fields = "elecmap receptor.e.map\ndsolvmap receptor.d.map\ndielectric -0.1465\n"
    (folder / "grid.gpf").write_text(
        f"npts {points} {points} {points}\ngridfld receptor.maps.fld\n"
        f"spacing {SPACING_ANGSTROM}\nreceptor_types {' '.join(kinds)}\n"
        f"ligand_types {' '.join(given.types)}\nreceptor receptor.pdbqt\n"
        f"gridcenter {x:.3f} {y:.3f} {z:.3f}\nsmooth 0.5\n{maps}{fields}"
    )
    (folder / "dock.dpf").write_text(
        "autodock_parameter_version 4.2\noutlev 1\nintelec\n"
        f"seed {seed + 100} {seed + 1000}\nligand_types {' '.join(given.types)}\n"
        f"fld receptor.maps.fld\n{maps}elecmap receptor.e.map\ndesolvmap receptor.d.map\n"
        "move empty\nflexres flexible.pdbqt\nabout 0 0 0\n"
        "tran0 random\nquaternion0 random\ndihe0 random\ntorsdof 0\nrmstol 2.0\n"
        "extnrg 1000.0\ne0max 0.0 10000\nga_pop_size 150\n"
        f"ga_num_evals {evaluations}\nga_num_generations 27000\nga_elitism 1\n"
        "ga_mutation_rate 0.02\nga_crossover_rate 0.8\nga_window_size 10\n"
        "ga_cauchy_alpha 0.0\nga_cauchy_beta 1.0\nset_ga\nsw_max_its 300\nsw_max_succ 4\n"
        "sw_max_fail 4\nsw_rho 1.0\nsw_lb_rho 0.01\nls_search_freq 0.06\nset_psw1\n"
        f"unbound_model bound\nga_run {runs}\nanalysis\n"
    )
    maps_s = _timed(["autogrid4", "-p", "grid.gpf", "-l", "grid.glg"], folder)
    dock_s = _timed(["autodock4", "-p", "dock.dpf", "-l", "dock.dlg"], folder)
    text = (folder / "dock.dlg").read_text(errors="replace")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    poses = sorted(_autodock_poses(given.adduct, text), key=lambda p: p.energy_kcal_per_mol)
    return PeerRun(tuple(poses), maps_s, dock_s, runs * evaluations, peak)


def _timed(command: list[str], folder: Path) -> float:
    """Return the processor seconds of a program.

    Raises
    ------
    RuntimeError
        With the end of what it printed when it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        log = folder / command[-1]
        said = log.read_text(errors="replace") if log.is_file() else ""
        tail = (said + done.stdout + done.stderr).strip()[-400:]
        raise RuntimeError(f"{command[0]} failed with {done.returncode}: {tail}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _autodock_poses(adduct: Adduct, text: str) -> list[PeerPose]:
    """Read each run's pose; its energy is moving-fixed plus moving-moving, not the total."""
    poses = []
    for model in text.split("DOCKED: MODEL")[1:]:
        body = model.split("DOCKED: ENDMDL")[0]
        energy = _energy(body)
        lines = [line.removeprefix("DOCKED: ") for line in body.splitlines()]
        poses.append(PeerPose(drug_coordinates(adduct, lines), energy))
    return poses


def _energy(body: str) -> float:
    """Return the energy of the side chains with the receptor and with each other, kcal/mol."""
    found = re.findall(r"Internal Moving-(?:Fixed|Moving) Receptor\s*=\s*([+-]?\d+\.\d+)", body)
    if len(found) != 2:
        raise ValueError("AutoDock4's log does not tell the energy of the flexible residue")
    return float(found[0]) + float(found[1])


def run_vina(given: PeerInput, folder: Path, seed: int, exhaustiveness: int) -> PeerRun:
    """Run Vina in a process of its own, on one thread."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("rigid", "flexible", "dummy"):
        (folder / f"{name}.pdbqt").write_text(getattr(given, name))
    box = [*given.centre.tolist(), given.edge_angstrom]
    command = [sys.executable, __file__, str(folder), "--seed", str(seed)]
    command += ["--exhaustiveness", str(exhaustiveness), "--box", *map(str, box)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Vina failed: {done.stderr.strip()[-400:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    text = (folder / "poses.pdbqt").read_text()
    models = [part for part in text.split("ENDMDL") if "ATOM" in part]
    poses = [
        PeerPose(drug_coordinates(given.adduct, model.splitlines()), inter + intra)
        for model, (inter, intra) in zip(models, answer["energies"], strict=True)
    ]
    poses.sort(key=lambda pose: pose.energy_kcal_per_mol)
    return PeerRun(tuple(poses), answer["maps_s"], answer["dock_s"], None, answer["peak_mb"])


def _vina_child() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--exhaustiveness", type=int)
    parser.add_argument("--box", type=float, nargs=4)
    asked = parser.parse_args()
    from vina import Vina

    engine = Vina(sf_name="vina", cpu=1, seed=asked.seed, verbosity=0)
    engine.set_receptor(str(asked.folder / "rigid.pdbqt"), str(asked.folder / "flexible.pdbqt"))
    engine.set_ligand_from_file(str(asked.folder / "dummy.pdbqt"))
    started = time.process_time()
    engine.compute_vina_maps(asked.box[:3], [asked.box[3]] * 3)
    maps_s = time.process_time() - started
    started = time.process_time()
    engine.dock(exhaustiveness=asked.exhaustiveness, n_poses=10)
    dock_s = time.process_time() - started
    # the range is of the dummy's total; every pose counts
    (asked.folder / "poses.pdbqt").write_text(engine.poses(10, energy_range=1000.0))
    energies = [[float(e[1]), float(e[2])] for e in engine.energies(10, energy_range=1000.0)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer = {"maps_s": maps_s, "dock_s": dock_s, "energies": energies, "peak_mb": peak}
    print(json.dumps(answer))


if __name__ == "__main__":
    _vina_child()
