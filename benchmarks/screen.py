"""What the engine of ``workbench screen`` costs beside the chemistry, as Markdown.

``python benchmarks/screen.py --only overhead scaling memory restart --write screen.md``
``python benchmarks/screen.py --library sine200.smi`` writes 200 analogs of the SINE core, to be
screened with the command itself; ``--screened DIR`` then reports on that folder.

All parts but the last put a stage that only sleeps in place of the chemistry, so that what is
measured is the engine; wall times on a machine with other work on it are upper bounds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.screening.engine import Outcome

ARYLS = (
    "c2cc(C(F)(F)F)cc(C(F)(F)F)c2",
    "c2cc(OC)cc(C(F)(F)F)c2",
    "c2cccc(Cl)c2",
    "c2cc(Cl)cc(Cl)c2",
    "c2cccc(C(F)(F)F)c2",
    "c2cc(F)cc(C(F)(F)F)c2",
    "c2ccc(Cl)cc2",
    "c2cc(OC)cc(OC)c2",
    "c2cccc(Br)c2",
    "c2cc(C)cc(C(F)(F)F)c2",
)
TAILS = (
    *("NNc3cnccn3", "NNc3ccccn3", "NNc3ncccn3", "NNc3cccnc3", "NNc3ccncc3", "NNc3ccccc3"),
    *("N", "NC", "NCC", "NC(C)C", "N(C)C", "N3CC(F)(F)C3", "N3CCOCC3", "N3CCCC3"),
    *("NCc3ccccc3", "NCc3cccnc3", "NCCOC", "Nc3ccccc3", "NC3CC3", "NCC(F)(F)F"),
)
SLEEP_S = float(os.environ.get("SCREEN_BENCHMARK_SLEEP_S", "0"))


def sine_library() -> list[str]:
    """Return 200 lines: hydrazides and amides of the Z-triazolyl acrylic acid, ten aryls each."""
    from rdkit import Chem

    drawn = (f"O=C(/C=C\\n1cnc(-{aryl})n1){tail}" for tail in TAILS for aryl in ARYLS)
    smiles = [Chem.CanonSmiles(text) for text in drawn]
    assert len(set(smiles)) == len(smiles)
    return [f"{text} sine-{k:03d}" for k, text in enumerate(smiles)]


def read(job: Any, item: dict[str, Any]) -> list[dict[str, Any]]:
    """Stand in for the first stage: the text is the compound."""
    return [
        {
            "isomer": 0,
            "where": item["where"],
            "name": item["name"],
            "status": "ready",
            "key": item["text"],
            "smiles": item["text"],
            "scaffold": "",
            "alerts": "",
        }
    ]


def search(job: Any, item: dict[str, Any]) -> list[dict[str, Any]]:
    """Stand in for the search: sleep, and a score from the record's number."""
    time.sleep(SLEEP_S)
    score = -((item["record"] * 2654435761) % 2**32) / 2**32
    return [{"diastereomer": "bR", "score_kcal_per_mol": score, "scores": "{}", "poses": "[]"}]


FUNCTIONS = {"read": "screen:read", "search": "screen:search"}


def run_directly(job: Any, stage: str, items: list[Any], *_: Any) -> list[Outcome]:
    """Stand in for a worker's process: the stub stages in the worker itself.

    What the driver sends and takes is the same; 100,000 ligands cost no 200,000 messages between
    two processes.
    """
    stages = {"read": read, "search": search}
    return [Outcome("done", "", stages[stage](None, item), 0.0) for item in items]


def one_run(arguments: list[str]) -> None:
    """Run one screen of stubs in this process and print what it took as JSON."""
    from workbench.screening.run import screen
    from workbench.settings import ClusterSettings, ScreenSettings

    file, folder, workers, chunk, together, isolated = arguments
    if isolated == "no":
        from workbench.screening import engine

        engine.run_items = run_directly  # type: ignore[assignment]
    started = time.monotonic()
    moments: dict[str, float] = {}

    def note(text: str, done: int, total: int) -> None:
        moments[text.partition(" (")[0].partition(":")[0]] = time.monotonic() - started

    screen(
        file,
        folder,
        settings=ScreenSettings(chunk_size=int(chunk), minimised_fraction=0.0),
        cluster=ClusterSettings(workers=int(workers), ligands_per_task=int(together)),
        functions=FUNCTIONS,
        resume=True,
        progress=note,
    )
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "wall_s": time.monotonic() - started,
                "driver_cpu_s": own.ru_utime + own.ru_stime,
                "peak_mb": own.ru_maxrss / 1024,
                "moments": moments,
            }
        )
    )


