"""Ligands, receptors and the effort of a search as the options name them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workbench.cli.options import CORES
from workbench.cli.terminal import command_line, tell
from workbench.errors import LigandError
from workbench.progress import to_stream
from workbench.settings import DockSettings, LigandSettings, Settings

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.ligands.reading import LigandFailure
    from workbench.structures.receptor import Receptor


class ReceptorOptions(Settings):
    """How a receptor is prepared."""

    mutate: tuple[str, ...] = Field(
        (), description="a mutation to make first, in human numbering (C528S); may be given again"
    )
    nucleophile: str | None = Field(
        None, description="reactive atom of another protein, in the entry's numbering (A:797:SG)"
    )
    keep_waters: bool = Field(
        False, description="keep the waters that are held at the groove (files and entries only)"
    )
    keep_partners: bool = Field(
        False,
        description="keep residues of other protein chains around the groove: cargo, Ran, RanBP1 "
        "(files and entries only)",
    )


class RunOptions(Settings):
    """Random numbers and hardware of a run."""

    seed: int = Field(1, ge=0, lt=2**31, description="of the random numbers")
    platform: str = Field("auto", description="of OpenMM: auto, CUDA, HIP, OpenCL, CPU, Reference")
    jobs: int = Field(CORES, ge=1, description="processor cores; the result does not depend on it")


class SearchOptions(RunOptions):
    """The effort of the verbs that dock."""

    poses: int = Field(10, ge=1, description="kept per diastereomer")
    quick: bool = Field(
        False,
        description="a first look in about a quarter of the time: one short search, no spread "
        "over seeds",
    )


def dock_settings(quick: bool) -> DockSettings:
    """Return the settings that --quick asks for, or the default ones."""
    return DockSettings.quick() if quick else DockSettings()


def search_options(options: SearchOptions) -> dict[str, Any]:
    """Return what a verb that docks passes on to ``dock`` and ``compare``."""
    return {
        **options.model_dump(exclude={"quick"}),
        "settings": dock_settings(options.quick),
        "command": command_line(),
        "progress": to_stream(),
    }


def read_ligands(
    texts: Iterable[str], settings: LigandSettings | None = None
) -> tuple[Iterator[Ligand], list[str]]:
    """Return the ligands that can be read, as a stream, and why others cannot.

    The reasons go to standard error too; their list grows while the stream is read.

    Raises
    ------
    LigandError
        When none can be read, with the last reason.
    """
    reasons: list[str] = []
    ligands = _readable(texts, settings, reasons)
    return itertools.chain([next(ligands)], ligands), reasons


def _readable(
    texts: Iterable[str], settings: LigandSettings | None, reasons: list[str]
) -> Iterator[Ligand]:
    from workbench.ligands.reading import LigandFailure, each_ligand

    def outcomes() -> Iterator[Ligand | LigandFailure]:
        for text in texts:
            try:
                yield from each_ligand(text, settings=settings)
            except LigandError as error:
                yield LigandFailure("", text, str(error))

    found = False
    for outcome in outcomes():
        if isinstance(outcome, LigandFailure):
            reasons.append(outcome.reason)
            if found:
                tell(outcome.reason)
            continue
        if not found:
            for reason in reasons:
                tell(reason)
        found = True
        yield outcome
    if not found:
        for reason in reasons[:-1]:
            tell(reason)
        raise LigandError(reasons[-1])


def read_receptor(text: str, options: ReceptorOptions, **preparation: Any) -> Receptor:
    """Return what --receptor names; ``preparation`` and the errors are ``load_receptor``'s."""
    from workbench.structures.loading import load_receptor

    return load_receptor(
        text,
        nucleophile=options.nucleophile,
        mutations=options.mutate,
        keep_waters=options.keep_waters,
        keep_partners=options.keep_partners,
        **preparation,
    )
