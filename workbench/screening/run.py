"""A screen from its file to its page: the stages in order, and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from workbench.errors import UsageError
from workbench.files.writing import write_texts
from workbench.ligands.files import read_records
from workbench.progress import Progress, silent
from workbench.provenance import versions
from workbench.records.screen import ScreenResult
from workbench.report.screen_page import screen_html
from workbench.screening.cluster import connected
from workbench.screening.engine import Engine
from workbench.screening.enrichment import holds_labels, read_labels
from workbench.screening.funnel import (
    Database,
    record_chunks,
    stage_chunks,
    stage_counts,
    stage_size,
)
from workbench.screening.plan import (
    STAGES,
    Job,
    begun,
    make_manifest,
    require_parts,
    write_manifest,
)
from workbench.screening.results import load_screen, merge, screen_enrichment
from workbench.screening.store import Chunk, is_done, opened_folder, write_chunk
from workbench.settings import ClusterSettings, ScreenSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

PAGE = "screen.html"
WORKER_LOG = "workers.log"
READ_TOGETHER = 100
"""Records in one task: they take milliseconds, and few of them are in the driver's memory."""

_TELL_EVERY_S = 5.0


def screen(
    file: str | Path,
    folder: str | Path,
    *,
    receptor: str | Receptor = "human-groove",
    settings: ScreenSettings | None = None,
    cluster: ClusterSettings | None = None,
    resume: bool = False,
    labels: str | Path | None = None,
    functions: Mapping[str, str] | None = None,
    command: str = "",
    progress: Progress = silent,
) -> ScreenResult:
    """Screen the ligands of a file against the reactive cysteine of a receptor.

    Every record is read and filtered; each compound is docked once; the best are minimised and,
    where asked, their thiol addition is computed. A chunk of ligands is one file, which appears
    when it is complete, so that a run that was ended in any way can go on.

    Parameters
    ----------
    file
        ``.smi``, ``.csv``, ``.sdf`` (also ``.gz``).
    folder
        Of the results; it is made when only its last part is missing.
    receptor
        As for ``workbench.dock``.
    settings, cluster
        What is computed, and where.
    resume
        Go on with the screen that is in the folder; where there is none, begin it.
    labels
        Which ligands are active, see ``labels.read_labels``; a table of ligands that has such a
        column need not be named again.
    functions
        ``module:function`` of stages that are to be replaced, such as another search.
    command
        What the user typed, for the manifest.
    progress
        Called with a text, done and total.

    Returns
    -------
    ScreenResult
        As its folder has it.

    Raises
    ------
    WorkbenchError
        When the file, the folder, the receptor or the cluster cannot be used, or the folder
        holds another screen.
    """
    require_parts()
    settings = settings or ScreenSettings()
    path = Path(file)
    known = _labels(path, labels, progress)
    n_records = sum(1 for _ in read_records(path, settings.ligand))
    loaded = load_receptor(receptor) if isinstance(receptor, str) else receptor
    if loaded.reactive_atom is None:
        raise UsageError(f"{loaded.name} has no thiol to bond to: choose another receptor")
    job = Job(loaded, settings, functions or {}, versions())
    with opened_folder(folder) as place:
        manifest = begun(place, make_manifest(path, n_records, job, command), resume)
        with closing(Database(place)) as database:
            with ExitStack() as stack:
                where = cluster or ClusterSettings()
                run = _Run(place, job, where, manifest["fingerprint"], progress, stack)
                run.do("read", record_chunks(path, settings), n_records)
                for stage in STAGES[1:]:
                    database.see_chunks()
                    size = stage_size(database, stage, settings)
                    if size:
                        run.do(stage, stage_chunks(database, stage, size, settings), size)
            progress("results: merging", 0, 1)
            database.see_chunks()
            merge(database, place)
            write_manifest(place, manifest | {"stages": stage_counts(database)})
        if known is not None and labels is None:
            try:
                screen_enrichment(place, known)
            except UsageError as error:
                progress(f"labels: the column active is not used: {error}", 1, 1)
            known = None
        return write_page(place, known)


