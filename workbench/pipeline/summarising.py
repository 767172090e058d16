"""The records of a result, from what the stages found: poses, paths, ranking, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench import geometry
from workbench.analysis.interactions import find_interactions
from workbench.analysis.posebusting import Judge
from workbench.analysis.reference import compare_to_reference, symmetric_rmsd
from workbench.analysis.validity import failed_checks
from workbench.ligands.geometry import connectivity, placed_atoms, self_mappings
from workbench.ligands.molecules import Adduct, EncounterPose, Ligand
from workbench.ligands.reference_poses import ReferencePose
from workbench.ligands.writing import drug_sdf_block
from workbench.physics.complex import complex_texts
from workbench.physics.platforms import PlatformChoice
from workbench.physics.strain import RefinedPose
from workbench.records.docking import AdductRecord, EncounterRecord, PoseRecord
from workbench.structures.groove import receptor_pockets
from workbench.structures.reading import embedded_names
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

CLOSE_GAP_KCAL_PER_MOL = 1.5
"""A smaller gap between diastereomers says nothing, however well the seeds agree: on selinexor
and eltanexor the score is wrong by up to 0.8 (docs/accuracy.md)."""

_LEAST_SHOWN_KCAL_PER_MOL = 0.05


def ligand_summary(ligand: Ligand) -> dict[str, Any]:
    """Return the ``ligand`` part of the result."""
    warhead = ligand.warhead
    return {
        "name": ligand.name,
        "smiles": ligand.smiles,
        "inchikey": ligand.inchikey,
        "formula": ligand.formula,
        "warhead": None
        if warhead is None
        else {
            "name": warhead.name,
            "reactive_atom_index": warhead.reactive_atom_index,
            "smarts": warhead.smarts,
        },
    }


def receptor_summary(receptor: Receptor) -> dict[str, Any]:
    """Return the ``receptor`` part of the result; ``pockets`` is empty on another protein."""
    pockets = receptor_pockets(receptor)
    return {
        "name": receptor.name,
        "source": receptor.source,
        "reactive_atom": receptor.reactive_address(),
        "verdict": receptor.verdict,
        "numbering": receptor.numbering,
        "entry_residue": receptor.entry_residue,
        "groove_state": receptor.groove_state,
        "groove_measures": dict(receptor.groove_measures),
        "mutations": list(receptor.mutations),
        "pockets": pockets.to_dict()["pockets"] if pockets else [],
    }


def receptor_warnings(receptor: Receptor) -> tuple[str, ...]:
    """Return what a reader must know of the receptor before believing a pose in it."""
    if receptor.groove_state in ("open", "unknown"):
        return ()
    occupant = str(receptor.provenance.get("groove_occupant", ""))
    kept = receptor.provenance.get("kept_beside", {}).values()
    if receptor.groove_state == "occupied" and occupant.removeprefix("chain ") in {
        entry.partition(":")[0] for entry in kept
    }:
        return (
            f"{occupant} of {receptor.name} fills the NES groove and was kept: a drug has no room "
            "beside it; leave out --keep-partners to dock into the emptied groove",
        )
    return (
        f"the NES groove of {receptor.name} is {receptor.groove_state}: poses in it say little "
        "about a drug that binds the open groove",
    )


def platform_summary(choice: PlatformChoice | None) -> dict[str, Any]:
    """Return which OpenMM platform computed the energies, and which were passed over."""
    if choice is None:
        return {}
    return {
        "name": choice.name,
        "device": choice.device,
        "precision": choice.precision,
        "report": list(choice.report),
    }


def usable_reference(receptor: Receptor, reference: ReferencePose | None) -> ReferencePose | None:
    """Return the reference pose when it lies in this receptor's frame."""
    return reference if receptor.name in embedded_names() else None


def reference_summary(reference: ReferencePose | None, docked: Adduct) -> dict[str, Any] | None:
    """Return what the page shows of a reference pose of an adduct that was docked."""
    if reference is None:
        return None
    settled = "settled by its fit" if reference.resolved else "not settled: the fit only leans"
    return {
        "name": f"{reference.ccd} of {reference.pdb}",
        "sdf": drug_sdf_block(docked, reference.coordinates_for(docked.remnant())[0], {}),
        "note": f"crystal ligand {reference.ccd} of {reference.pdb}, placed in this receptor's "
        "frame by the workbench's authors, not a deposited complex; diastereomer "
        f"{reference.diastereomer or 'unknown'}, {settled}",
        "diastereomer": reference.diastereomer,
        "uncertainty_angstrom": reference.uncertainty_angstrom,
    }


def encounter_records(
    ligand: Ligand, poses: tuple[EncounterPose, ...]
) -> tuple[EncounterRecord, ...]:
    """Return the records of the encounter complex, best score first."""
    return tuple(
        EncounterRecord(
            rank=rank,
            score_kcal_per_mol=round(pose.score_kcal_per_mol, 3),
            sg_c_distance_angstrom=_rounded(pose.sg_c_distance_angstrom, 3),
            attack_angle_degree=_rounded(pose.attack_angle_degree, 1),
            attack_ready=pose.attack_ready,
            face=pose.face,
            leads_to=pose.leads_to,
            sdf=drug_sdf_block(ligand, pose.coordinates, {"stage": "encounter", "rank": rank}),
        )
        for rank, pose in enumerate(poses, start=1)
    )


