"""The receptor's maps, made once per worker: a kind of atom when the first ligand brings it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from workbench.docking.covalent import Site, adduct_maps, moving_probes, reach_angstrom
from workbench.docking.grids import GridMaps, Probe, build_maps
from workbench.docking.torsions import TorsionTree
from workbench.ligands.molecules import Adduct
from workbench.settings import GridSettings


class MapLibrary:
    """Maps of one site in one box, shared by all ligands that fit into it.

    A map depends on its kind of atom and on the box alone, so a ligand's score does not depend
    on which ligands came before it.
    """

    def __init__(self, site: Site, half_width_angstrom: float, settings: GridSettings) -> None:
        self._site = site
        self._half_width = half_width_angstrom
        self._settings = settings
        self._maps: GridMaps | None = None

    def maps_for(self, adduct: Adduct, trees: Sequence[TorsionTree]) -> GridMaps:
        """Return maps that hold every kind of atom of an adduct.

        Parameters
        ----------
        adduct, trees
            One of a ligand's adducts, and the trees of all of them. One that reaches beyond the
            box gets maps of its own.
        """
        reach = max(reach_angstrom(tree, self._site) for tree in trees)
        if reach + self._settings.margin_angstrom > self._half_width:
            return adduct_maps(self._site, adduct, trees, self._settings)
        return self._with({p for p in moving_probes(self._site, adduct) if p is not None})

    def _with(self, probes: Collection[Probe]) -> GridMaps:
        known = self._maps.probes if self._maps else ()
        new = tuple(sorted(set(probes).difference(known)))
        if new or self._maps is None:
            made = build_maps(
                self._site.atoms,
                self._site.group,
                new,
                self._site.cb,
                self._half_width,
                self._settings.spacing_angstrom,
            )
            self._maps = made if self._maps is None else _joined(self._maps, made)
        return self._maps


def _joined(first: GridMaps, second: GridMaps) -> GridMaps:
    """Return the maps of one box in one object."""
    return replace(
        first,
        probes=first.probes + second.probes,
        coefficients=np.concatenate([first.coefficients, second.coefficients]),
    )
