from __future__ import annotations

from itertools import pairwise

import gemmi
import numpy as np
import pytest

from workbench.structures.loop_closure import ClosedLoops, beta_carbons, closed_loops
from workbench.structures.ramachandran import (
    OUTLIER_KCAL_PER_MOL,
    drawn_dihedrals,
    is_helical,
    ramachandran_energy,
    residue_class,
)


def dihedral(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> float:
    return float(
        np.degrees(gemmi.calculate_dihedral(*(gemmi.Position(*point) for point in (a, b, c, d))))
    )


def angle(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    return float(np.degrees(gemmi.calculate_angle(*(gemmi.Position(*p) for p in (a, b, c)))))


def ends(length: int) -> tuple[np.ndarray, np.ndarray]:
    """The residues beside an ideal helix of so many residues: 1.5 angstrom rise, 100 degrees."""
    turn, rise = np.radians(100.0 * (length + 1)), 1.5 * (length + 1)
    # cylinder coordinates: radius, angle and height of N, CA and C
    atoms = [(1.55, 0.0, 0.0), (2.29, 28.3, 0.87), (1.65, 53.6, 1.95)]
    first = np.array(
        [[r * np.cos(np.radians(p)), r * np.sin(np.radians(p)), z] for r, p, z in atoms]
    )
    c, s = np.cos(turn), np.sin(turn)
    last = first @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + [0.0, 0.0, rise]
    return first, last


def loops(length: int, count: int = 200) -> tuple[ClosedLoops, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    first, last = ends(length)
    dihedrals = np.stack(
        [drawn_dihedrals("general", count, rng) for _ in range(length + 1)], axis=1
    )
    return closed_loops(first, last, -43.0, dihedrals), first, last


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
def test_closed_loops_join_both_ends(length: int) -> None:
    closed, first, last = loops(length)
    assert len(closed.backbone) > 20
    for backbone in closed.backbone[:20]:
        chain = np.concatenate([[first], backbone[:, :3], [last]])
        joints = np.linalg.norm(chain[1:, 0] - chain[:-1, 2], axis=1)
        # Engh and Huber: C-N 1.329; the last joint takes what closure leaves
        assert joints == pytest.approx(1.329, abs=0.06)
        for left, right in pairwise(chain):
            assert abs(dihedral(left[1], left[2], right[0], right[1])) > 150
            assert angle(left[1], left[2], right[0]) == pytest.approx(116.2, abs=11)
            assert angle(left[2], right[0], right[1]) == pytest.approx(121.7, abs=11)


@pytest.mark.parametrize("length", [2, 6])
def test_dihedrals_and_oxygens_are_those_of_the_coordinates(length: int) -> None:
    closed, first, last = loops(length)
    for k in range(10):
        chain = np.concatenate([[first], closed.backbone[k, :, :3], [last]])
        for i in range(1, length + 1):
            n, ca, c = chain[i]
            assert dihedral(chain[i - 1, 2], n, ca, c) == pytest.approx(
                closed.phi[k, i - 1], abs=3.0
            )
            psi = dihedral(n, ca, c, chain[i + 1, 0])
            off = (psi - closed.psi[k, i - 1] + 180) % 360 - 180
            assert abs(off) < 3.0
            oxygen = closed.backbone[k, i - 1, 3]
            assert np.linalg.norm(oxygen - c) == pytest.approx(1.231, abs=1e-6)
            assert abs(dihedral(oxygen, c, ca, chain[i + 1, 0])) > 175


def test_beta_carbons_make_l_residues() -> None:
    closed, _, _ = loops(4)
    carbons = beta_carbons(closed.backbone)
    for backbone, placed in zip(closed.backbone, carbons, strict=True):
        for (n, ca, c, _), cb in zip(backbone, placed, strict=True):
            assert np.linalg.norm(cb - ca) == pytest.approx(1.530, abs=1e-6)
            assert angle(n, ca, cb) == pytest.approx(110.5, abs=0.1)
            assert np.dot(np.cross(n - ca, c - ca), cb - ca) > 0


def test_ends_that_are_too_far_apart_are_not_closed() -> None:
    first, last = ends(3)
    far = last + np.array([30.0, 0.0, 0.0])
    drawn = drawn_dihedrals("general", 4 * 50, np.random.default_rng(2)).reshape(50, 4, 2)
    assert len(closed_loops(first, far, -43.0, drawn).backbone) == 0


@pytest.mark.parametrize(
    ("kind", "phi", "psi", "allowed"),
    [
        # regions that every Ramachandran plot shows (Lovell et al. 2003)
        ("general", -63, -43, True),
        ("general", -120, 130, True),
        ("general", 60, -120, False),
        ("general", 0, 0, False),
        ("glycine", 85, 0, True),
        ("proline", -65, 145, True),
        ("proline", -120, 130, False),
        ("before proline", -70, 145, True),
        ("before proline", -90, 0, False),
    ],
)
def test_ramachandran_regions(kind: str, phi: float, psi: float, allowed: bool) -> None:
    energy = float(ramachandran_energy(kind, np.array(phi), np.array(psi)))
    assert (energy < OUTLIER_KCAL_PER_MOL) == allowed


@pytest.mark.parametrize("kind", ["general", "glycine", "proline", "before proline"])
def test_drawn_dihedrals_follow_the_density(kind: str) -> None:
    drawn = drawn_dihedrals(kind, 4000, np.random.default_rng(3))
    assert np.abs(drawn).max() <= 180
    energies = ramachandran_energy(kind, drawn[:, 0], drawn[:, 1])
    assert np.mean(energies > OUTLIER_KCAL_PER_MOL) < 0.02
    # the density is one: its mean over the whole square is 1 relative to the uniform one
    grid = np.arange(-179.0, 180.0, 2.0)
    phi, psi = np.meshgrid(grid, grid)
    density = np.exp(-ramachandran_energy(kind, phi, psi) / 0.6)
    assert density.mean() == pytest.approx(1.0, abs=0.01)


def test_classes_and_helices() -> None:
    assert [residue_class(*pair) for pair in ("GP", "PG", "AP", "AG")] == [
        "glycine",
        "proline",
        "before proline",
        "general",
    ]
    assert is_helical(-63, -43) and is_helical(-57, 313) and not is_helical(-120, 130)