def write_page(folder: str | Path, labels: str | Path | None = None) -> ScreenResult:
    """Write ``screen.html`` of a finished screen from its files, and return the screen.

    Parameters
    ----------
    labels
        Which ligands are active, for ``enrichment.json``; without it the last one is kept.

    Raises
    ------
    OutputError
        When the folder holds no finished screen, or cannot be written to.
    UsageError
        When the labels cannot be used.
    """
    if labels is not None:
        screen_enrichment(Path(folder), Path(labels))
    result = load_screen(folder)
    write_texts(Path(folder), {PAGE: screen_html(result)})
    return result


def _labels(path: Path, labels: str | Path | None, progress: Progress) -> Path | None:
    """Return the file of labels; what is wrong with it is told before any work.

    Labels that were asked for must be right; a column ``active`` of the ligands' own table may
    mean something else, so that one that cannot be used is told and left.
    """
    if labels is not None:
        read_labels(Path(labels))
        return Path(labels)
    try:
        if holds_labels(path):
            read_labels(path)
            return path
    except UsageError as error:
        progress(f"labels: the column active is not used: {error}", 1, 1)
    return None


@dataclass
class _Run:
    """What one run carries from stage to stage; its cluster starts when there is work."""

    folder: Path
    job: Job
    cluster: ClusterSettings
    fingerprint: str
    progress: Progress
    stack: ExitStack
    _engine: Engine | None = None

    def do(self, stage: str, chunks: Iterator[Chunk], total: int) -> None:
        """Do those of a stage's chunks that no earlier run has finished."""
        meter = Meter(stage, total, self.progress)
        missing = self._missing(chunks, meter)
        for first in missing:
            self._started().run(
                chain([first], missing),
                READ_TOGETHER if stage == "read" else self.cluster.ligands_per_task,
                lambda chunk, rows: write_chunk(self.folder, chunk, rows, self.fingerprint),
                meter.count,
            )
        meter.end()

    def _missing(self, chunks: Iterator[Chunk], meter: Meter) -> Iterator[Chunk]:
        for chunk in chunks:
            if is_done(self.folder, chunk, self.fingerprint):
                meter.found += len(chunk.items)
            else:
                yield chunk

    def _started(self) -> Engine:
        """Return the engine; the first call starts or joins the cluster."""
        if self._engine is None:
            log = self.folder / WORKER_LOG
            client = self.stack.enter_context(connected(self.cluster, log))
            # its charts need the package bokeh
            told = f"cluster: {self.cluster.scheduler}, dashboard {client.dashboard_link}"
            self.progress(told, 1, 1)
            self._engine = Engine(client, self.job, self.cluster, log)
        return self._engine


class Meter:
    """Tells how far a stage is, now and then; ``found`` ligands were done by an earlier run."""

    def __init__(self, stage: str, total: int, progress: Progress) -> None:
        self.found = 0
        self._stage = stage
        self._total = total
        self._progress = progress
        self._done = self._failed = 0
        self._said = -1
        self._started = self._told = time.monotonic()

    def count(self, done: int, failed: int) -> None:
        """Count ligands that are done now, and how many of them failed."""
        self._done += done
        self._failed += failed
        if time.monotonic() - self._told >= _TELL_EVERY_S:
            self._say()

    def end(self) -> None:
        """Say the last count, unless it was said or there was nothing to do."""
        if self._total and self._said != self._done + self.found:
            self._say()

    def _say(self) -> None:
        self._told = time.monotonic()
        done = self._said = self._done + self.found
        spent = max(self._told - self._started, 1e-9)
        parts = []
        if self._done:
            parts.append(f"{60 * self._done / spent:.3g} per minute")
        if self._done and done < self._total:
            parts.append(f"{_span((self._total - done) * spent / self._done)} left")
        parts.append(f"{self._failed} failed")
        self._progress(f"{self._stage} ({', '.join(parts)})", done, self._total)


def _span(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
