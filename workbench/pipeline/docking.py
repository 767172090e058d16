"""The main job: encounter complex, every diastereomer, bonded complexes, checks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from workbench import provenance
from workbench.analysis.posebusting import load_posebusters
from workbench.docking.covalent import Site, adduct_maps, covalent_site
from workbench.docking.encounter import Encounter, dock_encounter, docking_box
from workbench.docking.flexible import turning_neighbours, with_side_chains, with_turned
from workbench.docking.grids import GridMaps
from workbench.docking.search import Repeats, pooled, repeat_seeds, search
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.errors import UsageError
from workbench.ligands.adducts import adducts_in_form
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct, Ligand, Pose
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for_adduct
from workbench.physics.assembly import bond
from workbench.physics.force_fields import FORCE_FIELDS
from workbench.physics.platforms import PlatformChoice, choose_platform
from workbench.physics.strain import RefinedPose, refine
from workbench.pipeline import summarising
from workbench.pipeline.summarising import ranking
from workbench.progress import Progress, silent
from workbench.records.docking import AdductRecord, DockingResult, ResultVerdict
from workbench.settings import DockSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdb


@dataclass
class _Run:
    """What one call of ``dock`` carries from stage to stage."""

    ligand: Ligand
    receptor: Receptor
    settings: DockSettings
    seed: int
    jobs: int
    command: str
    progress: Progress
    timing: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        started = time.perf_counter()
        yield
        self.timing[name] = self.timing.get(name, 0.0) + time.perf_counter() - started


def dock(
    ligand: str | Ligand,
    receptor: str | Receptor = "human-groove",
    *,
    mutations: tuple[str, ...] = (),
    nucleophile: str | None = None,
    force_field: str = "mmff94s",
    form: str = "adduct",
    poses: int = 10,
    seed: int = 1,
    platform: str = "auto",
    jobs: int | None = None,
    settings: DockSettings | None = None,
    posebusters: bool = False,
    command: str = "",
    progress: Progress = silent,
) -> DockingResult:
    """Dock a ligand onto the reactive cysteine of a receptor.

    Parameters
    ----------
    ligand
        A catalogue name, a SMILES, a file with one record, or a loaded ligand.
    receptor
        ``human-groove``, a structure file, or a loaded receptor.
    mutations
        Such as ``("C528S",)``, in human numbering; for a receptor that is not loaded yet.
    nucleophile
        ``A:797:SG`` on a protein that is not XPO1.
    force_field
        ``mmff94s``.
    form
        ``adduct`` as it first forms, or what follows it: ``hydrolysed`` for the opened lactone
        of leptomycin B (see ``ligands.follow_ups``).
    poses
        How many to keep per diastereomer.
    seed
        The same seed gives the same result on the same machine, whatever ``jobs`` is.
    platform
        ``auto`` or an OpenMM platform by name.
    jobs
        Processor cores to use; all of them by default.
    settings
        Of every stage; ``poses``, ``platform`` and ``force_field`` are set into them.
    posebusters
        Also ask PoseBusters about every pose (an optional dependency).
    command
        What the user typed, for the provenance.
    progress
        Called with stage, done and total.

    Returns
    -------
    DockingResult
        Verdict ``no_thiol`` with the encounter complex alone when the receptor has no thiol;
        ``no_warhead`` or ``unsupported_warhead`` with neither when the drug cannot bond.

    Raises
    ------
    WorkbenchError
        When an input cannot be used or a stage fails; the message says what to do.
    """
    if isinstance(receptor, Receptor) and (mutations or nucleophile):
        raise UsageError("Mutations and the nucleophile are given when the receptor is loaded.")
    if force_field not in FORCE_FIELDS:
        known = " or ".join(FORCE_FIELDS)
        raise UsageError(f"There is no force field {force_field!r}; use {known}.")
    judge = load_posebusters() if posebusters else None
    run = _Run(
        ligand=load_ligand(ligand) if isinstance(ligand, str) else ligand,
        receptor=load_receptor(receptor, mutations=mutations, nucleophile=nucleophile)
        if isinstance(receptor, str)
        else receptor,
        settings=(settings or DockSettings()).asked(
            poses=poses, platform=platform, force_field=force_field
        ),
        seed=seed,
        jobs=jobs or os.cpu_count() or 1,
        command=command,
        progress=progress,
    )
    if run.ligand.warhead is None:
        return _result(run, run.ligand.warhead_verdict, run.ligand.warhead_problem, Encounter(), ())
    choice = choose_platform(platform)
    if run.receptor.reactive_atom is None:
        encounter = _encounter(run, ())
        return _result(run, "no_thiol", summarising.no_thiol_reason(run.receptor), encounter, ())
    adducts = adducts_in_form(run.ligand, form)
    encounter = _encounter(run, adducts)
    found = _search(run, adducts)
    refined = _refine(run, {label: repeats.poses for label, repeats in found.items()})
    with run.stage("checks"):
        reference = summarising.usable_reference(run.receptor, reference_for_adduct(adducts[0]))
        checked = tuple(
            summarising.adduct_record(
                adduct,
                refined[adduct.label],
                reference,
                encounter.poses,
                found[adduct.label].best_scores_kcal_per_mol,
                judge,
            )
            for adduct in adducts
        )
    ranked = ranking(checked)
    result = _result(
        run,
        "adduct",
        summarising.adduct_reason(run.ligand, run.receptor, checked, ranked["words"]),
        encounter,
        checked,
        choice,
    )
    return replace(
        result, ranking=ranked, reference=summarising.reference_summary(reference, adducts[0])
    )


def _encounter(run: _Run, adducts: tuple[Adduct, ...]) -> Encounter:
    run.progress("encounter complex: docking the intact drug", 0, 1)
    with run.stage("encounter"):
        box = docking_box(run.receptor, run.settings.encounter.edge_angstrom)
        return dock_encounter(
            run.receptor, run.ligand, box, run.settings.encounter, run.seed, run.jobs, adducts
        )


def _search(run: _Run, adducts: tuple[Adduct, ...]) -> dict[str, Repeats]:
    """Search every diastereomer with each seed; the receptor's maps are made once."""
    with run.stage("covalent search"):
        asked = run.settings.search.flexible
        if asked == "auto":
            flexible = turning_neighbours(run.receptor)
        else:
            flexible = () if asked == "none" else asked
        site = covalent_site(run.receptor, flexible)
        run.progress("covalent search: conformers", 0, len(adducts))
        trees = {a.label: _tree(run, a, site, run.seed) for a in adducts}
        maps = adduct_maps(site, adducts[0], trees.values(), run.settings.grid)
    found = {}
    for done, adduct in enumerate(adducts, start=1):
        with run.stage("covalent search"):
            searches = [_found(run, site, adduct, trees[adduct.label], maps, run.seed)]
        with run.stage("covalent search, other seeds"):
            for seed in repeat_seeds(run.seed, run.settings.search.spread_seeds)[1:]:
                tree = _tree(run, adduct, site, seed)
                searches.append(_found(run, site, adduct, tree, maps, seed))
            found[adduct.label] = pooled(searches, run.settings.search)
        run.progress(f"covalent search: {adduct.label}", done, len(adducts))
    return found


