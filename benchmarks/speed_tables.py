"""The records of the speed benchmark as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from markdown_tables import table

WORKBENCH = "workbench"
METHODS = {
    WORKBENCH: "default",
    "vina-1": "exhaustiveness 1",
    "vina-4": "exhaustiveness 4",
    "vina-8": "exhaustiveness 8, its default",
    "autodock4-3": "3 runs of 2,500,000 evaluations",
    "autodock4-10": "10 runs of 2,500,000 evaluations, its default",
}
_HEAD = (
    "method",
    "setting",
    "seeds",
    "torsions",
    "maps, s",
    "conformers, s",
    "profiles, s",
    "search, s",
    "all after the maps, s",
    "times the workbench's search",
    "times all of the workbench's",
    "evaluations/s",
    "top pose",
    "best of ten",
    "peak MB",
)


def report(
    records: Sequence[dict[str, Any]],
    points: Sequence[dict[str, Any]],
    left: str,
    machine: str,
    today: str,
) -> str:
    """Return the page.

    Parameters
    ----------
    points
        Of the fit of cost against number.
    left
        What was left out, in a sentence without its stop; blank when nothing was.
    """
    parts = [
        "# How fast the covalent search is\n",
        f"Measured {today} on {machine} by `benchmarks/speed.py`: one core, processor seconds, "
        "the methods in turn on the same receptor and adduct (the crystal's diastereomer). RMSD "
        "of the best-ranked pose of each seed, in place, in angstrom; for the XPO1 drugs against "
        "a reference estimate good to 1.3-1.5 angstrom, for the others against the deposited "
        "complex.\n",
        "The peers dock the cysteine with its adduct as a flexible residue: AutoDock4 beside an "
        "empty ligand, Vina beside one hydrogen; their poses are ranked by the energy of what "
        "moves with the receptor and with itself. They keep the one conformer that they are "
        "given, which is not counted; the workbench searches over many and makes profiles of "
        "their torsions, which is. AutoDock4's evaluations are those that were asked for; Vina "
        "does not tell its own.\n",
    ]
    parts += [f"{left}.\n"] if left else []
    titles = {"auto": "side chains near the thiol turn", "none": "rigid receptor"}
    for flexible, title in titles.items():
        for case in dict.fromkeys(r["case"] for r in records):
            chosen = [r for r in records if r["case"] == case and r["flexible"] == flexible]
            if chosen:
                parts += [f"## {case}: {title}\n", _method_table(chosen)]
    if points:
        parts += [
            "## Cost against number\n",
            table(
                ("ligands", "diastereomers", "s, all together", "peak MB"),
                [(p["ligands"], p["diastereomers"], p["s"], f"{p['peak_mb']:.0f}") for p in points],
            ),
        ]
        if len(points) > 2:
            parts.append(f"{fit(points, 'diastereomers')}; {fit(points, 'ligands')}.\n")
    return "\n".join(parts)


def fit(points: Sequence[dict[str, Any]], against: str) -> str:
    """Return the straight line through the points in words."""
    x = np.array([point[against] for point in points], dtype=np.float64)
    y = np.array([point["s"] for point in points])
    slope, start = np.polyfit(x, y, 1)
    left = ((y - slope * x - start) ** 2).sum()
    share = 1 - left / ((y - y.mean()) ** 2).sum()
    return f"{slope:.1f} s per {against.rstrip('s')}, {start:+.1f} s at none, R squared {share:.3f}"


def after_maps_s(record: dict[str, Any]) -> float:
    """Return all that one adduct costs once the receptor's maps are made."""
    return float(sum(record[name] or 0.0 for name in ("conformers_s", "profiles_s", "dock_s")))


def _method_table(records: Sequence[dict[str, Any]]) -> str:
    own = [r for r in records if r["method"] == WORKBENCH]
    rows = []
    for method, setting in METHODS.items():
        runs = sorted((r for r in records if r["method"] == method), key=lambda r: r["seed"])
        if not runs:
            continue
        counts = [r["evaluations"] / r["dock_s"] for r in runs if r["evaluations"]]
        search, whole = _mean(r["dock_s"] for r in runs), _mean(map(after_maps_s, runs))
        rows.append(
            (
                method.split("-")[0],
                setting,
                len(runs),
                runs[0]["torsions"],
                f"{_mean(r['maps_s'] for r in runs):.1f}",
                *(_stage(runs, name) for name in ("conformers_s", "profiles_s")),
                f"{search:.1f}",
                f"{whole:.1f}",
                f"{search / _mean(r['dock_s'] for r in own):.1f}" if own else "",
                f"{whole / _mean(map(after_maps_s, own)):.1f}" if own else "",
                f"{np.mean(counts):,.0f}" if counts else "",
                ", ".join(f"{r['rmsd']:.2f}" for r in runs),
                ", ".join(f"{r['best']:.2f}" for r in runs),
                f"{max(r['peak_mb'] for r in runs):.0f}",
            )
        )
    return table(_HEAD, rows)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _stage(runs: Sequence[dict[str, Any]], name: str) -> str:
    values = [r[name] for r in runs if r[name] is not None]
    return f"{np.mean(values):.1f}" if values else ""
