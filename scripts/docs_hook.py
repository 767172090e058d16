"""A hook of MkDocs: writes the reference of the command line from the parser itself."""

from __future__ import annotations

import argparse
import re
from typing import Any

MARKER = "<!-- every verb -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the reference where a page has the marker."""
    return markdown.replace(MARKER, reference()) if MARKER in markdown else markdown


def reference() -> str:
    """Return every verb with its arguments as Markdown."""
    from workbench.cli.main import build_parser

    return "\n\n".join(_verb(parser) for parser in _parsers(build_parser()).values())


def _parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the verbs, a verb's own verbs (``prepare receptor``) after it."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in dict.fromkeys(action.choices.values()):
                found |= {child.prog: child} | _parsers(child)
    return found


def _verb(parser: argparse.ArgumentParser) -> str:
    parts = [f"## {parser.prog}"]
    if parser.description:
        parts.append(_plain(parser.description))
    actions = [
        action
        for action in parser._actions
        if action.dest != "help" and not isinstance(action, argparse._SubParsersAction)
    ]
    if actions:
        lines = [f"| `{_name(a)}` | {_plain(_help(parser, a))} |" for a in actions]
        parts.append("\n".join(["| argument | what |", "|---|---|", *lines]))
    if parser.epilog:
        parts.append(_plain(parser.epilog))
    return "\n\n".join(parts)


def _name(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    shown = value if isinstance(value, str) else " ".join(value)
    if not action.option_strings:
        return shown or action.dest
    value = f" {shown or action.dest.upper()}" if action.nargs != 0 else ""
    return f"{action.option_strings[-1]}{value}"


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    known = vars(action) | {"prog": parser.prog}
    return (action.help or "") % known


def _plain(text: str) -> str:
    """Return a text in which Markdown reads nothing into its signs."""
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\*_\[\]`])", r"\\\1", escaped.replace("|", "&#124;"))
