"""The covalent search of some adducts, stage by stage, with the processor time of each stage."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.flexible import turning_neighbours, with_side_chains
from workbench.docking.search import SearchOutcome, search
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.settings import DockSettings
from workbench.structures.receptor import Receptor


@dataclass(frozen=True)
class Searched:
    """What the search of several adducts found, and its cost in processor seconds.

    Parameters
    ----------
    outcomes, trees
        By the adduct's label.
    conformers_s, profiles_s
        Conformers, and the torsion tree with the profiles of its bonds; each adduct's. Fragments
        that an earlier adduct shares are not scanned again.
    maps_s
        The receptor's maps, which the adducts share.
    search_s
        Each adduct's search.
    """

    outcomes: dict[str, SearchOutcome]
    trees: dict[str, TorsionTree]
    conformers_s: dict[str, float]
    profiles_s: dict[str, float]
    maps_s: float
    search_s: dict[str, float]


def flexible_residues(receptor: Receptor, settings: DockSettings) -> tuple[int, ...]:
    """Return the residues whose side chains the search turns with these settings."""
    asked = settings.search.flexible
    if asked == "auto":
        return turning_neighbours(receptor)
    return () if asked == "none" else asked


def searched(
    receptor: Receptor, adducts: Sequence[Adduct], settings: DockSettings, seed: int
) -> Searched:
    """Search the adducts of one ligand in one receptor on one core, as ``dock`` does."""
    site = covalent_site(receptor, flexible_residues(receptor, settings))
    trees, outcomes = {}, {}
    conformers_s, profiles_s, search_s = {}, {}, {}
    for adduct in adducts:
        started = time.process_time()
        shapes = embed(adduct, settings.search.n_conformers, seed)
        conformers_s[adduct.label] = time.process_time() - started
        started = time.process_time()
        tree = build_tree(adduct, shapes, site.backbone)
        trees[adduct.label] = with_side_chains(
            tree, site.flexible, settings.search.rotamer_penalty_kcal_per_mol
        )
        profiles_s[adduct.label] = time.process_time() - started
    started = time.process_time()
    maps = adduct_maps(site, adducts[0], trees.values(), settings.grid)
    maps_s = time.process_time() - started
    for adduct in adducts:
        started = time.process_time()
        tree = trees[adduct.label]
        outcomes[adduct.label] = search(site, adduct, tree, maps, settings.search, seed)
        search_s[adduct.label] = time.process_time() - started
    return Searched(outcomes, trees, conformers_s, profiles_s, maps_s, search_s)
