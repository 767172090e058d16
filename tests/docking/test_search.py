"""The search: same seed same poses, truth found, poses distinct, blocked sites refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from docking_cases import Case
from rdkit import Chem

from workbench.docking.covalent import covalent_site, exact_score
from workbench.docking.flexible import with_turned
from workbench.docking.search import leaders, search
from workbench.docking.torsions import build_tree
from workbench.errors import DockingError
from workbench.ligands.geometry import placed_atoms, self_mappings
from workbench.settings import SearchSettings

SHORT = SearchSettings(pool_members=20, annealing_per_torsion=30, max_pools=2)


def _search(case: Case, seed: int, threads: int = 1, settings: SearchSettings = SHORT):  # type: ignore[no-untyped-def]
    return search(case.site, case.adduct, case.tree, case.maps, settings, seed, threads)


def test_a_seed_gives_the_same_poses_on_any_number_of_threads(kpt_185: Case) -> None:
    one, two = _search(kpt_185, 5), _search(kpt_185, 5, threads=2)
    assert len(one.poses) == len(two.poses)
    for first, second in zip(one.poses, two.poses, strict=True):
        assert np.array_equal(first.coordinates, second.coordinates)
        assert first.score_kcal_per_mol == second.score_kcal_per_mol


def test_poses_are_sorted_distinct_and_add_up(kpt_185: Case) -> None:
    outcome = _search(kpt_185, 1)
    scores = [pose.score_kcal_per_mol for pose in outcome.poses]
    assert scores == sorted(scores)
    assert len(scores) > 3
    for pose in outcome.poses:
        ranked = sum(v for name, v in pose.terms.items() if name != "intramolecular")
        assert ranked == pytest.approx(pose.score_kcal_per_mol, abs=1e-9)
    drugs = np.array([p.coordinates[: kpt_185.adduct.n_drug_atoms] for p in outcome.poses])
    assert len(leaders(drugs, kpt_185.adduct.remnant(), 1.0, 99)) == len(drugs)


def test_a_receptor_with_the_side_chains_of_a_pose_scores_it_alike(kpt_185: Case) -> None:
    """The same contacts, counted once with side chains that turn and once in a rigid receptor."""
    adduct = kpt_185.adduct
    for pose in _search(kpt_185, 1).poses[:4]:
        assert {c.number for c in pose.side_chains} == {529, 537}
        rigid = covalent_site(with_turned(kpt_185.receptor, pose.side_chains))
        tree = build_tree(
            adduct, kpt_185.tree.conformers[:, : len(pose.coordinates)], rigid.backbone
        )
        terms = exact_score(rigid, adduct, tree, pose.coordinates)
        assert terms.pop("side_chains") == 0
        for name, value in terms.items():
            assert value == pytest.approx(pose.terms[name], abs=2e-3), name


def test_turned_side_chains_keep_their_shape(kpt_185: Case) -> None:
    receptor = kpt_185.receptor
    pose = _search(kpt_185, 1).poses[0]
    turned = with_turned(receptor, pose.side_chains)
    i, j = receptor.bonds[:, :2].T
    before, after = (
        np.linalg.norm(r.coordinates[i] - r.coordinates[j], axis=1) for r in (receptor, turned)
    )
    assert after == pytest.approx(before, abs=1e-9)
    moved = np.linalg.norm(turned.coordinates - receptor.coordinates, axis=1) > 1e-6
    assert {receptor.atoms[k].residue_number for k in np.flatnonzero(moved)} <= {529, 537}
    farthest = max(chain.moved_angstrom for chain in pose.side_chains)
    heavy = np.array([a.element != "H" for a in receptor.atoms])
    shift = np.linalg.norm(turned.coordinates - receptor.coordinates, axis=1)[heavy].max()
    assert shift == pytest.approx(farthest, abs=2e-3)


def test_every_pose_keeps_the_bond_and_the_anchor(kpt_185: Case) -> None:
    adduct = kpt_185.adduct
    for pose in _search(kpt_185, 2).poses:
        bond = pose.coordinates[adduct.sg_index] - pose.coordinates[adduct.reactive_atom_index]
        assert 1.78 < np.linalg.norm(bond) < 1.88
        assert pose.coordinates[adduct.cb_index] == pytest.approx(kpt_185.site.cb, abs=1e-6)


def test_seeds_agree_on_the_best_score(kpt_185: Case) -> None:
    best = [_search(kpt_185, s, 2, SearchSettings()).poses[0].score_kcal_per_mol for s in (1, 2)]
    assert abs(best[0] - best[1]) < 0.5


def test_a_receptor_without_a_thiol_is_refused(kpt_185: Case) -> None:
    with pytest.raises(DockingError, match="no thiol at 528"):
        covalent_site(replace(kpt_185.receptor, reactive_atom=None, verdict="no_thiol"))


def test_symmetry_of_a_ring_is_not_a_second_pose() -> None:
    mol = Chem.MolFromSmiles("c1ccccc1C(F)(F)F")
    assert len(self_mappings(mol, placed_atoms(mol))) == 2
    rng = np.random.default_rng(0)
    points = rng.normal(size=(10, 3))
    flipped = points.copy()
    flipped[[0, 1, 3, 4]] = points[[4, 3, 1, 0]]
    swapped = points.copy()
    swapped[[1, 3]] = points[[3, 1]]
    # atoms 0..5 are the ring, 5 bears the CF3: turning it over maps 0 on 4 and 1 on 3
    assert leaders(np.array([points, flipped]), mol, 0.1, 9) == [0]
    assert leaders(np.array([points, swapped]), mol, 0.1, 9) == [0, 1]
