"""How fast the covalent search is beside AutoDock4 and Vina: Markdown tables.

``python benchmarks/speed.py --structures DIR --records speed.jsonl --write docs/speed.md``

Same receptor, same adduct, one core, one run after the other in turn, each in a process of its
own. All times are processor seconds, so that other work on the machine counts less. The peers
dock the cysteine with its adduct as a flexible side chain (see ``peers.py``); AutoDock4 takes part
when ``autogrid4`` and ``autodock4`` are installed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accuracy import code_digest, machine, read_records
from deposited import adducts_of, deposited, redocking_cases
from peer_inputs import peer_input
from peers import PeerRun, missing_programs, run_autodock, run_vina
from speed_tables import METHODS, WORKBENCH, report
from stages import flexible_residues, searched

from workbench.analysis.reference import PlacedMolecule, compare_to_reference
from workbench.errors import WorkbenchError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for
from workbench.settings import DockSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

CASES = ("1VSN", "KPT-185", "selinexor")
FIT = ("KPT-185", "KPT-251", "KPT-276", "eltanexor", "selinexor")
AUTODOCK_EVALUATIONS = 2_500_000


@dataclass(frozen=True)
class Task:
    """One adduct, one method, one seed."""

    case: str
    method: str
    flexible: str
    seed: int

    @property
    def key(self) -> str:
        """What tells the task from all others."""
        return "|".join(map(str, (self.case, self.method, self.flexible, self.seed)))


def setting_up(
    case: str, structures: Path | None
) -> tuple[Receptor, tuple[Adduct, ...], str, PlacedMolecule]:
    """Return receptor, adducts, the label of the native one and the reference pose.

    Raises
    ------
    WorkbenchError
        When a deposited complex is asked for without the folder of structure files.
    """
    cases = redocking_cases()
    if case in cases:
        if structures is None:
            raise WorkbenchError("no folder of structure files: give --structures")
        row = cases[case]
        path = structures / "adducts" / row.file
        adducts = adducts_of(row)
        receptor = load_receptor(path, nucleophile=row.nucleophile)
        return receptor, adducts, adducts[-1].label, deposited(path, row)
    ligand = load_ligand(case)
    reference = reference_for(ligand)
    if reference is None:
        raise WorkbenchError(f"{case} has no reference pose")
    adducts = enumerate_adducts(ligand)
    return load_receptor("human-groove"), adducts, reference.diastereomer, reference


def measured(task: Task, structures: Path | None) -> dict[str, Any]:
    """Run one task in this process; the peers' programs are its children."""
    receptor, adducts, label, reference = setting_up(task.case, structures)
    adduct = next(a for a in adducts if a.label == label)
    settings = DockSettings()
    asked = settings.search.model_copy(update={"flexible": task.flexible})
    settings = settings.model_copy(update={"search": asked})
    record: dict[str, Any] = vars(task) | {"label": label}
    if task.method == WORKBENCH:
        warm_up(receptor, settings)
        found = searched(receptor, [adduct], settings, task.seed)
        outcome = found.outcomes[label]
        drugs = [pose.coordinates[: adduct.n_drug_atoms] for pose in outcome.poses]
        record |= {
            "maps_s": found.maps_s,
            "conformers_s": found.conformers_s[label],
            "profiles_s": found.profiles_s[label],
            "dock_s": found.search_s[label],
            "evaluations": outcome.evaluations,
            "torsions": found.trees[label].n_torsions,
            "energy": outcome.poses[0].score_kcal_per_mol,
            "peak_mb": _peak_mb(),
        }
    else:
        given = peer_input(receptor, adduct, flexible_residues(receptor, settings), task.seed)
        program, effort = task.method.split("-")
        with tempfile.TemporaryDirectory() as folder:
            run: PeerRun
            if program == "vina":
                run = run_vina(given, Path(folder), task.seed, int(effort))
            else:
                runs = int(effort)
                run = run_autodock(given, Path(folder), task.seed, runs, AUTODOCK_EVALUATIONS)
        drugs = [pose.drug for pose in run.poses]
        record |= {
            "maps_s": run.maps_s,
            "conformers_s": None,
            "profiles_s": None,
            "dock_s": run.dock_s,
            "evaluations": run.evaluations,
            "torsions": given.n_torsions,
            "energy": run.poses[0].energy_kcal_per_mol,
            "peak_mb": run.peak_mb,
        }
    away = [compare_to_reference(adduct, drug, reference).rmsd_angstrom for drug in drugs]
    return record | {"rmsd": away[0], "best": min(away[:10]), "poses": len(away)}


