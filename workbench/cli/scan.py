"""``workbench scan``: mutants of XPO1 against drugs."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from workbench.cli.arguments import (
    EXIT_SOME_FAILED,
    WRITING,
    Verbs,
    add_jobs,
    add_json,
    add_out,
    add_seed,
    add_values,
    command_line,
    positive_int,
    read_ligands,
    tell,
)
from workbench.errors import UsageError
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream

if TYPE_CHECKING:
    from workbench.records.scan import ScanPair, ScanResult


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "scan",
        help="resistance: structure and chemistry per mutant and drug",
        description="For each mutation and drug: whether an adduct can form and why, scores "
        "against the wild type with their spread, and contacts lost and gained. Finished pairs are "
        "kept in the folder: the same command goes on where it was stopped.",
        epilog="example: workbench scan --mutations C528S,C528W,E571K --ligands "
        "selinexor,eltanexor --out scan",
    )
    parser.add_argument(
        "--mutations",
        nargs="+",
        required=True,
        metavar="LIST",
        help="separated by commas or spaces, in human numbering: C528S,E571K; "
        "C528S+E571K is a double mutant",
    )
    parser.add_argument(
        "--ligands",
        nargs="+",
        default=["selinexor,eltanexor"],
        metavar="LIST",
        help="catalogue names, SMILES or files, separated by commas or spaces "
        "(default: selinexor,eltanexor)",
    )
    thiol = "an XPO1 with a free thiol (default: human-groove)"
    parser.add_argument("--receptor", default="human-groove", metavar="RECEPTOR", help=thiol)
    add_seed(parser)
    searches = "searches of each pair, at least 2: their range is the spread"
    add_values(parser, [("--seeds", "seeds", positive_int, 2, "N", searches)])
    quick = "a first look: shorter searches, so that more differences drown in their spread"
    parser.add_argument("--quick", action="store_true", help=quick)
    add_jobs(parser)
    add_out(parser, "workbench-scan")
    add_json(parser, "print the list as JSON too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scan, write the folder, print the verdicts; return the exit code."""
    from workbench.files.exports import json_text
    from workbench.report.scan_page import write_scan
    from workbench.resistance import scan
    from workbench.settings import ScanSettings

    if arguments.seeds < 2:
        raise UsageError("--seeds 1 gives no spread, and a score without one says nothing: give 2")
    texts = [text for text in map(str.strip, ",".join(arguments.ligands).split(",")) if text]
    if not texts:
        raise UsageError("there is no drug to scan: give --ligands")
    readable, unread = read_ligands(texts)
    drugs = list(readable)
    folder = prepare_output_folder(arguments.out)
    plain = ScanSettings.quick() if arguments.quick else ScanSettings()
    settings = ScanSettings(**plain.model_dump() | {"n_seeds": arguments.seeds})
    result = scan(
        ",".join(arguments.mutations).split(","),
        drugs,
        receptor=arguments.receptor,
        settings=settings,
        seed=arguments.seed,
        jobs=arguments.jobs,
        out=folder,
        command=command_line(),
        progress=to_stream(),
        writing=WRITING,
    )
    with WRITING:
        write_scan(result, folder)
    print(json_text(result.to_dict()).rstrip("\n") if arguments.json else summary(result))
    print(f"written to {folder}: scan.html, scan.json, scan.csv", file=sys.stderr)
    for name, reason in result.failures:
        tell(f"{name} was left out: {reason}")
    return EXIT_SOME_FAILED if result.failures or unread else 0


def summary(result: ScanResult) -> str:
    """Return one line per pair for the terminal."""
    return "\n".join(_line(pair) for pair in result.pairs)


def _line(pair: ScanPair) -> str:
    from workbench.records.scan import WORDS

    parts = []
    if pair.encounter_score_kcal_per_mol is not None:
        parts.append(f"encounter {pair.encounter_score_kcal_per_mol:.1f} kcal/mol")
    if pair.adduct_score_kcal_per_mol is not None:
        parts.append(f"adduct {pair.adduct_score_kcal_per_mol:.1f} kcal/mol")
    verdict = f"{WORDS[pair.verdict]} (confidence {pair.confidence})"
    return f"{pair.mutation}, {pair.ligand}: " + "; ".join([verdict, *parts])
