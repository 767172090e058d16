"""The intact drug in the groove before the bond forms, docked by Vina: box and poses."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from workbench.docking.faces import approach
from workbench.docking.search import leaders, repeat_seeds
from workbench.errors import DockingError
from workbench.geometry import angle, distance
from workbench.ligands.conformers import drug_forms
from workbench.ligands.molecules import Adduct, EncounterPose, Ligand
from workbench.ligands.writing import ligand_pdbqt
from workbench.settings import EncounterSettings
from workbench.structures.receptor import Receptor
from workbench.structures.writing import receptor_pdbqt

FloatArray = NDArray[np.float64]

_SEARCH_RADIUS_ANGSTROM = 12.0
_CLEARANCE_ANGSTROM = (3.0, 5.0)
_BURIAL_RADIUS_ANGSTROM = 8.0
_BURIED_SHARE = 0.5


@dataclass(frozen=True)
class Box:
    """A docking box: centre and edge lengths, ``(3,)`` angstrom each."""

    center_angstrom: tuple[float, float, float]
    size_angstrom: tuple[float, float, float]

    def to_dict(self) -> dict[str, list[float]]:
        """Return the content of ``box.json``."""
        return {name: [round(v, 3) for v in value] for name, value in asdict(self).items()}


def docking_box(receptor: Receptor, edge_angstrom: float = 26.0) -> Box:
    """Centre a cubic box on the cavity beside the reactive residue.

    The cavity is where a probe atom fits (3-5 angstrom from the nearest heavy atom) within 12
    angstrom of CB and lies deeper than half of such places, by the number of atoms around.

    Raises
    ------
    DockingError
        When nothing fits beside the residue.
    """
    heavy = np.array([a.element != "H" for a in receptor.atoms])
    tree = cKDTree(receptor.coordinates[heavy])
    start = receptor.coordinates[receptor.find(receptor.reactive_residue_number, "CB")]
    steps = np.arange(-_SEARCH_RADIUS_ANGSTROM, _SEARCH_RADIUS_ANGSTROM + 0.5, 1.0)
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    offsets = offsets[np.linalg.norm(offsets, axis=1) <= _SEARCH_RADIUS_ANGSTROM]
    points = start + offsets
    distance, _ = tree.query(points)
    points = points[(distance >= _CLEARANCE_ANGSTROM[0]) & (distance <= _CLEARANCE_ANGSTROM[1])]
    if not len(points):
        raise DockingError(
            f"Nothing fits beside residue {receptor.reactive_residue_number} of {receptor.name}: "
            "the site is closed."
        )
    around = np.array(tree.query_ball_point(points, _BURIAL_RADIUS_ANGSTROM, return_length=True))
    deep = points[around >= np.quantile(around, _BURIED_SHARE)]
    x, y, z = (float(v) for v in deep.mean(axis=0))
    return Box((x, y, z), (edge_angstrom,) * 3)


_BUERGI_DUNITZ_DEGREE = 107.0
"""Buergi and Dunitz 1973, for a warhead whose row gives no angle."""


@dataclass(frozen=True)
class Encounter:
    """The intact drug in the groove.

    Parameters
    ----------
    poses
        Best score first.
    run_scores_kcal_per_mol
        Best score of each independent run: how far they spread says how sure the best one is.
    """

    poses: tuple[EncounterPose, ...] = ()
    run_scores_kcal_per_mol: tuple[float, ...] = ()


def dock_encounter(
    receptor: Receptor,
    ligand: Ligand,
    box: Box,
    settings: EncounterSettings,
    seed: int,
    threads: int = 1,
    adducts: Sequence[Adduct] = (),
) -> Encounter:
    """Dock the intact drug and measure how near each pose is to reacting, and to what.

    Vina turns no amide-like bond, so each of their forms in reach is docked with its share of
    the exhaustiveness, split over independent runs, and the poses are pooled by score.

    Parameters
    ----------
    box
        Where to search.
    threads
        Processor cores that Vina may use; the result does not depend on it.
    adducts
        Those that the drug can form, for ``EncounterPose.leads_to``.

    Returns
    -------
    Encounter
        Distances of its poses are ``None`` without a thiol or without a warhead. Of each face
        that is attacked the best pose that is ready is among them, whatever its score.

    Raises
    ------
    DockingError
        When Vina finds no pose in the box.
    """
    forms = drug_forms(ligand, seed, settings.n_forms)
    share = max(1, round(settings.exhaustiveness / len(forms)))
    n_runs = min(settings.n_runs, share)
    found: list[tuple[float, FloatArray]] = []
    run_scores = []
    for run, own_seed in enumerate(repeat_seeds(seed, n_runs)):
        own = settings.model_copy(update={"exhaustiveness": (share + run) // n_runs})
        of_run = []
        for form in forms:
            text, drug_atom_of_serial = ligand_pdbqt(ligand, form)
            models, scores = _run_vina(receptor, text, box, own, own_seed, threads)
            of_run += [
                (score, _drug_coordinates(model, drug_atom_of_serial, ligand.mol.GetNumAtoms()))
                for model, score in zip(models, scores, strict=True)
            ]
        run_scores.append(min(score for score, _ in of_run))
        found += of_run
    found.sort(key=lambda pair: pair[0])
    drugs = np.array([drug for _, drug in found])
    sulphur = (
        None if receptor.reactive_atom is None else receptor.coordinates[receptor.reactive_atom]
    )
    distinct = leaders(drugs, ligand.mol, settings.distinct_angstrom, len(found))
    measured = [
        attack(ligand, adducts, drugs[index], found[index][0], sulphur, settings)
        for index in distinct
    ]
    return Encounter(_chosen(measured, settings.n_poses), tuple(run_scores))


def _chosen(poses: Sequence[EncounterPose], most: int) -> tuple[EncounterPose, ...]:
    """Keep the best scores, and of each face the best pose that is ready to attack."""
    first: dict[tuple[str, ...], int] = {}
    for index, pose in enumerate(poses):
        if pose.attack_ready:
            first.setdefault(pose.leads_to, index)
    ready = sorted(first.values())[:most]
    others = [index for index in range(len(poses)) if index not in ready]
    return tuple(poses[index] for index in sorted([*ready, *others[: most - len(ready)]]))


def _drug_coordinates(model: str, drug_atom_of_serial: dict[int, int], n_atoms: int) -> FloatArray:
    """Read one PDBQT model by its atom serials.

    Vina's own coordinate arrays come in another order than the atoms went in.
    """
    drug = np.full((n_atoms, 3), np.nan)
    for line in model.splitlines():
        if line.startswith(("ATOM", "HETATM")):
            index = drug_atom_of_serial.get(int(line[6:11]))
            if index is not None:
                drug[index] = [float(line[start : start + 8]) for start in (30, 38, 46)]
    if not np.isfinite(drug).all():
        raise DockingError("Vina's answer lacks atoms of the drug.")
    return drug


def _run_vina(
    receptor: Receptor,
    ligand_text: str,
    box: Box,
    settings: EncounterSettings,
    seed: int,
    threads: int,
) -> tuple[list[str], list[float]]:
    """Return each pose as a PDBQT model, and its score in kcal/mol."""
    from vina import Vina

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receptor.pdbqt"
        path.write_text(receptor_pdbqt(receptor), encoding="ascii")
        vina: Any = Vina(sf_name="vina", cpu=threads, seed=seed, verbosity=0)
        try:
            vina.set_receptor(str(path))
            vina.set_ligand_from_string(ligand_text)
            vina.compute_vina_maps(list(box.center_angstrom), list(box.size_angstrom))
            sampled, window = settings.n_sampled, settings.sampled_kcal_per_mol
            vina.dock(
                exhaustiveness=settings.exhaustiveness,
                n_poses=sampled,
                max_evals=settings.max_evaluations,
            )
            text = str(vina.poses(sampled, window))
            scores = [float(row[0]) for row in vina.energies(sampled, window)]
        except (RuntimeError, TypeError, ValueError) as error:
            raise DockingError(f"Vina could not dock the intact drug: {error}") from error
    models = [part for part in text.split("ENDMDL") if "ATOM" in part]
    if not models:
        raise DockingError("Vina found no pose of the intact drug in the box.")
    return models, scores[: len(models)]


def attack(
    ligand: Ligand,
    adducts: Sequence[Adduct],
    drug: FloatArray,
    score: float,
    sulphur: FloatArray | None,
    settings: EncounterSettings,
) -> EncounterPose:
    """Measure how near a pose of the drug is to reacting, and to which adducts.

    Parameters
    ----------
    adducts
        Those that the drug can form.
    drug
        ``(n_drug_atoms, 3)`` angstrom, heavy atoms in the drug's order.
    score
        kcal/mol.
    sulphur
        ``(3,)`` angstrom; ``None`` without a thiol.
    settings
        What counts as ready.
    """
    if sulphur is None or ligand.warhead is None:
        return EncounterPose(drug, score, None, None, False)
    carbon = drug[ligand.warhead.reactive_atom_index]
    partner = drug[ligand.warhead.partner_atom_index]
    apart = float(distance(sulphur, carbon))
    approach_degree = float(angle(sulphur, carbon, partner))
    ideal = ligand.warhead.warhead.attack_angle_degree or _BUERGI_DUNITZ_DEGREE
    seen = approach(ligand, adducts, drug, sulphur)
    beside = (
        seen.elevation_degree is not None
        and seen.elevation_degree < settings.attack_elevation_degree
    )
    ready = (
        apart <= settings.attack_distance_angstrom
        and abs(approach_degree - ideal) <= settings.attack_angle_tolerance_degree
        and not beside
    )
    if beside:
        return EncounterPose(drug, score, apart, approach_degree, ready)
    return EncounterPose(drug, score, apart, approach_degree, ready, seen.face, seen.leads_to)
