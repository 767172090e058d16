"""What verbs share: options and what is read by them, messages, and how Ctrl-C ends the program."""

from __future__ import annotations

import argparse
import math
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand
    from workbench.ligands.reading import LigandFailure
    from workbench.settings import DockSettings, LigandSettings, Settings
    from workbench.structures.receptor import Receptor

Model = TypeVar("Model", bound="Settings")

EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130
LONGEST_WORD = 300
"""A word of a message may be as long as that, as a path may; of a longer one the middle is cut."""

Verbs = Any
"""What ``add_subparsers`` returns; argparse does not name its type in public."""


def within(
    kind: type[int] | type[float], what: str, least: float, most: float
) -> Callable[[str], Any]:
    """Return what reads a number of an option, from ``least`` to ``most``; ``what`` names it."""

    def read(text: str) -> float:
        try:
            value: float = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return value

    return read


positive_int = within(int, "a whole number of at least 1", 1, math.inf)
positive_float = within(float, "a number above 0", sys.float_info.min, sys.float_info.max)
fraction = within(float, "a number from 0 to 1", 0, 1)
number = within(float, "a number", -math.inf, math.inf)
seed = within(int, "a whole number from 0 to 2147483647", 0, 2**31 - 1)
ph = within(float, "a pH from 0 to 14", 0, 14)

ValueOption = tuple[str, str, Callable[[str], Any], Any, str, str]
"""Option, field that it sets, what reads it, default, unit, and what it is."""


def add_values(parser: argparse.ArgumentParser, options: Iterable[ValueOption]) -> None:
    """Add options that take one value; a default is told."""
    for option, field, read, default, unit, what in options:
        told = what if default is None else f"{what} (default: {default})"
        parser.add_argument(option, dest=field, type=read, default=default, metavar=unit, help=told)


LIGAND_HELP = (
    "a catalogue name (selinexor, KPT-330), a SMILES, or a .sdf, .mol, .smi or .csv file (also .gz)"
)