def adduct_record(
    adduct: Adduct,
    refined: tuple[RefinedPose, ...],
    reference: ReferencePose | None,
    encounter: tuple[EncounterPose, ...] = (),
    seed_scores: tuple[float, ...] = (),
    judge: Judge | None = None,
) -> AdductRecord:
    """Check every pose and rank them: valid ones first, then by the search's score.

    Parameters
    ----------
    encounter
        Poses of the intact drug, from which the paths to the bonded ones begin.
    seed_scores
        Best score of each repetition of the search, kcal/mol.
    judge
        PoseBusters, where its opinion is asked; it changes neither validity nor rank.
    """
    measured = [_pose_record(pose, reference, encounter) for pose in refined]
    if judge is not None:
        measured = [
            replace(record, posebusters=judge(pose.minimised.bonded))
            for record, pose in zip(measured, refined, strict=True)
        ]
    measured.sort(key=lambda pose: (not pose.valid, pose.score_kcal_per_mol))
    ranked = tuple(replace(pose, rank=rank) for rank, pose in enumerate(measured, start=1))
    return AdductRecord(
        label=adduct.label,
        smiles=adduct.smiles,
        formula=adduct.formula,
        stereocentres=tuple(asdict(centre) for centre in adduct.stereocentres),
        poses=ranked,
        form=adduct.form,
        seed_scores_kcal_per_mol=tuple(round(score, 3) for score in seed_scores),
    )


def _pose_record(
    refined: RefinedPose, reference: ReferencePose | None, encounter: tuple[EncounterPose, ...]
) -> PoseRecord:
    bonded = refined.minimised.bonded
    adduct = bonded.adduct
    drug = bonded.coordinates[bonded.drug_atoms]
    beta, sulphur, carbon = bonded.coordinates[[bonded.cb, bonded.sg, bonded.reactive_carbon]]
    problems = refined.minimised.problems
    failed = failed_checks(bonded) + (("minimisation",) if problems else ())
    compared = None if reference is None else compare_to_reference(adduct, drug, reference)
    encounter_rank, encounter_rmsd = nearest_encounter(adduct, drug, encounter)
    score = round(refined.pose.score_kcal_per_mol, 3)
    strain = round(refined.strain_kcal_per_mol, 2)
    tags = {
        "diastereomer": adduct.label,
        "score_kcal_per_mol": score,
        "strain_kcal_per_mol": strain,
        "valid": not failed,
    }
    pdb, cif = complex_texts(bonded)
    return PoseRecord(
        rank=0,
        score_kcal_per_mol=score,
        score_terms={name: round(value, 3) for name, value in refined.pose.terms.items()},
        minimised_energy_kcal_per_mol=round(refined.minimised.energy_kcal_per_mol, 2),
        strain_kcal_per_mol=strain,
        sg_c_distance_angstrom=round(float(geometry.distance(sulphur, carbon)), 3),
        c_s_c_angle_degree=round(float(geometry.angle(beta, sulphur, carbon)), 1),
        rmsd_to_reference_angstrom=None if compared is None else round(compared.rmsd_angstrom, 3),
        core_rmsd_to_reference_angstrom=None
        if compared is None
        else _rounded(compared.core_rmsd_angstrom, 3),
        moved_by_minimisation_angstrom=round(refined.minimised.ligand_moved_angstrom, 3),
        rms_gradient_kcal_per_mol_angstrom=round(
            refined.minimised.rms_gradient_kcal_per_mol_angstrom, 3
        ),
        valid=not failed,
        failed_checks=failed,
        problems=problems,
        interactions=find_interactions(bonded),
        **_energies(refined),
        side_chains=tuple(
            {
                "residue": f"{chain.name}{chain.number}",
                "dihedrals_degree": [round(angle, 1) for angle in chain.dihedrals_degree],
                "moved_angstrom": round(chain.moved_angstrom, 2),
            }
            for chain in refined.pose.side_chains
        ),
        encounter_rank=encounter_rank,
        encounter_rmsd_angstrom=encounter_rmsd,
        drug_sdf=drug_sdf_block(adduct, drug, tags),
        complex_pdb=pdb,
        complex_cif=cif,
    )


