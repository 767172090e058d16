"""The page of a screen: what it says, what it draws, and names that try to break out."""

from __future__ import annotations

import re

from screen_cases import screen_result

from workbench.records.screen import MEASURES, Enrichment, Measured
from workbench.report.charts import histogram
from workbench.report.screen_page import notebook_html, screen_html


def test_what_the_page_says() -> None:
    page = screen_html(screen_result())
    assert "1 of 3 ligands docked, 1 failed." in page
    assert "1: clogP above 8" in page
    assert "bR, not valid: planarity" in page
    assert "-11.25" in page or "\u221211.25" in page
    assert "no ring" in page
    assert "it is no affinity" in page
    assert page.count("<svg") == 3  # the chart, one drug, one scaffold with rings


def test_a_name_stays_text_and_nothing_is_fetched() -> None:
    page = screen_html(screen_result())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"src=[\"']https?:", page)
    assert "default-src &#39;none&#39;" in page


def test_a_screen_in_which_nothing_was_docked() -> None:
    empty = {"edges_kcal_per_mol": (), "counts": ()}
    page = screen_html(screen_result(top=(), scaffolds=(), failures=(), scores=empty))
    assert "Nothing was docked." in page
    assert "<p>None.</p>" in page


def test_enrichment_is_shown_where_labels_were_given() -> None:
    plain = screen_html(screen_result())
    assert ">Enrichment</h2>" not in plain
    measures = {name: Measured(0.75, 0.5, 0.875) for name in MEASURES}
    chance = {name: Measured(0.25, 0.0, 0.625) for name in MEASURES}
    chance["roc_auc"] = Measured(0.25, 0.0, 0.375)
    page = screen_html(
        screen_result(
            enrichment=Enrichment(2, 5, 1, measures, chance, labels_not_found=3),
        )
    )
    assert "2 actives and 5 others" in page and "1 without a score rank last" in page
    assert "3 labels name no ligand" in page
    assert page.count("not told from it") == 3 and page.count("<td>yes</td>") == 1
    assert page.count("0.50 to 0.88") == 4


def test_bars_are_as_high_as_their_counts() -> None:
    drawing = histogram([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 4.0], title="t", x_label="<x>")
    heights = [float(h) for h in re.findall(r'<rect[^>]* height="([\d.]+)"', drawing)]
    assert len(heights) == 2
    assert abs(heights[1] - 2 * heights[0]) < 0.2
    assert "&lt;x&gt;" in drawing


def test_a_notebook_shows_it() -> None:
    cell = notebook_html(screen_result())
    assert "1 of 3 ligands docked" in cell
    assert "1: clogP above 8" in cell
    assert "not valid: planarity" in cell
    assert "<script" not in cell
    assert "&lt;script&gt;alert(1)" in cell
    empty = {"edges_kcal_per_mol": (), "counts": ()}
    assert "<svg" not in notebook_html(screen_result(top=(), scores=empty))
