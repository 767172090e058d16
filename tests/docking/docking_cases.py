"""A receptor, adducts and maps that the docking tests share."""

from __future__ import annotations

from typing import NamedTuple

from workbench.docking.covalent import Site, adduct_maps, covalent_site
from workbench.docking.flexible import turning_neighbours, with_side_chains
from workbench.docking.grids import GridMaps
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.ligands.reading import load_ligand
from workbench.settings import GridSettings, SearchSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor


class Case(NamedTuple):
    """One adduct, hung in the groove, with its maps."""

    receptor: Receptor
    site: Site
    adduct: Adduct
    tree: TorsionTree
    maps: GridMaps


def make_case(drug: str, label: str, n_conformers: int = 4) -> Case:
    receptor = load_receptor("human-groove")
    site = covalent_site(receptor, turning_neighbours(receptor))
    adduct = next(a for a in enumerate_adducts(load_ligand(drug)) if a.label == label)
    tree = build_tree(adduct, embed(adduct, n_conformers, 1), site.backbone)
    penalty = SearchSettings().rotamer_penalty_kcal_per_mol
    tree = with_side_chains(tree, site.flexible, penalty)
    return Case(receptor, site, adduct, tree, adduct_maps(site, adduct, [tree], GridSettings()))
