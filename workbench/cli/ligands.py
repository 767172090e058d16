"""The ligands of a command line, read as far as they can be."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from workbench.cli.telling import tell

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.settings import LigandSettings


def read_ligands(arguments: argparse.Namespace) -> tuple[Iterator[Ligand], list[str]]:
    """Return the ligands that can be read, as a stream, and why others cannot.

    The list of reasons grows while the stream is read; each reason also goes to stderr.

    Raises
    ------
    LigandError
        When none can be read.
    """
    from workbench.errors import LigandError

    reasons: list[str] = []
    ligands = _readable(arguments, reasons)
    first = next(ligands, None)
    if first is None:
        for reason in reasons[:-1]:
            tell(reason)
        raise LigandError(reasons[-1])
    for reason in reasons:
        tell(reason)
    return chain([first], _told(ligands, reasons)), reasons


def ligand_settings(arguments: argparse.Namespace) -> LigandSettings:
    """Return the settings that ``add_ligand_options`` asked for."""
    from workbench.settings import LigandSettings

    return LigandSettings(
        ph=arguments.ph,
        tautomer=arguments.tautomer,
        max_stereoisomers=arguments.max_stereoisomers,
        warhead=arguments.warhead,
        smiles_column=arguments.smiles_column,
        name_column=arguments.name_column,
    )


def _readable(arguments: argparse.Namespace, reasons: list[str]) -> Iterator[Ligand]:
    """Yield what can be read and collect the reasons for the rest."""
    from workbench.errors import LigandError
    from workbench.ligands.reading import LigandFailure, each_ligand

    settings = ligand_settings(arguments)
    for text in arguments.ligands:
        try:
            for outcome in each_ligand(text, settings=settings):
                if isinstance(outcome, LigandFailure):
                    reasons.append(outcome.reason)
                else:
                    yield outcome
        except LigandError as error:
            reasons.append(str(error))


def _told(ligands: Iterator[Ligand], reasons: list[str]) -> Iterator[Ligand]:
    """Yield the ligands and tell each new reason."""
    known = len(reasons)
    for ligand in chain(ligands, [None]):
        for reason in reasons[known:]:
            tell(reason)
        known = len(reasons)
        if ligand is not None:
            yield ligand
