from __future__ import annotations

import gemmi
import numpy as np
import pytest
from rdkit.Chem import rdMolTransforms

from workbench import geometry
from workbench.ligands.reference_poses import reference_pose

RNG = np.random.default_rng(5)


def test_angles_and_torsions_agree_with_rdkit():
    for name in ("selinexor", "leptomycin B"):
        mol = reference_pose(name).mol
        conformer, x = mol.GetConformer(), mol.GetConformer().GetPositions()
        for bond in mol.GetBonds():
            b, c = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            for a in (n.GetIdx() for n in bond.GetBeginAtom().GetNeighbors()):
                if a == c:
                    continue
                asked = rdMolTransforms.GetAngleDeg(conformer, a, b, c)
                assert geometry.angle(x[a], x[b], x[c]) == pytest.approx(asked, abs=1e-4)
                for d in (n.GetIdx() for n in bond.GetEndAtom().GetNeighbors()):
                    if d in (a, b):
                        continue
                    asked = rdMolTransforms.GetDihedralDeg(conformer, a, b, c, d)
                    off = geometry.dihedral(x[a], x[b], x[c], x[d]) - asked
                    assert (off + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)


def test_angle_keeps_precision_at_a_straight_line():
    tiny = np.radians(1e-5)
    a, b = [1.0, 0.0, 0.0], [-np.cos(tiny), np.sin(tiny), 0.0]
    assert geometry.vector_angle(a, b) == pytest.approx(180 - 1e-5, abs=1e-9)


def test_signed_volume_of_a_tetrahedron_is_known_and_changes_sign_in_the_mirror():
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1]], dtype=float)
    ideal = 4 / np.sqrt(27)
    assert abs(geometry.signed_volume([0, 0, 0], *corners)) == pytest.approx(ideal)
    mirrored = geometry.signed_volume([0, 0, 0], *(corners * [1, 1, -1]))
    assert mirrored == pytest.approx(-geometry.signed_volume([0, 0, 0], *corners))
    assert geometry.signed_volume([0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]) == pytest.approx(1)


def test_l_amino_acids_have_a_positive_volume_at_the_alpha_carbon(shared_structures):
    path = shared_structures / "receptors" / "AF-O14980-F1_human_xpo1.pdb"
    chain = gemmi.read_structure(str(path))[0][0]
    volumes = [
        geometry.signed_volume(*(r.find_atom(n, "*").pos.tolist() for n in ("CA", "N", "C", "CB")))
        for r in chain
        if r.name != "GLY"
    ]
    assert len(volumes) > 1000
    assert min(volumes) > 0.5


def test_plane_of_a_hexagon():
    theta = np.radians(60 * np.arange(6))
    ring = np.stack([np.cos(theta), np.sin(theta), np.zeros(6)], axis=1)
    turn = geometry.rotation_about(RNG.normal(size=3), 73.0)
    assert geometry.plane_normal(ring @ turn.T) == pytest.approx(turn @ [0, 0, 1])
    assert geometry.plane_normal(ring[::-1]) == pytest.approx([0, 0, -1])
    assert geometry.plane_deviation(ring) == pytest.approx(0, abs=1e-12)
    chair = ring + np.outer((-1.0) ** np.arange(6), [0, 0, 0.25])
    assert geometry.plane_deviation(chair) == pytest.approx(0.25)
    assert geometry.plane_angle([0, 0, 1], turn @ [0, 0, -1]) <= 90


@pytest.mark.parametrize("n_points", [3, 4, 11])
def test_superposition_undoes_a_rigid_motion(n_points):
    # a right-hand turn of x about z gives y
    assert geometry.rotation_about([0, 0, 2], 90) @ [1, 0, 0] == pytest.approx([0, 1, 0])
    points = RNG.normal(size=(n_points, 3))
    moved = points @ geometry.rotation_about([1, 2, 3], 141.0).T + [5, -6, 7]
    fit = geometry.superposed(points, moved)
    assert fit.moved(points) == pytest.approx(moved)
    assert fit.rmsd_angstrom == pytest.approx(0, abs=1e-7)
    assert np.linalg.det(fit.rotation) == pytest.approx(1)
    # never a mirror image
    mirrored = geometry.superposed(points, points * [1, 1, -1])
    assert np.linalg.det(mirrored.rotation) == pytest.approx(1)


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [
        ([0.2, 0.2, 1], [0.2, 0.2, -1], True),
        ([0.8, 0.8, 1], [0.8, 0.8, -1], False),
        ([0.2, 0.2, 3], [0.2, 0.2, 1], False),
        ([-1, 0.2, 0.5], [1, 0.2, 0.5], False),
    ],
)
def test_segment_through_triangle(start, end, crosses):
    triangle = [[[0, 0, 0], [1, 0, 0], [0, 1, 0]]]
    assert geometry.segments_cross_triangles([start], [end], triangle)[0, 0] == crosses


def test_placed_atom_has_the_internal_coordinates_asked_for() -> None:
    a, b, c = np.array([1.0, 2.0, 0.5]), np.array([0.3, 0.1, 0.0]), np.array([1.2, -0.9, 0.4])
    d = geometry.placed_atom(a, b, c, bond_angstrom=1.335, angle_degree=121.7, torsion_degree=-65.0)
    assert np.linalg.norm(d - c) == pytest.approx(1.335)
    assert geometry.angle(b, c, d) == pytest.approx(121.7)
    assert geometry.dihedral(a, b, c, d) == pytest.approx(-65.0)
    turned = geometry.rotated_about(d[None, :], b, c, 40.0)[0]
    assert geometry.dihedral(a, b, c, turned) == pytest.approx(-25.0)


@pytest.mark.parametrize("count", [96, 500])
def test_directions_are_spread_evenly(count: int) -> None:
    directions = geometry.even_directions(count)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(np.ones(count))
    assert np.linalg.norm(directions.mean(axis=0)) < 0.01
    cosines = directions @ directions.T - 2 * np.eye(count)
    nearest = np.degrees(np.arccos(cosines.max(axis=1)))
    # a share of the sphere as large as a cap of this radius belongs to each
    cap = np.degrees(np.arccos(1 - 2 / count))
    assert nearest.min() > 1.2 * cap and nearest.max() < 2.2 * cap
