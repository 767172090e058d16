"""Controls are told apart by what differs; receptors are compared drug by drug, best first."""

from __future__ import annotations

from typing import Any

import pytest
from accuracy import jobs
from accuracy_controls import control_table
from accuracy_receptors import receptor_tables, receptor_variants
from speed_tables import after_maps_s, report


def control(case: str, seed: int, score: float, verdict: str = "adduct") -> dict[str, Any]:
    poses = [
        {"score": score, "sg_c": 3.6, "ready": True},
        {"score": 0.0, "sg_c": 9, "ready": False},
    ]
    found = {"scores": {"bR": -11.5}, "adduct_smiles": ["CSC"]}
    refused = {"refused": "there is no thiol"}
    record = {"case": case, "seed": seed, "verdict": verdict, "encounter": poses}
    return record | (found if verdict == "adduct" else refused)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((-7.1, -7.0), "told apart by rank, 0.20 worse at least"),
        ((-7.1, -7.35), "NOT told apart: the seeds overlap"),
        ((-7.9, -7.8), "NOT told apart: it ranks before the drug"),
    ],
)
def test_an_isomer_is_told_apart_only_where_the_seeds_do_not_overlap(
    scores: tuple[float, float], said: str
) -> None:
    drug = [control("KPT-185", seed, score) for seed, score in ((1, -7.5), (2, -7.3))]
    isomer = [control("E-KPT-185", seed, score) for seed, score in zip((1, 2), scores, strict=True)]
    text = control_table(drug + isomer)
    assert f"the same adducts once bonded; encounter score {min(scores):.2f} to" in text
    assert text.rstrip().endswith(said)


def test_a_groove_without_a_thiol_is_told_apart_by_its_verdict() -> None:
    serine = control("KPT-185 on C528S", 1, -7.5, "no_thiol")
    text = control_table([control("KPT-185", 1, -7.5), serine])
    assert "| KPT-185 on C528S | 1 | no_thiol | there is no thiol |" in text
    assert "KPT-185 on C528S: told apart by the verdict, no_thiol" in text


def run(drug: str, receptor: str, flexible: str, score: float, rmsd: float) -> dict[str, Any]:
    adduct = {"label": "bS", "poses": [{"score": score, "rmsd": rmsd}, {"score": 0.0, "rmsd": 0.5}]}
    job = {"case": drug, "receptor": receptor, "flexible": flexible, "seed": 1, "stage": "search"}
    return job | {"adducts": [adduct]}


def test_each_receptor_is_left_out_in_turn() -> None:
    groove, other = "human-groove", "human-groove-glu529"
    runs = [
        run("selinexor", groove, "auto", -14.0, 1.0),
        run("selinexor", groove, "none", -12.0, 4.0),
        run("selinexor", other, "none", -13.0, 2.0),
    ]
    assert receptor_variants(runs) == runs
    assert receptor_variants(runs[:1]) == []
    text = receptor_tables(runs)
    assert "| none left out: Glu529 and Lys537 turn (default) | 1.00 (0.50) bS -14.00 |" in text
    assert "| all | 2.00 (0.50) bS -13.00 |" in text
    assert f"| all but {other} | 4.00 (0.50) bS -12.00 |" in text
    # a run that is not there leaves its cell blank
    assert "| Glu529 left out: Lys537 turns |  |" in text


def test_what_is_run_for_the_controls_and_receptors() -> None:
    controls = [(job.case, job.seed) for job in jobs(["control"], [], [1, 2], "search")]
    assert controls.count(("E-KPT-185", 2)) == 1 and ("KPT-185 on C528S", 2) not in controls
    flexible = {
        (job.receptor, job.flexible) for job in jobs(["receptors"], ["KPT-276"], [1], "search")
    }
    assert {("human-groove", f) for f in ("auto", "529", "537", "none")} < flexible


def test_all_that_a_ligand_costs_is_counted() -> None:
    own = {"method": "workbench", "conformers_s": 2.0, "profiles_s": 1.0, "dock_s": 2.0}
    peer = {"method": "vina-1", "conformers_s": None, "profiles_s": None, "dock_s": 30.0}
    same = {"case": "1VSN", "flexible": "auto", "seed": 1, "torsions": 20, "maps_s": 1.0}
    same |= {"evaluations": None, "rmsd": 0.5, "best": 0.5, "peak_mb": 700.0}
    assert (after_maps_s(own), after_maps_s(peer)) == (5.0, 30.0)
    points = [
        {"ligands": k, "diastereomers": 2 * k, "s": 7.0 * k, "peak_mb": 500} for k in (1, 2, 3)
    ]
    text = report([own | same, peer | same], points, "", "a machine", "2026-01-01")
    assert "| 30.0 | 30.0 | 15.0 | 6.0 |" in text
    assert "3.5 s per diastereomer, +0.0 s at none, R squared 1.000" in text
