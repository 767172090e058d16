"""Scores of a drug in a groove: the encounter complex, and every adduct where one can form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.docking.covalent import adduct_maps, covalent_site
from workbench.docking.encounter import dock_encounter, docking_box
from workbench.docking.flexible import turning_neighbours, with_side_chains
from workbench.docking.search import repeat_seeds, search
from workbench.docking.torsions import build_tree
from workbench.errors import DockingError, WorkbenchError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct, Ligand
from workbench.pipeline.summarising import encounter_records
from workbench.processes import LostError, Say, answers
from workbench.records.scan import WILD_TYPE
from workbench.resistance.grooves import contacts
from workbench.settings import ScanSettings
from workbench.structures.receptor import Receptor

Task = tuple[str, int]
"""A mutation and the drug's place in the list."""


@dataclass(frozen=True)
class Scores:
    """What the searches of one pair gave, kcal/mol.

    Parameters
    ----------
    encounter, contacts
        Of each seed: best score, and residues near that pose; ``sdf`` is the best of all.
    adducts
        Label -> best score of each seed; empty where no adduct was searched.
    problem
        Why an adduct that was searched could not be placed.
    """

    encounter: tuple[float, ...]
    adducts: dict[str, tuple[float, ...]]
    problem: str = ""
    contacts: tuple[tuple[str, ...], ...] = ()
    sdf: str = field(repr=False, default="")

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Scores:
        """Return what ``asdict`` gave, as it comes back from JSON."""
        return cls(
            tuple(float(x) for x in record["encounter"]),
            {str(k): tuple(float(x) for x in v) for k, v in record["adducts"].items()},
            str(record["problem"]),
            tuple(tuple(str(name) for name in names) for names in record["contacts"]),
            str(record["sdf"]),
        )


class Scorer:
    """Scores pairs of receptors, by the mutation's name, and drugs; keeps conformers.

    Poses are not minimised with the force field: scores are the searches' own. The box is that
    of the wild type for every mutant, so that the same space is searched.
    """

    def __init__(
        self,
        receptors: Mapping[str, Receptor],
        ligands: Sequence[Ligand],
        settings: ScanSettings,
        seed: int,
    ) -> None:
        self.receptors = receptors
        self.ligands = ligands
        self.settings = settings
        self.seed = seed
        self.box = docking_box(receptors[WILD_TYPE], settings.encounter.edge_angstrom)
        self._shapes: dict[tuple[str, str], NDArray[np.float64]] = {}

    def scores(self, task: Task) -> Scores:
        """Dock the intact drug, then search its adducts where the groove has a thiol.

        Raises
        ------
        DockingError
            When the intact drug finds no place in the box.
        LigandError
            When the drug's stereo is open.
        """
        label, place = task
        receptor, ligand = self.receptors[label], self.ligands[place]
        seeds = repeat_seeds(self.seed, self.settings.n_seeds)
        found = [
            dock_encounter(receptor, ligand, self.box, self.settings.encounter, s).poses
            for s in seeds
        ]
        encounter = tuple(round(poses[0].score_kcal_per_mol, 3) for poses in found)
        sdfs = [encounter_records(ligand, poses[:1])[0].sdf for poses in found]
        adducts, problem = {}, ""
        if receptor.reactive_atom is not None and ligand.warhead is not None:
            try:
                adducts = self._adduct_scores(receptor, ligand, seeds)
            except DockingError as error:
                problem = str(error)
        return Scores(
            encounter,
            adducts,
            problem,
            tuple(contacts(receptor, sdf) for sdf in sdfs),
            sdfs[encounter.index(min(encounter))],
        )

    def _adduct_scores(
        self, receptor: Receptor, ligand: Ligand, seeds: Sequence[int]
    ) -> dict[str, tuple[float, ...]]:
        """Return the scores of the diastereomers that fit; raise the last reason if none does."""
        settings = self.settings.search
        asked = settings.flexible
        turning = turning_neighbours(receptor) if asked == "auto" else ()
        site = covalent_site(receptor, turning if not isinstance(asked, tuple) else asked)
        adducts = enumerate_adducts(ligand)
        trees = {
            adduct.label: with_side_chains(
                build_tree(adduct, self._conformers(adduct), site.backbone),
                site.flexible,
                settings.rotamer_penalty_kcal_per_mol,
            )
            for adduct in adducts
        }
        maps = adduct_maps(site, adducts[0], trees.values(), self.settings.grid)
        found: dict[str, tuple[float, ...]] = {}
        problem: DockingError | None = None
        for adduct in adducts:
            tree = trees[adduct.label]
            try:
                best = [search(site, adduct, tree, maps, settings, s).poses[0] for s in seeds]
            except DockingError as error:
                problem = error
                continue
            found[adduct.label] = tuple(round(pose.score_kcal_per_mol, 3) for pose in best)
        if problem is not None and not found:
            raise problem
        return found

    def _conformers(self, adduct: Adduct) -> NDArray[np.float64]:
        key = (adduct.smiles, adduct.label)
        if key not in self._shapes:
            self._shapes[key] = embed(adduct, self.settings.search.n_conformers, self.seed)
        return self._shapes[key]


def scored(scorer: Scorer, tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Scores]]:
    """Yield each task with its scores as it is done; one core per process.

    Raises
    ------
    DockingError
        When a drug finds no place in the wild type's box, or a process was killed.
    """
    if jobs == 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, scorer.scores(task)
        return
    for place, answer in answers("workbench.resistance.scoring:score", scorer, tasks, jobs):
        if isinstance(answer, LostError):
            raise DockingError(
                f"a process of the scan was lost, perhaps for want of memory ({answer}): start it "
                "again with fewer --jobs; finished pairs are kept"
            )
        if isinstance(answer, WorkbenchError):
            raise answer
        yield tasks[place], answer


def score(scorer: Scorer, task: Task, say: Say) -> Scores:
    """Return the scores of a task."""
    return scorer.scores(task)
