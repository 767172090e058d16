"""Every type of page, made from results by hand; and the same with hostile text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from comparison_cases import comparison_of, hostile_comparison
from dynamics_cases import dynamics_result
from reaction_cases import hostile_reactions, reaction
from report_cases import hostile_result
from scan_cases import hostile_scan, scan_result
from screen_cases import hostile_screen, screen_result

from workbench.records.docking import DockingResult
from workbench.records.simulation import (
    BAND_COLUMNS,
    COURSE_COLUMNS,
    Parameter,
    SimulationResult,
)
from workbench.report.comparison_page import comparison_html
from workbench.report.docking_page import report_html
from workbench.report.dynamics_page import dynamics_html
from workbench.report.groove_page import groove_html
from workbench.report.reaction_page import reactions_html
from workbench.report.scan_page import scan_html
from workbench.report.screen_page import screen_html
from workbench.report.simulation_page import simulation_html
from workbench.report.tour import tour_html
from workbench.structures.loading import load_receptor
from workbench.structures.writing import receptor_json, receptor_pdb


def simulated(text: str = "selinexor") -> SimulationResult:
    courses = {name: [0.0, 0.5, 0.25] for name in (*COURSE_COLUMNS, *BAND_COLUMNS)}
    courses["time_h"] = [0.0, 12.0, 24.0]
    courses["export_capacity_high"] = [1.0, 0.9, 0.8]
    parameters = tuple(
        Parameter(name, value, "per s", "assumed", text, 0.1, 10.0)
        for name, value in (("k_on", 3.0), ("k_off", 20.0), ("k_inact", 1.0))
    )
    return SimulationResult(
        ligand=text,
        regimen=text,
        days=1,
        mutant_fraction=0.5,
        site="plasma",
        tmax_h=2.5,
        half_life_h=6.5,
        cmax_ng_per_ml=680,
        auc_ng_h_per_ml=5386,
        highest_ng_per_ml=680,
        lowest_export_capacity=0.25,
        mean_export_capacity=0.4,
        encounter_kd_nm=1000,
        apparent_kd_nm=5.3,
        residence_time_h=None,
        doses=({"time_h": 0.0, "dose_mg": 80.0},),
        parameters=parameters,
        pharmacokinetic_fit=(),
        warnings=(text,),
        limits=("Nothing was measured.",),
        courses=courses,
    )


def groove(text: str = "human-groove") -> str:
    receptor = load_receptor("human-groove")
    bounds = {
        "closed_below_angstrom": 11.8,
        "open_from_angstrom": 12.6,
        "occupied_from_contacts": 6,
        "contact_angstrom": 4.5,
    }
    named = replace(receptor, name=text)
    return groove_html(receptor_pdb(receptor), receptor_json(named), bounds)


PAGES: dict[str, Callable[[DockingResult], str]] = {
    "dock": report_html,
    "compare": lambda result: comparison_html(comparison_of(result)),
    "simulate": lambda result: simulation_html([simulated()], result.provenance),
    "groove": lambda _: groove(),
    "scan": lambda _: scan_html(scan_result()),
    "react": lambda _: reactions_html([reaction("eltanexor", 1.5, 1.8), reaction("x", -2.0)]),
    "screen": lambda _: screen_html(screen_result()),
    "dynamics": lambda _: dynamics_html(dynamics_result("encounter")),
    "tour": lambda _: tour_html(),
}
"""By verb; ``groove`` is the page of ``prepare receptor``."""

WITH_SCENE = ("dock", "compare", "groove", "scan", "tour")
WITH_DRAWINGS = ("simulate", "react", "screen", "dynamics")

HOSTILE_PAGES: dict[str, Callable[[DockingResult, str], str]] = {
    "dock": lambda result, text: report_html(hostile_result(result, text)),
    "compare": lambda result, text: comparison_html(hostile_comparison(result, text)),
    "simulate": lambda _, text: simulation_html([simulated(text)] * 2, {"command": text}),
    "groove": lambda _, text: groove(text),
    "scan": lambda _, text: scan_html(hostile_scan(text)),
    "react": lambda _, text: reactions_html(hostile_reactions(text)),
    "screen": lambda _, text: screen_html(hostile_screen(text)),
    "dynamics": lambda _, text: dynamics_html(dynamics_result("encounter", text)),
}
"""The tour shows no text from outside."""
