"""Tables as CSV, SD and JSON text, safe against hostile names."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import OutputError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_TAG_LINE = 200


def table_csv(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = (), number: str = ".4f"
) -> str:
    """Return rows as CSV, a column for every key in the order in which the keys appear.

    Cells without a number are empty, and a text that a spreadsheet would take for a formula is
    given a leading apostrophe.

    Parameters
    ----------
    columns
        Of a table without rows.
    number
        Format of a number that is no integer.
    """
    names = list(dict.fromkeys(name for row in rows for name in row)) or columns
    lines = (csv_line([row.get(name) for name in names], number) for row in rows)
    return csv_line(names) + "".join(lines)


def csv_line(cells: Iterable[object], number: str = ".4f") -> str:
    """Return one line of CSV; see ``table_csv``."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([table_cell(cell, number) for cell in cells])
    return buffer.getvalue()


def json_text(content: Any) -> str:
    """Return strict JSON, keys in their order; a number that is not finite becomes null."""
    return json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def sd_record(block: str, title: str, tags: dict[str, Any]) -> str:
    """Return one record of an SD file from a mol block and its tags."""
    body, end, _ = block.partition("M  END")
    if not end or body.count("\n") < 4:
        raise OutputError(f"{title} cannot be written: it has no mol block")
    lines = body.split("\n", 1)[1]
    data = "".join(
        f">  <{re.sub(r'[^A-Za-z0-9_]', '_', tag)}>\n{_number(value) or one_line(value)}\n\n"
        for tag, value in tags.items()
        if value is not None and value != ""
    )
    return f"{one_line(title)[:80]}\n{lines}{end}\n{data}$$$$\n"


def one_line(value: object) -> str:
    """Return a text as one printable line that no SD reader takes for structure."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    text = " ".join(text.split())[:LONGEST_TAG_LINE]
    return f"'{text}" if text.startswith((">", "$$$$")) else text


def _number(value: object, form: str = ".4f") -> str:
    """Return a number in its format, an integer or a truth value plainly, else nothing."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float):
        text = format(value, form) if math.isfinite(value) else ""
        return text.lstrip("-") if text and float(text) == 0 else text
    return ""


def table_cell(value: object, number: str = ".4f") -> str:
    """Return the text of one CSV cell."""
    if value is None or isinstance(value, (float, int, np.generic)):
        return _number(value, number)
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text


def _plain(content: Any) -> Any:
    """Turn tuples, numpy values and non-finite numbers into what JSON knows."""
    if isinstance(content, np.ndarray):
        content = content.tolist()
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if content is None or isinstance(content, (str, int)):
        return content
    raise OutputError(f"the result cannot be written as JSON: it holds a {type(content).__name__}")
