"""``workbench selftest``: whether the crystal ligands are found again on this machine."""

from __future__ import annotations

import time
from typing import Any

from workbench.cli.inputs import RunOptions
from workbench.cli.options import Json
from workbench.cli.terminal import print_json
from workbench.progress import Progress, silent, to_stream

EXPECTED_RMSD_ANGSTROM = 2.0
COMPOUNDS = ("KPT-185", "KPT-251")
EXAMPLES = ("workbench selftest", "workbench selftest --json")


def run(options: RunOptions, as_json: Json = False) -> int:
    """Redock KPT-185 and KPT-251 and compare with their crystal-derived references.

    Redocks into the embedded human groove and prints the RMSD from the reference estimates, with
    the estimates' own uncertainty, and the time. Exit code 1 when an RMSD exceeds 2.0 angstrom or
    a pose is not valid.
    """
    rows = [_redock(name, options, silent if as_json else to_stream()) for name in COMPOUNDS]
    if as_json:
        print_json(rows)
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


def _redock(name: str, options: RunOptions, progress: Progress) -> dict[str, Any]:
    from workbench.pipeline.docking import dock
    from workbench.settings import DockSettings, SearchSettings

    started = time.monotonic()
    result = dock(
        name,
        poses=1,
        **options.model_dump(),
        settings=DockSettings(search=SearchSettings(spread_seeds=1)),
        progress=progress,
    )
    best = min(result.adducts, key=lambda a: a.poses[0].score_kcal_per_mol)
    pose = best.poses[0]
    rmsd = pose.rmsd_to_reference_angstrom
    near = rmsd is not None and rmsd <= EXPECTED_RMSD_ANGSTROM
    return {
        "compound": name,
        "best_diastereomer": best.label,
        "score_kcal_per_mol": pose.score_kcal_per_mol,
        "rmsd_angstrom": rmsd,
        "reference_uncertainty_angstrom": (result.reference or {}).get("uncertainty_angstrom"),
        "valid": pose.valid,
        "seconds": time.monotonic() - started,
        "passed": near and pose.valid,
    }
