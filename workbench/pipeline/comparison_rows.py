"""One row of a comparison from a docking run: numbers with their spread, words with a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.analysis.comparison import contact_set, contact_shares, novelty, overlay_core
from workbench.errors import UsageError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.catalogue import drug_of_skeleton
from workbench.ligands.depiction import drug_beside_svg
from workbench.ligands.matched_pairs import MatchedPair, matched_pair
from workbench.ligands.molecules import Ligand
from workbench.ligands.properties import measured_brain
from workbench.pipeline.summarising import CLOSE_GAP_KCAL_PER_MOL
from workbench.records.comparison import ComparedDrug, ContactNovelty, CoreFit, Quantity
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord, best_pose
from workbench.records.reaction import Reaction
from workbench.tables import BrainFinding, Compound

FloatArray = NDArray[np.float64]

WEIGHABLE = ("recognition", "encounter", "strain", "reaction", "novelty")
"""What a user may weigh: adduct score, encounter score, strain, reaction, contact novelty."""


@dataclass(frozen=True)
class Run:
    """A drug and its docking run."""

    ligand: Ligand
    result: DockingResult

    @property
    def shown(self) -> tuple[AdductRecord, PoseRecord] | None:
        """The pose that stands for the drug: the best score of those that pass every check."""
        return best_pose(self.result)


def compared_drug(run: Run, base: Run, reaction: Reaction | None) -> ComparedDrug:
    """Return the row of one drug beside the reference compound."""
    ligand, result, shown = run.ligand, run.result, run.shown
    alike = _alike(shown) if shown else ()
    pair = matched_pair(base.ligand, ligand)
    changed = run is not base
    reversal = _reversibility(ligand)
    pose = shown[1] if shown else None
    return ComparedDrug(
        name=ligand.name,
        smiles=ligand.smiles,
        inchikey=ligand.inchikey,
        folder="",
        verdict=result.verdict,
        reason=result.reason,
        diastereomer=shown[0].label if shown else "",
        rank=pose.rank if pose else None,
        preferred=(result.ranking or {}).get("preferred"),
        valid=pose.valid if pose else None,
        adduct_score=_adduct_score(shown),
        encounter_score=_encounter_score(result),
        strain=_over(alike, "strain_kcal_per_mol", pose),
        reaction=_reaction(reaction),
        sg_c_distance=_over(alike, "sg_c_distance_angstrom", pose),
        c_s_c_angle=_over(alike, "c_s_c_angle_degree", pose),
        reversibility=reversal[0],
        reversibility_status=reversal[1],
        reversibility_source=reversal[2],
        contacts=contact_shares([contact_set(p.interactions) for p in alike]) if alike else {},
        novelty=_novelty(run, base) if changed else None,
        core=_core(run, base, pair) if changed else None,
        brain=tuple(map(_finding, _measured(ligand))),
        changes=tuple(
            f"{change.taken_out or 'H'} to {change.put_in or 'H'}" for change in pair.changes
        )
        if changed
        else (),
        warnings=result.warnings,
        seconds=round(sum(result.timing.values()), 1),
        drawing=drug_beside_svg(pair),
    )


def checked_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Return a user's weights.

    Raises
    ------
    UsageError
        When a name is none of ``WEIGHABLE``, or a weight is not a finite number.
    """
    for name, weight in weights.items():
        if name not in WEIGHABLE:
            raise UsageError(f"There is no weight {name!r}: known are {', '.join(WEIGHABLE)}.")
        if not np.isfinite(weight):
            raise UsageError(f"The weight of {name} is not a finite number.")
    return dict(weights)


def weighted(
    drug: ComparedDrug, reference: ComparedDrug, weights: Mapping[str, float]
) -> float | None:
    """Return the sum of weight times difference to the reference, in the units of the table.

    ``None`` without weights, or where a weighted quantity is missing: a gap is not a zero.
    """
    total = 0.0
    for name, weight in weights.items():
        here, there = _weighable(drug, name), _weighable(reference, name)
        if here is None or there is None:
            return None
        total += weight * (here - there)
    return round(total, 3) if weights else None


def _weighable(drug: ComparedDrug, name: str) -> float | None:
    if name == "novelty":
        # the reference is no news beside itself
        return drug.novelty.share.value if drug.novelty else 0.0
    quantity: Quantity = {
        "recognition": drug.adduct_score,
        "encounter": drug.encounter_score,
        "strain": drug.strain,
        "reaction": drug.reaction,
    }[name]
    return quantity.value


def _alike(shown: tuple[AdductRecord, PoseRecord]) -> tuple[PoseRecord, ...]:
    """Return the valid poses of the shown diastereomer that the score does not tell from it."""
    adduct, pose = shown
    reach = max(adduct.score_spread_kcal_per_mol or 0.0, CLOSE_GAP_KCAL_PER_MOL)
    valid = (p for p in adduct.poses if p.valid and p is not pose)
    score = pose.score_kcal_per_mol
    return (pose, *(p for p in valid if abs(p.score_kcal_per_mol - score) <= reach))


