"""Several drugs side by side: each docked into a folder of its own, one table, one page."""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import LigandError, OutputError, UsageError, WorkbenchError
from workbench.files.docking import read_docking_result
from workbench.files.exports import json_text
from workbench.files.writing import prepare_output_folder
from workbench.ligands.adducts import paper_adducts
from workbench.ligands.catalogue import name_key
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.mechanism.energetics import LEVELS, METHANETHIOL, Level
from workbench.mechanism.reaction_table import rows_of
from workbench.mechanism.reactivity import react
from workbench.pipeline.comparison_rows import Run, checked_weights, compared_drug, weighted
from workbench.pipeline.docking import dock, run_provenance
from workbench.processes import LostError, Say, answers
from workbench.progress import Progress, silent
from workbench.provenance import public_command
from workbench.records.comparison import Comparison
from workbench.records.docking import DockingResult
from workbench.records.reaction import AdductEnergy, Reaction
from workbench.report.docking_page import write_docking
from workbench.settings import DockSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.text import quoted

POSES = 3
LONGEST_SLUG = 32
LARGEST_REACTION_FILE_BYTES = 10_000_000
ReactionOf = Callable[[Ligand], Reaction | None]
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_SAME = ("seed", "force_field", "inputs", "settings", "versions")
_FUNCTION = "workbench.pipeline.comparing:dock_task"


@dataclass(frozen=True)
class Task:
    """One drug to dock in a process of its own, and the folder that is written."""

    ligand: Ligand
    receptor: Receptor
    settings: DockSettings
    seed: int
    jobs: int
    command: str
    folder: str


def shipped_reaction(ligand: Ligand) -> Reaction | None:
    """Return a drug's reaction from the table that ships, ``None`` where it is not in it."""
    level: Level = "gfn2"
    known = rows_of(ligand.smiles, model="truncated", thiol=METHANETHIOL, level=LEVELS[level])
    return react(ligand, level=level)[0] if known else None


def reactions_from(path: Path) -> Callable[[Ligand], Reaction | None]:
    """Return what looks up a drug's reaction, by name, in what ``workbench react --json`` printed.

    Raises
    ------
    UsageError
        When the file cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > LARGEST_REACTION_FILE_BYTES:
            raise UsageError(f"'{path.name}' is too large to be a list of reactions")
        rows = json.loads(path.read_text(encoding="utf-8"))
        known = {name_key(str(row["ligand"])): _reaction(row) for row in rows}
    except OSError as error:
        raise UsageError(
            f"'{path.name}' cannot be read: {error.strerror}; write it with workbench react --json"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"'{path.name}' is no list of reactions ({type(error).__name__}): write it with "
            "workbench react --json"
        ) from error
    return lambda ligand: known.get(name_key(ligand.name))


def _reaction(row: dict[str, Any]) -> Reaction:
    return Reaction(
        ligand=str(row["ligand"]),
        level=str(row["level"]),
        model=row["model"],
        adducts=tuple(
            AdductEnergy(
                label=str(adduct["label"]),
                delta_g_kcal_per_mol=_finite(adduct["delta_g_kcal_per_mol"]),
                relative_to_selinexor_kcal_per_mol=_finite(
                    adduct["relative_to_selinexor_kcal_per_mol"]
                ),
                uncertainty_kcal_per_mol=None
                if adduct["uncertainty_kcal_per_mol"] is None
                else _finite(adduct["uncertainty_kcal_per_mol"]),
            )
            for adduct in row["adducts"]
        ),
    )


def _finite(value: object) -> float:
    number = float(value) if isinstance(value, (int, float)) else math.nan
    if not math.isfinite(number):
        raise ValueError("an energy is not a number")
    return number


def compare(
    ligands: Iterable[str | Ligand],
    receptor: str | Receptor = "human-groove",
    *,
    reference: str | None = None,
    out: str | Path | None = None,
    mutations: tuple[str, ...] = (),
    weights: Mapping[str, float] | None = None,
    reaction_of: ReactionOf = shipped_reaction,
    force_field: str = "mmff94s",
    poses: int = POSES,
    seed: int = 1,
    platform: str = "auto",
    jobs: int | None = None,
    settings: DockSettings | None = None,
    command: str = "",
    progress: Progress = silent,
) -> Comparison:
    """Dock several drugs and set them side by side.

    Parameters
    ----------
    ligands
        Names, SMILES, files with one record, or loaded ligands; at least two different ones.
    receptor
        ``human-groove``, a structure file, or a loaded receptor.
    reference
        Name of the compound that differences are to; the first by default.
    out
        Folder for the docking runs: one that an earlier call finished with the same input,
        settings and versions is taken over. A temporary folder by default.
    mutations
        Such as ``("C528S",)``, for a receptor that is not loaded yet.
    weights
        By the names of ``comparison_rows.WEIGHABLE``. Nothing is weighed by default.
    reaction_of
        Returns what adding a thiol to a drug costs, ``None`` where it was not computed; the
        shipped table by default.
    force_field, poses, seed, platform, settings
        As ``dock`` takes them.
    jobs
        Processor cores to use, one drug on each as long as there are enough; the result does
        not depend on it.

    Raises
    ------
    WorkbenchError
        When fewer than two drugs are left, or the folder cannot be written to. A drug whose run
        fails is listed in ``failures`` and the others go on.
    """
    loaded = _distinct(load_ligand(x) if isinstance(x, str) else x for x in ligands)
    if isinstance(receptor, Receptor) and mutations:
        raise UsageError("Mutations are given when the receptor is loaded.")
    groove = load_receptor(receptor, mutations=mutations) if isinstance(receptor, str) else receptor
    asked = (settings or DockSettings()).asked(
        poses=poses, platform=platform, force_field=force_field
    )
    first = _reference(loaded, reference)
    wanted = checked_weights(weights or {})
    with tempfile.TemporaryDirectory() if out is None else nullcontext(str(out)) as place:
        folder = prepare_output_folder(place)
        tasks = [
            Task(x, groove, asked, seed, 1, command, str(folder / folder_name(x))) for x in loaded
        ]
        found, failures = _docked(tasks, jobs or os.cpu_count() or 1, progress)
    base = next((run for run in found if run.ligand is first), None)
    if base is None:
        raise UsageError(
            f"the reference compound {first.name} could not be docked: {failures[first.name]}; "
            "choose another with --reference"
        )
    rows = [compared_drug(run, base, reaction_of(run.ligand)) for run in found]
    beside = rows[found.index(base)]
    return Comparison(
        reference=first.name,
        receptor=groove.name,
        drugs=tuple(
            replace(
                row,
                folder="" if out is None else folder_name(run.ligand),
                weighted=weighted(row, beside, wanted),
            )
            for row, run in zip(rows, found, strict=True)
        ),
        results=tuple(run.result for run in found),
        failures=tuple({"name": name, "reason": text} for name, text in failures.items()),
        weights=wanted,
        provenance=_provenance(base.result, command),
    )


def folder_name(ligand: Ligand) -> str:
    """Return the folder of a drug's run: a part of its name that is safe, and its InChIKey."""
    slug = _UNSAFE.sub("-", ligand.name).strip("-")[:LONGEST_SLUG].strip("-")
    return f"{slug or 'ligand'}_{ligand.inchikey}"


