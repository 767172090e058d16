"""The page of a screen: what it says, what it draws, and names that try to break out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from workbench.report.histogram import histogram
from workbench.report.screen_page import screen_html
from workbench.screens import ScreenResult
from workbench.settings import ScreenSettings

ROW = {
    "record": 7,
    "name": "<script>alert(1)</script>",
    "smiles": "CC(C)OC(=O)/C=C\\n1cnc(-c2cccc(Cl)c2)n1",
    "warhead": "acrylate",
    "score_kcal_per_mol": -11.25,
    "diastereomer": "bR",
    "minimised_diastereomer": "bR",
    "valid": False,
    "failed_checks": "planarity",
    "strain_kcal_per_mol": 5.0,
    "relative_to_selinexor_kcal_per_mol": None,
    "molecular_weight_g_per_mol": 291.7,
    "clogp": 2.9,
    "alerts": "BRENK michael_acceptor_1",
}


def _result(**changes: Any) -> ScreenResult:
    stage = {"taken": 3, "passed": 1, "dropped": 1, "failed": 1, "hours": 0.01}
    content: dict[str, Any] = {
        "folder": Path("run"),
        "counts": {"done": 1, "dropped": 1, "failed": 1},
        "stages": (
            {
                "name": "read",
                **stage,
                "why_dropped": {"clogP above 8": 1},
                "why_failed": {"refused": 1},
            },
        ),
        "top": (ROW,),
        "failures": (
            {
                "record": 2,
                "where": "line 2",
                "name": "&",
                "stage": "read",
                "kind": "refused",
                "reason": "no SMILES",
            },
        ),
        "scores": {"edges_kcal_per_mol": (-12.0, -11.0, -10.0), "counts": (1.0, 3.0)},
        "scaffolds": (
            {"scaffold": "c1ccccc1", "ligands": 4, "best_score_kcal_per_mol": -11.25},
            {"scaffold": "", "ligands": 1, "best_score_kcal_per_mol": -9.0},
        ),
        "manifest": {
            "command": "workbench screen x.smi",
            "input": {"name": "x.smi", "sha256": "0" * 64, "records": 3},
            "receptor": {"name": "human-groove", "reactive_atom": "A:528:SG"},
            "settings": ScreenSettings().model_dump(mode="json"),
            "functions": {},
            "versions": {},
            "fingerprint": "f",
        },
    }
    return ScreenResult(**{**content, **changes})


def test_what_the_page_says() -> None:
    page = screen_html(_result())
    assert "1 of 3 ligands docked, 1 failed." in page
    assert "1: clogP above 8" in page
    assert "bR, not valid: planarity" in page
    assert "-11.25" in page or "\u221211.25" in page
    assert "no ring" in page
    assert "it is no affinity" in page
    assert page.count("<svg") == 3  # the chart, one drug, one scaffold with rings


def test_a_name_stays_text_and_nothing_is_fetched() -> None:
    page = screen_html(_result())
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"(?:src|href)=[\"']https?:", page)
    assert "default-src &#39;none&#39;" in page


def test_a_screen_in_which_nothing_was_docked() -> None:
    empty = {"edges_kcal_per_mol": (), "counts": ()}
    page = screen_html(_result(top=(), scaffolds=(), failures=(), scores=empty))
    assert "Nothing was docked." in page
    assert "<p>None.</p>" in page


def test_bars_are_as_high_as_their_counts() -> None:
    drawing = histogram([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 4.0], title="t", x_label="<x>")
    heights = [float(h) for h in re.findall(r'<rect[^>]* height="([\d.]+)"', drawing)]
    assert len(heights) == 2
    assert abs(heights[1] - 2 * heights[0]) < 0.2
    assert "&lt;x&gt;" in drawing