def _peak_mb() -> float:
    """Return the most memory that this process has held, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warm_up(receptor: Receptor, settings: DockSettings) -> None:
    """Load the compiled code with another adduct, so that compiling it is not counted."""
    short = settings.search.model_copy(
        update={"n_conformers": 1, "max_pools": 1, "pool_members": 8, "children_per_torsion": 8}
    )
    other = enumerate_adducts(load_ligand("CN=C=S"))
    searched(receptor, other, settings.model_copy(update={"search": short}), 1)


def fit_points(names: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """Return cost and most memory after each ligand: maps, conformers and search together."""
    receptor = load_receptor("human-groove")
    settings = DockSettings()
    points: list[dict[str, Any]] = []
    count, seconds = 0, 0.0
    warm_up(receptor, settings)
    for ligands, name in enumerate(names, start=1):
        adducts = enumerate_adducts(load_ligand(name))
        started = time.process_time()
        searched(receptor, adducts, settings, seed)
        seconds += time.process_time() - started
        count += len(adducts)
        points.append(
            {"ligands": ligands, "diastereomers": count, "s": seconds, "peak_mb": _peak_mb()}
        )
    return points


def in_own_process(arguments: Sequence[str]) -> Any:
    """Run this file again for one measurement and return what it prints.

    Raises
    ------
    RuntimeError
        With the last line that the process said when it fails.
    """
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | alone
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run what is missing, in turn, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", nargs="+", default=list(CASES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--flexible", nargs="+", choices=("auto", "none"), default=["auto"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--fit", nargs="*", default=list(FIT), help="drugs of the linear fit")
    given = os.environ.get("WORKBENCH_TEST_STRUCTURES")
    parser.add_argument("--structures", type=Path, default=Path(given) if given else None)
    parser.add_argument("--records", type=Path, default=Path("speed.jsonl"))
    parser.add_argument("--write", type=Path, help="write the tables to this file too")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--measure-fit", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(Task(**json.loads(asked.measure)), asked.structures)))
        return
    if asked.measure_fit:
        print(json.dumps(fit_points(asked.measure_fit, asked.seeds[0])))
        return

    left = missing_programs()
    methods = [m for m in asked.methods if not (left and m.startswith("autodock4"))]
    if left:
        print(left, file=sys.stderr)
    digest = code_digest(DockSettings())
    kept = {r["key"]: r for r in read_records(asked.records) if r["code"] == digest}
    tasks = [
        Task(case, method, flexible, seed)
        for seed in asked.seeds
        for flexible in asked.flexible
        for case in asked.cases
        for method in methods
    ]
    place = ["--structures", str(asked.structures)] if asked.structures else []
    with asked.records.open("a", encoding="utf-8") as file:

        def keep(key: str, record: dict[str, Any]) -> None:
            kept[key] = record | {"key": key, "code": digest}
            file.write(json.dumps(kept[key]) + "\n")
            file.flush()

        for task in tasks:
            if task.key in kept:
                continue
            try:
                keep(task.key, in_own_process(["--measure", json.dumps(vars(task)), *place]))
                print(f"{task.key} {kept[task.key]['dock_s']:.1f} s", file=sys.stderr)
            except RuntimeError as error:
                print(f"{task.key} failed: {error}", file=sys.stderr)
        line = "fit|" + "|".join(asked.fit)
        if asked.fit and line not in kept:
            seed = ["--seeds", str(asked.seeds[0])]
            points = in_own_process([*seed, "--measure-fit", *asked.fit])
            keep(line, {"points": points})
    records = [kept[task.key] for task in tasks if task.key in kept]
    points = kept[line]["points"] if line in kept else []
    text = report(records, points, left, machine(), datetime.now(UTC).date().isoformat())
    print(text)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
