"""What the pages share: templates, the content policy, and provenance as rows."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

SCRIPTS = ("page.js", "labels.js", "painter.js", "viewer.js")


SOURCES = (
    ("RDKit (chemistry)", "10.5281/zenodo.591637"),
    ("OpenMM 8 (minimisation)", "10.1021/acs.jpcb.3c06662"),
    ("AutoDock Vina 1.2 (encounter docking)", "10.1021/acs.jcim.1c00203"),
    ("the Vina scoring function", "10.1002/jcc.21334"),
    ("MMFF94s (force field)", "10.1002/(SICI)1096-987X(199905)20:7<720::AID-JCC7>3.0.CO;2-X"),
)
AMBER = (
    ("ff14SB (force field, protein)", "10.1021/acs.jctc.5b00255"),
    ("GAFF (force field, drug)", "10.1002/jcc.20035"),
    ("AM1-BCC (charges of the drug)", "10.1002/jcc.10128"),
    ("OBC2 (implicit water)", "10.1002/prot.20033"),
)
ALPHAFOLD = (
    ("AlphaFold (receptor model)", "10.1038/s41586-021-03819-2"),
    ("AlphaFold Protein Structure Database, CC-BY 4.0", "10.1093/nar/gkab1061"),
)


def model_sources(receptor: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what to cite for a receptor that is a model of AlphaFold's; nothing for others."""
    source = str(receptor.get("source", ""))
    model = "AF-" in source or "AlphaFold" in source
    return ALPHAFOLD if model or receptor["name"].startswith("human-groove") else ()


def page_parts(
    scene: dict[str, Any] | None,
    provenance: dict[str, Any],
    sources: Sequence[tuple[str, str]] = SOURCES,
    more_scripts: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what every page needs: style, scripts and their policy, the scene, what to cite.

    ``scene`` is ``None`` for a page without a 3D view; ``sources`` are name and DOI of what the
    result stands on; ``more_scripts`` are files of the templates' folder that the page runs too.
    """
    shared = SCRIPTS if scene else SCRIPTS[:1]
    scripts = [template_text(name) for name in (*shared, *more_scripts)]
    poses = scene["poses"] if scene else []
    shown = poses[scene["first"]] if scene and poses else {}
    text = scene_json(scene) if scene else ""
    return {
        "policy": content_policy(scripts),
        "style": Markup(template_text("style.css")),
        "scripts": [Markup(script) for script in scripts],
        "scene": scene,
        "scene_json": Markup(text),
        "shown": shown.get("id", ""),
        "viewable": {pose["id"] for pose in poses},
        "quick": [],
        "references": "",
        "beside": "",
        "has_bonds": False,
        "sources": sources,
        "version": (provenance.get("versions") or {}).get("workbench", ""),
        "provenance": provenance_rows(provenance),
    }


def provenance_rows(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every entry of the provenance as a name and a text."""
    rows = []
    for key, value in provenance.items():
        if key == "inputs":
            rows += [(f"Input {name}", f"sha256 {digest}") for name, digest in value.items()]
        else:
            rows.append((key.replace("_", " ").capitalize(), flat_text(value)))
    return rows


def flat_text(value: object) -> str:
    """Return nested settings or versions as one line of text; what is empty is said to be."""
    if value is None or (not value and isinstance(value, (str, dict, list, tuple))):
        return "none"
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


def render(template: str, **parts: Any) -> str:
    """Return a template of this package filled in; every text is escaped."""
    return _environment().get_template(template).render(**parts)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("workbench.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = number
    made.filters["sentence"] = sentence
    made.filters["sortkey"] = _sortkey
    return made


def _sortkey(value: object) -> str:
    """Return what a table sorts by: empty where there is no finite number."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return repr(float(value))
    return ""


def scene_json(scene: dict[str, Any]) -> str:
    """Return the scene as JSON that cannot end a script element or be read as markup."""
    text = json.dumps(scene, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def number(value: object, digits: int) -> str:
    """Format a number with a true minus sign; an en dash where there is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "\u2013"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\u2212")


def sentence(text: str) -> str:
    """Give a clause a full stop, and a capital unless it starts with a symbol such as bR or pH."""
    first = text.split(" ", 1)[0]
    start = text[:1].upper() if first.islower() else text[:1]
    return start + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
