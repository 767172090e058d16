"""What a command says on standard error: one printable line each, whatever it quotes."""

from __future__ import annotations

import re
import sys

LONGEST_WORD = 300
"""A path may be as long as that; a word beyond it is cut."""

_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def tell(text: object) -> None:
    """Print one line that begins with the program's name.

    Control and invisible characters become spaces, and of a very long word the middle is left
    out: a name from outside neither steers the terminal nor fills it.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    print(f"workbench: {_WORD.sub(_cut, line)}", file=sys.stderr)


def _cut(word: re.Match[str]) -> str:
    return f"{word[0][:60]}...{word[0][-40:]}"