def _adduct_score(shown: tuple[AdductRecord, PoseRecord] | None) -> Quantity:
    if shown is None:
        return Quantity(None, basis="no pose")
    adduct, pose = shown
    spread = adduct.score_spread_kcal_per_mol
    seeds = len(adduct.seed_scores_kcal_per_mol)
    basis = f"range of the best score over {seeds} seeds" if spread is not None else "one seed"
    return Quantity(pose.score_kcal_per_mol, spread, basis)


def _encounter_score(result: DockingResult) -> Quantity:
    if not result.encounter:
        return Quantity(None, basis="not docked")
    best = min(pose.score_kcal_per_mol for pose in result.encounter)
    scores = result.encounter_run_scores_kcal_per_mol
    if len(scores) < 2:
        return Quantity(best, None, "one run: the spread was not measured")
    words = f"range of the best score over {len(scores)} independent runs"
    return Quantity(best, round(max(scores) - min(scores), 3), words)


def _over(alike: Sequence[PoseRecord], name: str, pose: PoseRecord | None) -> Quantity:
    """Return a pose's value and its range over the poses that the score does not tell apart."""
    if pose is None:
        return Quantity(None, basis="no pose")
    values = [getattr(p, name) for p in alike]
    if len(values) == 1:
        return Quantity(values[0], None, "no other pose within reach of the score")
    return Quantity(
        getattr(pose, name),
        round(max(values) - min(values), 3),
        f"range over {len(values)} poses that the score does not tell apart",
    )


def _reaction(reaction: Reaction | None) -> Quantity:
    if reaction is None or not reaction.adducts:
        return Quantity(None, basis="not computed")
    best = reaction.best
    return Quantity(
        round(best.relative_to_selinexor_kcal_per_mol, 3),
        None if best.uncertainty_kcal_per_mol is None else round(best.uncertainty_kcal_per_mol, 3),
        f"{reaction.level}, {reaction.model} model; uncertainty over conformers and levels",
    )


def _reversibility(ligand: Ligand) -> tuple[str, str, str]:
    """Return words, status and source of whether the bond opens again."""
    compound = _catalogued(ligand)
    if compound is not None and compound.reversibility:
        source = f"{compound.source} (confidence: {compound.confidence})"
        return compound.reversibility, "compound", source
    if ligand.warhead is None:
        return "", "", ""
    row = ligand.warhead.warhead
    source = f"{row.reference} (confidence: {row.confidence})"
    return f"{row.reversibility} as a class", "class of warhead", source


def _catalogued(ligand: Ligand) -> Compound | None:
    """Return the catalogue's drug with exactly this structure."""
    known = drug_of_skeleton(ligand.inchikey)
    return known if known is not None and known.inchikey == ligand.inchikey else None


def _measured(ligand: Ligand) -> tuple[BrainFinding, ...]:
    compound = _catalogued(ligand)
    return measured_brain(compound.name) if compound else ()


def _finding(row: BrainFinding) -> str:
    span = "" if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"
    middle = "" if row.value is None else f"{row.value:g}"
    figure = f"{middle} ({span})" if middle and span else middle or span
    numbers = f" {figure} {row.unit}" if figure else ""
    return f"{row.quantity}{numbers}, {row.system}: {row.finding} [{row.source}]"


def _novelty(run: Run, base: Run) -> ContactNovelty | None:
    if run.shown is None or base.shown is None:
        return None
    theirs = contact_set(base.shown[1].interactions)
    own = [contact_set(pose.interactions) for pose in _alike(run.shown)]
    shares = [novelty(contacts, theirs) for contacts in own]
    spread = round(max(shares) - min(shares), 3) if len(shares) > 1 else None
    return ContactNovelty(
        share=Quantity(round(shares[0], 3), spread, f"range over {len(shares)} poses"),
        gained=tuple(sorted(own[0] - theirs)),
        lost=tuple(sorted(theirs - own[0])),
        against=f"the shown pose of {base.ligand.name}",
    )


def _core(run: Run, base: Run, pair: MatchedPair) -> CoreFit | None:
    here, there = _placed(run), _placed(base)
    if here is None or there is None:
        return None
    overlay = overlay_core(pair, there, here)
    if overlay is None:
        return None
    mol = _pose_mol(run)
    conformer = mol.GetConformer()
    conformer.SetPositions(overlay.superposition.moved(np.asarray(conformer.GetPositions())))
    return CoreFit(
        atoms=overlay.atoms,
        in_place_angstrom=round(overlay.in_place_angstrom, 2),
        superposed_angstrom=round(overlay.superposition.rmsd_angstrom, 2),
        aligned_sdf=Chem.MolToMolBlock(mol, kekulize=False),
    )


def _placed(run: Run) -> FloatArray | None:
    """Return ``(n_atoms, 3)`` angstrom of the shown pose in the drug's atom order."""
    if run.shown is None:
        return None
    label = run.shown[0].label
    adduct = next(a for a in enumerate_adducts(run.ligand) if a.label == label)
    points: Any = _pose_mol(run).GetConformer().GetPositions()
    placed = np.full((run.ligand.mol.GetNumAtoms(), 3), np.nan)
    for drug_atom, adduct_atom in adduct.atom_pairs:
        placed[drug_atom] = points[adduct_atom]
    return placed


def _pose_mol(run: Run) -> Chem.Mol:
    assert run.shown is not None
    return Chem.MolFromMolBlock(run.shown[1].drug_sdf, sanitize=False, removeHs=True)
