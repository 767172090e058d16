"""The global search over an adduct's torsions: basin-hopping chains until they agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.docking import kernels
from workbench.docking.clustering import leaders
from workbench.docking.covalent import Site, build_problem, exact_score
from workbench.docking.flexible import side_chains_at
from workbench.docking.grids import GridMaps
from workbench.docking.pose import Pose
from workbench.docking.torsion_profiles import series_energy
from workbench.docking.torsions import TorsionTree
from workbench.errors import DockingError
from workbench.ligands.molecules import Adduct
from workbench.settings import SearchSettings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SearchOutcome:
    """Poses of one adduct, best first, and how they were found.

    Parameters
    ----------
    agreeing_chains, chains
        How many of the chains ended within the settings' tolerance of the best score.
    evaluations
        Score-and-gradient evaluations spent.
    """

    poses: tuple[Pose, ...]
    chains: int
    agreeing_chains: int
    evaluations: int


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

    Chains run in batches until enough of them agree on the best score. The result depends on
    the seed, not on the number of threads.

    Raises
    ------
    DockingError
        When no pose with a finite score comes out.
    """
    problem = build_problem(site, adduct, tree, maps, settings.torsion_weight)
    seeds = np.random.SeedSequence(seed).generate_state(settings.max_chains)
    found: list[tuple[FloatArray, FloatArray, NDArray[np.int64], int]] = []
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for start in range(0, settings.max_chains, settings.chain_batch):
            batch = seeds[start : start + settings.chain_batch]
            found += pool.map(lambda s: _chain(problem, int(s), settings), batch)
            if _agreeing(found, settings) >= settings.agreeing_chains:
                break
    poses = _best_poses(problem, site, adduct, tree, found, settings)
    if not poses:
        raise DockingError(
            f"The search found no pose of {adduct.ligand.name} ({adduct.label}) in this receptor; "
            "the site is blocked or the ligand too large for it."
        )
    return SearchOutcome(
        poses=poses,
        chains=len(found),
        agreeing_chains=_agreeing(found, settings),
        evaluations=sum(chain[3] for chain in found),
    )


def _chain(
    problem: kernels.Problem, seed: int, settings: SearchSettings
) -> tuple[FloatArray, FloatArray, NDArray[np.int64], int]:
    n_torsions = len(problem.parent)
    result = kernels.basin_hopping(
        problem,
        seed,
        settings.random_starts,
        settings.hops_per_torsion * max(n_torsions, 1),
        settings.temperature_kcal_per_mol,
        settings.max_steps,
    )
    return result


def _agreeing(
    found: list[tuple[FloatArray, FloatArray, NDArray[np.int64], int]], settings: SearchSettings
) -> int:
    best = np.array([chain[0].min() for chain in found])
    return int((best <= best.min() + settings.agreement_kcal_per_mol).sum())


def _best_poses(
    problem: kernels.Problem,
    site: Site,
    adduct: Adduct,
    tree: TorsionTree,
    found: list[tuple[FloatArray, FloatArray, NDArray[np.int64], int]],
    settings: SearchSettings,
) -> tuple[Pose, ...]:
    """Refine the chains' best minima, score them exactly and keep one of each kind."""
    energies = np.concatenate([chain[0] for chain in found])
    angles = np.concatenate([chain[1] for chain in found])
    shapes = np.concatenate([chain[2] for chain in found])
    order = np.argsort(energies, kind="stable")
    order = order[np.isfinite(energies[order])]
    points = np.empty((len(order), len(tree.part), 3))
    axes = np.empty((tree.n_torsions, 3))
    for k, index in enumerate(order):
        kernels.place(problem, angles[index], shapes[index], points[k], axes)
    drug = slice(0, adduct.n_drug_atoms)
    picked = leaders(points[:, drug], adduct.remnant(), settings.cluster_angstrom, settings.n_poses)
    poses = []
    for k in picked:
        torsions = angles[order[k]].copy()
        kernels.minimise(problem, torsions, shapes[order[k]], settings.refine_steps, 1e-6)
        kernels.place(problem, torsions, shapes[order[k]], points[k], axes)
        terms = exact_score(site, adduct, tree, points[k])
        turning = series_energy(problem.series, torsions + problem.offsets[shapes[order[k]]])
        adducts_own = tree.axis_end < adduct.mol.GetNumAtoms()
        terms["torsional"] = float(turning[adducts_own].sum())
        terms["side_chains"] += float(turning[~adducts_own].sum())
        score = sum(terms.values())
        own = adduct.mol.GetNumAtoms()
        turned = side_chains_at(site.flexible, points[k, own:])
        poses.append(Pose(adduct, points[k, :own].copy(), score, terms, turned))
    return tuple(sorted(poses, key=lambda pose: pose.score_kcal_per_mol))
