"""A text from outside is a text in every page and every file, whatever it looks like."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path

import pytest
from rdkit import Chem
from report_cases import FILES, PAGES, Page
from stored_docking import HOSTILE, hostile_docking

from workbench.report.notebook import CELLS, cell_html
from workbench.report.pictures import pictures

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("verb", [verb for verb in PAGES if verb != "tour"])
def test_a_page_has_the_tags_that_it_has_with_a_plain_text(verb: str) -> None:
    text = PAGES[verb](HOSTILE)
    page = Page(text)
    assert page.outline() == Page(PAGES[verb]("plain")).outline()
    assert " ".join(HOSTILE.split())[:90] in " ".join(page.words.split())
    assert "default-src 'none'" in html.unescape(text)
    address = r"(src|href)=[\"'](?!#|data:|https://doi\.org/|[^\"':]*/?report\.html|complex_)"
    assert not re.search(address, text)


@pytest.mark.parametrize("verb", FILES)
def test_files_keep_their_names_and_no_cell_is_a_formula(tmp_path: Path, verb: str) -> None:
    for name, text in (("plain", "plain"), ("hostile", HOSTILE)):
        (tmp_path / name).mkdir()
        FILES[verb](text, tmp_path / name)
    plain, hostile = tmp_path / "plain", tmp_path / "hostile"
    assert {path.name for path in hostile.iterdir()} == {path.name for path in plain.iterdir()}
    for path in hostile.iterdir():
        if path.suffix == ".csv":
            cells = list(csv.reader(path.open(newline="")))
            assert len(cells) == len((plain / path.name).read_text().splitlines())
            assert [cell for row in cells for cell in row if is_formula(cell)] == []
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".sdf":
            assert all(mol is not None for mol in Chem.SDMolSupplier(str(path)))


def is_formula(cell: str) -> bool:
    number = re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell)
    return cell.lstrip(" ").startswith(FORMULA_STARTS) and not number


def test_cells_of_a_notebook_and_pictures_hold_no_script() -> None:
    assert len(CELLS) == 8
    assert "<script" not in cell_html(hostile_docking(HOSTILE))
    assert "<script" not in "".join(pictures(hostile_docking(HOSTILE)).values())