def _tree(run: _Run, adduct: Adduct, site: Site, seed: int) -> TorsionTree:
    shapes = embed(adduct, run.settings.search.n_conformers, seed)
    tree = build_tree(adduct, shapes, site.backbone)
    return with_side_chains(tree, site.flexible, run.settings.search.rotamer_penalty_kcal_per_mol)


def _found(
    run: _Run, site: Site, adduct: Adduct, tree: TorsionTree, maps: GridMaps, seed: int
) -> tuple[Pose, ...]:
    return search(site, adduct, tree, maps, run.settings.search, seed, run.jobs).poses


def _refine(run: _Run, found: dict[str, tuple[Pose, ...]]) -> dict[str, tuple[RefinedPose, ...]]:
    """Minimise every pose, one diastereomer per core."""
    total = sum(len(poses) for poses in found.values())
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        run.progress("minimising bonded complexes", done, total)

    with run.stage("minimisation"), ThreadPoolExecutor(max_workers=run.jobs) as pool:
        complexes = {
            label: [bond(with_turned(run.receptor, pose.side_chains), pose) for pose in poses]
            for label, poses in found.items()
        }
        everything = [bonded for group in complexes.values() for bonded in group]
        futures = {
            label: pool.submit(
                refine, poses, complexes[label], everything, run.settings, run.seed, one_more
            )
            for label, poses in found.items()
        }
        return {label: future.result() for label, future in futures.items()}


def _result(
    run: _Run,
    verdict: ResultVerdict,
    reason: str,
    encounter: Encounter,
    adducts: tuple[AdductRecord, ...],
    choice: PlatformChoice | None = None,
) -> DockingResult:
    return DockingResult(
        verdict=verdict,
        reason=reason,
        ligand=summarising.ligand_summary(run.ligand),
        receptor=summarising.receptor_summary(run.receptor),
        encounter=summarising.encounter_records(run.ligand, encounter.poses),
        encounter_run_scores_kcal_per_mol=tuple(
            round(score, 3) for score in encounter.run_scores_kcal_per_mol
        ),
        adducts=adducts,
        timing={name: round(seconds, 3) for name, seconds in run.timing.items()},
        provenance=run_provenance(
            run.ligand, run.receptor, run.settings, run.seed, run.command, choice
        ),
        warnings=run.ligand.warnings + summarising.receptor_warnings(run.receptor),
        receptor_pdb=receptor_pdb(run.receptor),
    )


def run_provenance(
    ligand: Ligand,
    receptor: Receptor,
    settings: DockSettings,
    seed: int,
    command: str = "",
    choice: PlatformChoice | None = None,
) -> dict[str, Any]:
    """Return the ``provenance`` part of the result of such a run."""
    return provenance.collect(
        command=command,
        seed=seed,
        inputs={"ligand": ligand.smiles.encode(), "receptor": receptor_pdb(receptor).encode()},
        platform=summarising.platform_summary(choice),
        force_field=settings.minimization.force_field,
    ) | {"settings": settings.model_dump()}
