"""The page and the files of a resistance scan, from a made-up result."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from scan_cases import hostile_scan, scan_result

import workbench
from workbench.errors import OutputError
from workbench.records.scan import ScanResult
from workbench.report.scan_page import (
    build_scan_scene,
    headline,
    notebook_html,
    scan_html,
    write_scan,
)

HOSTILE = "</script><script>alert('x')</script>&\""


@pytest.fixture
def result() -> ScanResult:
    return scan_result()


def test_the_page_asks_for_nothing_and_escapes() -> None:
    page = scan_html(hostile_scan(HOSTILE))
    assert "alert('x')</script>" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"'](?!#|data:|https://doi\.org/)", page)
    assert "default-src 'none'" in html.unescape(page)


def test_verdicts_stand_in_words_with_their_evidence(result: ScanResult) -> None:
    page = scan_html(result)
    assert page.count("<details>") == 2
    assert "no adduct: no thiol" in page
    assert "0.2 ± 0.5" in page
    assert "a text <small>(computed; a source)</small>" in page
    assert headline(result) == "C528S has no thiol at 528: no adduct can form."
    assert "NF-kB" in page
    assert "Nothing was measured." in page


def test_the_mutant_lies_on_the_wild_type(result: ScanResult) -> None:
    scene = build_scan_scene(result)
    assert scene is not None
    wild, mutant = scene["poses"]
    assert wild["elements"] == ["C", "C", "O"]
    # CA, CB and OG of the serine beside the drug
    assert mutant["elements"] == ["C", "C", "O", "C", "C", "O"]
    assert len(mutant["bonds"]) == len(wild["bonds"]) + 2 * 3
    assert not wild["moved"]
    labels = scene["receptor"]["labels"]
    assert {"C528", "K568", "E571"} <= set(labels)
    assert "C528" in [labels[i] for i in mutant["near"]]


def test_files(result: ScanResult, tmp_path: Path) -> None:
    named = replace(result, pairs=tuple(replace(p, ligand="=cmd()") for p in result.pairs))
    write_scan(named, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "provenance.json",
        "scan.csv",
        "scan.html",
        "scan.json",
    ]
    records = json.loads((tmp_path / "scan.json").read_text())
    assert [r["verdict"] for r in records] == ["adduct", "no_thiol"]
    assert records[1]["encounter_difference"]["spread_kcal_per_mol"] == 0.5
    rows = list(csv.DictReader((tmp_path / "scan.csv").read_text().splitlines()))
    assert rows[1]["ligand"] == "'=cmd()"  # no spreadsheet takes it for a formula
    assert rows[1]["adduct_score_kcal_per_mol"] == ""
    assert rows[1]["contacts_gained"] == "SER528 LYS568"


def test_a_notebook_shows_it(result: ScanResult) -> None:
    assert "no adduct: no thiol" in notebook_html(result)


def test_a_view_holds_both_grooves_and_the_mutant_in_its_own_colour(result: ScanResult) -> None:
    shown = workbench.view(result).write_html()
    assert "<svg" in shown
    for groove in result.grooves:
        assert json.dumps(groove.pdb)[1:-1] in shown
    assert shown.count('"#be1886"') == 2  # the mutant's side chains, and the drug there
    with pytest.raises(OutputError, match="no structure"):
        workbench.view(replace(result, grooves=()))
