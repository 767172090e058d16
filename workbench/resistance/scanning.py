"""``workbench.scan``: mutants of the groove against drugs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from workbench import provenance
from workbench.errors import MutationError, UsageError
from workbench.ligands.molecules import Ligand
from workbench.ligands.reading import load_ligand
from workbench.progress import Progress, silent
from workbench.records.scan import WILD_TYPE, ScanResult
from workbench.resistance.grooves import groove_of, mutant
from workbench.resistance.scoring import Scorer, Scores, Task, scored
from workbench.resistance.store import PairStore
from workbench.resistance.verdicts import CONFIDENCE_RULE, Case, judged
from workbench.settings import ScanSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdb
from workbench.tables import read_table

LIMITS = (
    "A mutant is the wild type's groove with other side chains: the backbone stays, nothing is "
    "said about folding, stability, Ran or cargo binding.",
    "Scores are those of the searches, without minimisation, in a rigid groove. A docking score "
    "does not rank these drugs, and its differences are no affinities; each stands with its "
    "range over seeds.",
    "Without a thiol only the encounter complex can form. What that does to the cell depends on "
    "rates that nobody has measured: workbench simulate --mutant-fraction shows it.",
    "PROPKA gives the wild type's Cys528 a pKa of 10.0 to 10.4, each uncertain by 3.5 "
    "(Awoonor-Williams and Rowley 2016): how acid the thiol is, and what a mutation does to it, "
    "stays open.",
    CONFIDENCE_RULE,
)


@dataclass(frozen=True)
class OutsideFact:
    """One row of ``outside_resistance.csv``: resistance that does not sit in XPO1."""

    what: str
    finding: str
    source: str
    confidence: str


def scan(
    mutations: Sequence[str],
    ligands: Sequence[str | Path | Ligand] = ("selinexor", "eltanexor"),
    *,
    receptor: str | Receptor = "human-groove",
    settings: ScanSettings | None = None,
    seed: int = 1,
    jobs: int = 1,
    out: str | Path | None = None,
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
        Catalogue names, SMILES, files, or loaded ligands.
    receptor
        An XPO1 with a free thiol.
    seed
        The same seed gives the same result on the same machine, whatever ``jobs`` is.
    jobs
        Processes; one pair each. With more than one, a script needs the usual
        ``if __name__ == "__main__"``.
    out
        A folder that exists: finished pairs are kept there, and not done again.
    command
        What the user typed, for the provenance.
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
    wild = load_receptor(receptor) if isinstance(receptor, str) else receptor
    if wild.reactive_atom is None or wild.numbering != "human":
        raise UsageError(
            f"a scan starts from an XPO1 with a free thiol at 528, which {wild.name} is not: give "
            "human-groove, or an entry that has one"
        )
    drugs = _distinct(ligands)
    mutants, failures = _mutants(wild, mutations, progress)
    scorer = Scorer(mutants, drugs, settings, seed)
    store = _store(scorer, Path(out), writing) if out else None
    grooves = {label: groove_of(made, label) for label, made in mutants.items()}
    scores = _scores(scorer, list(grooves), store, jobs, progress)
    pairs = tuple(
        judged(
            Case(
                drug=drug,
                groove=groove,
                wild_groove=grooves[WILD_TYPE],
                scores=scores[label, place],
                wild=scores[WILD_TYPE, place],
            )
        )
        for label, groove in grooves.items()
        for place, drug in enumerate(drugs)
    )
    return ScanResult(
        pairs=pairs,
        grooves=tuple(grooves.values()),
        limits=LIMITS,
        warnings=tuple(dict.fromkeys(text for drug in drugs for text in drug.warnings)),
        outside=tuple(asdict(row) for row in read_table("outside_resistance.csv", OutsideFact)),
        failures=failures,
        provenance=provenance.collect(
            command=command,
            seed=seed,
            inputs={"receptor": receptor_pdb(wild).encode()}
            | {f"ligand {drug.name}": drug.smiles.encode() for drug in drugs},
            platform="none: nothing is minimised with a drug",
            force_field="amber14/protein.ff14SB.xml (side chains of mutants)",
        )
        | {"settings": settings.model_dump()},
    )


def _distinct(ligands: Sequence[str | Path | Ligand]) -> list[Ligand]:
    """Return the drugs, each structure once and each name once."""
    found: dict[str, Ligand] = {}
    for given in ligands:
        drug = given if isinstance(given, Ligand) else load_ligand(given)
        found.setdefault(drug.smiles, drug)
    if not found:
        raise UsageError("there is no drug to scan: give at least one")
    names: Counter[str] = Counter()
    drugs = []
    for drug in found.values():
        names[drug.name] += 1
        number = f" ({names[drug.name]})" if names[drug.name] > 1 else ""
        drugs.append(replace(drug, name=f"{drug.name}{number}"))
    return drugs


def _mutants(
    wild: Receptor, mutations: Sequence[str], progress: Progress
) -> tuple[dict[str, Receptor], tuple[tuple[str, str], ...]]:
    """Return the wild type and the mutants that can be made by name, and why others cannot."""
    made = {WILD_TYPE: wild}
    failures: list[tuple[str, str]] = []
    labels = list(dict.fromkeys(text.strip() for text in mutations if text.strip()))
    for done, label in enumerate(labels, start=1):
        try:
            found = mutant(wild, label)
        except MutationError as error:
            failures.append((label, str(error)))
            continue
        made.setdefault("+".join(found.mutations[len(wild.mutations) :]), found)
        progress("grooves of the mutants", done, len(labels))
    if len(made) == 1:
        raise MutationError(failures[-1][1] if failures else "there is no mutation to scan")
    return made, tuple(failures)


def _store(scorer: Scorer, out: Path, writing: AbstractContextManager[object] | None) -> PairStore:
    versions = provenance.versions()
    wild = receptor_pdb(scorer.receptors[WILD_TYPE])
    settings = scorer.settings.model_dump() | {
        "seed": scorer.seed,
        "receptor_sha256": hashlib.sha256(wild.encode()).hexdigest(),
        "versions": {name: versions[name] for name in ("workbench", "vina", "rdkit")},
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
