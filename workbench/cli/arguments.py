"""Arguments that several verbs share."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.settings import DockSettings

EXIT_SOME_FAILED = 3

Verbs = Any
"""What ``add_subparsers`` returns; argparse does not name its type in public."""


def positive_int(text: str) -> int:
    """Read a whole number of at least 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return value


def positive_float(text: str) -> float:
    """Read a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def seed(text: str) -> int:
    """Read a seed: a whole number from 0 to 2**31 - 1."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483647")
    return value


def ph(text: str) -> float:
    """Read a pH from 0 to 14."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 14:
        raise argparse.ArgumentTypeError(f"{text!r} is no pH from 0 to 14")
    return value


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


def add_receptor(parser: argparse.ArgumentParser) -> None:
    """Add --receptor and what says how it is prepared."""
    parser.add_argument(
        "--receptor",
        default="human-groove",
        metavar="RECEPTOR",
        help="human-groove (default) or another that ships (human-groove-3nc1, "
        "human-groove-glu529, ...: see workbench info), a PDB id, AF-<UniProt>, or a structure "
        "file (.cif, .bcif, .pdb, .ent, also .gz)",
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


def dock_settings(quick: bool) -> DockSettings:
    """Return the settings that --quick asks for, or the default ones."""
    from workbench.settings import DockSettings

    return DockSettings.quick() if quick else DockSettings()
