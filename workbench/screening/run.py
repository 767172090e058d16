"""A screen from its file to its page: the stages in order, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.files.writing import write_texts
from workbench.progress import Progress, silent
from workbench.provenance import versions
from workbench.records.screen import ScreenResult
from workbench.report.screen_page import screen_html
from workbench.screening.cluster import connected, dashboard, require_parts
from workbench.screening.database import Database
from workbench.screening.engine import Engine
from workbench.screening.funnel import (
    count_records,
    opened,
    record_chunks,
    see_chunks,
    stage_chunks,
    stage_counts,
    stage_size,
)
from workbench.screening.job import FUNCTIONS, STAGES, Job
from workbench.screening.labels import holds_labels, read_labels, screen_enrichment
from workbench.screening.manifest import (
    MANIFEST,
    make_manifest,
    read_manifest,
    refuse_other,
    write_manifest,
)
from workbench.screening.merging import merge
from workbench.screening.meter import Meter
from workbench.screening.store import Chunk, is_done, opened_folder, write_chunk
from workbench.screening.summary import load_screen
from workbench.settings import ClusterSettings, ScreenSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

PAGE = "screen.html"
READ_TOGETHER = 100
"""Records in one task: they take milliseconds, and few of them are in the driver's memory."""


@dataclass
class _Run:
    """What one run carries from stage to stage; its cluster starts when there is work."""

    folder: Path
    database: Database
    job: Job
    cluster: ClusterSettings
    manifest: dict[str, Any]
    progress: Progress
    stack: ExitStack = field(default_factory=ExitStack)
    _engine: Engine | None = None

    @property
    def settings(self) -> ScreenSettings:
        """Of the screen."""
        return self.job.settings

    @property
    def fingerprint(self) -> str:
        """Of the manifest."""
        return str(self.manifest["fingerprint"])

    def engine(self) -> Engine:
        """Return the engine; the first call starts or joins the cluster."""
        if self._engine is None:
            client = self.stack.enter_context(connected(self.cluster))
            self.progress(f"cluster: {self.cluster.scheduler}, dashboard {dashboard(client)}", 1, 1)
            self._engine = Engine(client, self.job, self.cluster.workers)
        return self._engine

    def do(self, stage: str, chunks: Iterator[Chunk], meter: Meter) -> None:
        """Do those of a stage's chunks that no earlier run has finished."""
        missing = self._missing(chunks, meter)
        first = next(missing, None)
        if first is not None:
            self.engine().run(
                _with_first(first, missing),
                READ_TOGETHER if stage == "read" else self.cluster.ligands_per_task,
                lambda chunk, rows: write_chunk(self.folder, chunk, rows, self.fingerprint),
                meter.count,
            )
        meter.end()

    def _missing(self, chunks: Iterator[Chunk], meter: Meter) -> Iterator[Chunk]:
        for chunk in chunks:
            if is_done(self.folder, chunk, self.fingerprint):
                meter.found(len(chunk.items))
            else:
                yield chunk


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
    n_records = count_records(path, settings.ligand)
    loaded = load_receptor(receptor) if isinstance(receptor, str) else receptor
    if loaded.reactive_atom is None:
        raise UsageError(f"{loaded.name} has no thiol to bond to: choose another receptor")
    job = Job(loaded, settings, {**FUNCTIONS, **(functions or {})}, versions())
    with opened_folder(folder) as place:
        manifest = _begun(place, make_manifest(path, n_records, job, command), resume)
        with opened(place) as database:
            with ExitStack() as stack:
                where = cluster or ClusterSettings()
                run = _Run(place, database, job, where, manifest, progress, stack)
                for stage in STAGES:
                    _run_stage(run, stage, path, n_records)
            progress("results: merging", 0, 1)
            see_chunks(database, place)
            merge(database, place)
            _note_stages(database, place, manifest)
        if known is not None and labels is None:
            _tell_own_labels(place, known, progress)
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


def _tell_own_labels(folder: Path, labels: Path, progress: Progress) -> None:
    try:
        screen_enrichment(folder, labels)
    except UsageError as error:
        progress(f"labels: the column active is not used: {error}", 1, 1)


def _begun(folder: Path, wanted: dict[str, Any], resume: bool) -> dict[str, Any]:
    """Return the manifest to work by: the folder's, or a new one that is written."""
    found = read_manifest(folder)
    if found is None:
        write_manifest(folder, wanted)
        return wanted
    if not resume:
        raise UsageError(
            f"{folder.name!r} holds a screen ({MANIFEST}): add --resume to go on with it, or "
            "choose another folder with --out"
        )
    refuse_other(found, wanted)
    return found


def _run_stage(run: _Run, stage: str, path: Path, n_records: int) -> None:
    settings = run.settings
    if stage == "read":
        total, chunks = n_records, record_chunks(path, settings)
    else:
        see_chunks(run.database, run.folder)
        total = stage_size(run.database, stage, settings)
        chunks = stage_chunks(run.database, stage, total, settings) if total else iter(())
    run.do(stage, chunks, Meter(stage, total, run.progress))


def _with_first(first: Chunk, others: Iterator[Chunk]) -> Iterator[Chunk]:
    yield first
    yield from others


def _note_stages(database: Database, folder: Path, manifest: dict[str, Any]) -> None:
    """Write what each stage took, let through and dropped into the manifest."""
    manifest["stages"] = {stage: stage_counts(database, stage) for stage in STAGES}
    write_manifest(folder, manifest)
