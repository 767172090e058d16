"""The global search over an adduct's torsions: independent banks of minima until they agree."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.docking import kernels
from workbench.docking.annealing import Minima, Plan, anneal
from workbench.docking.covalent import Site, build_problem, exact_score
from workbench.docking.flexible import side_chains_at
from workbench.docking.grids import GridMaps
from workbench.docking.torsion_profiles import series_energy
from workbench.docking.torsions import TorsionTree
from workbench.errors import DockingError
from workbench.ligands.geometry import placed_atoms, self_mappings
from workbench.ligands.molecules import Adduct, Pose
from workbench.settings import SearchSettings

FloatArray = NDArray[np.float64]


def leaders(coordinates: FloatArray, mol: Chem.Mol, cutoff_angstrom: float, most: int) -> list[int]:
    """Pick poses, best first, each farther than a cut-off from all picked before it.

    Parameters
    ----------
    coordinates
        ``(n_poses, n_atoms, 3)`` angstrom, sorted by score.
    mol
        The drug, in the same atom order.
    cutoff_angstrom, most
        Least RMSD between two picked poses; how many to pick.

    Returns
    -------
    list of int
        Indices of the picked poses.
    """
    counted = placed_atoms(mol)
    mappings = self_mappings(mol, counted)
    picked: list[int] = []
    images: list[FloatArray] = []
    for index, points in enumerate(coordinates):
        own = points[counted]
        if all(
            np.sqrt(((image - own) ** 2).sum(-1).mean(-1)).min() > cutoff_angstrom
            for image in images
        ):
            picked.append(index)
            images.append(points[mappings])
            if len(picked) == most:
                break
    return picked


_CANDIDATES_PER_POSE = 8
"""Minima refined for each pose that is kept: a rough one may lie 0.25 kcal/mol above its bottom,
two of them may share it, and the intramolecular term drives the search but does not rank."""

_FAR_ANGSTROM = 2.0
_NEAR_ANGSTROM = 0.5


@dataclass(frozen=True)
class SearchOutcome:
    """Poses of one adduct, best first, and how they were found.

    Parameters
    ----------
    agreeing_pools, pools
        How many of the pools ended within the settings' tolerance of the best score.
    converged
        Whether as many pools agree as the settings ask for.
    evaluations
        Score-and-gradient evaluations spent.
    """

    poses: tuple[Pose, ...]
    pools: int
    agreeing_pools: int
    converged: bool
    evaluations: int


def search_plan(n_torsions: int, settings: SearchSettings) -> Plan:
    """Return how a pool is run for an adduct with so many torsions."""
    return Plan(
        members=settings.pool_members,
        far=_FAR_ANGSTROM,
        near=_NEAR_ANGSTROM,
        annealing=settings.annealing_per_torsion * n_torsions,
        patience=settings.patience_per_torsion * n_torsions,
        most=settings.children_per_torsion * n_torsions,
        crossing=0.5,
    )


def search(
    site: Site,
    adduct: Adduct,
    tree: TorsionTree,
    maps: GridMaps,
    settings: SearchSettings,
    seed: int,
    threads: int = 1,
) -> SearchOutcome:
    """Find the best poses of an adduct.

    Pools run independently of each other until enough of them agree on the best score. The
    result depends on the seed, not on the number of threads.

    Raises
    ------
    DockingError
        When nothing fits: no pose comes out, or none whose contacts score below zero.
    """
    problem = build_problem(site, adduct, tree, maps, settings.torsion_weight)
    plan = search_plan(tree.n_torsions, settings)
    seeds = np.random.SeedSequence(seed).generate_state(settings.max_pools)
    found: list[Minima] = []
    evaluations = 0
    with ThreadPoolExecutor(max_workers=max(1, threads)) as workers:
        while len(found) < settings.max_pools:
            missing = settings.agreeing_pools - (_agreeing(found, settings) if found else 0)
            batch = seeds[len(found) : len(found) + missing]
            for minima, spent, *_ in workers.map(lambda s: anneal(problem, int(s), plan), batch):
                found.append(minima)
                evaluations += spent
            if _agreeing(found, settings) >= settings.agreeing_pools:
                break
    poses = _best_poses(problem, site, adduct, tree, found, settings)
    if all(pose.score_kcal_per_mol > pose.terms["torsional"] for pose in poses):
        raise DockingError(
            f"The search found no pose of {adduct.ligand.name} ({adduct.label}) in this receptor; "
            "the site is blocked or the ligand too large for it."
        )
    agreeing = _agreeing(found, settings)
    return SearchOutcome(
        poses=poses,
        pools=len(found),
        agreeing_pools=agreeing,
        converged=agreeing >= settings.agreeing_pools,
        evaluations=evaluations,
    )


def _agreeing(found: list[Minima], settings: SearchSettings) -> int:
    best = np.array([minima.energies.min() for minima in found])
    return int((best <= best.min() + settings.agreement_kcal_per_mol).sum())


def _best_poses(
    problem: kernels.Problem,
    site: Site,
    adduct: Adduct,
    tree: TorsionTree,
    found: list[Minima],
    settings: SearchSettings,
) -> tuple[Pose, ...]:
    """Refine the best minima, score them without maps, and keep one of each kind."""
    energies = np.concatenate([minima.energies for minima in found])
    angles = np.concatenate([minima.angles for minima in found])
    shapes = np.concatenate([minima.conformers for minima in found])
    order = np.argsort(energies, kind="stable")
    order = order[np.isfinite(energies[order])]
    points = np.empty((len(order), len(tree.part), 3))
    axes = np.empty((tree.n_torsions, 3))
    for k, index in enumerate(order):
        kernels.place(problem, angles[index], shapes[index], points[k], axes)
    drug = slice(0, adduct.n_drug_atoms)
    cutoff = settings.cluster_angstrom
    candidates = leaders(
        points[:, drug], adduct.remnant(), cutoff / 3, _CANDIDATES_PER_POSE * settings.n_poses
    )
    poses = []
    for k in candidates:
        torsions, shape = angles[order[k]].copy(), int(shapes[order[k]])
        kernels.minimise(problem, torsions, shape, settings.refine_steps, 1e-6, np.inf)
        poses.append(scored_pose(problem, site, adduct, tree, torsions, shape))
    poses.sort(key=lambda pose: pose.score_kcal_per_mol)
    drugs = np.array([pose.coordinates[drug] for pose in poses])
    kept = leaders(drugs, adduct.remnant(), cutoff, settings.n_poses)
    return tuple(poses[k] for k in kept)


def scored_pose(
    problem: kernels.Problem,
    site: Site,
    adduct: Adduct,
    tree: TorsionTree,
    torsions: FloatArray,
    shape: int,
) -> Pose:
    """Return the pose of a conformer with its torsions turned, scored without maps.

    As in Vina, the intramolecular term drives the search and stays out of the score.

    Parameters
    ----------
    torsions
        ``(n_torsions,)`` radian, from where the conformer has them.
    shape
        Which of the tree's conformers.
    """
    points, axes = np.empty((len(tree.part), 3)), np.empty((tree.n_torsions, 3))
    kernels.place(problem, torsions, shape, points, axes)
    terms = exact_score(site, adduct, tree, points)
    turning = series_energy(problem.series, torsions + tree.offsets[shape])
    own = adduct.mol.GetNumAtoms()
    adducts_own = tree.axis_end < own
    terms["torsional"] = float(turning[adducts_own].sum())
    terms["side_chains"] += float(turning[~adducts_own].sum())
    score = sum(value for name, value in terms.items() if name != "intramolecular")
    turned = side_chains_at(site.flexible, points[own:])
    return Pose(adduct, points[:own], score, terms, turned)


@dataclass(frozen=True)
class Repeats:
    """What several searches of one adduct found together.

    Parameters
    ----------
    poses
        Of all of them, best score first, distinct.
    best_scores_kcal_per_mol
        Best score of each search, in the order of the seeds.
    """

    poses: tuple[Pose, ...]
    best_scores_kcal_per_mol: tuple[float, ...]


def repeat_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Return a run's own seed and further ones that no other run's seed gives alike."""
    more = (np.random.SeedSequence([seed, k]).generate_state(1)[0] for k in range(1, count))
    return (seed, *(int(state) % 2**31 for state in more))


def pooled(searches: Sequence[tuple[Pose, ...]], settings: SearchSettings) -> Repeats:
    """Pool the poses of several searches of one adduct.

    Parameters
    ----------
    searches
        Poses of each search, best first, none empty.
    settings
        How many poses are kept, and how far apart they lie.
    """
    every = sorted((p for poses in searches for p in poses), key=lambda p: p.score_kcal_per_mol)
    adduct = every[0].adduct
    drugs = np.array([pose.coordinates[: adduct.n_drug_atoms] for pose in every])
    kept = leaders(drugs, adduct.remnant(), settings.cluster_angstrom, settings.n_poses)
    return Repeats(
        tuple(every[k] for k in kept), tuple(poses[0].score_kcal_per_mol for poses in searches)
    )