def _distinct(ligands: Iterable[Ligand]) -> list[Ligand]:
    """Return each compound once, under the name that came first."""
    found: dict[str, Ligand] = {}
    for ligand in ligands:
        found.setdefault(ligand.inchikey, ligand)
    if len(found) < 2:
        raise UsageError("A comparison needs at least two different ligands.")
    return list(found.values())


def _reference(ligands: Sequence[Ligand], name: str | None) -> Ligand:
    if name is None:
        return ligands[0]
    try:
        wanted = load_ligand(name).inchikey
    except LigandError:
        wanted = ""
    for ligand in ligands:
        if ligand.inchikey == wanted or ligand.name.casefold() == name.casefold():
            return ligand
    raise UsageError(
        f"The reference {quoted(name)} is not among the ligands: "
        f"{', '.join(x.name for x in ligands[:10])}."
    )


def _docked(
    tasks: Sequence[Task], jobs: int, progress: Progress
) -> tuple[list[Run], dict[str, str]]:
    """Return the runs, in the order of the tasks, and why others failed."""
    ready = {task.ligand.inchikey: _finished(task) for task in tasks}
    missing = [task for task in tasks if ready[task.ligand.inchikey] is None]
    done = len(tasks) - len(missing)
    if done:
        progress("taken over from earlier", done, len(tasks))
    # the longest first, so that no core waits for it at the end
    missing.sort(key=lambda task: -len(paper_adducts(task.ligand)[0]))
    failures: dict[str, str] = {}
    at_once = max(1, min(jobs, len(missing)))
    given = [replace(task, jobs=max(1, jobs // at_once)) for task in missing]
    for task in given:
        prepare_output_folder(task.folder)

    def heard(place: int, stage: str, done: int, total: int) -> None:
        progress(f"{given[place].ligand.name}: {stage}", done, total)

    for place, answer in answers(_FUNCTION, None, given, at_once, heard):
        ligand = given[place].ligand
        if isinstance(answer, LostError):
            failures[ligand.name] = (
                f"the docking process of {ligand.name} was lost: {answer}; "
                "try it alone with workbench dock"
            )
        elif isinstance(answer, WorkbenchError):
            failures[ligand.name] = str(answer)
        else:
            ready[ligand.inchikey] = read_docking_result(given[place].folder)
    found = ((task.ligand, ready[task.ligand.inchikey]) for task in tasks)
    runs = [Run(ligand, result) for ligand, result in found if result is not None]
    names = [task.ligand.name for task in tasks]
    return runs, {name: failures[name] for name in names if name in failures}


def dock_task(_: None, task: Task, say: Say) -> None:
    """Dock a drug and write its folder."""
    result = dock(
        task.ligand,
        task.receptor,
        settings=task.settings,
        force_field=task.settings.minimization.force_field,
        poses=task.settings.search.n_poses,
        seed=task.seed,
        platform=task.settings.minimization.platform,
        jobs=task.jobs,
        command=task.command,
        progress=say,
    )
    write_docking(result, Path(task.folder))


def _finished(task: Task) -> DockingResult | None:
    """Return the run that already lies in a task's folder, when it is just what is asked for."""
    if not (Path(task.folder) / "result.json").is_file():
        return None
    try:
        result = read_docking_result(task.folder)
    except OutputError:
        return None
    wanted = run_provenance(task.ligand, task.receptor, task.settings, task.seed)
    same = _fingerprint(result.provenance) == _fingerprint(wanted)
    named = result.ligand.get("name") == task.ligand.name
    return result if same and named and all(a.form == "adduct" for a in result.adducts) else None


def _fingerprint(provenance: Mapping[str, Any]) -> Any:
    """Return what decides a run's outcome, as JSON stores it."""
    return json.loads(json_text({key: provenance.get(key) for key in _SAME}))


def _provenance(result: DockingResult, command: str) -> dict[str, Any]:
    """Return the provenance of the comparison: what its runs share."""
    shared = {key: value for key, value in result.provenance.items() if key != "inputs"}
    receptor = result.provenance.get("inputs", {}).get("receptor", "")
    return {**shared, "command": public_command(command), "inputs": {"receptor": receptor}}
