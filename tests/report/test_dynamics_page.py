"""What a notebook shows of a run of dynamics, from a made-up result."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from workbench.report.dynamics_page import notebook_html
from workbench.trajectories import DynamicsResult, ReplicaRecord, State


def run(state: State) -> DynamicsResult:
    courses = {
        "time_ps": [0.0, 0.5, 1.0],
        "drug_rmsd_angstrom": [0.0, 0.4, 0.8],
        "sg_c_distance_angstrom": [3.4, 3.6, 3.5],
        "attack_angle_degree": [100.0, 105.0, 95.0],
    }
    replicas = tuple(
        ReplicaRecord(
            seed=seed,
            folder=f"replica_{seed}",
            n_frames=2,
            temperature={"mean_k": 300.0, "error_k": None, "standard_deviation_k": 5.0},
            stability={"drug_rmsd_last_angstrom": 0.8},
            contacts={},
            new_contacts={},
            courses=courses,
        )
        for seed in (1, 2)
    )
    return DynamicsResult(
        ligand="<script>alert(1)</script>",
        receptor="human-groove",
        state=state,
        start="bR 1",
        settings={"length_ps": 1.0},
        n_atoms=10,
        n_mobile=5,
        degrees_of_freedom=15,
        replicas=replicas,
        warnings=("a <b>warning</b>",),
        limits=(),
        provenance={},
        ready_share=0.25 if state == "encounter" else None,
    )


@pytest.mark.parametrize(
    ("state", "said", "n_drawings"),
    [("bonded", "0.8 Å, 0.8 Å", 2), ("encounter", "ready to attack in 25 %", 5)],
)
def test_a_notebook_shows_it(state: State, said: str, n_drawings: int) -> None:
    cell = run(state)._repr_html_()
    assert cell == notebook_html(run(state))
    assert said in cell
    assert "<script" not in cell
    assert "a &lt;b&gt;warning" in cell
    drawings = [f"<svg{part.split('</svg>')[0]}</svg>" for part in cell.split("<svg")[1:]]
    assert len(drawings) == n_drawings
    lines = [e for e in ElementTree.fromstring(drawings[0]).iter() if e.tag.endswith("polyline")]
    assert len(lines) == 2  # one for each replica
