"""The workbook as another reader sees it."""

from __future__ import annotations

import io
import math

import openpyxl
import pytest

from workbench.report.spreadsheet import spreadsheet

FORMULAS = ["=1+1", '=HYPERLINK("http://x")', "+2", "-2", "@SUM(A1)", "\t=1", "<b>&amp;]]>"]


def sheet(
    rows: list[dict[str, object]], title: str = "Table"
) -> openpyxl.worksheet.worksheet.Worksheet:  # type: ignore[name-defined]
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(title, rows)))
    return book[book.sheetnames[0]]


def test_numbers_texts_and_gaps() -> None:
    found = sheet(
        [{"a": 1.5, "b": None, "c": "x", "d": True}, {"a": -2, "b": math.nan, "c": "", "d": False}]
    )
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["a", "b", "c", "d"],
        [1.5, None, "x", True],
        [-2, None, None, False],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str) -> None:
    cell = sheet([{text: text}])["A2"]
    assert cell.data_type in ("s", "inlineStr")
    assert cell.value == text.replace("\t", " ")


def test_hostile_texts_stay_texts() -> None:
    long, other = "n" * 40_000, "\u202eabc\U0001f600\x00\x1b"
    found = sheet([{"name": long, "other": other}], "a/b*[c]?" + "t" * 99)
    assert found["A2"].value == long[:32_767]
    assert "\x00" not in found["B2"].value
    assert "\U0001f600" in found["B2"].value
    assert len(found.title) == 31


def test_many_columns_and_the_same_bytes() -> None:
    row = {f"c{k}": k for k in range(800)}
    found = sheet([row])
    assert found["ZZ2"].value == 701
    assert found["AAA2"].value == 702
    assert spreadsheet("t", [row]) == spreadsheet("t", [row])