def _energies(refined: RefinedPose) -> dict[str, Any]:
    """Return what the pose gives and pays, and how its minimum was reached."""
    minimised = refined.minimised
    names = {
        a.residue_number: f"{a.residue_name}{a.residue_number}" for a in minimised.bonded.atoms
    }
    parts = refined.residue_energies_kcal_per_mol
    return {
        "interaction_kcal_per_mol": round(sum(parts.values()), 2),
        "residue_energies_kcal_per_mol": {
            names[number]: round(energy, 2)
            for number, energy in parts.items()
            if abs(energy) >= _LEAST_SHOWN_KCAL_PER_MOL
        },
        "minimisation": {
            "iterations": minimised.iterations,
            "converged": minimised.converged,
            "softened": minimised.softened,
            "energy_before_kcal_per_mol": round(minimised.energy_before_kcal_per_mol, 2),
            "energy_terms_kcal_per_mol": {
                name: round(value, 2) for name, value in minimised.energy_terms.items()
            },
            "energy_trace_kcal_per_mol": [round(value, 2) for value in minimised.energy_trace],
        },
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def nearest_encounter(
    adduct: Adduct, drug: FloatArray, encounter: Sequence[EncounterPose]
) -> tuple[int | None, float | None]:
    """Find the encounter pose from which a bonded pose is nearest.

    Only poses count that are ready to attack and show the sulphur the face that gives this
    adduct.

    Parameters
    ----------
    drug
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the adduct's order.
    encounter
        Best score first.

    Returns
    -------
    rank : int or None
        From 1; ``None`` when no such pose leads to this adduct.
    rmsd : float or None
        angstrom, in place, over the heavy atoms that drug and adduct share without terminal
        halogens; the lowest over symmetry-equivalent orders.
    """
    skeleton = connectivity(adduct.mol, adduct.n_drug_atoms)
    shared = [i for i in placed_atoms(skeleton) if adduct.drug_atoms[i] >= 0]
    mappings = self_mappings(skeleton, shared)
    # an atom that water brought has no place in the drug
    mappings = mappings[(np.asarray(adduct.drug_atoms)[mappings] >= 0).all(axis=1)]
    drug_order = np.asarray(adduct.drug_atoms)[mappings]
    found = [
        (round(symmetric_rmsd(drug[shared], pose.coordinates, drug_order), 3), rank)
        for rank, pose in enumerate(encounter, start=1)
        if pose.attack_ready and adduct.label in pose.leads_to
    ]
    rmsd, rank = min(found, default=(None, None))
    return rank, rmsd


def ranking(adducts: Sequence[AdductRecord]) -> dict[str, Any]:
    """Return the ``ranking`` part of the result, from the best valid pose of each diastereomer.

    ``preferred`` is the label of the best when it leads by more than both the spread over seeds
    and ``CLOSE_GAP_KCAL_PER_MOL``, else ``None``; ``words`` says it.
    """
    best = sorted(
        (a.poses[0].score_kcal_per_mol, a.label) for a in adducts if a.poses and a.poses[0].valid
    )
    leading = [label for _, label in best[:2]]
    ranges = [a.score_spread_kcal_per_mol for a in adducts if a.label in leading]
    spread = max((r for r in ranges if r is not None), default=None)
    gap = round(best[1][0] - best[0][0], 3) if len(best) > 1 else None
    preferred = None
    if gap is not None and spread is not None and gap > max(spread, CLOSE_GAP_KCAL_PER_MOL):
        preferred = best[0][1]
    return {
        "best_scored": best[0][1] if best else None,
        "preferred": preferred,
        "gap_kcal_per_mol": gap,
        "spread_kcal_per_mol": spread,
        "least_telling_gap_kcal_per_mol": CLOSE_GAP_KCAL_PER_MOL,
        "words": _ranking_words(len(adducts), best, gap, spread),
    }


def _ranking_words(
    count: int, best: Sequence[tuple[float, str]], gap: float | None, spread: float | None
) -> str:
    if not best:
        return "none of them with a valid pose" if count > 1 else "without a valid pose"
    label = best[0][1]
    if gap is None:
        return f"only {label} with a valid pose" if count > 1 else "nothing to choose between"
    lead = f"{label} scores best by {gap:.1f} kcal/mol"
    if spread is None:
        return f"{lead}; the search ran with one seed, so none is preferred"
    seeds = f"the search's spread over seeds of {spread:.1f}"
    if gap <= spread:
        return f"{lead}, within {seeds}: none is preferred"
    if gap <= CLOSE_GAP_KCAL_PER_MOL:
        return (
            f"{lead}, more than {seeds} but no more than the {CLOSE_GAP_KCAL_PER_MOL:g} that the "
            "score can tell apart: none is preferred"
        )
    return f"{lead}, more than {seeds}: preferred by score, which is no proof that it forms"


def adduct_reason(
    ligand: Ligand, receptor: Receptor, adducts: tuple[AdductRecord, ...], words: str
) -> str:
    """Say what bonds where; ``words`` are those of the ranking."""
    warhead = ligand.warhead.name if ligand.warhead else "the warhead"
    form = adducts[0].form
    changed = "" if form == "adduct" else f", here in its {form} form"
    count = "one adduct" if len(adducts) == 1 else f"{len(adducts)} diastereomers"
    return (
        f"{ligand.name} ({warhead}) bonds to {receptor.reactive_address()}{changed}; "
        f"{count}, {words}"
    )


def no_thiol_reason(receptor: Receptor) -> str:
    """Say why no adduct is possible."""
    return (
        f"residue {receptor.reactive_residue_number} of {receptor.name} "
        f"({receptor.entry_residue}) has no thiol: no covalent adduct, encounter complex only"
    )
