"""Which global search finds the best score with the fewest evaluations: a Markdown table.

``python benchmarks/strategies.py --seeds 8 --budget 120000``

The product's pools are compared with basin-hopping chains, a generational Lamarckian genetic
algorithm and basin hopping with parallel tempering. All four share the score, the minimiser and
the moves. Each runs until its budget of evaluations is spent; the table says in how many runs the
best score was within a tolerance of the best that any of them found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from workbench.docking.annealing import anneal, cross, mutate, random_minimum, settle
from workbench.docking.compiling import compiled
from workbench.docking.covalent import adduct_maps, build_problem, covalent_site
from workbench.docking.flexible import turning_neighbours, with_side_chains
from workbench.docking.kernels import Problem
from workbench.docking.search import search_plan
from workbench.docking.torsions import build_tree
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.reading import load_ligand
from workbench.settings import GridSettings, SearchSettings
from workbench.structures.loading import load_receptor

FloatArray = NDArray[np.float64]

CASES = ("KPT-185:bS", "KPT-251:bR", "eltanexor:bS_aS")
TOLERANCES_KCAL_PER_MOL = (0.1, 0.5)
NEVER = 1e9


def pools(problem: Problem, seed: int, budget: int) -> FloatArray:
    """Run one pool after the other, as the product does."""
    plan = search_plan(len(problem.parent), SearchSettings())
    history, spent = [], 0
    for child in np.random.SeedSequence(seed).generate_state(1000):
        _, evaluations, _, gains = anneal(problem, int(child), plan)
        history.append(gains + np.array([spent, 0.0]))
        spent += evaluations
        if spent >= budget:
            break
    return np.concatenate(history)


@compiled()
def chains(problem: Problem, seed: int, budget: int) -> FloatArray:
    """Run basin-hopping chains, each from the best of 200 random poses."""
    np.random.seed(seed)
    n = problem.parent.shape[0]
    current = np.empty(n)
    trial = np.empty(n)
    spent = 0
    best = NEVER
    history = [(0.0, NEVER)]
    while spent < budget:
        energy, conformer, used = random_minimum(problem, 200, current)
        spent += used
        for _ in range(15 * n):
            trial[:] = current
            shape = mutate(problem, trial, conformer)
            value, used = settle(problem, trial, shape, best, NEVER)
            spent += used
            if value < energy or np.random.random() < np.exp((energy - value) / 1.2):
                energy, conformer = value, shape
                current[:] = trial
                if energy < best:
                    best = energy
                    history.append((float(spent), best))
    return np.array(history)


@compiled()
def genetic(problem: Problem, seed: int, budget: int) -> FloatArray:
    """Run a Lamarckian genetic algorithm: 50 members, the best one is kept."""
    np.random.seed(seed)
    n = problem.parent.shape[0]
    size = 50
    energies = np.empty(size)
    angles = np.empty((size, n))
    shapes = np.empty(size, dtype=np.int64)
    spent = 0
    for r in range(size):
        energies[r], shapes[r], used = random_minimum(problem, 20, angles[r])
        spent += used
    best = energies.min()
    history = [(float(spent), best)]
    child = np.empty(n)
    while spent < budget:
        top = np.argmin(energies)
        new_energies = np.full(size, energies[top])
        new_angles = np.empty((size, n))
        new_angles[0] = angles[top]
        new_shapes = np.full(size, shapes[top])
        for r in range(1, size):
            i, rival, j, other = np.random.randint(0, size, 4)
            i = rival if energies[rival] < energies[i] else i
            j = other if energies[other] < energies[j] else j
            crossed = np.random.random() < 0.5
            if crossed:
                shape = cross(problem, angles[i], shapes[i], angles[j], shapes[j], child)
            else:
                child[:] = angles[i]
                shape = shapes[i]
            if not crossed or np.random.random() < 0.3:
                shape = mutate(problem, child, shape)
            new_energies[r], used = settle(problem, child, shape, best, NEVER)
            new_angles[r] = child
            new_shapes[r] = shape
            spent += used
            if new_energies[r] < best:
                best = new_energies[r]
                history.append((float(spent), best))
        energies, angles, shapes = new_energies, new_angles, new_shapes
    return np.array(history)


@compiled()
def tempering(problem: Problem, seed: int, budget: int) -> FloatArray:
    """Run eight basin-hopping chains at 0.5 to 3 kcal/mol that exchange their minima."""
    np.random.seed(seed)
    n = problem.parent.shape[0]
    size = 8
    temperatures = 0.5 * 6.0 ** (np.arange(size) / (size - 1))
    energies = np.empty(size)
    angles = np.empty((size, n))
    shapes = np.empty(size, dtype=np.int64)
    spent = 0
    for r in range(size):
        energies[r], shapes[r], used = random_minimum(problem, 50, angles[r])
        spent += used
    best = energies.min()
    history = [(float(spent), best)]
    trial = np.empty(n)
    while spent < budget:
        for r in range(size):
            trial[:] = angles[r]
            shape = mutate(problem, trial, shapes[r])
            value, used = settle(problem, trial, shape, best, NEVER)
            spent += used
            rise = (value - energies[r]) / temperatures[r]
            if rise < 0.0 or np.random.random() < np.exp(-rise):
                energies[r], shapes[r] = value, shape
                angles[r] = trial
                if value < best:
                    best = value
                    history.append((float(spent), best))
        for r in range(size - 1):
            gap = (energies[r] - energies[r + 1]) * (1 / temperatures[r] - 1 / temperatures[r + 1])
            if gap > 0.0 or np.random.random() < np.exp(gap):
                trial[:] = angles[r]
                angles[r] = angles[r + 1]
                angles[r + 1] = trial
                energies[r], energies[r + 1] = energies[r + 1], energies[r]
                shapes[r], shapes[r + 1] = shapes[r + 1], shapes[r]
    return np.array(history)


STRATEGIES: dict[str, Callable[[Problem, int, int], FloatArray]] = {
    "pools (the product)": pools,
    "Lamarckian genetic": genetic,
    "parallel tempering": tempering,
    "basin-hopping chains": chains,
}


def case(name: str) -> Problem:
    """Return the search problem of a drug's diastereomer, ``KPT-185:bS``, in the human groove."""
    drug, label = name.split(":")
    receptor = load_receptor("human-groove")
    site = covalent_site(receptor, turning_neighbours(receptor))
    adduct = next(a for a in enumerate_adducts(load_ligand(drug)) if a.label == label)
    settings = SearchSettings()
    tree = build_tree(adduct, embed(adduct, settings.n_conformers, 1), site.backbone)
    tree = with_side_chains(tree, site.flexible, settings.rotamer_penalty_kcal_per_mol)
    maps = adduct_maps(site, adduct, [tree], GridSettings())
    return build_problem(site, adduct, tree, maps, settings.torsion_weight)


