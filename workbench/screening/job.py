"""What every worker is told once: receptor, settings, and which function does a stage."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from workbench.errors import ScreenError
from workbench.settings import ScreenSettings
from workbench.structures.receptor import Receptor

Item = dict[str, Any]
Row = dict[str, Any]
StageFunction = Callable[["Job", Item], list[Row]]

STAGES = ("read", "search", "minimise", "react")
"""In order; each takes what the one before let through."""

FUNCTIONS: Mapping[str, str] = {name: f"workbench.screening.stages:{name}" for name in STAGES}


@dataclass(frozen=True)
class Job:
    """What does not change from ligand to ligand.

    Parameters
    ----------
    functions
        ``module:function`` of each stage. A stage's function takes the job and one item and
        returns its rows; it runs in a process of its own, which may die.
    versions
        Of the driver's packages: a worker with others would give other results.
    """

    receptor: Receptor
    settings: ScreenSettings
    functions: Mapping[str, str] = field(default_factory=lambda: dict(FUNCTIONS))
    versions: Mapping[str, str] = field(default_factory=dict)

    def packed(self) -> PackedJob:
        """Return the job as bytes with their digest."""
        content = pickle.dumps(self)
        return PackedJob(hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True)
class PackedJob:
    """A job as it travels: opened only in the process that does the chemistry."""

    digest: str
    content: bytes = field(repr=False)


def stage_function(job: Job, stage: str) -> StageFunction:
    """Return the function of a stage.

    Raises
    ------
    ScreenError
        When it cannot be imported.
    """
    module, _, name = job.functions[stage].partition(":")
    try:
        function: StageFunction = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ScreenError(
            f"the stage {stage} cannot be run: {job.functions[stage]} is not there ({error})"
        ) from error
    return function
