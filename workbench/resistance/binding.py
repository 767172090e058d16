"""Scores of one drug in one groove: the encounter complex, and every adduct where one can form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.docking.box import Box
from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.encounter import dock_encounter
from workbench.docking.flexible import turning_neighbours, with_side_chains
from workbench.docking.repeats import repeat_seeds
from workbench.docking.search import search
from workbench.docking.torsions import build_tree
from workbench.errors import DockingError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.molecules import Adduct, Ligand
from workbench.pipeline.summarising import encounter_records
from workbench.settings import ScanSettings
from workbench.structures.receptor import Receptor

Shapes = Callable[[Adduct], NDArray[np.float64]]
"""Gives the conformers of an adduct, ``(n, n_atoms, 3)`` angstrom."""


@dataclass(frozen=True)
class Scores:
    """What the searches of one pair gave.

    Parameters
    ----------
    encounter
        Best score of each seed, kcal/mol; empty when the drug has no warhead.
    adducts
        Label -> best score of each seed; empty where no adduct was searched.
    problem
        Why an adduct that was searched could not be placed.
    sdf
        Mol block of the best encounter pose.
    """

    encounter: tuple[float, ...]
    adducts: dict[str, tuple[float, ...]]
    problem: str = ""
    sdf: str = field(repr=False, default="")

    def to_dict(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "encounter": list(self.encounter),
            "adducts": {label: list(scores) for label, scores in self.adducts.items()},
            "problem": self.problem,
            "sdf": self.sdf,
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Scores:
        """Return what :meth:`to_dict` gave."""
        return cls(
            tuple(float(x) for x in record["encounter"]),
            {str(k): tuple(float(x) for x in v) for k, v in record["adducts"].items()},
            str(record["problem"]),
            str(record["sdf"]),
        )


def score_pair(
    receptor: Receptor,
    ligand: Ligand,
    box: Box,
    shapes: Shapes,
    settings: ScanSettings,
    seed: int,
) -> Scores:
    """Dock the intact drug, then search its adducts where the groove has a thiol.

    Poses are not minimised with the force field: scores are the searches' own.

    Parameters
    ----------
    box
        Of the wild type, for every mutant: the same space is searched.

    Raises
    ------
    DockingError
        When the intact drug finds no place in the box.
    LigandError
        When the drug's stereo is open.
    """
    seeds = repeat_seeds(seed, settings.n_seeds)
    found = [dock_encounter(receptor, ligand, box, settings.encounter, s).poses for s in seeds]
    encounter = tuple(round(poses[0].score_kcal_per_mol, 3) for poses in found)
    best = min(found, key=lambda poses: poses[0].score_kcal_per_mol)
    sdf = encounter_records(ligand, best[:1])[0].sdf
    if receptor.reactive_atom is None or ligand.warhead is None:
        return Scores(encounter, {}, "", sdf)
    try:
        adducts = _adduct_scores(receptor, ligand, shapes, settings, seeds)
    except DockingError as error:
        return Scores(encounter, {}, str(error), sdf)
    return Scores(encounter, adducts, "", sdf)


def _adduct_scores(
    receptor: Receptor,
    ligand: Ligand,
    shapes: Shapes,
    settings: ScanSettings,
    seeds: tuple[int, ...],
) -> dict[str, tuple[float, ...]]:
    """Return the scores of the diastereomers that fit.

    Raises
    ------
    DockingError
        When none fits; the reason is that of the last one.
    """
    asked = settings.search.flexible
    turning = turning_neighbours(receptor) if asked == "auto" else ()
    site = covalent_site(receptor, turning if not isinstance(asked, tuple) else asked)
    adducts = enumerate_adducts(ligand)
    trees = {
        adduct.label: with_side_chains(
            build_tree(adduct, shapes(adduct), site.backbone),
            site.flexible,
            settings.search.rotamer_penalty_kcal_per_mol,
        )
        for adduct in adducts
    }
    maps = adduct_maps(site, adducts[0], trees.values(), settings.grid)
    found: dict[str, tuple[float, ...]] = {}
    problem: DockingError | None = None
    for adduct in adducts:
        try:
            scores = [
                search(site, adduct, trees[adduct.label], maps, settings.search, s)
                .poses[0]
                .score_kcal_per_mol
                for s in seeds
            ]
        except DockingError as error:
            problem = error
            continue
        found[adduct.label] = tuple(round(score, 3) for score in scores)
    if problem is not None and not found:
        raise problem
    return found
