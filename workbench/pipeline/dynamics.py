"""Short dynamics of a docked pose: minimise where needed, run the replicas, measure them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench import provenance
from workbench.errors import OutputError
from workbench.ligands.adducts import enumerate_adducts
from workbench.physics.complex import Assembly, EncounterComplex
from workbench.physics.dynamics import Dynamics, Replica, run
from workbench.physics.minimization import minimise
from workbench.physics.mmgbsa import MmGbsa
from workbench.physics.readiness import Readiness, readiness
from workbench.physics.stability import stability
from workbench.progress import Progress, silent
from workbench.records.dynamics import DynamicsResult, ReplicaRecord
from workbench.report.trajectory import CHECKPOINT_FILE
from workbench.settings import DynamicsSettings, MinimizationSettings
from workbench.structures.writing import receptor_pdb

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LIMITS = (
    "Picoseconds show that a pose falls apart; they do not show that it is right.",
    "Atoms outside the mobile region are frozen: the groove cannot open or close.",
    "The force field cannot break or make the bond between sulphur and carbon.",
    "Replicas start from one structure: their spread is the least that the uncertainty can be.",
)
ENCOUNTER_LIMITS = (
    "The thiol keeps its proton; a thiolate would hold the drug's carbon nearer.",
    "The share of attack-ready frames is a measure of geometry, not a rate.",
)


def propagate(
    start: Assembly,
    folder: str | Path,
    settings: DynamicsSettings | None = None,
    *,
    label: str = "",
    at_rest_in: str = "",
    replicas: int = 1,
    jobs: int = 1,
    mmgbsa_frames: int = 0,
    resume: bool = False,
    command: str = "",
    progress: Progress = silent,
) -> DynamicsResult:
    """Run a complex in time and say whether it stays and, before the bond, whether it is ready.

    Parameters
    ----------
    start
        A bonded or an encounter complex.
    folder
        Of the replicas; it exists or only its last part is missing.
    label
        What the start is called, ``bR 1``.
    at_rest_in
        The force field in which the start is a minimum; in another one it is minimised first.
    jobs
        Replicas at a time, one thread each.
    mmgbsa_frames
        How many frames of each replica MM/GBSA is computed for; 0 leaves it out.
    resume
        Go on with what the folder holds; without it a folder that holds a run is refused.

    Raises
    ------
    OutputError
        When the folder cannot be written to, or holds a run and ``resume`` is false.
    PhysicsError
        See ``physics.dynamics.run``.
    """
    settings = settings or DynamicsSettings()
    target = Path(folder)
    if not resume and any(target.glob(f"replica_*/{CHECKPOINT_FILE}")):
        raise OutputError(
            f"{target.name!r} holds a run already: go on with it (--resume), or choose another "
            "folder with --out"
        )
    relaxed = start
    if at_rest_in != settings.force_field:
        relaxed = _at_rest(start, settings, progress)
    found = run(relaxed, target, settings, replicas=replicas, jobs=jobs, progress=progress)
    progress("measuring the frames", 0, 1)
    records = tuple(_record(relaxed, replica, mmgbsa_frames) for replica in found.replicas)
    shares = [record.attack["ready_share"] for record in records if record.attack]
    return DynamicsResult(
        ligand=start.ligand.name,
        receptor=start.receptor.name,
        state="bonded" if start.bonded else "encounter",
        start=label,
        settings=settings.model_dump(),
        n_atoms=len(start.atoms),
        n_mobile=int(found.mobile.sum()),
        degrees_of_freedom=found.degrees_of_freedom,
        replicas=records,
        warnings=_warnings(start, records),
        limits=LIMITS if start.bonded else (*LIMITS[:2], LIMITS[3], *ENCOUNTER_LIMITS),
        provenance=_provenance(start, settings, found, command),
        ready_share=float(np.mean(shares)) if shares else None,
        ready_range=(min(shares), max(shares)) if shares else None,
    )


def _at_rest(start: Assembly, settings: DynamicsSettings, progress: Progress) -> Assembly:
    """Minimise on one thread, so that a run that goes on begins at the same place bit by bit."""
    progress("minimising the start", 0, 1)
    asked = MinimizationSettings(
        force_field=settings.force_field,
        solvent=settings.solvent,
        mobile_angstrom=settings.mobile_angstrom,
        cutoff_angstrom=settings.cutoff_angstrom,
        platform="CPU",
    )
    return minimise(start, asked, threads=1).bonded


def _record(start: Assembly, replica: Replica, mmgbsa_frames: int) -> ReplicaRecord:
    frames = replica.frames()
    over_all = stability(start, frames)
    courses = {
        "time_ps": replica.log["time_ps"],
        "temperature_k": replica.log["temperature_k"],
        "potential_kcal_per_mol": replica.log["potential_kcal_per_mol"],
        "drug_rmsd_angstrom": over_all.drug_rmsd_angstrom,
        "sg_c_distance_angstrom": over_all.sg_c_angstrom,
    }
    counted = replica.counted
    attack = None
    if isinstance(start, EncounterComplex):
        seen = readiness(start, frames, enumerate_adducts(start.drug))
        courses["attack_angle_degree"] = seen.angle_degree
        courses["attack_ready"] = seen.ready.astype(np.float64)
        attack = _attack(start, seen, frames, counted)
    mmgbsa = None
    if mmgbsa_frames:
        chosen = np.unique(np.linspace(0, counted.sum() - 1, mmgbsa_frames).round().astype(int))
        spreads = MmGbsa(start).over(frames[counted][chosen])
        mmgbsa = {name: asdict(spread) for name, spread in spreads.items()}
    return ReplicaRecord(
        seed=replica.seed,
        folder=replica.folder.name,
        n_frames=int(counted.sum()),
        temperature=asdict(replica.temperature),
        stability=replica.stability.summary(),
        contacts=replica.stability.contacts,
        new_contacts=replica.stability.new_contacts,
        attack=attack,
        mmgbsa=mmgbsa,
        courses={name: values.tolist() for name, values in courses.items()},
    )


def _attack(
    start: EncounterComplex, seen: Readiness, frames: FloatArray, counted: BoolArray
) -> dict[str, Any]:
    over = readiness(start, frames[counted], enumerate_adducts(start.drug))
    return {
        "ready_share": over.share,
        "ready_at_start": bool(seen.ready[0]),
        "leads_to": over.leads_to,
        "distance_mean_angstrom": float(over.distance_angstrom.mean()),
        "distance_lowest_angstrom": float(over.distance_angstrom.min()),
        "angle_mean_degree": float(over.angle_degree.mean()),
    }


def _warnings(start: Assembly, records: tuple[ReplicaRecord, ...]) -> tuple[str, ...]:
    found = []
    for record in records:
        if record.stability["drug_rmsd_last_angstrom"] > 3.0:
            found.append(f"seed {record.seed}: the drug ended more than 3 A from its place")
        if start.bonded and record.stability["sg_c_highest_angstrom"] > 2.2:
            found.append(f"seed {record.seed}: the bond S-C was stretched beyond 2.2 A")
        if record.n_frames < 20:
            found.append(f"seed {record.seed}: means over {record.n_frames} frames say little")
    return tuple(found)


def _provenance(
    start: Assembly, settings: DynamicsSettings, found: Dynamics, command: str
) -> dict[str, Any]:
    return provenance.collect(
        command=command,
        seed=settings.seed,
        inputs={
            "ligand": start.ligand.smiles.encode(),
            "receptor": receptor_pdb(start.receptor).encode(),
            "start": start.coordinates.tobytes(),
        },
        platform={"report": list(found.platform)},
        force_field=settings.force_field,
    )
