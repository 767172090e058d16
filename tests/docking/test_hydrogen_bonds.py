"""Aimed hydrogen bonds: textbook geometries, and the same sum whoever carries the side chain."""

from __future__ import annotations

import numpy as np
import pytest
from docking_cases import Case
from numpy.typing import NDArray

from workbench.docking import kernels
from workbench.docking.atom_types import AtomType
from workbench.docking.covalent import aimed_terms, build_problem, covalent_site
from workbench.docking.flexible import side_chains_at, with_turned
from workbench.docking.hydrogen_bonds import (
    AIMED_STRENGTH,
    Aims,
    Side,
    aims,
    hydrogen_bonds,
    receptor_aims,
)
from workbench.docking.polarity import Hold
from workbench.structures.loading import load_receptor

DONOR = AtomType(1.8, False, True, False)
ACCEPTOR = AtomType(1.7, False, False, True)
FULL = -0.587439 * AIMED_STRENGTH
STRAIGHT_AT = Aims(np.zeros((1, 3)), np.zeros(1, dtype=np.int64))
"""An atom without heavy neighbours, such as a water: every direction is as good."""
WEAK = np.array([Hold.WEAK])


def _at(degree: float, length: float = 2.8) -> NDArray[np.float64]:
    """Return a point in the xy plane, in polar coordinates."""
    return length * np.array([np.cos(np.radians(degree)), np.sin(np.radians(degree)), 0.0])


def _energy(neighbours: list[NDArray[np.float64]], partner: NDArray[np.float64]) -> float:
    """Return the energy of a donor at the origin with an acceptor that takes any direction."""
    points = np.array([np.zeros(3), *neighbours])
    pointing = aims(points, {0: list(range(1, len(points)))})
    donor = Side([DONOR], points[:1], pointing, WEAK)
    acceptor = Side([ACCEPTOR], partner[None], STRAIGHT_AT, WEAK)
    return hydrogen_bonds(donor, acceptor, np.ones((1, 1), dtype=np.bool_)).energy_kcal_per_mol


@pytest.mark.parametrize(
    ("angle", "share"), [(180, 1), (120, 1), (110, 1), (95, 0.5), (80, 0), (60, 0)]
)
def test_an_atom_with_one_neighbour_takes_partners_all_round_but_not_beside_it(
    angle: float, share: float
) -> None:
    """The angle is C=O...H-like: at a carbonyl 120 is a lone pair, under 90 none is met."""
    assert _energy([_at(0, 1.2)], _at(angle)) == pytest.approx(share * FULL, abs=1e-9)


@pytest.mark.parametrize(("off", "share"), [(0, 1), (30, 0.75), (60, 0.25), (90, 0), (180, 0)])
def test_a_planar_nitrogen_points_away_from_both_neighbours(off: float, share: float) -> None:
    """The N-H of an amide: carbons at 120 degrees, its hydrogen between the outer sides."""
    planar = [_at(120, 1.35), _at(-120, 1.46)]
    assert _energy(planar, _at(off)) == pytest.approx(share * FULL, abs=1e-9)
    out_of_plane = np.array([np.cos(np.radians(off)), 0.0, np.sin(np.radians(off))])
    assert _energy(planar, 2.8 * out_of_plane) == pytest.approx(share * FULL, abs=1e-9)


def test_length_counts_as_in_vina_and_pairs_that_do_not_bond_count_nothing() -> None:
    """Full at 0.7 angstrom within the radii (3.5), half at 0.35, none at contact."""
    for length, share in ((2.8, 1.0), (3.15, 0.5), (3.5, 0.0), (9.0, 0.0)):
        assert _energy([], _at(0, length)) == pytest.approx(share * FULL, abs=1e-9)
    points = np.array([[0.0, 0, 0], [2.8, 0, 0]])
    for first, second, counted in ((DONOR, DONOR, True), (DONOR, ACCEPTOR, False)):
        sides = (
            Side([first], points[:1], STRAIGHT_AT, WEAK),
            Side([second], points[1:], STRAIGHT_AT, WEAK),
        )
        found = hydrogen_bonds(*sides, np.array([[counted]]))
        assert found.energy_kcal_per_mol == 0.0


def test_backbone_nitrogens_point_along_their_hydrogens() -> None:
    """The hydrogens were placed by a force field; the axis knows only heavy atoms."""
    receptor = load_receptor("human-groove")
    capped = {a.residue_number for a in receptor.atoms if a.residue_name in ("ACE", "NME")}
    with_hydrogen = {a.residue_number for a in receptor.atoms if a.name == "H"}
    chosen = sorted(with_hydrogen - capped)[:40]
    nitrogens = np.array([receptor.find(n, "N") for n in chosen])
    hydrogens = np.array([receptor.find(n, "H") for n in chosen])
    bond = receptor.coordinates[hydrogens] - receptor.coordinates[nitrogens]
    bond /= np.linalg.norm(bond, axis=1)[:, None]
    pointing = receptor_aims(receptor, nitrogens)
    assert set(pointing.n_neighbours) == {2}
    assert (pointing.axis * bond).sum(axis=1).min() > np.cos(np.radians(10))


def test_a_turned_side_chain_counts_as_the_receptors_own(kpt_185: Case) -> None:
    """The same terms, with Lys537 and Glu529 among the moving atoms or in a rigid receptor."""
    adduct = kpt_185.adduct
    n_own = adduct.mol.GetNumAtoms()
    problem = build_problem(kpt_185.site, adduct, kpt_185.tree, kpt_185.maps, 0.0)
    points = np.empty((len(problem.part), 3))
    rng = np.random.default_rng(3)
    met = 0
    for _ in range(60):
        angles = rng.uniform(-np.pi, np.pi, kpt_185.tree.n_torsions)
        kernels.place(problem, angles, 0, points, np.empty((len(angles), 3)))
        chains = side_chains_at(kpt_185.site.flexible, points[n_own:])
        rigid = covalent_site(with_turned(kpt_185.receptor, chains))
        flexible = aimed_terms(kpt_185.site, adduct, points)
        assert flexible == pytest.approx(aimed_terms(rigid, adduct, points[:n_own]), abs=0.02)
        met += flexible["hydrogen_bond"] < -0.1
    assert met >= 3