def reached(history: FloatArray, budget: float) -> float:
    """Return the best score within a number of evaluations."""
    return float(history[history[:, 0] <= budget, 1].min(initial=NEVER))


def main() -> None:
    """Run every strategy on every case with every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", nargs="+", default=CASES)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--budget", type=int, default=120_000)
    arguments = parser.parse_args()
    runs: dict[str, list[FloatArray]] = {name: [] for name in STRATEGIES}
    best = []
    for name in arguments.cases:
        problem = case(name)
        for strategy, function in STRATEGIES.items():
            for seed in range(1, arguments.seeds + 1):
                runs[strategy].append(function(problem, seed, arguments.budget))
            print(f"{name}, {strategy}: done", file=sys.stderr)
        own = [runs[s][-arguments.seeds :] for s in STRATEGIES]
        lowest = min(reached(history, arguments.budget) for group in own for history in group)
        best += [lowest] * arguments.seeds
        print(f"{name}: best score {lowest:.2f} kcal/mol")
    budgets = [arguments.budget * share // 12 for share in (2, 3, 4, 6, 8, 12)]
    for tolerance in TOLERANCES_KCAL_PER_MOL:
        print(f"\n| within {tolerance} kcal/mol after | " + " | ".join(map(str, budgets)) + " |")
        print("|---|" + "---|" * len(budgets))
        for strategy, histories in runs.items():
            hits = [
                sum(
                    reached(history, budget) <= lowest + tolerance
                    for history, lowest in zip(histories, best, strict=True)
                )
                for budget in budgets
            ]
            print(f"| {strategy} | " + " | ".join(f"{h} of {len(best)}" for h in hits) + " |")


if __name__ == "__main__":
    main()
