"""The search stage of a screen that docks a part only: rounds of chunks, each a stage of its own.

What a round docks follows from the chunks before it, so that a run that goes on chooses the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.progress import Progress
from workbench.screening.active import budget_of, described, rounds
from workbench.screening.database import Database
from workbench.screening.funnel import compounds, found_scores, searchable, see_chunks
from workbench.screening.job import Item
from workbench.screening.meter import Meter
from workbench.screening.store import Chunk
from workbench.settings import ScreenSettings

Do = Callable[[str, Iterator[Chunk], Meter], None]
"""Does the chunks of a stage; see ``run``."""


def run_active(
    database: Database, folder: Path, settings: ScreenSettings, progress: Progress, do: Do
) -> list[dict[str, Any]]:
    """Dock the compounds that active learning chooses.

    Returns
    -------
    list of dict
        The rounds; see ``active.rounds``.

    Raises
    ------
    WorkbenchError
        When a round cannot be done.
    """
    assert settings.active is not None
    places: list[tuple[int, int]] = []
    see_chunks(database, folder)
    library = described(_noted(compounds(database), places))
    if not places:
        return []
    docking = _Docking(database, folder, settings, places, progress, do)
    docking.total = budget_of(len(places), settings.active)
    found = []
    for step in rounds(library, settings.active, settings.seed, docking.dock):
        if "docked" in step:
            expected = step["expected_new"]
            told = "" if expected is None else f", {expected:.1f} new expected among the best"
            progress(f"active learning{told}", step["docked"], docking.total)
        found.append(step)
    return found


def _noted(found: Iterator[Item], places: list[tuple[int, int]]) -> Iterator[Item]:
    """Yield compounds and note where they are from."""
    for compound in found:
        places.append((compound["record"], compound["isomer"]))
        yield compound


class _Docking:
    """Docks batch after batch; the chunks are numbered through."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        settings: ScreenSettings,
        places: list[tuple[int, int]],
        progress: Progress,
        do: Do,
    ) -> None:
        self.total = 0
        self._database = database
        self._folder = folder
        self._settings = settings
        self._places = places
        self._progress = progress
        self._do = do
        self._chunks = 0

    def dock(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Dock some compounds, by their numbers; return their scores, kcal/mol."""
        wanted = [self._places[k] for k in chosen]
        meter = Meter("search", len(wanted), self._progress)
        self._do("search", self._chunked(searchable(self._database), set(wanted)), meter)
        see_chunks(self._database, self._folder)
        scores = found_scores(self._database)
        return np.array([scores.get(place, np.nan) for place in wanted])

    def _chunked(self, items: Iterator[Item], wanted: set[tuple[int, int]]) -> Iterator[Chunk]:
        held: list[Item] = []
        for item in items:
            if (item["record"], item["isomer"]) in wanted:
                held.append(item)
            if len(held) == self._settings.chunk_size:
                yield self._chunk(held)
                held = []
        if held:
            yield self._chunk(held)

    def _chunk(self, items: list[Item]) -> Chunk:
        self._chunks += 1
        return Chunk("search", self._chunks, items)
