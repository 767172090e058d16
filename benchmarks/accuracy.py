"""How near the docked poses come to the crystals: Markdown tables, what fails first.

``python benchmarks/accuracy.py --structures DIR --records runs.jsonl --write docs/accuracy.md``

Every drug starts from its SMILES, with no memory of the crystal; one default setting for all. A
run that is in the records already, with the same settings and the same code of the search, is
not run again. Times are processor seconds of one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accuracy_cases import CONTROLS, GROOVE, ISOMERS, LACTONES, SINES, Job, measured
from accuracy_tables import report
from deposited import redocking_cases

import workbench
from workbench.settings import DockSettings

KINDS = ("sine", "lactone", "cysteine", "encounter", "control")
_CODE = ("docking", "physics", "pipeline", "ligands", "data", "settings.py")


def jobs(kinds: list[str], cases: list[str], seeds: list[int], stage: str) -> list[Job]:
    """Return the runs of some kinds, the cheap ones first."""
    found: list[Job] = []
    for seed in seeds:
        for kind, names in (
            ("cysteine", tuple(redocking_cases())),
            ("sine", SINES),
            ("lactone", LACTONES),
        ):
            if kind in kinds:
                receptor = "" if kind == "cysteine" else GROOVE
                one = "search" if kind == "lactone" else stage
                found += [Job(kind, name, receptor, "auto", seed, one) for name in names]
    if "encounter" in kinds:
        found += [Job("encounter", name, GROOVE, "auto", seed) for seed in seeds for name in SINES]
    if "control" in kinds:
        found += [
            Job("control", name, GROOVE, "auto", seed)
            for seed in seeds
            for name in CONTROLS
            if name in ISOMERS or seed == seeds[0]
        ]
    unique = list(dict.fromkeys(found))
    return [job for job in unique if not cases or job.case in cases]


def code_digest(settings: DockSettings) -> str:
    """Return a digest of the settings and of the code and tables that decide a result."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    package = Path(workbench.__file__).parent
    for name in _CODE:
        place = package / name
        files = [place] if place.is_file() else sorted(place.rglob("*.*"))
        for path in files:
            if path.suffix in (".py", ".csv", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def read_records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file of JSON lines; a last line cut short is left out."""
    if not path.is_file():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            print(f"a broken line of {path.name} was left out", file=sys.stderr)
    return records


def machine() -> str:
    """Return the processor's model and the number of cores."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text().splitlines()
        named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    return f"{model}, {os.cpu_count()} cores"


def _run(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    return measured(job, structures, settings)


def main() -> None:
    """Run what is missing and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--cases", nargs="+", default=[], help="names; all by default")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--stage",
        choices=("search", "dock"),
        default="search",
        help="SINEs and other cysteines: the covalent search alone, or the whole main job",
    )
    given = os.environ.get("WORKBENCH_TEST_STRUCTURES")
    parser.add_argument(
        "--structures",
        type=Path,
        default=Path(given) if given else None,
        help="folder with adducts/ of real entries (WORKBENCH_TEST_STRUCTURES)",
    )
    parser.add_argument("--records", type=Path, default=Path("accuracy.jsonl"))
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument(
        "--older",
        action="store_true",
        help="take records of other code or settings too where there are no newer ones",
    )
    parser.add_argument("--tables-only", action="store_true", help="run nothing")
    parser.add_argument("--write", type=Path, help="write the tables to this file too")
    asked = parser.parse_args()

    settings = DockSettings()
    digest = code_digest(settings)
    wanted = jobs(asked.kinds, asked.cases, asked.seeds, asked.stage)
    known = [r for r in read_records(asked.records) if asked.older or r["code"] == digest]
    known.sort(key=lambda r: r["code"] == digest)
    kept = {(r["key"], r["stage"]): r for r in known}
    if not asked.tables_only:
        missing = [job for job in wanted if (job.key, job.stage) not in kept]
        with (
            ProcessPoolExecutor(max_workers=asked.jobs) as pool,
            asked.records.open("a", encoding="utf-8") as file,
        ):
            started = {pool.submit(_run, job, asked.structures, settings): job for job in missing}
            for number, future in enumerate(as_completed(started), start=1):
                job = started[future]
                record = future.result() | {"key": job.key, "code": digest}
                kept[job.key, job.stage] = record
                file.write(json.dumps(record) + "\n")
                file.flush()
                said = record.get("error", "")
                print(
                    f"{number}/{len(missing)} {job.key} {record['cpu_s']} s {said}", file=sys.stderr
                )
    records = [kept[job.key, job.stage] for job in wanted if (job.key, job.stage) in kept]
    today = datetime.now(UTC).date().isoformat()
    text = report(records, machine(), today, asked.stage)
    older = [r for r in records if r["code"] != digest]
    if older:
        named = ", ".join(sorted({f"{r['kind']} {r['case']}" for r in older}))
        text += f"\n{len(older)} of {len(records)} runs are of an earlier state: {named}.\n"
    print(text)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
