"""The pages and files of comparison, scan, screen, reaction, simulation and dynamics."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree

from rdkit import Chem
from report_cases import comparison, dynamics, reactions, scan, screen, simulated

from workbench.records.screen import MEASURES, Enrichment, Measured
from workbench.records.simulation import COURSE_COLUMNS
from workbench.report.comparison_page import (
    build_comparison_scene,
    comparison_html,
    write_comparison,
)
from workbench.report.dynamics_page import write_dynamics
from workbench.report.reaction_page import write_reactions
from workbench.report.scan_page import build_scan_scene, headline, scan_html, write_scan
from workbench.report.screen_page import screen_html
from workbench.report.simulation_page import drawings, write_simulation


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(newline="")))


def test_files_of_a_comparison(tmp_path: Path) -> None:
    names = {path.name for path in write_comparison(comparison(), tmp_path)}
    assert names == {f"comparison.{x}" for x in ("csv", "html", "json", "sdf")}
    table = rows_of(tmp_path / "comparison.csv")
    assert [row["ligand"] for row in table] == ["selinexor", "analog", "inert"]
    assert table[1]["adduct_score_kcal_per_mol"] == "-8.9000"
    assert table[1]["adduct_score_spread_kcal_per_mol"] == "0.5000"
    assert table[1]["reaction_relative_to_selinexor_kcal_per_mol"] == ""
    record = json.loads((tmp_path / "comparison.json").read_text())
    assert record["ligands"][1]["adduct_score"]["spread"] == 0.5
    assert "drawing" not in record["ligands"][0]
    poses = list(Chem.SDMolSupplier(str(tmp_path / "comparison.sdf")))
    assert [mol.GetProp("ligand") for mol in poses] == ["selinexor", "analog"]
    assert poses[1].GetProp("core_superposed_angstrom") == "0.2500"


def test_a_difference_beyond_both_spreads_stands_out() -> None:
    page = comparison_html(comparison())
    rows = re.findall(r"<tr data-pose-row.*?</tr>", page, re.DOTALL)
    # scores differ by 2.0 with spreads of 0.4 and 0.5; strain and geometry do not differ
    assert re.findall(r'class="delta told">\u0394 ([^<]+)<', rows[1]) == ["+2.00"]
    assert "told" not in rows[0]
    assert "Weighted" in page
    assert "Weighted" not in comparison_html(replace(comparison(), weights={}))


def test_each_pose_is_drawn_once_in_place_and_once_on_the_core() -> None:
    scene = build_comparison_scene(comparison())
    assert scene is not None
    first, second, aligned = scene["poses"]
    assert [pose["id"] for pose in scene["poses"]] == ["drug-0", "drug-1", "drug-1-aligned"]
    assert first["beside"] is None and second["beside"]["label"] == "selinexor"
    assert second["link"][3] == 1 and aligned["link"] is None and aligned["note"]


def test_the_mutant_lies_on_the_wild_type() -> None:
    scene = build_scan_scene(scan())
    assert scene is not None
    wild, mutant = scene["poses"]
    # CA, CB and OG of the serine beside the drug
    assert mutant["elements"] == [*wild["elements"], "C", "C", "O"]
    assert len(mutant["bonds"]) == len(wild["bonds"]) + 2 * 3
    assert not wild["moved"]
    labels = scene["receptor"]["labels"]
    assert {"C528", "K568"} <= set(labels)
    assert "C528" in [labels[i] for i in mutant["near"]]


def test_files_of_a_scan(tmp_path: Path) -> None:
    names = [path.name for path in write_scan(scan(), tmp_path)]
    assert sorted(names) == ["provenance.json", "scan.csv", "scan.html", "scan.json"]
    records = json.loads((tmp_path / "scan.json").read_text())
    assert [record["verdict"] for record in records] == ["adduct", "no_thiol"]
    assert records[1]["encounter_difference"]["spread_kcal_per_mol"] == 0.5
    row = rows_of(tmp_path / "scan.csv")[1]
    assert row["adduct_score_kcal_per_mol"] == ""
    assert row["contacts_gained"] == "SER528 LYS568"
    page = scan_html(scan())
    assert page.count("<details>") == 2
    assert "0.2 \u00b1 0.5" in page
    assert "C528S" in headline(scan())


def test_a_screen_shows_what_it_found() -> None:
    empty = {"edges_kcal_per_mol": (), "counts": ()}
    assert "<svg" not in screen_html(screen(top=(), scaffolds=(), failures=(), scores=empty))
    page = screen_html(screen())
    assert page.count("<svg") == 3  # the chart, one drug, one scaffold with rings
    assert 'id="enrichment"' not in page  # no labels were given
    measures = {name: Measured(0.75, 0.5, 0.875) for name in MEASURES}
    chance = {name: Measured(0.25, 0.0, 0.625) for name in MEASURES}
    chance["roc_auc"] = Measured(0.25, 0.0, 0.375)
    found = Enrichment(2, 5, 1, measures, chance, labels_not_found=3)
    page = screen_html(screen(enrichment=found))
    # beyond chance is the one whose interval lies above that of chance
    assert page.count("not told from it") == 3 and page.count("<td>yes</td>") == 1
    assert page.count("0.50 to 0.88") == 4


def test_files_of_reactions(tmp_path: Path) -> None:
    write_reactions(reactions(), tmp_path)
    rows = rows_of(tmp_path / "reactions.csv")
    assert [row["adduct"] for row in rows] == ["bR", "bS", "bR"]
    assert rows[1]["relative_to_selinexor_kcal_per_mol"] == "1.800"
    assert rows[2]["uncertainty_kcal_per_mol"] == ""
    assert rows[0]["lumo_ev"] == "-8.000"
    first = json.loads((tmp_path / "reactions.json").read_text())[0]
    assert {"ligand", "level", "model", "index", "warnings"} <= set(first)
    assert first["adducts"][0] == asdict(reactions()[0].adducts[0])


def test_files_of_a_simulation(tmp_path: Path) -> None:
    write_simulation([simulated(), simulated()], tmp_path, {"command": "x"})
    assert json.loads((tmp_path / "simulation.json").read_text())["against"]["tmax_h"] == 2.5
    table = rows_of(tmp_path / "simulation.csv")
    assert tuple(table[0])[:6] == COURSE_COLUMNS
    assert [row["export_capacity_high"] for row in table] == ["1", "0.9", "0.8"]
    write_simulation([simulated()], tmp_path, {"command": "x"})
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".html", ".json"]
    roots = [ElementTree.fromstring(drawing) for _, drawing in drawings([simulated()])]
    bands = [sum("fill-opacity" in e.get("style", "") for e in root.iter()) > 0 for root in roots]
    assert bands == [False, False, True]  # low and high differ for the export capacity only


def test_files_of_dynamics(tmp_path: Path) -> None:
    write_dynamics(dynamics(), tmp_path)
    rows = rows_of(tmp_path / "dynamics.csv")
    assert [row["seed"] for row in rows] == ["1"] * 3 + ["2"] * 3
    assert [float(row["sg_c_distance_angstrom"]) for row in rows[:3]] == [1.82, 1.84, 1.83]
    record = json.loads((tmp_path / "dynamics.json").read_text())
    assert "courses" not in record["replicas"][0]
