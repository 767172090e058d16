"""What a flexible side chain costs: nothing where the receptor has it, the penalty half round."""

from __future__ import annotations

import numpy as np
import pytest
from docking_cases import Case

from workbench.docking import kernels
from workbench.docking.covalent import build_problem, covalent_site, exact_score
from workbench.docking.flexible import with_side_chains
from workbench.docking.torsion_profiles import series_energy
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.geometry import dihedral

PENALTY = 3.0


def _penalised(case: Case) -> tuple[TorsionTree, TorsionTree]:
    """Return the adduct's tree alone and with its side chains under a penalty."""
    n_own = case.adduct.mol.GetNumAtoms()
    conformers = case.tree.conformers[:, :n_own]
    bare = build_tree(case.adduct, conformers, case.site.backbone)
    return bare, with_side_chains(bare, case.site.flexible, PENALTY)


def _cost(tree: TorsionTree, torsion: int, angles: np.ndarray) -> np.ndarray:
    series = np.repeat(tree.series[[torsion]], len(angles), axis=0)
    return series_energy(series, angles + tree.offsets[0, torsion])


def test_turning_a_carboxylate_half_round_costs_the_penalty(kpt_185: Case) -> None:
    """The last dihedral of Glu has no barrier of its own: what is left is the penalty."""
    bare, tree = _penalised(kpt_185)
    assert [r.name for r in kpt_185.site.flexible] == ["GLU", "LYS"]
    last_of_glu = bare.n_torsions + 2
    costs = _cost(tree, last_of_glu, np.radians([0.0, 60.0, -60.0, 90.0, 180.0]))
    assert costs == pytest.approx([0, PENALTY / 4, PENALTY / 4, PENALTY / 2, PENALTY], abs=1e-9)


def test_the_receptors_own_rotamers_cost_nothing(kpt_185: Case) -> None:
    """Offsets are the dihedrals measured in the receptor, by its own atoms."""
    bare, tree = _penalised(kpt_185)
    turning = range(bare.n_torsions, tree.n_torsions)
    assert [_cost(tree, k, np.zeros(1))[0] for k in turning] == pytest.approx([0] * 7, abs=1e-9)
    receptor = kpt_185.receptor
    chi_1 = [receptor.coordinates[receptor.find(529, name)] for name in ("N", "CA", "CB", "CG")]
    assert tree.offsets[0, bare.n_torsions] == pytest.approx(np.radians(dihedral(*chi_1)))


def test_a_penalty_keeps_the_threefold_barrier_of_an_aliphatic_dihedral(kpt_185: Case) -> None:
    """120 degrees on, the barrier repeats; only the penalty tells the rotamers apart."""
    bare, tree = _penalised(kpt_185)
    chi_1_of_lys = bare.n_torsions + 3
    costs = _cost(tree, chi_1_of_lys, np.radians([120.0, -120.0]))
    assert costs == pytest.approx([0.75 * PENALTY] * 2, abs=1e-9)


def test_chi_1_of_the_cysteine_costs_what_a_threefold_barrier_does(kpt_185: Case) -> None:
    """1.4 (1 + cos 3 chi) kcal/mol about N-CA-CB-SG, in full whatever the profiles' weight."""
    adduct = kpt_185.adduct
    problem = build_problem(kpt_185.site, adduct, kpt_185.tree, kpt_185.maps, 0.2)
    (chi_1,) = np.flatnonzero(problem.axis_end == adduct.cb_index)
    points, axes = np.empty((len(problem.part), 3)), np.empty((kpt_185.tree.n_torsions, 3))
    for turn in np.radians([0.0, 50.0, 100.0, 200.0]):
        angles = np.zeros(kpt_185.tree.n_torsions)
        angles[chi_1] = turn
        kernels.place(problem, angles, 0, points, axes)
        chi = np.radians(dihedral(*kpt_185.site.backbone, points[adduct.sg_index]))
        cost = series_energy(problem.series, angles + problem.offsets[0])[chi_1]
        assert cost == pytest.approx(1.4 * (1 + np.cos(3 * chi)), abs=1e-9)


def test_side_chains_at_rest_score_as_a_rigid_receptor(kpt_185: Case) -> None:
    """Scores with and without side chains that turn are on one scale."""
    adduct = kpt_185.adduct
    bare, tree = _penalised(kpt_185)
    problem = build_problem(kpt_185.site, adduct, tree, kpt_185.maps, 0.0)
    points = np.empty((len(tree.part), 3))
    axes = np.empty((tree.n_torsions, 3))
    angles = np.zeros(tree.n_torsions)
    angles[: bare.n_torsions] = np.random.default_rng(0).uniform(-3, 3, bare.n_torsions)
    kernels.place(problem, angles, 0, points, axes)
    flexible = exact_score(kpt_185.site, adduct, tree, points)
    rigid = exact_score(
        covalent_site(kpt_185.receptor), adduct, bare, points[: adduct.mol.GetNumAtoms()]
    )
    assert flexible["side_chains"] == pytest.approx(0, abs=1e-9)
    assert sum(flexible.values()) == pytest.approx(sum(rigid.values()), abs=1e-6)
    angles[bare.n_torsions] += np.radians(100)
    kernels.place(problem, angles, 0, points, axes)
    assert abs(exact_score(kpt_185.site, adduct, tree, points)["side_chains"]) > 0.1
