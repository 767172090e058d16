"""What verbs share: options and what is read by them, messages, and how Ctrl-C ends the program."""

from __future__ import annotations

import argparse
import itertools
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

from workbench.errors import LigandError, UsageError
from workbench.progress import to_stream

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


def add_choice(parser: argparse.ArgumentParser, option: str, *choices: str, what: str = "") -> None:
    """Add an option that takes one of a few words, the first by default."""
    told = f"{what} (default: {choices[0]})" if what else f"default: {choices[0]}"
    parser.add_argument(option, choices=choices, default=choices[0], help=told)


def add_ligands(parser: argparse.ArgumentParser) -> None:
    """Add the ligands and what says how they are understood: --warhead, --ph, --tautomer ..."""
    parser.add_argument("ligands", nargs="+", metavar="LIGAND", help=LIGAND_HELP)
    add_ligand_options(parser)


def add_ligand_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how ligands are understood: --warhead, --ph, --tautomer ..."""
    reacts = "which of several warheads reacts: its name or its attacked atom's index"
    charged = "charge state at this pH (default: neutral as far as possible)"
    drawn = "as drawn, or the one that RDKit's scoring rules prefer"
    isomers = "enumerate undefined stereo up to N isomers (default: 1, refuse it)"
    add = parser.add_argument
    add("--warhead", default="", metavar="NAME", help=reacts)
    add("--ph", type=ph, metavar="PH", help=charged)
    add_choice(parser, "--tautomer", "drawn", "canonical", what=drawn)
    add("--max-stereoisomers", type=positive_int, default=1, metavar="N", help=isomers)
    add("--smiles-column", default="", metavar="COLUMN", help="of a table; found by default")
    of = "of a table or SD file; found by default"
    add("--name-column", default="", metavar="COLUMN", help=of)


def settings_of(kind: type[Model], arguments: argparse.Namespace, **others: Any) -> Model:
    """Return settings from the options that are named like their fields, and from others.

    Raises
    ------
    UsageError
        Naming the setting that is refused, and the reason.
    """
    from pydantic import ValidationError

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

    untold = ""
    found = False
    for outcome in outcomes():
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
    mutated = "mutate the receptor first, in human numbering; may be given again"
    attacked = "the reactive atom of another protein, in the entry's own numbering"
    waters = "keep the waters that are held at the groove (files and entries only)"
    partners = (
        "keep residues of other protein chains around the groove: cargo, Ran, RanBP1 "
        "(files and entries only)"
    )
    parser.add_argument("--mutate", action="append", default=[], metavar="C528S", help=mutated)
    parser.add_argument("--nucleophile", metavar="A:797:SG", help=attacked)
    parser.add_argument("--keep-waters", action="store_true", help=waters)
    parser.add_argument("--keep-partners", action="store_true", help=partners)


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
    cores = "processor cores to use (default: all); the result does not depend on it"
    parser.add_argument(
        "--jobs", type=positive_int, default=os.cpu_count() or 1, metavar="N", help=cores
    )


def add_seed(parser: argparse.ArgumentParser, what: str = "default: 1") -> None:
    """Add --seed."""
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help=what)


def add_json(parser: argparse.ArgumentParser, what: str = "as JSON") -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help=what)


def add_force_field(parser: argparse.ArgumentParser) -> None:
    """Add --force-field."""
    add_choice(parser, "--force-field", "mmff94s", "amber")


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add --seed, --platform and --jobs."""
    add_seed(parser)
    platforms = "OpenMM platform: auto (default), CUDA, HIP, OpenCL, CPU or Reference"
    parser.add_argument("--platform", default="auto", help=platforms)
    add_jobs(parser)


def add_out(
    parser: argparse.ArgumentParser, default: str, what: str = "folder of the results"
) -> None:
    """Add --out, a folder with a default."""
    told = f"{what} (default: {default})"
    parser.add_argument("--out", type=Path, default=Path(default), metavar="DIR", help=told)


def add_search(parser: argparse.ArgumentParser, poses: int, out: str) -> None:
    """Add --poses, --quick, --seed, --platform, --jobs and --out of the verbs that dock."""
    kept = "poses kept per diastereomer"
    first = "a first look in about a quarter of the time: one short search, no spread over seeds"
    add_values(parser, [("--poses", "poses", positive_int, poses, "N", kept)])
    parser.add_argument("--quick", action="store_true", help=first)
    add_run(parser)
    add_out(parser, out)


def search_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the options of ``add_search`` ask of ``dock`` and ``compare``."""
    return {
        **{name: getattr(arguments, name) for name in ("poses", "seed", "platform", "jobs")},
        "settings": dock_settings(arguments.quick),
        "command": command_line(),
        "progress": to_stream(),
    }


def exit_code(failed: bool, some_done: bool) -> int:
    """Return 0, or 3 when some failed and some did not, or 1 when all did."""
    if not failed:
        return 0
    return EXIT_SOME_FAILED if some_done else 1


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
