"""``workbench screen``: many ligands, on this machine or a cluster."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    Verbs,
    add_ligand_options,
    add_receptor,
    add_seed,
    add_values,
    command_line,
    fraction,
    ligand_settings,
    positive_float,
    positive_int,
    read_receptor,
    settings_of,
)
from workbench.errors import LigandError, UsageError
from workbench.progress import to_stream

if TYPE_CHECKING:
    from workbench.records.screen import ScreenResult
    from workbench.settings import ScreenSettings

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
    _add_funnel(parser)
    _add_cluster(parser)
    add_ligand_options(parser)
    add_receptor(parser)
    add_seed(parser)
    parser.set_defaults(run=run)


def _add_funnel(parser: argparse.ArgumentParser) -> None:
    """Add what decides which ligands get how far."""
    best, limit = "docked ligands that is minimised, best first", "for one ligand in one stage"
    weight, rotors = "max_molecular_weight_g_per_mol", "max_rotatable_bonds"
    add_values(
        parser,
        (
            ("--chunk-size", "chunk_size", positive_int, 100, "N", "ligands in one file"),
            ("--minimise", "minimised_fraction", fraction, 0.1, "F", f"share of the {best}"),
            ("--react", "reacted", positive_int, None, "N", "also the thiol addition of N best"),
            ("--max-weight", weight, positive_float, None, "G_PER_MOL", "drop what is heavier"),
            ("--max-rotatable-bonds", rotors, positive_int, None, "N", "drop what has more"),
            ("--timeout", "timeout_s", positive_float, 600.0, "S", f"seconds {limit}"),
            ("--ligand-memory", "memory_gb", positive_float, 4.0, "GB", f"memory {limit}"),
        ),
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


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add where the work is done; none of it changes a result."""
    where = "local, tcp://host:8786 of a running Dask scheduler, slurm, pbs, lsf or sge"
    alive = "end without a worker for S s (120 if local, 600 if running, a day for a queue)"
    lost = "more for hundreds of workers; a lost worker loses so many"
    cores = os.cpu_count() or 1
    add_values(
        parser,
        (
            ("--scheduler", "scheduler", str, "local", "WHERE", where),
            ("--workers", "workers", positive_int, cores, "N", "of one core each"),
            ("--least-workers", "least_workers", int, None, "N", "scale from N up to --workers"),
            ("--ligands-per-task", "ligands_per_task", positive_int, 1, "N", lost),
            ("--worker-start", "worker_start_s", positive_float, None, "S", alive),
            ("--queue", "queue", str, None, "NAME", "of the queueing system"),
            ("--account", "account", str, None, "NAME", "that the queueing system charges"),
            ("--walltime", "walltime", str, "24:00:00", "H:M:S", "of one job"),
            ("--worker-memory", "worker_memory_gb", positive_float, 4.0, "GB", "of one job"),
        ),
    )


def run(arguments: argparse.Namespace) -> int:
    """Screen, or show a screen; return the exit code."""
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
    from workbench.ligands.files import FILE_SUFFIXES, kind_of_file
    from workbench.screening.plan import require_parts
    from workbench.screening.run import screen
    from workbench.settings import ClusterSettings

    require_parts()
    if not kind_of_file(file):
        raise LigandError(f"screen reads {', '.join(FILE_SUFFIXES)} (also .gz), not {file[:60]!r}")
    receptor = read_receptor(arguments)
    result = screen(
        file,
        arguments.out,
        receptor=receptor,
        settings=_settings(arguments),
        cluster=settings_of(ClusterSettings, arguments),
        resume=arguments.resume,
        labels=arguments.labels,
        command=command_line(),
        progress=to_stream(),
    )
    print(summary(result))
    return EXIT_SOME_FAILED if result.n_failed else 0


def _settings(arguments: argparse.Namespace) -> ScreenSettings:
    from workbench.settings import FilterSettings, IsolationSettings, ScreenSettings

    return settings_of(
        ScreenSettings,
        arguments,
        ligand=ligand_settings(arguments),
        filters=settings_of(
            FilterSettings,
            arguments,
            alerts=tuple(sorted(set(arguments.drop_alerts))),
            warheads=tuple(sorted(set(arguments.only_warhead))),
        ),
        isolation=settings_of(IsolationSettings, arguments),
    )


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
