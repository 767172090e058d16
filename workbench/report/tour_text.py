"""What the tour says: steps with statements at two levels, each with its status and source."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from workbench.errors import OutputError

Level = Literal["leaflet", "course"]
STATUSES = {
    "textbook": "textbook",
    "measured": "measured",
    "reported": "reported, without a number",
    "model": "model",
    "unknown": "unknown",
}
"""How a statement is known, and what its mark says."""


@dataclass(frozen=True)
class Statement:
    """One paragraph of the tour.

    Parameters
    ----------
    level
        ``leaflet``: in words for everybody; ``course``: for a second-year course.
    status
        A key of ``STATUSES``.
    source
        Where it is from; empty only for what any textbook says.
    """

    level: Level
    status: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class Question:
    """A question with its answers; each answer is ``(text, feedback)``, ``right`` their index."""

    text: str
    answers: tuple[tuple[str, str], ...]
    right: int


@dataclass(frozen=True)
class Step:
    """One station of the tour; ``view`` is what the scene shows (pose, boxes, zoom)."""

    name: str
    title: str
    view: dict[str, Any]
    look: str
    statements: tuple[Statement, ...]
    questions: tuple[Question, ...]


def read_steps(computed: Mapping[str, Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps, the numbers of tables and models put in.

    Parameters
    ----------
    computed
        By name, the values of the docked poses that a statement's ``model`` may ask for.

    Raises
    ------
    OutputError
        When a statement asks for a fact that no table holds.
    """
    return tuple(
        Step(
            step["name"],
            step["title"],
            step["view"],
            step["look"],
            tuple(_statement(record, computed) for record in step["statements"]),
            tuple(_question(record) for record in step["questions"]),
        )
        for step in _records()
    )


def fact(table: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the one row of a shipped table whose columns hold the wanted values.

    Raises
    ------
    OutputError
        When no row, or more than one, does.
    """
    rows = [row for row in _table(table) if all(row.get(k) == v for k, v in wanted.items())]
    if len(rows) != 1:
        raise OutputError(f"the tour cites {dict(wanted)} of {table}: {len(rows)} rows, not one")
    return rows[0]


def _statement(record: dict[str, Any], computed: Mapping[str, Mapping[str, Any]]) -> Statement:
    values: Mapping[str, Any] = {}
    source = str(record.get("source", ""))
    if "fact" in record:
        wanted = dict(record["fact"])
        row = fact(wanted.pop("table"), wanted)
        values, source = row, source or row["source"]
    elif "model" in record:
        values, source = computed[record["model"]], source or computed[record["model"]]["source"]
    text = record["text"].format_map(values) if values else record["text"]
    return Statement(record["level"], record["status"], text, source)


def _question(record: dict[str, Any]) -> Question:
    answers = tuple((str(text), str(feedback)) for text, feedback in record["answers"])
    return Question(record["text"], answers, int(record["right"]))


@cache
def _records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_text("tour.json"))
    return found


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return files("workbench").joinpath("data", name).read_text(encoding="utf-8")
