"""What a docking run found: the objects that reports read and that users hold."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

SCHEMA_VERSION = 2

ResultVerdict = Literal["adduct", "no_thiol", "no_warhead", "unsupported_warhead"]


@dataclass(frozen=True)
class EncounterRecord:
    """One pose of the intact drug; ``sdf`` is its mol block (heavy atoms).

    ``face`` is the side of the attacked atom that the sulphur looks at (``re``, ``si`` or
    ``None``), ``leads_to`` the labels of the adducts that a bond formed from there can have.
    """

    rank: int
    score_kcal_per_mol: float
    sg_c_distance_angstrom: float | None
    attack_angle_degree: float | None
    attack_ready: bool
    face: str | None = None
    leads_to: tuple[str, ...] = ()
    sdf: str = field(repr=False, default="")


@dataclass(frozen=True)
class PoseRecord:
    """One bonded pose, after minimisation; ``problems`` are the minimiser's own, in words.

    ``score_kcal_per_mol`` is the search's; energies are the force field's, comparable between
    poses of one run only. ``complex_pdb`` and ``complex_cif`` are the whole bonded complex;
    ``drug_sdf`` is the mol block of the drug's atoms with the adduct's bond orders.
    ``encounter_rank`` is the nearest attack-ready encounter pose that leads to this diastereomer,
    ``encounter_rmsd_angstrom`` how far it lies; ``None`` when none leads there.
    ``posebusters`` holds ``checks``, ``failed`` and ``note`` where PoseBusters was asked.
    ``interaction_kcal_per_mol`` is what drug and receptor give each other without water, of which
    ``residue_energies_kcal_per_mol`` are the residues' parts; ``minimisation`` tells how the
    minimum was reached.
    """

    rank: int
    score_kcal_per_mol: float
    score_terms: dict[str, float]
    minimised_energy_kcal_per_mol: float
    strain_kcal_per_mol: float
    sg_c_distance_angstrom: float
    c_s_c_angle_degree: float
    rmsd_to_reference_angstrom: float | None
    core_rmsd_to_reference_angstrom: float | None
    moved_by_minimisation_angstrom: float
    rms_gradient_kcal_per_mol_angstrom: float
    valid: bool
    failed_checks: tuple[str, ...]
    interactions: tuple[dict[str, Any], ...]
    side_chains: tuple[dict[str, Any], ...] = ()
    encounter_rank: int | None = None
    encounter_rmsd_angstrom: float | None = None
    posebusters: dict[str, Any] | None = None
    problems: tuple[str, ...] = ()
    interaction_kcal_per_mol: float | None = None
    residue_energies_kcal_per_mol: dict[str, float] = field(default_factory=dict)
    minimisation: dict[str, Any] = field(default_factory=dict)
    drug_sdf: str = field(repr=False, default="")
    complex_pdb: str = field(repr=False, default="")
    complex_cif: str = field(repr=False, default="")
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AdductRecord:
    """One diastereomer and its poses, best score first.

    ``form`` is ``adduct``, or what a following step made of it (``hydrolysed``).
    ``seed_scores_kcal_per_mol`` is the best score that the search found with each seed,
    ``score_mean_kcal_per_mol`` and ``score_spread_kcal_per_mol`` their mean and range; ``None``
    where one seed was used.
    """

    label: str
    smiles: str
    formula: str
    stereocentres: tuple[dict[str, Any], ...]
    poses: tuple[PoseRecord, ...]
    form: str = "adduct"
    seed_scores_kcal_per_mol: tuple[float, ...] = ()

    @property
    def score_mean_kcal_per_mol(self) -> float | None:
        """Mean best score over the seeds."""
        scores = self.seed_scores_kcal_per_mol
        return round(sum(scores) / len(scores), 3) if len(scores) > 1 else None

    @property
    def score_spread_kcal_per_mol(self) -> float | None:
        """Range of the best scores over the seeds."""
        scores = self.seed_scores_kcal_per_mol
        return round(max(scores) - min(scores), 3) if len(scores) > 1 else None


@dataclass(frozen=True)
class DockingResult:
    """The outcome of ``workbench.dock`` (``result.json``, schema 2).

    ``ligand``, ``receptor`` and ``provenance`` are the dictionaries of the schema;
    ``receptor_pdb`` is the prepared receptor for the 3D view, ``reference`` the crystal
    reference pose as ``{"name", "sdf", "note", "uncertainty_angstrom"}`` when there is one.
    ``ranking`` says whether the score tells the diastereomers apart: ``preferred`` (a label or
    ``None``), ``gap_kcal_per_mol``, ``spread_kcal_per_mol``, ``words``.
    ``encounter_run_scores_kcal_per_mol`` are the best scores of the independent runs that docked
    the intact drug.
    """

    verdict: ResultVerdict
    reason: str
    ligand: dict[str, Any]
    receptor: dict[str, Any]
    encounter: tuple[EncounterRecord, ...]
    adducts: tuple[AdductRecord, ...]
    timing: dict[str, float]
    provenance: dict[str, Any]
    warnings: tuple[str, ...] = ()
    ranking: dict[str, Any] | None = None
    encounter_run_scores_kcal_per_mol: tuple[float, ...] = ()
    receptor_pdb: str = field(repr=False, default="")
    reference: dict[str, Any] | None = field(repr=False, default=None)

    @property
    def paths(self) -> tuple[dict[str, Any], ...]:
        """From encounter to adduct: one row per bonded pose, best first in each diastereomer.

        ``encounter_rank`` and ``rmsd_angstrom`` are ``None`` when no attack-ready encounter pose
        leads to that diastereomer.
        """
        return tuple(
            {
                "encounter_rank": pose.encounter_rank,
                "adduct": adduct.label,
                "adduct_rank": pose.rank,
                "rmsd_angstrom": pose.encounter_rmsd_angstrom,
            }
            for adduct in self.adducts
            for pose in adduct.poses
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``result.json``; structures are left to their own files."""
        adducts = [
            {
                **{k: v for k, v in asdict(adduct).items() if k != "poses"},
                "score_mean_kcal_per_mol": adduct.score_mean_kcal_per_mol,
                "score_spread_kcal_per_mol": adduct.score_spread_kcal_per_mol,
                "poses": [_without_structures(pose) for pose in adduct.poses],
            }
            for adduct in self.adducts
        ]
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.verdict,
            "reason": self.reason,
            "ligand": self.ligand,
            "receptor": self.receptor,
            "encounter": {
                "poses": [_without_structures(pose) for pose in self.encounter],
                "run_scores_kcal_per_mol": list(self.encounter_run_scores_kcal_per_mol),
            },
            "adducts": adducts,
            "ranking": self.ranking,
            "paths": list(self.paths),
            "reference": None
            if self.reference is None
            else {key: value for key, value in self.reference.items() if key != "sdf"},
            "warnings": list(self.warnings),
            "timing": self.timing,
            "provenance": self.provenance,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per bonded pose: the content of ``poses.csv``."""
        rows = [
            pose_row(self.ligand["name"], adduct, pose)
            for adduct in self.adducts
            for pose in adduct.poses
        ]
        return pd.DataFrame(rows)


def best_pose(result: DockingResult) -> tuple[AdductRecord, PoseRecord] | None:
    """Return the pose to show first: the best score of those that pass every check.

    When none passes, the best score of all; ``None`` when there is no pose.
    """
    every = [(adduct, pose) for adduct in result.adducts for pose in adduct.poses]
    candidates = [pair for pair in every if pair[1].valid] or every
    return min(candidates, key=lambda pair: _sortable(pair[1]), default=None)


def best_of(adduct: AdductRecord) -> PoseRecord | None:
    """Return the best pose of one diastereomer, chosen as :func:`best_pose` does."""
    candidates = [pose for pose in adduct.poses if pose.valid] or list(adduct.poses)
    return min(candidates, key=_sortable, default=None)


def _sortable(pose: PoseRecord) -> float:
    return pose.score_kcal_per_mol if math.isfinite(pose.score_kcal_per_mol) else math.inf


_STRUCTURES = ("sdf", "drug_sdf", "complex_pdb", "complex_cif")


def _without_structures(record: EncounterRecord | PoseRecord) -> dict[str, Any]:
    return {key: value for key, value in asdict(record).items() if key not in _STRUCTURES}


def pose_row(ligand_name: str, adduct: AdductRecord, pose: PoseRecord) -> dict[str, Any]:
    """Return what tables and SD tags say of a pose, by column."""
    return {
        "ligand": ligand_name,
        "diastereomer": adduct.label,
        "rank": pose.rank,
        "score_kcal_per_mol": pose.score_kcal_per_mol,
        **{f"score_{name}_kcal_per_mol": v for name, v in pose.score_terms.items()},
        "minimised_energy_kcal_per_mol": pose.minimised_energy_kcal_per_mol,
        "strain_kcal_per_mol": pose.strain_kcal_per_mol,
        "sg_c_distance_angstrom": pose.sg_c_distance_angstrom,
        "c_s_c_angle_degree": pose.c_s_c_angle_degree,
        "rmsd_to_reference_angstrom": pose.rmsd_to_reference_angstrom,
        "core_rmsd_to_reference_angstrom": pose.core_rmsd_to_reference_angstrom,
        "moved_by_minimisation_angstrom": pose.moved_by_minimisation_angstrom,
        "valid": pose.valid,
        "failed_checks": "; ".join(pose.failed_checks),
        "interaction_kcal_per_mol": pose.interaction_kcal_per_mol,
    }
