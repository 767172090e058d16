"""A text from outside is a text in every page and every file, whatever it looks like."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from comparison_cases import hostile_comparison
from dynamics_cases import dynamics_result
from page_cases import HOSTILE_PAGES, simulated
from rdkit import Chem
from reaction_cases import hostile_reactions
from report_cases import HOSTILE_NAMES, hostile_result
from scan_cases import hostile_scan

from workbench.records.docking import DockingResult
from workbench.report.comparison_page import write_comparison
from workbench.report.docking_page import write_docking
from workbench.report.dynamics_page import write_dynamics
from workbench.report.reaction_page import write_reactions
from workbench.report.scan_page import write_scan
from workbench.report.simulation_page import write_simulation

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FILES: dict[str, Callable[[DockingResult, str, Path], object]] = {
    "dock": lambda result, text, folder: write_docking(hostile_result(result, text), folder),
    "compare": lambda result, text, folder: write_comparison(
        hostile_comparison(result, text), folder
    ),
    "simulate": lambda _, text, folder: write_simulation(
        [simulated(text)], folder, {"command": text}
    ),
    "scan": lambda _, text, folder: write_scan(hostile_scan(text), folder),
    "react": lambda _, text, folder: write_reactions(hostile_reactions(text), folder),
    "dynamics": lambda _, text, folder: write_dynamics(dynamics_result("encounter", text), folder),
}


class Read(HTMLParser):
    """Tags with their attributes' names, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def plain_tags(docked: DockingResult) -> dict[str, list[tuple[str, ...]]]:
    return {verb: Read(make(docked, "plain")).tags for verb, make in HOSTILE_PAGES.items()}


@pytest.fixture(scope="module")
def plain_files(docked: DockingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    for verb, write in FILES.items():
        (folder / verb).mkdir()
        write(docked, "plain", folder / verb)
    return folder


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("verb", HOSTILE_PAGES)
def test_a_page_has_the_tags_that_it_has_with_a_plain_name(
    docked: DockingResult, plain_tags: dict[str, list[tuple[str, ...]]], verb: str, name: str
) -> None:
    text = HOSTILE_NAMES[name]
    page = Read(HOSTILE_PAGES[verb](docked, text))
    assert page.tags == plain_tags[verb]
    assert " ".join(text.split())[:40] in " ".join(page.words.split())


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("verb", FILES)
def test_files_keep_their_names_and_no_cell_is_a_formula(
    docked: DockingResult, plain_files: Path, tmp_path: Path, verb: str, name: str
) -> None:
    FILES[verb](docked, HOSTILE_NAMES[name], tmp_path)
    plain = plain_files / verb
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in plain.iterdir()}
    for path in tmp_path.iterdir():
        if path.suffix == ".csv":
            n_rows = len((plain / path.name).read_text().splitlines())
            assert len(list(csv.reader(path.open(newline="")))) == n_rows
            assert formulas(path) == []
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".sdf":
            assert all(mol is not None for mol in Chem.SDMolSupplier(str(path)))


def formulas(path: Path) -> list[str]:
    """Return the cells of a CSV file that a spreadsheet takes for a formula."""
    found = []
    for row in csv.reader(path.open(newline="")):
        for cell in row:
            if cell.lstrip(" ").startswith(FORMULA_STARTS):
                try:
                    float(cell)
                except ValueError:
                    found.append(cell)
    return found
