"""``workbench screen``: many ligands, on this machine or a cluster."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    Verbs,
    add_ligand_options,
    add_receptor,
    command_line,
    fraction,
    ligand_settings,
    positive_float,
    positive_int,
    read_receptor,
    seed,
)

if TYPE_CHECKING:
    from workbench.records.screen import ScreenResult
    from workbench.settings import ClusterSettings, ScreenSettings

SHOWN = 5


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "screen",
        help="many ligands: filters, covalent search, the best minimised; on any cluster",
        description="Reads a file of ligands as a stream, drops what the filters refuse and what "
        "comes twice, searches every adduct, minimises the best and writes results.parquet, "
        "failures.csv, best.sdf and screen.html. A run that was ended goes on with --resume. Exit "
        "code 3 when ligands failed (they are listed). Needs the extra screen.",
        epilog="examples: workbench screen library.smi --out run; workbench screen library.smi "
        "--out run --resume; workbench screen library.smi --out run --scheduler "
        "tcp://10.0.0.1:8786; workbench screen report run; workbench screen query run "
        '"SELECT name, score_kcal_per_mol FROM results ORDER BY 2 LIMIT 10"',
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FILE",
        help="a .smi, .csv or .sdf file (also .gz); or: report DIR; or: query DIR SQL",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the results")
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="a .csv with name (or inchikey) and active (1 or 0): write enrichment.json, also "
        "with report DIR; not needed when FILE is such a table itself",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the screen that is in the folder"
    )
    parser.add_argument(
        "--chunk-size",
        type=positive_int,
        default=100,
        metavar="N",
        help="ligands in one file (default: 100)",
    )
    _add_funnel(parser)
    _add_cluster(parser)
    add_ligand_options(parser)
    add_receptor(parser)
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help="default: 1")
    parser.set_defaults(run=run)


def _add_funnel(parser: argparse.ArgumentParser) -> None:
    """Add what decides which ligands get how far."""
    parser.add_argument(
        "--minimise",
        type=fraction,
        default=0.1,
        metavar="F",
        help="fraction of the docked ligands that is minimised, best first (default: 0.1)",
    )
    parser.add_argument(
        "--react",
        type=positive_int,
        metavar="N",
        help="compute the thiol addition of the N best (extra: react)",
    )
    parser.add_argument(
        "--drop-alerts",
        action="append",
        default=[],
        choices=["PAINS", "BRENK", "NIH"],
        help="drop ligands with such an alert off the warhead; may be given again",
    )
    parser.add_argument(
        "--only-warhead",
        action="append",
        default=[],
        metavar="NAME",
        help="let only this warhead through; may be given again",
    )
    parser.add_argument("--max-weight", type=positive_float, metavar="G_PER_MOL")
    parser.add_argument("--max-rotatable-bonds", type=positive_int, metavar="N")
    parser.add_argument(
        "--timeout",
        type=positive_float,
        default=600.0,
        metavar="S",
        help="seconds for one ligand in one stage; then it is listed as failed (default: 600)",
    )
    parser.add_argument(
        "--ligand-memory",
        type=positive_float,
        default=4.0,
        metavar="GB",
        help="memory for one ligand; beyond it is listed as failed (default: 4)",
    )


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add where the work is done; none of it changes a result."""
    parser.add_argument(
        "--scheduler",
        default="local",
        metavar="WHERE",
        help="local (default), tcp://host:8786 of a running Dask scheduler, slurm, pbs, lsf or sge",
    )
    parser.add_argument(
        "--workers",
        type=positive_int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="of one core each, local or asked of the queue (default: this machine's cores)",
    )
    parser.add_argument(
        "--least-workers",
        type=int,
        metavar="N",
        help="scale between N and --workers as there is work (default: fixed)",
    )
    parser.add_argument(
        "--ligands-per-task",
        type=positive_int,
        default=1,
        metavar="N",
        help="more for hundreds of workers; a lost worker loses so many (default: 1)",
    )
    parser.add_argument(
        "--worker-start",
        type=positive_float,
        metavar="S",
        help="end when no worker has been alive for S seconds (default: 120 for local ones, 600 "
        "for a running scheduler, a day for a queue)",
    )
    parser.add_argument("--queue", default="", help="of the queueing system")
    parser.add_argument("--account", default="", help="that the queueing system charges")
    parser.add_argument(
        "--walltime", default="24:00:00", metavar="H:M:S", help="of one job (default: 24:00:00)"
    )
    parser.add_argument(
        "--worker-memory",
        type=positive_float,
        default=4.0,
        metavar="GB",
        help="asked of the queue for one worker (default: 4)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Screen, or show a screen; return the exit code."""
    from workbench.errors import UsageError

    first, *others = arguments.words
    if first == "report" and len(others) == 1:
        return _report(Path(others[0]), arguments.labels)
    if first == "query" and len(others) == 2:
        return _query(Path(others[0]), others[1])
    if others or first in ("report", "query"):
        raise UsageError(
            "screen takes one file of ligands; or `screen report DIR`, or `screen query DIR SQL`"
        )
    if arguments.out is None:
        raise UsageError("screen needs a folder for its results: give --out DIR")
    return _screen(arguments, first)


def _screen(arguments: argparse.Namespace, file: str) -> int:
    from workbench.errors import LigandError
    from workbench.ligands.files import FILE_SUFFIXES, kind_of_file
    from workbench.progress import to_stream
    from workbench.screening.plan import require_parts
    from workbench.screening.run import screen

    require_parts()
    if not kind_of_file(file):
        raise LigandError(f"screen reads {', '.join(FILE_SUFFIXES)} (also .gz), not {file[:60]!r}")
    receptor = read_receptor(arguments)
    result = screen(
        file,
        arguments.out,
        receptor=receptor,
        settings=_settings(arguments),
        cluster=_cluster(arguments),
        resume=arguments.resume,
        labels=arguments.labels,
        command=command_line(),
        progress=to_stream(),
    )
    print(summary(result))
    return EXIT_SOME_FAILED if result.n_failed else 0


def _settings(arguments: argparse.Namespace) -> ScreenSettings:
    from workbench.settings import FilterSettings, IsolationSettings, ScreenSettings

    limits = {
        "max_molecular_weight_g_per_mol": arguments.max_weight,
        "max_rotatable_bonds": arguments.max_rotatable_bonds,
    }
    return _checked(
        ScreenSettings,
        seed=arguments.seed,
        chunk_size=arguments.chunk_size,
        ligand=ligand_settings(arguments),
        filters=FilterSettings(
            alerts=tuple(sorted(set(arguments.drop_alerts))),
            warheads=tuple(sorted(set(arguments.only_warhead))),
            **{name: value for name, value in limits.items() if value is not None},
        ),
        minimised_fraction=arguments.minimise,
        reacted=arguments.react or 0,
        isolation=_checked(
            IsolationSettings, timeout_s=arguments.timeout, memory_gb=arguments.ligand_memory
        ),
    )


def _cluster(arguments: argparse.Namespace) -> ClusterSettings:
    from workbench.settings import ClusterSettings

    return _checked(
        ClusterSettings,
        scheduler=arguments.scheduler,
        workers=arguments.workers,
        least_workers=arguments.least_workers,
        ligands_per_task=arguments.ligands_per_task,
        worker_memory_gb=arguments.worker_memory,
        worker_start_s=arguments.worker_start,
        walltime=arguments.walltime,
        queue=arguments.queue,
        account=arguments.account,
    )


def _checked(model: Any, **values: Any) -> Any:
    """Return a settings model; what it refuses becomes one sentence.

    Raises
    ------
    UsageError
        Naming the setting and the reason.
    """
    from pydantic import ValidationError

    from workbench.errors import UsageError

    try:
        return model(**values)
    except ValidationError as error:
        problem = error.errors()[0]
        name = " ".join(str(part) for part in problem["loc"]).replace("_", " ")
        given = str(problem["input"])[:60]
        raise UsageError(f"{name} cannot be {given!r}: {problem['msg'].lower()}") from error


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