def run(
    place: Path,
    ligands: int,
    workers: int,
    sleep_s: float,
    folder: str,
    together: int = 1,
    isolated: bool = True,
) -> dict[str, Any]:
    """Run one screen of stubs in a process of its own."""
    file = place / f"{ligands}.smi"
    if not file.exists():
        with file.open("w") as handle:
            handle.writelines(f"C{k}N name{k}\n" for k in range(ligands))
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [
            sys.executable,
            __file__,
            "--one",
            str(file),
            str(place / folder),
            str(workers),
            "1000",
            str(together),
            "yes" if isolated else "no",
        ],
        env={**os.environ, "PYTHONPATH": path, "SCREEN_BENCHMARK_SLEEP_S": str(sleep_s)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def stage_seconds(found: dict[str, Any], stage: str, before: str) -> float:
    """Return the wall seconds from the end of one stage to the end of the next."""
    moments = found["moments"]
    return float(moments[stage] - moments[before])


def overhead(place: Path) -> Iterable[str]:
    """Yield what the engine adds to a ligand that takes two seconds."""
    ligands, sleep_s = 60, 2.0
    took = stage_seconds(run(place, ligands, 1, sleep_s, "overhead"), "search", "read")
    share = (took - ligands * sleep_s) / took
    yield (
        f"One worker, {ligands} ligands of {sleep_s:g} s: {took:.1f} s, "
        f"{1000 * (took / ligands - sleep_s):.0f} ms added to each, {100 * share:.1f} %."
    )


def scaling(place: Path) -> Iterable[str]:
    """Yield how much faster two workers are than one."""
    ligands, sleep_s = 60, 1.0
    took = {
        n: stage_seconds(run(place, ligands, n, sleep_s, f"scaling{n}"), "search", "read")
        for n in (1, 2)
    }
    yield (
        f"{ligands} ligands of {sleep_s:g} s: {took[1]:.1f} s on one worker, {took[2]:.1f} s on "
        f"two, efficiency {took[1] / took[2] / 2:.2f}."
    )


def memory(place: Path) -> Iterable[str]:
    """Yield the peak memory of the driver, scheduler and DuckDB within, against the size."""
    yield "| ligands | wall, s | driver, processor s | driver's peak, MB |"
    yield "|---|---|---|---|"
    for ligands in (1_000, 10_000, 100_000):
        found = run(place, ligands, 2, 0.0, f"memory{ligands}", together=50, isolated=False)
        yield (
            f"| {ligands:,} | {found['wall_s']:.0f} | {found['driver_cpu_s']:.0f} | "
            f"{found['peak_mb']:.0f} |"
        )
        shutil.rmtree(place / f"memory{ligands}")


def restart(place: Path) -> Iterable[str]:
    """Yield what going on with a finished screen of 10,000 ligands costs."""
    run(place, 10_000, 2, 0.0, "restart", together=50)
    again = run(place, 10_000, 2, 0.0, "restart", together=50)
    yield (
        f"--resume of a finished screen of 10,000 ligands: {again['wall_s']:.1f} s, no worker "
        "started."
    )


def screened(folder: Path) -> Iterable[str]:
    """Yield the report on a screen that was run with the command."""
    from workbench.screening.results import load_screen

    result = load_screen(folder)
    yield f"{dict(result.counts)}"
    yield "| stage | taken | failed | s per ligand (wall of its worker) |"
    yield "|---|---|---|---|"
    for stage in result.stages:
        if stage["taken"]:
            each = 3600 * stage["hours"] / stage["taken"]
            yield f"| {stage['name']} | {stage['taken']} | {stage['failed']} | {each:.2f} |"


PARTS: dict[str, Callable[[Path], Iterable[str]]] = {
    "overhead": overhead,
    "scaling": scaling,
    "memory": memory,
    "restart": restart,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--library", type=Path, help="write the 200 analogs here and end")
    parser.add_argument("--screened", type=Path, help="report on this finished screen and end")
    parser.add_argument("--write", type=Path, help="also write the report here")
    parser.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one_run(arguments.one)
        return
    if arguments.library:
        arguments.library.write_text("\n".join(sine_library()) + "\n")
        return
    lines = [
        f"Measured {datetime.now(tz=UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f} at the start."
    ]
    if arguments.screened:
        lines += screened(arguments.screened)
    else:
        with tempfile.TemporaryDirectory() as place:
            for name in arguments.only:
                lines += ["", f"## {name.capitalize()}", "", *PARTS[name](Path(place))]
                print("\n".join(lines), flush=True)
    text = "\n".join(lines) + "\n"
    print(text)
    if arguments.write:
        arguments.write.write_text(text)


if __name__ == "__main__":
    main()
