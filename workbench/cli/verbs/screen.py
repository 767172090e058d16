"""``workbench screen``: many ligands, on this machine or a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from workbench.cli.inputs import ReceptorOptions, read_receptor
from workbench.cli.options import Receptor, argument, flag, option
from workbench.cli.terminal import EXIT_SOME_FAILED, command_line
from workbench.errors import LigandError, UsageError
from workbench.progress import to_stream
from workbench.settings import (
    ClusterSettings,
    FilterSettings,
    IsolationSettings,
    LigandSettings,
    ScreenSettings,
)

if TYPE_CHECKING:
    from workbench.records.screen import ScreenResult

EXAMPLES = (
    "workbench screen library.smi --out run",
    "workbench screen library.smi --out run --resume",
    "workbench screen library.smi --out run --scheduler tcp://10.0.0.1:8786",
    "workbench screen report run",
    'workbench screen query run "SELECT name, score_kcal_per_mol FROM results ORDER BY 2 LIMIT 10"',
)
SHOWN = 5


def run(
    asked: list[str] = argument(
        "FILE", "a .smi, .csv or .sdf file (also .gz); or: report DIR; or: query DIR SQL"
    ),
    *,
    stages: Annotated[
        ScreenSettings, "--seed --chunk-size --minimise=minimised_fraction --react=reacted"
    ],
    filters: Annotated[
        FilterSettings,
        "--max-weight=max_molecular_weight_g_per_mol --max-rotatable-bonds --drop-alerts=alerts "
        "--only-warhead=warheads",
    ],
    limits: Annotated[IsolationSettings, "--timeout=timeout_s --ligand-memory=memory_gb"],
    cluster: Annotated[
        ClusterSettings,
        "--scheduler --workers --least-workers --ligands-per-task --worker-start=worker_start_s "
        "--queue --account --walltime --worker-memory=worker_memory_gb",
    ],
    about: LigandSettings,
    receptor: Receptor = "human-groove",
    prepared: ReceptorOptions,
    labels: Path | None = option(
        None,
        "FILE",
        "a .csv with name (or inchikey) and active (1 or 0): write enrichment.json, also with "
        "report DIR; not needed when FILE is such a table itself",
    ),
    resume: bool = flag("--resume", "go on with the screen that is in the folder"),
    out: Path | None = option(None, "DIR", "folder of the results"),
) -> int:
    """Screen many ligands: filters, covalent search, the best minimised; on any cluster.

    Reads a file of ligands as a stream, drops what the filters refuse and what comes twice,
    searches every adduct, minimises the best and writes results.parquet, failures.csv, best.sdf
    and screen.html. A run that was ended goes on with --resume. Exit code 3 when ligands failed
    (they are listed). Needs the extra screen.
    """
    first, *others = asked
    if first == "report" and len(others) == 1:
        return _report(Path(others[0]), labels)
    if first == "query" and len(others) == 2:
        return _query(Path(others[0]), others[1])
    if others or first in ("report", "query"):
        raise UsageError(
            "screen takes one file of ligands; or `screen report DIR`, or `screen query DIR SQL`"
        )
    if out is None:
        raise UsageError("screen needs a folder for its results: give --out DIR")

    from workbench.ligands.files import FILE_SUFFIXES, kind_of_file
    from workbench.screening.plan import require_parts
    from workbench.screening.run import screen

    require_parts()
    if not kind_of_file(first):
        raise LigandError(f"screen reads {', '.join(FILE_SUFFIXES)} (also .gz), not {first[:60]!r}")
    result = screen(
        first,
        out,
        receptor=read_receptor(receptor, prepared),
        settings=stages.model_copy(
            update={"ligand": about, "filters": filters, "isolation": limits}
        ),
        cluster=cluster,
        resume=resume,
        labels=labels,
        command=command_line(),
        progress=to_stream(),
    )
    print(summary(result))
    return EXIT_SOME_FAILED if result.n_failed else 0


def _report(folder: Path, labels: Path | None) -> int:
    from workbench.screening.run import write_page

    print(summary(write_page(folder, labels)))
    return 0


def _query(folder: Path, sql: str) -> int:
    from workbench.screening.results import query

    print(query(folder, sql).to_string(index=False, max_colwidth=60))
    return 0


def summary(result: ScreenResult) -> str:
    """Return the outcome in a few lines for the terminal."""
    from workbench.screening.enrichment import enrichment_text

    counts = result.counts
    lines = [
        f"{sum(counts.values())} ligands: {counts.get('done', 0)} docked, "
        f"{counts.get('dropped', 0)} dropped, {counts.get('duplicate', 0)} twice, "
        f"{result.n_failed} failed"
    ]
    for row in result.top[:SHOWN]:
        lines.append(
            f"{row['score_kcal_per_mol']:8.2f} kcal/mol  {row['name']} ({row['diastereomer']})"
        )
    lines += [
        f"failed: {row['name'] or row['where']} in {row['stage']}: {row['reason']}"
        for row in result.failures[:SHOWN]
    ]
    if result.enrichment is not None:
        lines.append(enrichment_text(result.enrichment))
    lines.append(
        f"written to {result.folder}: screen.html, results.parquet, failures.csv, best.sdf"
    )
    return "\n".join(lines)
