"""``workbench scan``: mutants of XPO1 against drugs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from workbench.cli.inputs import read_ligands
from workbench.cli.options import CORES, Jobs, Json, Out, Seed, flag, option
from workbench.cli.terminal import EXIT_SOME_FAILED, WRITING, command_line, tell
from workbench.errors import UsageError
from workbench.files.writing import prepare_output_folder
from workbench.progress import to_stream

if TYPE_CHECKING:
    from workbench.records.scan import ScanPair, ScanResult

EXAMPLES = (
    "workbench scan --mutations C528S,C528W,E571K --ligands selinexor,eltanexor --out scan",
)


class Command(TyperCommand):
    """Takes lists separated by spaces, too, which typer's options do not."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join the words that follow --mutations or --ligands with commas."""
        joined: list[str] = []
        for word in args:
            if joined[-2:-1] in (["--mutations"], ["--ligands"]) and not word.startswith("--"):
                joined[-1] += f",{word}"
            else:
                joined.append(word)
        return super().parse_args(ctx, joined)


def run(
    mutations: str = option(
        ...,
        "LIST",
        "separated by commas or spaces, in human numbering: C528S,E571K; C528S+E571K is a "
        "double mutant",
    ),
    ligands: str = option(
        "selinexor,eltanexor",
        "LIST",
        "catalogue names, SMILES or files, separated by commas or spaces",
    ),
    receptor: str = option("human-groove", "RECEPTOR", "an XPO1 with a free thiol"),
    seed: Seed = 1,
    seeds: int = option(
        2, "N", "searches of each pair, at least 2: their range is the spread", min=1
    ),
    quick: bool = flag(
        "--quick", "shorter searches, so that more differences drown in their spread"
    ),
    jobs: Jobs = CORES,
    out: Out = Path("workbench-scan"),
    as_json: Json = False,
) -> int:
    """Scan mutants: structure and chemistry of resistance per mutant and drug.

    For each mutation and drug: whether an adduct can form and why, scores against the wild type
    with their spread, and contacts lost and gained. Finished pairs are kept in the folder: the
    same command goes on where it was stopped.
    """
    from workbench.files.exports import json_text
    from workbench.report.scan_page import write_scan
    from workbench.resistance import scan
    from workbench.settings import ScanSettings

    if seeds < 2:
        raise UsageError("--seeds 1 gives no spread, and a score without one says nothing: give 2")
    texts = [text for text in map(str.strip, ligands.split(",")) if text]
    if not texts:
        raise UsageError("there is no drug to scan: give --ligands")
    readable, unread = read_ligands(texts)
    drugs = list(readable)
    folder = prepare_output_folder(out)
    plain = ScanSettings.quick() if quick else ScanSettings()
    result = scan(
        mutations.split(","),
        drugs,
        receptor=receptor,
        settings=ScanSettings(**plain.model_dump() | {"n_seeds": seeds}),
        seed=seed,
        jobs=jobs,
        out=folder,
        command=command_line(),
        progress=to_stream(),
        writing=WRITING,
    )
    with WRITING:
        write_scan(result, folder)
    print(json_text(result.to_dict()).rstrip("\n") if as_json else summary(result))
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
