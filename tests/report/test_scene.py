"""The scene that is drawn must be the result that was found: checked against RDKit and numpy."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_driver import Browser
from rdkit import Chem

import workbench
from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.landmarks import best_view, helix_mask, ribbons
from workbench.report.notebook import NotebookView
from workbench.report.poses import read_structure
from workbench.report.scene import build_scene
from workbench.report.templating import scene_json
from workbench.structures.loading import load_receptor
from workbench.structures.writing import receptor_pdb


@pytest.fixture(scope="module")
def scene(docked: DockingResult) -> dict[str, Any]:
    built = build_scene(docked)
    assert built is not None
    return built


def first_pose_with(docked: DockingResult, **changes: Any) -> DockingResult:
    adduct = docked.adducts[0]
    pose = replace(adduct.poses[0], **changes)
    return replace(docked, adducts=(replace(adduct, poses=(pose, *adduct.poses[1:])),))


def points(flat: list[int]) -> np.ndarray:
    return np.array(flat, dtype=float).reshape(-1, 3) / 100


def receptor_of(scene: dict[str, Any], pose: dict[str, Any]) -> np.ndarray:
    receptor = points(scene["receptor"]["xyz"])
    for i, x, y, z in np.reshape(pose["moved"], (-1, 4)):
        receptor[i] = np.array([x, y, z]) / 100
    return receptor


def test_every_pose_is_drawn_where_its_complex_has_it(
    docked: DockingResult, scene: dict[str, Any]
) -> None:
    records = [pose for adduct in docked.adducts for pose in adduct.poses]
    drawn = [pose for pose in scene["poses"] if not pose["id"].startswith("encounter")]
    assert len(drawn) == len(records) == 6
    shift = None
    for pose, record in zip(drawn, records, strict=True):
        atoms = [
            (line[76:78].strip(), [float(line[i : i + 8]) for i in (30, 38, 46)])
            for line in record.complex_pdb.splitlines()
            if line.startswith("HETATM")
        ]
        assert pose["elements"] == [element for element, _ in atoms]
        offset = points(pose["xyz"]) - np.array([place for _, place in atoms])
        shift = offset[0] if shift is None else shift
        np.testing.assert_allclose(offset, np.tile(shift, (len(offset), 1)), atol=0.021)
        place = {
            line[12:16].strip(): [float(line[i : i + 8]) for i in (30, 38, 46)]
            for line in record.complex_pdb.splitlines()
            if line[17:20] == "CYS"
        }
        sulphur = receptor_of(scene, pose)[pose["link"][0]]
        np.testing.assert_allclose(sulphur - shift, place["SG"], atol=0.021)


def test_the_bond_is_drawn_at_its_length_and_only_when_bonded(
    docked: DockingResult, scene: dict[str, Any]
) -> None:
    records = [pose for adduct in docked.adducts for pose in adduct.poses]
    for pose, record in zip(scene["poses"], records, strict=False):
        sulphur, carbon, label, bonded = pose["link"]
        drawn = np.linalg.norm(receptor_of(scene, pose)[sulphur] - points(pose["xyz"])[carbon])
        assert drawn == pytest.approx(record.sg_c_distance_angstrom, abs=0.02)
        assert label == f"{record.sg_c_distance_angstrom:.2f}"
        assert bonded == 1
        assert carbon == docked.ligand["warhead"]["reactive_atom_index"]
    encounter = scene["poses"][-1]
    assert encounter["id"] == "encounter-1"
    assert encounter["link"] is None


def test_an_attack_distance_is_drawn_dashed(docked: DockingResult) -> None:
    drug = Chem.MolFromMolBlock(docked.encounter[0].sdf)
    sulphur = next(
        [float(line[i : i + 8]) for i in (30, 38, 46)]
        for line in docked.receptor_pdb.splitlines()
        if line[12:16].strip() == "SG"
    )
    carbon = docked.ligand["warhead"]["reactive_atom_index"]
    apart = float(np.linalg.norm(drug.GetConformer().GetPositions()[carbon] - sulphur))
    record = replace(docked.encounter[0], sg_c_distance_angstrom=apart)
    scene = build_scene(replace(docked, encounter=(record,)))
    assert scene is not None
    assert scene["poses"][-1]["link"][1:] == [carbon, f"{apart:.2f}", 0]


def test_near_residues_agree_with_all_pairs(docked: DockingResult, scene: dict[str, Any]) -> None:
    pose = docked.adducts[1].poses[0]
    atoms = [
        (int(line[22:26]), line[:6], np.array([float(line[i : i + 8]) for i in (30, 38, 46)]))
        for line in pose.complex_pdb.splitlines()
        if line.startswith(("ATOM", "HETATM"))
    ]
    drug = [place for _, record, place in atoms if record == "HETATM"]
    expected = {
        number
        for number, record, place in atoms
        if record == "ATOM  " and min(math.dist(place, other) for other in drug) < 4.5
    }
    drawn = next(p for p in scene["poses"] if p["id"] == f"{docked.adducts[1].label}-1")
    found = {int(scene["receptor"]["labels"][i][1:]) for i in drawn["near"]}
    # glycine has no side chain to show besides its CA, which is kept
    assert found == expected


def test_side_chain_bonds_are_those_of_the_amino_acids(scene: dict[str, Any]) -> None:
    receptor = scene["receptor"]
    counted: dict[str, int] = {}
    for i, _ in np.reshape(receptor["bonds"], (-1, 2)):
        label = receptor["labels"][receptor["residue"][i]]
        counted[label] = counted.get(label, 0) + 1
    by_hand = {"L527": 4, "C528": 2, "E529": 5, "Q530": 5}
    assert counted == {label: by_hand[label] for label in counted}
    assert {"C528", "L527"} <= set(counted)


def test_the_first_pose_is_the_best_valid_one(docked: DockingResult, scene: dict[str, Any]) -> None:
    valid = [(p.score_kcal_per_mol, a.label, p.rank) for a in docked.adducts for p in a.poses]
    _, label, rank = min(valid)
    assert scene["poses"][scene["first"]]["id"] == f"{label}-{rank}"


def test_an_invalid_pose_says_so_on_the_picture(scene: dict[str, Any]) -> None:
    notes = {pose["id"]: pose["note"] for pose in scene["poses"]}
    assert notes["bR-3"] == "Not valid: no receptor clash"
    assert notes["bR-1"] == ""


def test_hydrogen_bond_ends_on_the_named_atom(docked: DockingResult, scene: dict[str, Any]) -> None:
    line = next(
        line
        for line in docked.adducts[0].poses[0].complex_pdb.splitlines()
        if line[17:26] == "GLU A 529" and line[12:16].strip() == "N"
    )
    place = np.array([float(line[i : i + 8]) for i in (30, 38, 46)])
    pose = scene["poses"][0]
    x, y, z, atom, kind = pose["dashes"][0]
    drug = Chem.MolFromMolBlock(docked.adducts[0].poses[0].drug_sdf).GetConformer().GetPositions()
    drawn = np.array([x, y, z]) / 100 - points(pose["xyz"])[atom]
    np.testing.assert_allclose(drawn, place - drug[5], atol=0.02)
    assert (atom, kind) == (5, "hydrogen bond")


def moved_block(block: str, by: float) -> str:
    mol = Chem.MolFromMolBlock(block)
    conformer = mol.GetConformer()
    for i, place in enumerate(conformer.GetPositions()):
        conformer.SetAtomPosition(i, (place + np.array([by, 0, 0])).tolist())
    return Chem.MolToMolBlock(mol)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda p: {"sg_c_distance_angstrom": 2.6}, "in its record"),
        (lambda p: {"drug_sdf": moved_block(p.drug_sdf, 0.5)}, "does not lie on"),
        (lambda p: {"drug_sdf": "no mol block"}, "unreadable mol block"),
        (lambda p: {"complex_pdb": p.complex_pdb.replace(" SG ", " SX ")}, "lacks"),
        (
            lambda p: {"complex_pdb": p.complex_pdb.replace("HETATM", "REMARK", 1)},
            "drug atoms in its mol block",
        ),
        (lambda p: {"complex_pdb": "ATOM      1  CA  GLY A   x\n"}, "unreadable atom line"),
    ],
)
def test_a_result_that_contradicts_itself_is_not_drawn(
    docked: DockingResult, damage: Any, said: str
) -> None:
    broken = first_pose_with(docked, **damage(docked.adducts[0].poses[0]))
    with pytest.raises(OutputError, match=said):
        build_scene(broken)


def test_a_nan_coordinate_is_refused(docked: DockingResult) -> None:
    text = docked.adducts[0].poses[0].complex_pdb
    line = text.splitlines()[3]
    broken = first_pose_with(docked, complex_pdb=text.replace(line[30:38], "     nan", 1))
    with pytest.raises(OutputError, match="unreadable"):
        build_scene(broken)


def test_without_any_structure_there_is_no_scene(docked: DockingResult) -> None:
    empty = replace(docked, adducts=(), encounter=(), receptor_pdb="")
    assert build_scene(empty) is None
    with pytest.raises(OutputError, match="no structure"):
        workbench.view(empty)


def test_json_cannot_end_its_element(hostile: DockingResult) -> None:
    scene = build_scene(hostile)
    assert scene is not None
    text = scene_json(scene)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == scene
    assert "</script>" in scene["poses"][0]["note"]


def test_py3dmol_gets_the_whole_complex(docked: DockingResult) -> None:
    view = workbench.view(docked)
    best = docked.adducts[1].poses[0].complex_pdb
    assert json.dumps(best)[1:-1] in view.startjs
    assert '"resn": "LIG"' in view.startjs


def test_a_notebook_shows_a_still_picture_below_the_view(docked: DockingResult) -> None:
    cell = workbench.view(docked)._repr_html_()
    assert cell.index("<svg") < cell.index("3dmolviewer")
    assert "A still picture" in cell
    assert cell.count("<script>") == cell.count("</script>") == 1


def test_a_molecule_cannot_end_the_script_of_a_view() -> None:
    view = NotebookView("<svg></svg>")
    view.addModel("</script><script>alert(1)</script><!--", "mol")
    shown = view.write_html()
    assert shown.count("</script>") == 1
    assert "<!--" not in shown


def ideal_trace(n: int, radius: float, rise: float, turn: float) -> np.ndarray:
    k = np.arange(n)
    return np.column_stack(
        [radius * np.cos(np.radians(turn) * k), radius * np.sin(np.radians(turn) * k), rise * k]
    )


def test_helices_are_told_from_strands() -> None:
    helix = ideal_trace(18, 2.3, 1.5, 100)
    strand = ideal_trace(18, 0.95, 3.3, 180)
    assert helix_mask(helix).all()
    assert not helix_mask(strand).any()
    joined = np.vstack([helix, strand + helix[-1] + [3.8, 0, 0]])
    assert helix_mask(joined)[:17].all()
    assert not helix_mask(joined)[20:].any()


def test_the_groove_is_mostly_helix_and_its_ribbon_passes_every_ca() -> None:
    receptor, _ = read_structure(receptor_pdb(load_receptor("human-groove")))
    drawn = ribbons(receptor)
    flags = np.concatenate([ribbon.helix for ribbon in drawn])
    assert 0.6 < flags.mean() < 0.98
    curve = np.vstack([ribbon.points for ribbon in drawn])
    ca = receptor.coordinates[[atom.name == "CA" for atom in receptor.atoms]]
    number = [atom.residue_number for atom in receptor.atoms if atom.name == "CA"]
    inside = [{n - 1, n + 1} <= set(number) for n in number]
    off = np.linalg.norm(ca[:, None] - curve[None], axis=-1).min(axis=1)
    assert sum(inside) > 80
    assert off[inside].max() < 1e-6
    for ribbon in drawn:
        steps = np.linalg.norm(np.diff(ribbon.points, axis=0), axis=1)
        assert steps.max() < 1.6
        np.testing.assert_allclose(np.linalg.norm(ribbon.sides, axis=1), 1, atol=1e-6)


def test_the_view_is_a_rotation_from_the_open_side() -> None:
    rng = np.random.default_rng(4)
    ligand = rng.normal(0, 1.5, (20, 3)) * [3, 1, 0.3]
    floor = np.column_stack([rng.uniform(-12, 12, (400, 2)), rng.uniform(-8, -3, 400)])
    sulphur_above = np.array([[0, 1.8, 0.0], [0, 0, 0]])
    view = best_view(ligand, floor, sulphur_above)
    np.testing.assert_allclose(view @ view.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(view) == pytest.approx(1)
    assert view[2, 2] > 0.8
    assert abs(view[0, 0]) > 0.9
    assert (view @ [0, 1.8, 0])[1] > 0


@pytest.mark.browser
def test_without_a_network_the_still_picture_is_seen(
    browser: Browser, docked: DockingResult, tmp_path: Path
) -> None:
    path = tmp_path / "view.html"
    path.write_text(f"<!doctype html><body>{workbench.view(docked).write_html()}", encoding="utf-8")
    browser.open(path)
    browser.wait("document.readyState == 'complete'")
    size = browser.run(
        "(() => { const box = document.querySelector('svg').getBoundingClientRect();"
        " return [box.width, box.height]; })()"
    )
    assert size[0] >= 700
    assert 300 < size[1] <= 480
    # what lies over it lets it through
    over = "document.querySelector('[id^=\"3dmolviewer\"]')"
    assert browser.run(f"getComputedStyle({over}).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert browser.run(f"{over}.querySelectorAll('canvas, p').length") == 0
