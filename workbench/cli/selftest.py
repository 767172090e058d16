"""``workbench selftest``: redock two crystal ligands on this machine."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from workbench.cli.arguments import Verbs, add_run

EXPECTED_RMSD_ANGSTROM = 2.0
COMPOUNDS = ("KPT-185", "KPT-251")


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "selftest",
        help="redock KPT-185 and KPT-251 and compare with their crystal-derived references",
        description="Redocks KPT-185 and KPT-251 into the embedded human groove and prints the "
        "RMSD from the reference estimates, with the estimates' own uncertainty, and the time. "
        "Exit code 1 when an RMSD exceeds 2.0 angstrom or a pose is not valid.",
        epilog="example: workbench selftest --json",
    )
    add_run(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Redock and print; return the exit code."""
    from workbench.progress import silent, to_stream

    rows = [
        _redock(name, arguments, silent if arguments.json else to_stream()) for name in COMPOUNDS
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(
                f"{row['compound']}: {row['best_diastereomer']} at "
                f"{row['rmsd_angstrom']:.2f} A from the reference estimate "
                f"(known to {row['reference_uncertainty_angstrom']} A; limit "
                f"{EXPECTED_RMSD_ANGSTROM} A), "
                f"{'valid' if row['valid'] else 'NOT valid'}, {row['seconds']:.0f} s: "
                f"{'passed' if row['passed'] else 'FAILED'}"
            )
    return 0 if all(row["passed"] for row in rows) else 1


def _redock(name: str, arguments: argparse.Namespace, progress: Any) -> dict[str, Any]:
    from workbench.pipeline.docking import dock
    from workbench.settings import DockSettings, SearchSettings

    started = time.monotonic()
    result = dock(
        name,
        poses=1,
        seed=arguments.seed,
        platform=arguments.platform,
        jobs=arguments.jobs,
        settings=DockSettings(search=SearchSettings(spread_seeds=1)),
        progress=progress,
    )
    best = min(result.adducts, key=lambda a: a.poses[0].score_kcal_per_mol)
    pose = best.poses[0]
    rmsd = pose.rmsd_to_reference_angstrom
    near = rmsd is not None and rmsd <= EXPECTED_RMSD_ANGSTROM
    reference = result.reference or {}
    return {
        "compound": name,
        "best_diastereomer": best.label,
        "score_kcal_per_mol": pose.score_kcal_per_mol,
        "rmsd_angstrom": rmsd,
        "reference_uncertainty_angstrom": reference.get("uncertainty_angstrom"),
        "valid": pose.valid,
        "seconds": time.monotonic() - started,
        "passed": near and pose.valid,
    }
