"""The heavy part of a scan: each pair scored, in this process or in several."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker

import numpy as np
from numpy.typing import NDArray

from workbench.docking.box import docking_box
from workbench.errors import DockingError
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct, Ligand
from workbench.resistance.binding import Scores, score_pair
from workbench.resistance.grooves import mutant
from workbench.settings import ScanSettings
from workbench.structures.receptor import Receptor

Task = tuple[str, int]
"""A mutation and the drug's place in the list."""


class Scorer:
    """Scores pairs, and keeps what several of them need: mutants and conformers."""

    def __init__(
        self, wild: Receptor, ligands: Sequence[Ligand], settings: ScanSettings, seed: int
    ) -> None:
        self.wild = wild
        self.ligands = ligands
        self.settings = settings
        self.seed = seed
        self.box = docking_box(wild, settings.encounter.edge_angstrom)
        self._receptors: dict[str, Receptor] = {}
        self._shapes: dict[tuple[str, str], NDArray[np.float64]] = {}

    def scores(self, task: Task) -> Scores:
        """Return the scores of one pair."""
        label, place = task
        if label not in self._receptors:
            self._receptors[label] = mutant(self.wild, label).receptor
        return score_pair(
            self._receptors[label],
            self.ligands[place],
            self.box,
            self._conformers,
            self.settings,
            self.seed,
        )

    def _conformers(self, adduct: Adduct) -> NDArray[np.float64]:
        key = (adduct.smiles, adduct.label)
        if key not in self._shapes:
            self._shapes[key] = embed(adduct, self.settings.search.n_conformers, self.seed)
        return self._shapes[key]


def scored(scorer: Scorer, tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Scores]]:
    """Yield each task with its scores as it is done; one core per process.

    Raises
    ------
    DockingError
        When a drug finds no place in the wild type's box, or a process was killed.
    """
    if jobs == 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, scorer.scores(task)
        return
    # spawned, since forking a process that runs threads may hang it
    with _signals_kept():
        resource_tracker.ensure_running()
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(scorer, os.getpid()),
    )
    try:
        futures = {pool.submit(_scores, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise DockingError(
            "a process of the scan was killed, perhaps for want of memory: start it again with "
            "fewer --jobs; finished pairs are kept"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Keep which signals this thread blocks: starting Python's tracker unblocks SIGINT."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_scorer: list[Scorer] = []
"""The one of this process, once ``_start`` has run in it."""


def _start(scorer: Scorer, parent: int) -> None:
    """Prepare a process of the pool: it ends by Ctrl-C, and soon after its parent does."""
    with contextlib.suppress(AttributeError):  # a system that cannot block signals
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _scorer[:] = [scorer]


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _scores(task: Task) -> Scores:
    return _scorer[0].scores(task)
