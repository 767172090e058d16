"""Text that is safe to print, to store in an SD file and to show in an error."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME_LENGTH = 80

_SPACES = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """Return a text on one line: control and invisible characters become single spaces.

    A run of ``$$$$`` (the end of an SD record) is broken up, and a leading ``>`` (the start of
    an SD tag) is moved off the first column.
    """
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = _SPACES.sub(" ", visible).strip()
    while "$$$$" in line:
        line = line.replace("$$$$", "$$ $$")
    return f"'{line}" if line.startswith(">") else line


def clean_name(text: str, fallback: str) -> str:
    """Return a short, printable name; the fallback when nothing printable is left."""
    return clean_text(text)[:MAX_NAME_LENGTH].strip() or fallback


def ascii_line(text: str) -> str:
    """Return a text on one line of printable ASCII; other characters become ``?``."""
    return "".join(c if 32 <= ord(c) < 127 else "?" for c in " ".join(text.split()))


def quoted(text: str, length: int = 60) -> str:
    """Return an input as it is shown in an error: printable, in quotes, shortened."""
    shown = clean_text(text)
    return f"'{shown[: length - 3]}...'" if len(shown) > length else f"'{shown}'"
