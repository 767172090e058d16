"""``workbench info``: what is installed and what ships."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workbench.cli.options import Json
from workbench.cli.terminal import print_json

EXAMPLES = ("workbench info", "workbench info --json")


def run(as_json: Json = False) -> int:
    """Print versions, OpenMM platforms, GPU, data shipped.

    Versions of all parts, OpenMM's platforms as they really run here, and the data that the
    package ships.
    """
    from workbench.physics.antechamber import programs_found
    from workbench.physics.force_fields import FORCE_FIELDS
    from workbench.physics.platforms import describe_platforms
    from workbench.provenance import versions
    from workbench.structures.fetch import cache_folder
    from workbench.structures.reading import embedded_names
    from workbench.tables import compounds

    report: dict[str, Any] = {
        "versions": versions(),
        "platforms": [asdict(platform) for platform in describe_platforms()],
        "receptors": list(embedded_names()),
        "compounds": [row.name for row in compounds()],
        "cache": str(cache_folder()),
        "force_fields": list(FORCE_FIELDS),
        "amber_programs": programs_found(),
    }
    if as_json:
        print_json(report)
        return 0
    for name, version in report["versions"].items():
        print(f"{name:<16}{version}")
    for platform in report["platforms"]:
        parts = [platform["device"], platform["precision"], platform["reason"]]
        state = "works" if platform["works"] else "does not work"
        about = ", ".join(part for part in parts if part)
        print(f"platform {platform['name']:<10}{state}" + (f": {about}" if about else ""))
    for name in ("receptors", "compounds", "force_fields"):
        print(f"{name.replace('_', ' ')}: {', '.join(report[name])}")
    own = "found" if report["amber_programs"] else "not found, only catalogue drugs have tables"
    print(f"Amber's programs for your own ligands: {own}")
    print(f"cache of entries: {report['cache']}")
    return 0
