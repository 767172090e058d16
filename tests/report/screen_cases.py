"""A finished screen by hand: three records, one of each fate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.records.screen import ScreenResult
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


def screen_result(**changes: Any) -> ScreenResult:
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


def hostile_screen(text: str) -> ScreenResult:
    """Return the same with a text wherever one can come from outside."""
    plain = screen_result()
    failure = {**plain.failures[0], "name": text, "where": text, "reason": text}
    return screen_result(
        folder=Path("run"),
        top=({**ROW, "name": text, "alerts": text},),
        failures=(failure, {**failure, "name": ""}),
        manifest={
            **plain.manifest,
            "command": text,
            "input": {**plain.manifest["input"], "name": text},
        },
    )
