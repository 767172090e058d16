"""``workbench info``: what is installed, what runs, what is missing."""

from __future__ import annotations

import argparse
import json

from workbench.cli.arguments import Verbs


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "info",
        help="versions, OpenMM platforms, GPU, data shipped",
        description="Versions of all parts, OpenMM's platforms as they really run here, and the "
        "data that the package ships.",
        epilog="example: workbench info --json",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report; return the exit code."""
    from dataclasses import asdict

    from workbench.physics.antechamber import programs_found
    from workbench.physics.force_fields import FORCE_FIELDS
    from workbench.physics.platforms import describe_platforms
    from workbench.provenance import versions
    from workbench.structures.cache import cache_folder
    from workbench.structures.loading import available
    from workbench.tables import compounds

    platforms = [asdict(p) for p in describe_platforms()]
    receptors = list(available())
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
