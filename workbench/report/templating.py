"""What the pages share: templates, the content policy, and provenance as rows."""

from __future__ import annotations

import base64
import hashlib
import math
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from workbench.report import summary

SCRIPTS = ("page.js", "labels.js", "painter.js", "viewer.js")


def provenance_rows(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every entry of the provenance as a name and a text."""
    rows = []
    for key, value in provenance.items():
        if key == "inputs":
            rows += [(f"Input {name}", f"sha256 {digest}") for name, digest in value.items()]
        else:
            rows.append((key.replace("_", " ").capitalize(), flat_text(value) or "\u2013"))
    return rows


def flat_text(value: object) -> str:
    """Return nested settings or versions as one line of text."""
    if isinstance(value, dict):
        parts = [
            f"{name} ({flat_text(part)})" if isinstance(part, dict) else f"{name} {flat_text(part)}"
            for name, part in value.items()
        ]
        return ", ".join(parts)
    if isinstance(value, (list, tuple)):
        return "; ".join(flat_text(part) for part in value)
    return str(value)


def content_policy(scripts: list[str]) -> str:
    """Return the page's content security policy: nothing but these scripts, styles, drawings."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def template_text(name: str) -> str:
    """Return a file of the templates' folder as it stands."""
    return files("workbench.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return the environment of the pages' templates: every text is escaped."""
    made = Environment(
        loader=PackageLoader("workbench.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = summary.number
    made.filters["sortkey"] = _sortkey
    return made


def _sortkey(value: object) -> str:
    """Return what a table sorts by: empty where there is no finite number."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return repr(float(value))
    return ""
