"""Pools of minima: moves that do what they say, a test of convergence, problems of every size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from docking_cases import Case, make_case

from workbench.docking import annealing, kernels
from workbench.docking.covalent import adduct_maps, build_problem, covalent_site
from workbench.docking.search import search, search_plan
from workbench.docking.torsions import build_tree
from workbench.errors import DockingError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.reading import load_ligand
from workbench.settings import GridSettings, SearchSettings
from workbench.structures.loading import load_receptor

BRIEF = SearchSettings(
    pool_members=10, annealing_per_torsion=10, patience_per_torsion=10, max_pools=1
)


def _dihedral(p: np.ndarray) -> float:
    a, b, c = p[0] - p[1], p[2] - p[1], p[3] - p[2]
    b = b / np.linalg.norm(b)
    u, v = a - (a @ b) * b, c - (c @ b) * b
    return float(np.arctan2(np.cross(b, u) @ v, u @ v))


def _problem(case: Case) -> kernels.Problem:
    return build_problem(case.site, case.adduct, case.tree, case.maps, 0.2)


def test_another_conformer_keeps_every_torsion(kpt_185: Case) -> None:
    problem, mol = _problem(kpt_185), kpt_185.adduct.mol
    angles = np.random.default_rng(1).uniform(-np.pi, np.pi, kpt_185.tree.n_torsions)
    placed = np.empty((2, len(problem.part), 3))
    kernels.place(problem, angles, 0, placed[0], np.empty((len(angles), 3)))
    annealing.change_conformer(problem, angles, 0, 1)
    kernels.place(problem, angles, 1, placed[1], np.empty((len(angles), 3)))
    assert not np.allclose(placed[0], placed[1], atol=0.01)
    for start, end in zip(kpt_185.tree.axis_start, kpt_185.tree.axis_end, strict=True):
        if max(start, end) >= mol.GetNumAtoms() or start == kpt_185.adduct.ca_index:
            continue
        before = min(
            a.GetIdx() for a in mol.GetAtomWithIdx(int(start)).GetNeighbors() if a.GetIdx() != end
        )
        after = min(
            a.GetIdx() for a in mol.GetAtomWithIdx(int(end)).GetNeighbors() if a.GetIdx() != start
        )
        torsion = [before, int(start), int(end), after]
        change = _dihedral(placed[0][torsion]) - _dihedral(placed[1][torsion])
        assert np.cos(change) == pytest.approx(1.0, abs=1e-9)
    # The sulphur stays where it was about CA-CB, up to the conformers' own bond angles.
    sulphur = placed[:, kpt_185.adduct.sg_index]
    assert np.linalg.norm(sulphur[0] - sulphur[1]) < 0.3


def test_a_child_has_one_branch_of_each_parent(kpt_185: Case) -> None:
    problem, n = _problem(kpt_185), kpt_185.tree.n_torsions
    first, second = np.zeros(n), np.ones(n)
    child = np.empty(n)
    borders = []
    for _ in range(200):
        annealing.cross(problem, first, 0, second, 0, child)
        from_second = np.isclose(np.cos(child), np.cos(1.0))
        assert np.all(from_second | np.isclose(np.cos(child), 1.0))
        borders.append(
            sum(
                from_second[k] != from_second[problem.parent[k] - 1]
                for k in range(n)
                if problem.parent[k] > 0
            )
        )
    # one bond at most joins what comes from one parent to what comes from the other
    assert set(borders) == {0, 1}


def test_a_pool_ends_by_its_test_or_by_its_limit(kpt_185: Case) -> None:
    problem = _problem(kpt_185)
    plan = search_plan(kpt_185.tree.n_torsions, BRIEF)
    minima, _, converged, history = annealing.anneal(problem, 3, plan)
    assert converged
    assert history[-1, 1] == minima.energies.min()
    assert (np.diff(history[:, 1]) < 0).all()
    *_, converged, _ = annealing.anneal(problem, 3, plan._replace(most=5))
    assert not converged


def test_minima_are_what_they_say(kpt_185: Case) -> None:
    problem = _problem(kpt_185)
    minima, *_ = annealing.anneal(problem, 4, search_plan(kpt_185.tree.n_torsions, BRIEF))
    points, slopes = np.empty((len(problem.part), 3)), np.empty(kpt_185.tree.n_torsions)
    for energy, angles, conformer in zip(*minima, strict=True):
        found = kernels.evaluate(problem, angles, conformer, points, slopes)
        assert found == pytest.approx(energy, abs=1e-9)


@pytest.mark.parametrize(
    ("smiles", "n_torsions"),
    [("CN=C=S", 3), ("C=CC(=O)NCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCC", 40)],
)
def test_the_smallest_and_the_longest_adducts(smiles: str, n_torsions: int) -> None:
    receptor = load_receptor("human-groove")
    site = covalent_site(receptor)
    adduct = enumerate_adducts(load_ligand(smiles))[0]
    tree = build_tree(adduct, embed(adduct, 1, 1), site.backbone)
    assert tree.n_torsions == n_torsions
    coarse = GridSettings(spacing_angstrom=1.0)
    outcome = search(site, adduct, tree, adduct_maps(site, adduct, [tree], coarse), BRIEF, 1)
    for pose in outcome.poses:
        assert np.isfinite(pose.coordinates).all()
        assert -30 < pose.score_kcal_per_mol - pose.terms["torsional"] < 0


def test_a_blocked_site_is_refused() -> None:
    """The groove, filled with the atoms of a second copy of itself, shifted by its own width."""
    case = make_case("KPT-185", "bR", 1)
    atoms = case.site.atoms
    rng = np.random.default_rng(0)
    beside = case.site.cb + rng.uniform(-9, 9, size=(len(atoms.types), 3))
    blocked = case._replace(
        site=replace(case.site, atoms=type(atoms)(atoms.indices, beside, atoms.types))
    )
    maps = adduct_maps(blocked.site, case.adduct, [case.tree], GridSettings(spacing_angstrom=1.0))
    with pytest.raises(DockingError, match="blocked"):
        search(blocked.site, case.adduct, case.tree, maps, BRIEF, 1)
