"""The errors that a user can meet: one class per stage, and each message says what to do."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Base of every error that the workbench raises on purpose.

    The message is one sentence or two: what was wrong, where, and what to do about it.
    ``exit_code`` is what the command line returns for it.
    """

    exit_code = 1


class UsageError(WorkbenchError):
    """What was asked cannot be understood or does not fit together."""

    exit_code = 2


class LigandError(UsageError):
    """A ligand could not be read, or its chemistry is outside what the workbench knows."""


class ReceptorError(WorkbenchError):
    """A structure could not be read, or holds no usable XPO1 groove."""


class FetchError(ReceptorError):
    """An entry could not be had: no such id, no server that gave it, or a cache out of order."""


class MutationError(UsageError):
    """A mutation is malformed, or does not fit the receptor."""


class DockingError(WorkbenchError):
    """The search could not place the ligand."""


class PhysicsError(WorkbenchError):
    """A force field, a platform or a minimisation failed."""


class OutputError(UsageError):
    """Results cannot be written where they were asked for."""


class MechanismError(UsageError):
    """A rate, a dose, a regimen or a sequence makes no sense, or a number for it is missing."""


class ScreenError(WorkbenchError):
    """A screen cannot go on: its cluster is gone, or its workers do not fit."""
