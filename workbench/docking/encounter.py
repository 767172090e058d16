"""The encounter complex: the intact drug in the groove before the bond forms, by Vina."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.docking.box import Box
from workbench.docking.pose import EncounterPose
from workbench.errors import DockingError
from workbench.ligands.conformers import embed_drug
from workbench.ligands.molecules import Ligand
from workbench.ligands.pdbqt import ligand_pdbqt
from workbench.settings import EncounterSettings
from workbench.structures.pdbqt import receptor_pdbqt
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

_BUERGI_DUNITZ_DEGREE = 107.0
"""Buergi and Dunitz 1973, for a warhead whose row gives no angle."""


def dock_encounter(
    receptor: Receptor,
    ligand: Ligand,
    box: Box,
    settings: EncounterSettings,
    seed: int,
    threads: int = 1,
) -> tuple[EncounterPose, ...]:
    """Dock the intact drug and measure how near each pose is to reacting.

    Parameters
    ----------
    box
        Where to search.
    threads
        Processor cores that Vina may use; the result does not depend on it.

    Returns
    -------
    tuple of EncounterPose
        Best score first. Distances are ``None`` without a thiol or without a warhead.

    Raises
    ------
    DockingError
        When Vina finds no pose in the box.
    """
    text, drug_atom_of_serial = ligand_pdbqt(ligand, embed_drug(ligand, seed))
    models, scores = _run_vina(receptor, text, box, settings, seed, threads)
    poses = []
    for model, score in zip(models, scores, strict=True):
        drug = _drug_coordinates(model, drug_atom_of_serial, ligand.mol.GetNumAtoms())
        poses.append(_measured(receptor, ligand, drug, score, settings))
    return tuple(poses)


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
            vina.dock(exhaustiveness=settings.exhaustiveness, n_poses=settings.n_poses)
            text = str(vina.poses(settings.n_poses))
            scores = [float(row[0]) for row in vina.energies(settings.n_poses)]
        except (RuntimeError, TypeError, ValueError) as error:
            raise DockingError(f"Vina could not dock the intact drug: {error}") from error
    models = [part for part in text.split("ENDMDL") if "ATOM" in part]
    if not models:
        raise DockingError("Vina found no pose of the intact drug in the box.")
    return models, scores[: len(models)]


def _measured(
    receptor: Receptor,
    ligand: Ligand,
    drug: FloatArray,
    score: float,
    settings: EncounterSettings,
) -> EncounterPose:
    if receptor.reactive_atom is None or ligand.warhead is None:
        return EncounterPose(drug, score, None, None, False)
    sulphur = receptor.coordinates[receptor.reactive_atom]
    carbon = drug[ligand.warhead.reactive_atom_index]
    to_sulphur = sulphur - carbon
    to_partner = drug[ligand.warhead.partner_atom_index] - carbon
    distance = float(np.linalg.norm(to_sulphur))
    cosine = float(to_sulphur @ to_partner) / (distance * float(np.linalg.norm(to_partner)))
    angle = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    ideal = ligand.warhead.warhead.attack_angle_degree or _BUERGI_DUNITZ_DEGREE
    ready = (
        distance <= settings.attack_distance_angstrom
        and abs(angle - ideal) <= settings.attack_angle_tolerance_degree
    )
    return EncounterPose(drug, score, distance, angle, ready)
