"""A table as an Office Open XML workbook: numbers as numbers, every text as plain text.

A text is stored as an inline string, which no spreadsheet evaluates: a name that starts with
``=`` stays a name. The same table gives the same bytes.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31
MOMENT = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def spreadsheet(title: str, rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return a workbook with one sheet, the columns' names in its first row.

    Parameters
    ----------
    title
        Of the sheet; cut and cleaned to what a sheet may be called.
    rows
        With the same keys each. Numbers that are not finite, and ``None``, are blank cells.

    References
    ----------
    ECMA-376-1:2016, part 1, section 18.
    """
    names = list(rows[0]) if rows else []
    lines = [_line(1, names), *(_line(n, list(row.values())) for n, row in enumerate(rows, 2))]
    name = "".join(c for c in title if c.isalnum() or c == " ")[:LONGEST_SHEET_NAME] or "Sheet"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MIME}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MIME}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetViews>'
        '<sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" '
        'activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            content = _DECLARATION + text
            archive.writestr(zipfile.ZipInfo(path, MOMENT), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _line(number: int, values: Sequence[object]) -> str:
    cells = (_cell(f"{_letters(column)}{number}", value) for column, value in enumerate(values))
    return f'<row r="{number}">{"".join(cells)}</row>'


def _letters(column: int) -> str:
    """Return the column's letters: A, ..., Z, AA, ..."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cell(place: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value!r}</v></c>' if math.isfinite(value) else ""
    text = "".join(c if c.isprintable() else " " for c in str(value))[:LONGEST_CELL]
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
