"""A run of dynamics made by hand."""

from __future__ import annotations

from workbench.records.dynamics import DynamicsResult, ReplicaRecord, State


def replica(seed: int, state: State) -> ReplicaRecord:
    """Return three frames of one seed; the residues that it touched differ between seeds."""
    encounter = state == "encounter"
    courses = {
        "time_ps": [0.0, 0.5, 1.0],
        "temperature_k": [300.0, 310.0, 290.0],
        "potential_kcal_per_mol": [-50.0, -49.0, -51.0],
        "drug_rmsd_angstrom": [0.0, 0.4, 0.8],
        "sg_c_distance_angstrom": [3.4, 3.6, 3.5] if encounter else [1.82, 1.84, 1.83],
    }
    return ReplicaRecord(
        seed=seed,
        folder=f"replica_{seed}",
        n_frames=2,
        temperature={"mean_k": 300.0, "standard_deviation_k": 5.0},
        stability={
            "drug_rmsd_mean_angstrom": 0.6,
            "drug_rmsd_highest_angstrom": 0.8,
            "drug_rmsd_last_angstrom": 0.8,
            "sg_c_mean_angstrom": 3.55 if encounter else 1.83,
            "sg_c_standard_deviation_angstrom": 0.05,
            "sg_c_lowest_angstrom": 3.4 if encounter else 1.82,
            "sg_c_highest_angstrom": 3.6 if encounter else 1.84,
            "kept_contacts": 0.75,
        },
        contacts={"LYS568": 0.5, "CYS528": 1.0},
        new_contacts={"PHE572": 0.25} if seed == 1 else {},
        courses=courses,
    )


def dynamics_result(state: State, text: str = "selinexor") -> DynamicsResult:
    """Return two replicas, with a text wherever one can come from outside."""
    return DynamicsResult(
        ligand=text,
        receptor=text,
        state=state,
        start="bR 1",
        settings={"length_ps": 1.0, "temperature_k": 300.0, "equilibration_ps": 0.0},
        n_atoms=10,
        n_mobile=5,
        replicas=tuple(replica(seed, state) for seed in (1, 2)),
        warnings=(text,),
        limits=("One picosecond is short.",),
        provenance={"command": text, "versions": {"workbench": "0.1.0"}},
    )
