"""A hook of MkDocs: writes the reference of the command line from the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MARKER = "<!-- every verb -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the reference where a page has the marker."""
    return markdown.replace(MARKER, reference()) if MARKER in markdown else markdown


def reference() -> str:
    """Return every verb with its arguments as Markdown."""
    from workbench.cli.main import VERBS, verb

    return "\n\n".join(part for name in VERBS for part in _parts(f"workbench {name}", verb(name)))


def _parts(name: str, command: Any) -> Iterator[str]:
    """Yield what is told of a command, and of its own commands (``prepare receptor``) after it."""
    yield f"## {name}"
    yield from (_plain(text) for text in command.help.split("\n\n"))
    lines = [f"| `{_name(one)}` | {_plain(_help(one))} |" for one in command.params]
    if lines:
        yield "\n".join(["| argument | what |", "|---|---|", *lines])
    examples = command.epilog.removeprefix("\b\nexamples:\n")
    yield f"```sh\n{re.sub('^ +', '', examples, flags=re.MULTILINE)}\n```"
    for inner in getattr(command, "commands", {}).values():
        yield from _parts(f"{name} {inner.name}", inner)


def _name(parameter: Any) -> str:
    choices = parameter.type_descriptor.choices
    value = parameter.metavar or "|".join(choices or ())
    if parameter.param_type_name == "argument":
        return str(value)
    return parameter.opts[-1] if parameter.is_flag else f"{parameter.opts[-1]} {value}"


def _help(parameter: Any) -> str:
    cores = parameter.opts[-1] in ("--jobs", "--workers")
    default = "all cores" if cores else parameter.default
    told = default not in (None, "", False, []) and str(default)
    return f"{parameter.help or ''} (default: {told})" if told else parameter.help or ""


def _plain(text: str) -> str:
    """Return a text in which Markdown reads nothing into its signs."""
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\*_\[\]`])", r"\\\1", escaped.replace("|", "&#124;"))
