"""The scene that is drawn is the result that was found: checked against RDKit and gemmi."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import gemmi
import numpy as np
import pytest
from rdkit import Chem
from report_cases import points, receptor_of
from stored_docking import HOSTILE, hostile_docking

from workbench.errors import OutputError
from workbench.records.docking import DockingResult
from workbench.report.landmarks import best_view, helix_mask, ribbons
from workbench.report.poses import HeavyAtom, Structure, read_structure
from workbench.report.scene import build_scene
from workbench.report.surface import RADII, groove_surface, hydropathies
from workbench.report.templating import scene_json


@pytest.fixture(scope="module")
def scene(docked: DockingResult) -> dict[str, Any]:
    built = build_scene(docked)
    assert built is not None
    return built


def atoms_of(text: str) -> tuple[list[tuple[str, int, str]], np.ndarray]:
    """Return residue name, number and atom name of each heavy atom, and where it is."""
    structure = gemmi.read_pdb_string(text)
    found = [cra for cra in structure[0].all() if not cra.atom.is_hydrogen()]
    names = [(cra.residue.name, cra.residue.seqid.num, cra.atom.name) for cra in found]
    return names, np.array([cra.atom.pos.tolist() for cra in found])


def test_every_pose_is_drawn_where_its_complex_has_it(
    docked: DockingResult, scene: dict[str, Any]
) -> None:
    records = [pose for adduct in docked.adducts for pose in adduct.poses]
    assert len(scene["poses"]) == len(records) + 1
    center = np.array(scene["center"])
    for pose, record in zip(scene["poses"], records, strict=False):
        names, places = atoms_of(record.complex_pdb)
        drug = places[[name[0] == "LIG" for name in names]]
        sulphur, carbon, label, bonded = pose["link"]
        np.testing.assert_allclose(points(pose["xyz"]) + center, drug, atol=0.006)
        own = receptor_of(scene, pose)[sulphur] + center
        np.testing.assert_allclose(own, places[names.index(("CYS", 528, "SG"))], atol=0.006)
        drawn = np.linalg.norm(own - points(pose["xyz"])[carbon] - center)
        assert drawn == pytest.approx(record.sg_c_distance_angstrom, abs=0.02)
        assert float(label) == pytest.approx(drawn, abs=0.02)
        assert (carbon, bonded) == (docked.ligand["warhead"]["reactive_atom_index"], 1)
    encounter = scene["poses"][-1]
    assert encounter["id"] == "encounter-1"
    assert encounter["link"][1] == carbon and encounter["link"][3] == 0


def test_near_residues_agree_with_all_pairs(docked: DockingResult, scene: dict[str, Any]) -> None:
    names, places = atoms_of(docked.adducts[0].poses[0].complex_pdb)
    is_drug = np.array([name[0] == "LIG" for name in names])
    apart = np.linalg.norm(places[:, None] - places[is_drug][None], axis=-1).min(axis=1)
    caps = ("LIG", "ACE", "NME")
    expected = {
        name[1] for name, d in zip(names, apart, strict=True) if d < 4.5 and name[0] not in caps
    }
    labels = scene["receptor"]["labels"]
    assert {int(labels[i][1:]) for i in scene["poses"][0]["near"]} == expected


def test_side_chain_bonds_are_those_of_the_amino_acids(scene: dict[str, Any]) -> None:
    receptor = scene["receptor"]
    counted: dict[str, int] = {}
    for i, _ in np.reshape(receptor["bonds"], (-1, 2)):
        label = receptor["labels"][receptor["residue"][i]]
        counted[label] = counted.get(label, 0) + 1
    for label, count in counted.items():
        residue = Chem.MolFromSequence(label[0])
        # all bonds of the residue but N-CA, CA-C, C=O and C-OXT
        assert count == residue.GetNumBonds() - 4, label
    assert {"C528", "F572"} <= set(counted)


def test_the_first_pose_is_valid_and_its_hydrogen_bond_ends_on_the_named_atom(
    docked: DockingResult, scene: dict[str, Any]
) -> None:
    first, _, failing = docked.adducts[0].poses
    notes = [pose["note"] for pose in scene["poses"]]
    assert (scene["first"], notes[0]) == (0, "")
    assert failing.failed_checks[0].replace("_", " ") in notes[2]
    names, places = atoms_of(first.complex_pdb)
    pose = scene["poses"][0]
    *place, atom, kind = pose["dashes"][0]
    drug = Chem.MolFromMolBlock(first.drug_sdf).GetConformer().GetPositions()
    drawn = np.array(place) / 100 - points(pose["xyz"])[atom]
    np.testing.assert_allclose(drawn, places[names.index(("GLU", 529, "N"))] - drug[5], atol=0.02)
    assert (atom, kind) == (5, "hydrogen bond")


def moved_block(block: str) -> str:
    mol = Chem.MolFromMolBlock(block)
    conformer = mol.GetConformer()
    conformer.SetPositions(conformer.GetPositions() + np.array([0.5, 0.0, 0.0]))
    return Chem.MolToMolBlock(mol)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda p: {"sg_c_distance_angstrom": 2.6}, "in its record"),
        (lambda p: {"drug_sdf": moved_block(p.drug_sdf)}, "does not lie on"),
        (lambda p: {"drug_sdf": "no mol block"}, "unreadable mol block"),
        (lambda p: {"complex_pdb": p.complex_pdb.replace(" SG ", " SX ")}, "lacks"),
        (lambda p: {"complex_pdb": p.complex_pdb.replace(" LIG ", " XXX ")}, "drug atoms in its"),
        (lambda p: {"complex_pdb": re.sub("-?[0-9.]{5,6}", "   nan", p.complex_pdb)}, "atom line"),
    ],
)
def test_a_result_that_contradicts_itself_is_not_drawn(
    docked: DockingResult, damage: Any, said: str
) -> None:
    adduct = docked.adducts[0]
    pose = replace(adduct.poses[0], **damage(adduct.poses[0]))
    with pytest.raises(OutputError, match=said):
        build_scene(replace(docked, adducts=(replace(adduct, poses=(pose,)),)))


def test_json_cannot_end_its_element() -> None:
    scene = build_scene(hostile_docking(HOSTILE))
    assert scene is not None
    text = scene_json(scene)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == scene
    assert "</script>" in scene["poses"][0]["note"]


def ideal_trace(radius: float, rise: float, turn: float) -> np.ndarray:
    k = np.arange(18)
    angle = np.radians(turn) * k
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), rise * k])


def test_helices_are_told_from_strands() -> None:
    helix, strand = ideal_trace(2.3, 1.5, 100), ideal_trace(0.95, 3.3, 180)
    joined = np.vstack([helix, strand + helix[-1] + [3.8, 0, 0]])
    assert helix_mask(joined)[:17].all()
    assert not helix_mask(joined)[20:].any()


def test_the_groove_is_mostly_helix_and_its_ribbon_passes_every_ca(docked: DockingResult) -> None:
    receptor, _ = read_structure(docked.receptor_pdb)
    drawn = ribbons(receptor)
    assert 0.6 < np.concatenate([ribbon.helix for ribbon in drawn]).mean() < 0.98
    curve = np.vstack([ribbon.points for ribbon in drawn])
    number = [atom.residue_number for atom in receptor.atoms if atom.name == "CA"]
    ca = receptor.coordinates[[atom.name == "CA" for atom in receptor.atoms]]
    inside = [{n - 1, n + 1} <= set(number) for n in number]
    off = np.linalg.norm(ca[:, None] - curve[None], axis=-1).min(axis=1)
    assert sum(inside) > 80
    assert off[inside].max() < 1e-6
    for ribbon in drawn:
        assert np.linalg.norm(np.diff(ribbon.points, axis=0), axis=1).max() < 1.6
        np.testing.assert_allclose(np.linalg.norm(ribbon.sides, axis=1), 1, atol=1e-6)


def test_the_view_is_a_rotation_from_the_open_side() -> None:
    rng = np.random.default_rng(4)
    ligand = rng.normal(0, 1.5, (20, 3)) * [3, 1, 0.3]
    floor = np.column_stack([rng.uniform(-12, 12, (400, 2)), rng.uniform(-8, -3, 400)])
    sulphur_above = np.array([[0, 1.8, 0.0], [0, 0, 0]])
    view = best_view(ligand, floor, sulphur_above)
    np.testing.assert_allclose(view @ view.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(view) == pytest.approx(1)
    assert view[2, 2] > 0.8 and abs(view[0, 0]) > 0.9
    assert (view @ [0, 1.8, 0])[1] > 0


def carbon(residue: str, number: int = 1) -> HeavyAtom:
    return HeavyAtom("CB", "C", residue, "A", number, "")


def test_the_surface_of_one_atom_is_a_closed_sphere_seen_from_outside() -> None:
    place = np.array([[1.0, 2.0, 3.0]])
    surface = groove_surface(Structure((carbon("ILE"),), place), place)
    off = surface.points - place
    assert np.linalg.norm(off, axis=1) == pytest.approx(RADII["C"], abs=0.35)
    assert surface.hydropathy == pytest.approx(1.0)
    # a closed surface: every edge belongs to two quads, and V - E + F = 2
    edges = [frozenset((int(q[k]), int(q[(k + 1) % 4]))) for q in surface.quads for k in range(4)]
    assert {edges.count(edge) for edge in set(edges)} == {2}
    assert len(surface.points) - len(set(edges)) + len(surface.quads) == 2
    corners = off[surface.quads]
    normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).all()
    far = groove_surface(Structure((carbon("LEU"),), place + 40), place)
    assert len(far.points) == len(far.quads) == 0


def test_the_nearest_residue_gives_the_colour() -> None:
    places = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0]])
    surface = groove_surface(
        Structure((carbon("LYS"), carbon("LEU", 2)), places), places.mean(axis=0, keepdims=True)
    )
    left = surface.points[:, 0] < 4
    # Kyte and Doolittle: lysine -3.9, leucine 3.8, isoleucine 4.5
    assert surface.hydropathy[left] == pytest.approx(-3.9 / 4.5)
    assert surface.hydropathy[~left] == pytest.approx(3.8 / 4.5)
    assert len(hydropathies()) == 20
