"""``workbench selftest``, ``completion`` and ``info``: what is installed and whether it works."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.cli.arguments import Verbs, add_json, add_run
from workbench.progress import silent, to_stream
from workbench.provenance import versions
from workbench.tables import compounds

EXPECTED_RMSD_ANGSTROM = 2.0
COMPOUNDS = ("KPT-185", "KPT-251")


def add_selftest(verbs: Verbs) -> None:
    """Add the verb ``selftest``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "selftest",
        help="redock KPT-185 and KPT-251 and compare with their crystal-derived references",
        description="Redocks KPT-185 and KPT-251 into the embedded human groove and prints the "
        "RMSD from the reference estimates, with the estimates' own uncertainty, and the time. "
        "Exit code 1 when an RMSD exceeds 2.0 angstrom or a pose is not valid.",
        epilog="example: workbench selftest --json",
    )
    add_run(parser)
    add_json(parser)
    parser.set_defaults(run=run_selftest)


def run_selftest(arguments: argparse.Namespace) -> int:
    """Redock and print; return the exit code."""
    rows = [
        _redock(name, arguments, silent if arguments.json else to_stream()) for name in COMPOUNDS
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(
                f"{row['compound']}: {row['best_diastereomer']} at "
                f"{row['rmsd_angstrom']:.2f} A from the reference estimate "
                f"(known to {row['reference_uncertainty_angstrom']} A; limit "
                f"{EXPECTED_RMSD_ANGSTROM} A), "
                f"{'valid' if row['valid'] else 'NOT valid'}, {row['seconds']:.0f} s: "
                f"{'passed' if row['passed'] else 'FAILED'}"
            )
    return 0 if all(row["passed"] for row in rows) else 1


def _redock(name: str, arguments: argparse.Namespace, progress: Any) -> dict[str, Any]:
    from workbench.pipeline.docking import dock
    from workbench.settings import DockSettings, SearchSettings

    started = time.monotonic()
    result = dock(
        name,
        poses=1,
        seed=arguments.seed,
        platform=arguments.platform,
        jobs=arguments.jobs,
        settings=DockSettings(search=SearchSettings(spread_seeds=1)),
        progress=progress,
    )
    best = min(result.adducts, key=lambda a: a.poses[0].score_kcal_per_mol)
    pose = best.poses[0]
    rmsd = pose.rmsd_to_reference_angstrom
    near = rmsd is not None and rmsd <= EXPECTED_RMSD_ANGSTROM
    reference = result.reference or {}
    return {
        "compound": name,
        "best_diastereomer": best.label,
        "score_kcal_per_mol": pose.score_kcal_per_mol,
        "rmsd_angstrom": rmsd,
        "reference_uncertainty_angstrom": reference.get("uncertainty_angstrom"),
        "valid": pose.valid,
        "seconds": time.monotonic() - started,
        "passed": near and pose.valid,
    }


PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
BODY = """_workbench() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{verbs}"
  else
    case "$prev" in
{choices}      *)
        case "${{COMP_WORDS[1]}}" in
{options}        esac
        case "${{COMP_WORDS[1]}}" in
          {named}) case "$cur" in -*) ;; *) words="$words {names}" ;; esac ;;
        esac ;;
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
  if [ "$COMP_CWORD" -gt 1 ]; then COMPREPLY+=( $(compgen -f -- "$cur") ); fi
}}
complete -o filenames -F _workbench workbench
"""
ZSH = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
TAKES_LIGANDS = ("dock", "compare", "simulate", "compounds", "prepare")


def add_completion(verbs: Verbs) -> None:
    """Add the verb ``completion``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "completion",
        help="what the shell offers after a tab",
        description="Prints a script for the shell: verbs, options and the catalogue's names.",
        epilog='examples: eval "$(workbench completion bash)" in .bashrc; eval "$(workbench '
        'completion zsh)" in .zshrc',
    )
    parser.add_argument("shell", choices=["bash", "zsh"])
    parser.set_defaults(run=lambda arguments: run_completion(arguments.shell, verbs.choices))


def run_completion(shell: str, verbs: Mapping[str, argparse.ArgumentParser]) -> int:
    """Print a function of bash that completes what the verbs understand; return the exit code."""
    options = {verb: sorted(set(_words(parser))) for verb, parser in verbs.items()}
    choices = {name: values for parser in verbs.values() for name, values in _choices(parser)}
    drugs = (x for x in compounds() if x.kind != "bound_form")
    names = sorted({name for x in drugs for name in (x.name, *x.synonyms) if PLAIN.fullmatch(name)})
    script = BODY.format(
        verbs=" ".join(verbs),
        choices="".join(
            f'      {name}) words="{" ".join(values)}" ;;\n' for name, values in choices.items()
        ),
        options="".join(
            f'          {verb}) words="{" ".join(words)}" ;;\n' for verb, words in options.items()
        ),
        named="|".join(TAKES_LIGANDS),
        names=" ".join(names),
    )
    print((ZSH if shell == "zsh" else "") + script, end="")
    return 0


def _inner(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of a verb's own verbs (argparse has no public way to them)."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a verb's options, and its own verbs with theirs."""
    for action in parser._actions:
        yield from action.option_strings
        if not action.option_strings and action.choices is not None:
            yield from (str(choice) for choice in action.choices)
    for inner in _inner(parser):
        yield from _words(inner)


def _choices(parser: argparse.ArgumentParser) -> Iterator[tuple[str, list[str]]]:
    """Yield each option that takes one of a few words."""
    for action in parser._actions:
        values: Any = action.choices
        if action.option_strings and values is not None:
            yield action.option_strings[-1], [str(value) for value in values]
    for inner in _inner(parser):
        yield from _choices(inner)


def add_info(verbs: Verbs) -> None:
    """Add the verb ``info``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "info",
        help="versions, OpenMM platforms, GPU, data shipped",
        description="Versions of all parts, OpenMM's platforms as they really run here, and the "
        "data that the package ships.",
        epilog="example: workbench info --json",
    )
    add_json(parser)
    parser.set_defaults(run=run_info)


def run_info(arguments: argparse.Namespace) -> int:
    """Print the report; return the exit code."""
    from dataclasses import asdict

    from workbench.physics.antechamber import programs_found
    from workbench.physics.force_fields import FORCE_FIELDS
    from workbench.physics.platforms import describe_platforms
    from workbench.structures.cache import cache_folder
    from workbench.structures.embedded import embedded_names

    platforms = [asdict(p) for p in describe_platforms()]
    receptors = list(embedded_names())
    names = [row.name for row in compounds()]
    installed = versions()
    if arguments.json:
        report = {
            "versions": installed,
            "platforms": platforms,
            "receptors": receptors,
            "compounds": names,
            "cache": str(cache_folder()),
            "force_fields": list(FORCE_FIELDS),
            "amber_programs": programs_found(),
        }
        print(json.dumps(report, indent=2))
        return 0
    for name, version in installed.items():
        print(f"{name:<16}{version}")
    for platform in platforms:
        parts = [platform["device"], platform["precision"], platform["reason"]]
        state = "works" if platform["works"] else "does not work"
        about = ", ".join(part for part in parts if part)
        print(f"platform {platform['name']:<10}{state}" + (f": {about}" if about else ""))
    print(f"receptors: {', '.join(receptors)}")
    print(f"compounds: {', '.join(names)}")
    print(f"force fields: {', '.join(FORCE_FIELDS)}")
    own = "found" if programs_found() else "not found, only catalogue drugs have tables"
    print(f"Amber's programs for your own ligands: {own}")
    print(f"cache of entries: {cache_folder()}")
    return 0
