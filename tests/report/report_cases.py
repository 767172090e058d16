"""One result of each kind by hand, with a text wherever one can come from outside; the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from stored_docking import hostile_docking, stored_docking, without_adducts

from workbench.ligands.depiction import drug_beside_svg
from workbench.ligands.matched_pairs import matched_pair
from workbench.ligands.reading import load_ligand
from workbench.records.comparison import ComparedDrug, Comparison, ContactNovelty, CoreFit, Quantity
from workbench.records.dynamics import DynamicsResult, ReplicaRecord
from workbench.records.reaction import AdductEnergy, Reaction
from workbench.records.scan import (
    WILD_TYPE,
    Difference,
    Evidence,
    Groove,
    ScanPair,
    ScanResult,
)
from workbench.records.screen import ScreenResult
from workbench.records.simulation import BAND_COLUMNS, COURSE_COLUMNS, Parameter, SimulationResult
from workbench.report.comparison_page import comparison_html, write_comparison
from workbench.report.docking_page import report_html, write_docking
from workbench.report.dynamics_page import dynamics_html, write_dynamics
from workbench.report.groove_page import groove_html
from workbench.report.reaction_page import reactions_html, write_reactions
from workbench.report.scan_page import scan_html, write_scan
from workbench.report.screen_page import screen_html
from workbench.report.simulation_page import simulation_html, write_simulation
from workbench.report.tour import tour_html
from workbench.settings import ScreenSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_json, receptor_pdb


class Page(HTMLParser):
    """Collects tags with their attributes, the text of scripts, and all visible text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.scene = ""
        self.words = ""
        self._open: dict[str, str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "script":
            self._open = self.tags[-1][1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.words += data
        elif self._open.get("id") == "scene":
            self.scene = data
        else:
            self.scripts.append(data)

    def outline(self) -> list[tuple[str, ...]]:
        return [(tag, *sorted(attributes)) for tag, attributes in self.tags]

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def points(flat: list[int]) -> np.ndarray:
    """Return the coordinates ``(n, 3)`` of a scene in angstrom."""
    return np.array(flat, dtype=float).reshape(-1, 3) / 100


def receptor_of(scene: dict[str, Any], pose: dict[str, Any]) -> np.ndarray:
    """Return where the receptor's atoms are in a pose of a scene."""
    receptor = points(scene["receptor"]["xyz"])
    for i, *place in np.reshape(pose["moved"], (-1, 4)):
        receptor[i] = np.array(place) / 100
    return receptor


def comparison(text: str = "selinexor") -> Comparison:
    """Return the reference, an analog that scores 2 kcal/mol worse, and one without a warhead."""
    result = stored_docking()
    adduct, selinexor = result.adducts[0], load_ligand("selinexor")
    words = ("name", "reason", "reversibility")
    first = ComparedDrug(
        **dict.fromkeys(words, text),
        **dict.fromkeys(("preferred", "novelty", "core")),
        smiles="C",
        inchikey=result.ligand["inchikey"],
        folder="selinexor_KEY",
        verdict="adduct",
        diastereomer=adduct.label,
        rank=1,
        valid=True,
        adduct_score=Quantity(-10.9, 0.4, "range of the best score over 3 seeds"),
        encounter_score=Quantity(-7.5, 0.12, "range of the best score over 2 independent runs"),
        strain=Quantity(3.0, 1.0, "range over 2 poses"),
        reaction=Quantity(None, basis="not computed"),
        sg_c_distance=Quantity(1.83, 0.01, ""),
        c_s_c_angle=Quantity(101.0, 2.0, ""),
        reversibility_status="compound",
        reversibility_source="a source",
        contacts={text: 0.5},
        brain=(text,),
        changes=(),
        warnings=(text,),
        seconds=1.0,
        drawing=drug_beside_svg(matched_pair(selinexor, selinexor)),
    )
    second = replace(
        first,
        name="analog",
        adduct_score=Quantity(-8.9, 0.5, ""),
        novelty=ContactNovelty(Quantity(0.5, 0.1, "range"), (text,), (), text),
        core=CoreFit(17, 1.5, 0.25, adduct.poses[0].drug_sdf),
        changes=(text,),
        weighted=2.0,
    )
    bare = {"verdict": "no_warhead", "diastereomer": "", "rank": None, "valid": None}
    inert = replace(
        first, name="inert", adduct_score=Quantity(None, basis="no pose"), contacts={}, **bare
    )
    return Comparison(
        reference=text,
        receptor=text,
        drugs=(first, second, inert),
        results=(result, result, without_adducts(result, "no_warhead")),
        failures=({"name": text, "reason": text},),
        weights={"recognition": 1.0},
        provenance={**result.provenance, "command": text},
    )


@cache
def _groove(mutation: str) -> Groove:
    wild = mutation == WILD_TYPE
    receptor = load_receptor("human-groove", mutations=() if wild else (mutation,))
    residue = "C528" if wild else "S528"
    return Groove(mutation, residue, wild, 3.1, (), ("made",), receptor_pdb(receptor))


def scan(text: str = "selinexor") -> ScanResult:
    """Return one drug on the wild type and on C528S."""
    wild = ScanPair(
        mutation=WILD_TYPE,
        ligand=text,
        verdict="adduct",
        reason=text,
        encounter_score_kcal_per_mol=-8.0,
        adduct_score_kcal_per_mol=-12.0,
        evidence=(Evidence(text, "computed", text),),
        confidence="high",
        confidence_reason="chemistry",
        sdf=stored_docking().encounter[0].sdf,
    )
    mutant = replace(
        wild,
        mutation="C528S",
        verdict="no_thiol",
        adduct_score_kcal_per_mol=None,
        encounter_difference=Difference(0.2, 0.5, False),
        contacts_lost=("CYS528",),
        contacts_gained=("SER528", "LYS568"),
    )
    return ScanResult(
        pairs=(wild, mutant),
        grooves=(_groove(WILD_TYPE), _groove("C528S")),
        limits=("nothing was measured",),
        warnings=(text,),
        outside=({"what": "NF-kB", "finding": "f", "source": "", "confidence": "named only"},),
        failures=((text, text),),
        provenance={"command": text},
    )


def screen(text: str = "a drug", **changes: Any) -> ScreenResult:
    """Return three records, one of each fate."""
    row = {
        "record": 7,
        "name": text,
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
        "alerts": text,
    }
    counted = {"taken": 3, "passed": 1, "dropped": 1, "failed": 1, "hours": 0.01}
    why = {"why_dropped": {"clogP above 8": 1}, "why_failed": {"refused": 1}}
    failure = {"record": 2, "where": text, "stage": "read", "kind": "refused", "reason": text}
    content: dict[str, Any] = {
        "folder": Path("run"),
        "counts": {"done": 1, "dropped": 1, "failed": 1},
        "stages": ({"name": "read", **counted, **why},),
        "top": (row,),
        "failures": ({**failure, "name": text}, {**failure, "name": ""}),
        "scores": {"edges_kcal_per_mol": (-12.0, -11.0, -10.0), "counts": (1.0, 3.0)},
        "scaffolds": (
            {"scaffold": "c1ccccc1", "ligands": 4, "best_score_kcal_per_mol": -11.25},
            {"scaffold": "", "ligands": 1, "best_score_kcal_per_mol": -9.0},
        ),
        "manifest": {
            "command": text,
            "input": {"name": text, "sha256": "0" * 64, "records": 3},
            "receptor": {"name": "human-groove", "reactive_atom": "A:528:SG"},
            "settings": ScreenSettings().model_dump(mode="json"),
            "functions": {},
            "versions": {},
            "fingerprint": "f",
        },
    }
    return ScreenResult(**{**content, **changes})


def dynamics(text: str = "selinexor") -> DynamicsResult:
    """Return two replicas of three frames."""
    rmsd = {"mean": 0.6, "highest": 0.8, "last": 0.8}
    bond = {"mean": 1.83, "lowest": 1.82, "highest": 1.84}
    first = ReplicaRecord(
        seed=1,
        folder="replica_1",
        numbers={
            "n_frames": 2,
            "temperature_k": 300.0,
            **{f"drug_rmsd_{name}_angstrom": value for name, value in rmsd.items()},
            **{f"sg_c_{name}_angstrom": value for name, value in bond.items()},
            "kept_contacts": 0.75,
        },
        contacts={"CYS528": 1.0, "LYS568": 0.5},
        courses={
            "time_ps": [0.0, 0.5, 1.0],
            "temperature_k": [300.0, 310.0, 290.0],
            "potential_kcal_per_mol": [-50.0, -49.0, -51.0],
            "drug_rmsd_angstrom": [0.0, 0.4, 0.8],
            "sg_c_distance_angstrom": [1.82, 1.84, 1.83],
        },
    )
    return DynamicsResult(
        ligand=text,
        receptor=text,
        state="bonded",
        start="bR 1",
        settings={"length_ps": 1.0, "temperature_k": 300.0, "share_left_out": 0.1},
        n_atoms=10,
        n_mobile=5,
        replicas=(first, replace(first, seed=2, folder="replica_2")),
        warnings=(text,),
        limits=("One picosecond is short.",),
        provenance={"command": text, "versions": {"workbench": "0.1.0"}},
    )


def reactions(text: str = "eltanexor") -> list[Reaction]:
    """Return two diastereomers above selinexor's, and one below, without an uncertainty."""
    first = Reaction(
        ligand=text,
        level="GFN2-xTB/ALPB(water)",
        model="truncated",
        adducts=(AdductEnergy("bR", -9.5, 1.5, 0.5), AdductEnergy("bS", -9.2, 1.8, 0.5)),
        index={"lumo_ev": -8.0},
        warnings=(text,),
        provenance={"command": text, "energies_from": text},
    )
    return [first, replace(first, adducts=(AdductEnergy("bR", -13.0, -2.0, None),))]


def simulated(text: str = "selinexor") -> SimulationResult:
    """Return a day in which half of the XPO1 is mutant."""
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


def groove_page(receptor: Receptor) -> str:
    bounds = {
        "closed_below_angstrom": 11.8,
        "open_from_angstrom": 12.6,
        "occupied_from_contacts": 6,
        "contact_angstrom": 4.5,
    }
    return groove_html(receptor_pdb(receptor), receptor_json(receptor), bounds)


def groove(text: str = "human-groove") -> str:
    outside: dict[str, Any] = {"name": text, "organism": text, "changes": (text,)}
    return groove_page(replace(load_receptor("human-groove"), **outside))


def _courses(text: str) -> Sequence[SimulationResult]:
    return [simulated(text), simulated(text)]


PAGES: dict[str, Callable[[str], str]] = {
    "dock": lambda text: report_html(hostile_docking(text)),
    "compare": lambda text: comparison_html(comparison(text)),
    "simulate": lambda text: simulation_html(_courses(text), {"command": text}),
    "groove": groove,
    "scan": lambda text: scan_html(scan(text)),
    "react": lambda text: reactions_html(reactions(text)),
    "screen": lambda text: screen_html(screen(text)),
    "dynamics": lambda text: dynamics_html(dynamics(text)),
    "tour": lambda _: tour_html(),
}
"""By verb; ``groove`` is the page of ``prepare receptor``. The tour shows no outside text."""

FILES: dict[str, Callable[[str, Path], object]] = {
    "dock": lambda text, folder: write_docking(hostile_docking(text), folder),
    "compare": lambda text, folder: write_comparison(comparison(text), folder),
    "simulate": lambda text, folder: write_simulation(_courses(text), folder, {"command": text}),
    "scan": lambda text, folder: write_scan(scan(text), folder),
    "react": lambda text, folder: write_reactions(reactions(text), folder),
    "dynamics": lambda text, folder: write_dynamics(dynamics(text), folder),
}