def add_ligand_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how ligands are understood: --warhead, --ph, --tautomer ..."""
    parser.add_argument(
        "--warhead",
        default="",
        metavar="NAME",
        help="which of several warheads reacts: its name or its attacked atom's index",
    )
    parser.add_argument(
        "--ph",
        type=ph,
        metavar="PH",
        help="charge state at this pH (default: neutral as far as possible)",
    )
    parser.add_argument(
        "--tautomer",
        choices=["drawn", "canonical"],
        default="drawn",
        help="as drawn (default), or the one that RDKit's scoring rules prefer",
    )
    parser.add_argument(
        "--max-stereoisomers",
        type=positive_int,
        default=1,
        metavar="N",
        help="enumerate undefined stereo up to N isomers (default: 1, refuse it)",
    )
    parser.add_argument(
        "--smiles-column", default="", metavar="COLUMN", help="of a table; found by default"
    )
    parser.add_argument(
        "--name-column",
        default="",
        metavar="COLUMN",
        help="of a table or SD file; found by default",
    )


def settings_of(kind: type[Model], arguments: argparse.Namespace, **others: Any) -> Model:
    """Return settings from the options that are named like their fields, and from others.

    Raises
    ------
    UsageError
        Naming the setting that is refused, and the reason.
    """
    from pydantic import ValidationError

    from workbench.errors import UsageError

    named = {name: getattr(arguments, name, None) for name in kind.model_fields}
    given = {name: value for name, value in named.items() if value is not None}
    try:
        return kind(**given | others)
    except ValidationError as error:
        problem = error.errors()[0]
        said = problem["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in problem["loc"])
        value = f"{name} cannot be {str(problem['input'])[:60]!r}: " if name else ""
        raise UsageError(f"the settings do not fit: {value}{said}") from error


def ligand_settings(arguments: argparse.Namespace) -> LigandSettings:
    """Return the settings that ``add_ligand_options`` asked for."""
    from workbench.settings import LigandSettings

    return settings_of(LigandSettings, arguments)


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
    first = next(ligands)

    def stream() -> Iterator[Ligand]:
        yield first
        yield from ligands

    return stream(), reasons


def _readable(
    texts: Iterable[str], settings: LigandSettings | None, reasons: list[str]
) -> Iterator[Ligand]:
    """Yield ligands and tell reasons; the last reason is raised when there was no ligand."""
    from workbench.errors import LigandError
    from workbench.ligands.reading import LigandFailure

    untold = ""
    found = False
    for outcome in _outcomes(texts, settings):
        if untold:
            tell(untold)
            untold = ""
        if isinstance(outcome, LigandFailure):
            untold = outcome.reason
            reasons.append(untold)
        else:
            found = True
            yield outcome
    if untold and not found:
        raise LigandError(untold)
    if untold:
        tell(untold)


def _outcomes(
    texts: Iterable[str], settings: LigandSettings | None
) -> Iterator[Ligand | LigandFailure]:
    from workbench.errors import LigandError
    from workbench.ligands.reading import LigandFailure, each_ligand

    for text in texts:
        try:
            yield from each_ligand(text, settings=settings)
        except LigandError as error:
            yield LigandFailure("", text, str(error))


def add_receptor(parser: argparse.ArgumentParser) -> None:
    """Add --receptor and what says how it is prepared."""
    parser.add_argument(
        "--receptor",
        default="human-groove",
        metavar="RECEPTOR",
        help="human-groove (default) or human-groove-3nc1 (its backbone from a crystal), "
        "a PDB id, AF-<UniProt>, or a structure file (.cif, .pdb, .ent, also .gz)",
    )
    add_receptor_options(parser)


def add_receptor_options(parser: argparse.ArgumentParser) -> None:
    """Add --mutate, --nucleophile, --keep-waters and --keep-partners."""
    parser.add_argument(
        "--mutate",
        action="append",
        default=[],
        metavar="C528S",
        help="mutate the receptor first, in human numbering; may be given again",
    )
    parser.add_argument(
        "--nucleophile",
        metavar="A:797:SG",
        help="the reactive atom of another protein, in the entry's own numbering",
    )
    parser.add_argument(
        "--keep-waters",
        action="store_true",
        help="keep the waters that are held at the groove (files and entries only)",
    )
    parser.add_argument(
        "--keep-partners",
        action="store_true",
        help="keep residues of other protein chains around the groove: cargo, Ran, RanBP1 "
        "(files and entries only)",
    )


def read_receptor(arguments: argparse.Namespace, **preparation: Any) -> Receptor:
    """Return what --receptor and the options of ``add_receptor_options`` name.

    ``preparation`` and the errors are those of ``load_receptor``.
    """
    from workbench.structures.loading import load_receptor

    return load_receptor(
        arguments.receptor,
        nucleophile=arguments.nucleophile,
        mutations=tuple(arguments.mutate),
        keep_waters=arguments.keep_waters,
        keep_partners=arguments.keep_partners,
        **preparation,
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add --jobs."""
    parser.add_argument(
        "--jobs",
        type=positive_int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processor cores to use (default: all); the result does not depend on it",
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add --seed, --platform and --jobs."""
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--platform",
        default="auto",
        help="OpenMM platform: auto (default), CUDA, HIP, OpenCL, CPU or Reference",
    )
    add_jobs(parser)


def add_poses(parser: argparse.ArgumentParser, default: int) -> None:
    """Add --poses."""
    parser.add_argument(
        "--poses",
        type=positive_int,
        default=default,
        metavar="N",
        help=f"poses kept per diastereomer (default: {default})",
    )


def add_out(
    parser: argparse.ArgumentParser, default: str, what: str = "folder of the results"
) -> None:
    """Add --out, a folder with a default."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(default),
        metavar="DIR",
        help=f"{what} (default: {default})",
    )


def add_quick(parser: argparse.ArgumentParser) -> None:
    """Add --quick."""
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a first look in about a quarter of the time: one short search, no spread over seeds",
    )


def command_line() -> str:
    """Return what the user typed, for the provenance."""
    return shlex.join(["workbench", *sys.argv[1:]])


def dock_settings(quick: bool) -> DockSettings:
    """Return the settings that --quick asks for, or the default ones."""
    from workbench.settings import DockSettings

    return DockSettings.quick() if quick else DockSettings()


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of equally many cells as text, each column as wide as its widest cell."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def tell(text: object) -> None:
    """Print one line on standard error that begins with the program's name.

    Control and invisible characters become spaces, so that a name from outside cannot steer the
    terminal.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    long_word = rf"\S{{{LONGEST_WORD + 1},}}"
    print(
        "workbench: " + re.sub(long_word, lambda word: f"{word[0][:60]}...{word[0][-40:]}", line),
        file=sys.stderr,
    )


WRITING = threading.Lock()
"""Held while results are put under their final names, so that a stop never falls in between."""


def stop_at_once() -> None:
    """End the process when SIGINT comes, also inside compiled code.

    RDKit catches SIGINT during a search and returns half an answer, and Vina runs for many
    seconds without looking. So every thread blocks the signal and one waits for it. Where the
    system cannot block signals, Python's own handling stays.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_end_on_interrupt, daemon=True, name="interrupts").start()


def _end_on_interrupt() -> None:
    signal.sigwait({signal.SIGINT})
    with WRITING:
        print("workbench: interrupted", file=sys.stderr, flush=True)
        os._exit(EXIT_INTERRUPTED)
