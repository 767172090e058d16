"""``workbench.scan``: mutants of the groove against drugs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

from workbench import provenance
from workbench.errors import MutationError, UsageError
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.mechanism.regimens import parse_regimen
from workbench.mechanism.simulation import LIMITS as TIME_LIMITS
from workbench.progress import Progress, silent
from workbench.records.scan import WILD_TYPE, Groove, ScanPair, ScanResult
from workbench.resistance.binding import Scores
from workbench.resistance.cells import Cell, cell
from workbench.resistance.facts import outside_facts
from workbench.resistance.grooves import Mutant, groove_of, mutant
from workbench.resistance.store import PairStore
from workbench.resistance.verdicts import CONFIDENCE_RULE, Case, judged
from workbench.resistance.work import Scorer, Task, scored
from workbench.settings import ScanSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdb

LIMITS = (
    "A mutant is the wild type's groove with other side chains: the backbone stays, nothing is "
    "said about folding, stability, Ran or cargo binding.",
    "Scores are those of the searches, without minimisation, in a rigid groove. A docking score "
    "does not rank these drugs, and its differences are no affinities; each stands with its "
    "range over seeds.",
    "Without a thiol only the encounter complex can form; a mutant with one is taken to bind as "
    "the wild type does.",
    CONFIDENCE_RULE,
    *TIME_LIMITS,
)


def scan(
    mutations: Sequence[str],
    ligands: Sequence[str | Path | Ligand] = ("selinexor", "eltanexor"),
    *,
    receptor: str | Receptor = "human-groove",
    settings: ScanSettings | None = None,
    seed: int = 1,
    jobs: int = 1,
    out: Path | None = None,
    command: str = "",
    progress: Progress = silent,
    writing: AbstractContextManager[object] | None = None,
) -> ScanResult:
    """Compare mutants of XPO1 with the wild type, drug by drug.

    Parameters
    ----------
    mutations
        Such as ``["C528S", "E571K"]``, in human numbering; ``C528S+E571K`` is a double mutant.
        The wild type is always part of the scan.
    ligands
        As everywhere: catalogue names, SMILES, files, or loaded ligands.
    receptor
        An XPO1 with a free thiol.
    settings
        Of the searches and of the cells.
    seed
        The same seed gives the same result on the same machine, whatever ``jobs`` is.
    jobs
        Processes; one pair each. With more than one, a script needs the usual
        ``if __name__ == "__main__"``.
    out
        A folder that exists: finished pairs are kept there, and not done again.
    command
        What the user typed, for the provenance.
    progress
        Called with stage, done and total.
    writing
        Held while a pair's file gets its name.

    Raises
    ------
    MutationError
        When none of the mutations can be made.
    OutputError
        When ``out`` holds pairs of other settings.
    WorkbenchError
        When a drug or the receptor cannot be used.
    """
    settings = settings or ScanSettings()
    parse_regimen(settings.regimen)  # refused before any work is done
    wild = load_receptor(receptor) if isinstance(receptor, str) else receptor
    _check_wild_type(wild)
    drugs = _distinct(ligands)
    scorer = Scorer(wild, drugs, settings, seed)
    store = _store(scorer, out, writing)
    mutants, failures = _mutants(wild, mutations, progress)
    cells = {
        (drug.smiles, bonds): cell(drug, bonds, settings)
        for drug in drugs
        for bonds in sorted({m.receptor.reactive_atom is not None for m in mutants})
    }
    grooves = {made.label: groove_of(made) for made in mutants}
    scores = _scores(scorer, list(grooves), store, jobs, progress)
    pairs = tuple(
        _pair(drug, place, label, grooves, scores, cells)
        for label in grooves
        for place, drug in enumerate(drugs)
    )
    warnings = dict.fromkeys(
        text for found in cells.values() for text in found.warnings
    ) | dict.fromkeys(text for drug in drugs for text in drug.warnings)
    return ScanResult(
        pairs=pairs,
        grooves=tuple(grooves.values()),
        courses=tuple(course for found in cells.values() for course in found.courses),
        regimen=settings.regimen,
        limits=LIMITS,
        warnings=tuple(warnings),
        outside=tuple(asdict(row) for row in outside_facts()),
        failures=failures,
        provenance=provenance.collect(
            command=command,
            seed=seed,
            inputs={"receptor": receptor_pdb(wild).encode()}
            | {f"ligand {drug.name}": drug.smiles.encode() for drug in drugs},
            platform="none: nothing is minimised with a drug",
            force_field="amber14/protein.ff14SB.xml (side chains and charges of mutants)",
        )
        | {"settings": settings.model_dump()},
    )


def _check_wild_type(wild: Receptor) -> None:
    if wild.reactive_atom is None or wild.numbering != "human":
        raise UsageError(
            f"a scan starts from an XPO1 with a free thiol at 528, which {wild.name} is not: give "
            "human-groove, or an entry that has one"
        )


def _distinct(ligands: Sequence[str | Path | Ligand]) -> list[Ligand]:
    """Return the drugs, each structure once and each name once."""
    found: dict[str, Ligand] = {}
    for given in ligands:
        drug = given if isinstance(given, Ligand) else load_ligand(given)
        found.setdefault(drug.smiles, drug)
    if not found:
        raise UsageError("there is no drug to scan: give at least one")
    names: dict[str, int] = {}
    drugs = []
    for drug in found.values():
        names[drug.name] = names.get(drug.name, 0) + 1
        count = names[drug.name]
        drugs.append(drug if count == 1 else replace(drug, name=f"{drug.name} ({count})"))
    return drugs


def _mutants(
    wild: Receptor, mutations: Sequence[str], progress: Progress
) -> tuple[list[Mutant], tuple[tuple[str, str], ...]]:
    """Return the wild type and the mutants that can be made, and why others cannot.

    Raises
    ------
    MutationError
        When none can be made.
    """
    made = {WILD_TYPE: mutant(wild, WILD_TYPE)}
    failures: list[tuple[str, str]] = []
    labels = list(dict.fromkeys(text.strip() for text in mutations if text.strip()))
    for done, label in enumerate(labels, start=1):
        try:
            found = mutant(wild, label)
        except MutationError as error:
            failures.append((label, str(error)))
            continue
        made.setdefault(found.label, found)
        progress("grooves of the mutants", done, len(labels))
    if len(made) == 1:
        raise MutationError(failures[-1][1] if failures else "there is no mutation to scan")
    return list(made.values()), tuple(failures)


def _store(
    scorer: Scorer, out: Path | None, writing: AbstractContextManager[object] | None
) -> PairStore | None:
    if out is None:
        return None
    used = {"grid", "search", "encounter", "n_seeds"}
    settings = scorer.settings.model_dump(include=used) | {
        "seed": scorer.seed,
        "receptor_sha256": hashlib.sha256(receptor_pdb(scorer.wild).encode()).hexdigest(),
        "versions": {
            name: version
            for name, version in provenance.versions().items()
            if name in ("workbench", "vina", "rdkit")
        },
    }
    return PairStore(out, settings, writing)


def _scores(
    scorer: Scorer, labels: list[str], store: PairStore | None, jobs: int, progress: Progress
) -> dict[Task, Scores]:
    """Return the scores of every pair; those that the store has are not done again."""
    tasks = [(label, place) for label in labels for place in range(len(scorer.ligands))]
    found: dict[Task, Scores] = {}
    for label, place in tasks:
        kept = store.load(label, scorer.ligands[place].smiles) if store else None
        if kept is not None:
            found[label, place] = kept
    if found:
        progress("pairs kept from an earlier run", len(found), len(tasks))
    left = [task for task in tasks if task not in found]
    for (label, place), scores in scored(scorer, left, jobs):
        if store is not None:
            store.save(label, scorer.ligands[place].smiles, scores)
        found[label, place] = scores
        progress(f"scored {label}, {scorer.ligands[place].name}", len(found), len(tasks))
    return found


def _pair(
    drug: Ligand,
    place: int,
    label: str,
    grooves: dict[str, Groove],
    scores: dict[Task, Scores],
    cells: dict[tuple[str, bool], Cell],
) -> ScanPair:
    groove = grooves[label]
    return judged(
        Case(
            drug=drug,
            groove=groove,
            wild_groove=grooves[WILD_TYPE],
            scores=scores[label, place],
            wild=scores[WILD_TYPE, place],
            cell=cells[drug.smiles, groove.has_thiol],
        )
    )
