"""Short dynamics of a docked pose: minimise where needed, run the replicas, measure them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from workbench import provenance
from workbench.analysis.trajectory import stability
from workbench.errors import OutputError, PhysicsError
from workbench.optional import mdanalysis_package
from workbench.physics.complex import Assembly
from workbench.physics.dynamics import (
    CHECKPOINT_FILE,
    DCD_FILE,
    LOG_FILE,
    STANDARD,
    moving_system,
    run_replica,
)
from workbench.physics.minimization import minimise
from workbench.physics.mmff import KJ_PER_KCAL
from workbench.physics.platforms import choose_platform
from workbench.progress import Progress, silent
from workbench.records.dynamics import DynamicsResult, ReplicaRecord
from workbench.settings import DynamicsSettings, MinimizationSettings
from workbench.structures.writing import receptor_pdb

LIMITS = (
    "Picoseconds show that a pose falls apart; they do not show that it is right.",
    "Atoms outside the mobile region are frozen: the groove cannot open or close.",
    "The force field cannot break or make the bond between sulphur and carbon.",
    "Replicas start from one structure: their spread is the least that the uncertainty can be.",
)

MOST_REPLICAS = 1000


def propagate(
    start: Assembly,
    folder: str | Path,
    settings: DynamicsSettings | None = None,
    *,
    label: str = "",
    at_rest_in: str = "",
    replicas: int = 1,
    jobs: int = 1,
    resume: bool = False,
    command: str = "",
    progress: Progress = silent,
) -> DynamicsResult:
    """Run a bonded or an encounter complex in time and measure whether the pose stays.

    Parameters
    ----------
    folder
        Of the replicas.
    label
        What the start is called, ``bR 1``.
    at_rest_in
        The force field in which the start is a minimum; in another one it is minimised first.
    jobs
        Replicas at a time, one thread each.
    resume
        Go on with what the folder holds; without it a folder that holds a run is refused.

    Raises
    ------
    OutputError
        When the folder cannot be written to, or holds a run and ``resume`` is false.
    PhysicsError
        When MDAnalysis is missing, the System cannot be built, or a run breaks down.
    """
    mdanalysis_package("a run of dynamics", PhysicsError)
    if not 1 <= replicas <= MOST_REPLICAS:
        raise PhysicsError(f"the number of replicas must be 1 to {MOST_REPLICAS}, not {replicas}.")
    settings = settings or DynamicsSettings()
    target = Path(folder)
    if not resume and any(target.glob(f"replica_*/{CHECKPOINT_FILE}")):
        raise OutputError(
            f"{target.name!r} holds a run already: go on with it (--resume), or choose another "
            "folder with --out"
        )
    relaxed = start
    if at_rest_in != settings.force_field:
        progress("minimising the start", 0, 1)
        asked = MinimizationSettings(
            force_field=settings.force_field,
            mobile_angstrom=STANDARD.mobile_angstrom,
            platform="CPU",
        )
        # On one thread, so that a resumed run begins at the same place bit by bit.
        relaxed = minimise(start, asked, threads=1).bonded
    system, mobile = moving_system(relaxed, settings.force_field)
    choice = choose_platform(settings.platform, None, system, relaxed.coordinates)

    def one(seed: int) -> ReplicaRecord:
        own, length = target / f"replica_{seed}", settings.length_ps
        run_replica(relaxed, system, choice, own, length, seed, resume=resume, progress=progress)
        return _record(relaxed, own, seed)

    # The Reference platform draws all random numbers of a process from one stream.
    with ThreadPoolExecutor(1 if choice.name == "Reference" else max(1, jobs)) as pool:
        records = tuple(pool.map(one, range(settings.seed, settings.seed + replicas)))
    return DynamicsResult(
        ligand=start.ligand.name,
        receptor=start.receptor.name,
        state="bonded" if start.bonded else "encounter",
        start=label,
        settings=asdict(STANDARD) | settings.model_dump(),
        n_atoms=len(start.atoms),
        n_mobile=int(mobile.sum()),
        replicas=records,
        warnings=_warnings(start, records),
        limits=LIMITS,
        provenance=provenance.collect(
            command=command,
            seed=settings.seed,
            inputs={
                "ligand": start.ligand.smiles.encode(),
                "receptor": receptor_pdb(start.receptor).encode(),
                "start": start.coordinates.tobytes(),
            },
            platform={"report": list(choice.report)},
            force_field=settings.force_field,
        ),
    )


def _record(start: Assembly, folder: Path, seed: int) -> ReplicaRecord:
    log = pd.read_csv(folder / LOG_FILE)
    temperature = log["Temperature (K)"]
    seen = stability(start, folder / DCD_FILE)
    first = int(STANDARD.share_left_out * len(log))
    rmsd, bond = seen.drug_rmsd_angstrom[first:], seen.sg_c_angstrom[first:]
    kept = {name: float(there[first:].mean()) for name, there in seen.contacts.items()}
    return ReplicaRecord(
        seed=seed,
        folder=folder.name,
        numbers={
            "n_frames": len(rmsd),
            "temperature_k": float(temperature[first:].mean()),
            "drug_rmsd_mean_angstrom": float(rmsd.mean()),
            "drug_rmsd_last_angstrom": float(rmsd[-1]),
            "drug_rmsd_highest_angstrom": float(rmsd.max()),
            "sg_c_mean_angstrom": float(bond.mean()),
            "sg_c_lowest_angstrom": float(bond.min()),
            "sg_c_highest_angstrom": float(bond.max()),
            "kept_contacts": float(np.mean(list(kept.values()))) if kept else 1.0,
        },
        contacts=kept,
        courses={
            "time_ps": log["Time (ps)"].tolist(),
            "temperature_k": temperature.tolist(),
            "potential_kcal_per_mol": (log["Potential Energy (kJ/mole)"] / KJ_PER_KCAL).tolist(),
            "drug_rmsd_angstrom": seen.drug_rmsd_angstrom.tolist(),
            "sg_c_distance_angstrom": seen.sg_c_angstrom.tolist(),
        },
    )


def _warnings(start: Assembly, records: tuple[ReplicaRecord, ...]) -> tuple[str, ...]:
    found = []
    for record in records:
        if record.numbers["drug_rmsd_last_angstrom"] > 3.0:
            found.append(f"seed {record.seed}: the drug ended more than 3 A from its place")
        if start.bonded and record.numbers["sg_c_highest_angstrom"] > 2.2:
            found.append(f"seed {record.seed}: the bond S-C was stretched beyond 2.2 A")
        if record.numbers["n_frames"] < 20:
            found.append(
                f"seed {record.seed}: means over {record.numbers['n_frames']} frames say little"
            )
    return tuple(found)
