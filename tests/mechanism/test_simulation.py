"""A treatment from the dose to the export capacity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench
from workbench.errors import MechanismError
from workbench.mechanism.kinetics import Rates
from workbench.mechanism.occupancy import Exposure, cell_occupancies
from workbench.mechanism.pharmacokinetics import OralModel
from workbench.records.simulation import BAND_COLUMNS, COURSE_COLUMNS, SimulationResult

GIVEN: dict[str, Any] = {"k_on_per_molar_per_s": 1e5, "k_off_per_s": 0.1}
OWN_DOSE = {"regimen": "10 mg daily"}
GIVEN |= {"k_inact_per_s": 1e-3, "k_rev_per_s": 5e-6}


def simulate(**options: Any) -> SimulationResult:
    return workbench.simulate("selinexor", **{"days": 3.0, **GIVEN, **options})


def test_a_course_of_selinexor() -> None:
    run = simulate()
    frame = run.to_frame()
    assert tuple(frame.columns) == COURSE_COLUMNS + BAND_COLUMNS
    assert frame.time_h.iloc[-1] == 72
    assert run.regimen == "80 mg days 1,3 weekly"
    assert [dose["time_h"] for dose in run.doses] == [0, 48]
    # 5 % of the plasma concentration, over 443.31 g/mol
    assert frame.free_nm.to_numpy() == pytest.approx(
        frame.plasma_ng_per_ml.to_numpy() * 0.05 / 0.44331
    )
    # nothing is assumed: no band
    assert (frame.export_capacity_low == frame.export_capacity_high).all()
    parts = frame.encounter_occupancy + frame.covalent_occupancy + frame.export_capacity
    assert np.abs(parts - 1).max() < 1e-9
    assert run.lowest_export_capacity == pytest.approx(frame.export_capacity.min())
    record = run.to_dict()
    assert {"tmax_h", "half_life_h", "cmax_ng_per_ml", "auc_ng_h_per_ml"} <= set(record)
    assert "courses" not in record


def test_no_rate_of_a_sine_is_shipped_as_measured() -> None:
    run = workbench.simulate("selinexor", days=1.0, k_on_per_molar_per_s=1e5, k_off_per_s=0.1)
    status = {p.name: p.status for p in run.parameters}
    assert {status[name] for name in ("k_on", "k_off")} == {"given"}
    assert {status[name] for name in ("k_inact", "k_rev")} == {"assumed"}
    frame = run.to_frame()
    assert (frame.export_capacity_low <= frame.export_capacity + 1e-12).all()
    assert (frame.export_capacity <= frame.export_capacity_high + 1e-12).all()
    assert (frame.export_capacity_high - frame.export_capacity_low).max() > 0.5
    assert all(p.source for p in run.parameters)


def test_a_mutant_binds_without_a_bond() -> None:
    wild, half, mutant = (simulate(mutant_fraction=f).to_frame() for f in (0.0, 0.5, 1.0))
    assert mutant.covalent_occupancy.max() == 0
    # in rapid equilibrium with the free drug: Kd is 1000 nM
    nm = mutant.free_nm.to_numpy()
    assert np.abs(mutant.encounter_occupancy - nm / (nm + 1000)).max() < 2e-3
    mean = (wild.export_capacity + mutant.export_capacity) / 2
    assert np.abs(half.export_capacity - mean).max() < 1e-9
    assert half.export_capacity.min() > 0.5


def test_a_constant_infusion_reaches_the_closed_form() -> None:
    # absorption so slow that the concentration hardly changes over the last days
    model = OralModel(1e-6, 20.0, 50.0)
    exposure = Exposure(model, ((0.0, 1e6),), 400.0, 1.0)
    times = np.array([0.0, 200.0, 400.0])
    rates = Rates(1e5, 0.1, 1e-3, 1e-4)
    found = cell_occupancies([rates], exposure, 0.0, times)[0]
    nm = exposure.free_nm(400.0)[0]
    weight = nm / 1000.0
    assert found.export_capacity[-1] == pytest.approx(1 / (1 + 11 * weight), rel=1e-3)


def test_the_brain_gets_the_published_share() -> None:
    plasma, brain = simulate(), simulate(brain=True)
    assert max(brain.courses["free_nm"]) == pytest.approx(0.7 * max(plasma.courses["free_nm"]))
    assert max(brain.courses["plasma_ng_per_ml"]) == max(plasma.courses["plasma_ng_per_ml"])
    with pytest.raises(MechanismError, match="no number for eltanexor in the brain"):
        workbench.simulate("eltanexor", **OWN_DOSE, pharmacokinetics="selinexor", brain=True)


def test_another_drug_borrows_openly() -> None:
    with pytest.raises(MechanismError, match="no pharmacokinetics of eltanexor could be verified"):
        workbench.simulate("eltanexor", **OWN_DOSE)
    borrowed = {"pharmacokinetics": "KPT-330", "days": 1.0, **OWN_DOSE, **GIVEN}
    run = workbench.simulate("eltanexor", **borrowed)
    values = {p.name: p for p in run.parameters}
    assert values["molar_mass"].value == pytest.approx(428.3, abs=0.01)
    assert values["clearance"].status == values["free_fraction"].status == "assumed"
    assert any("selinexor's" in warning for warning in run.warnings)


def test_a_drug_is_known_by_its_structure(tmp_path: Path) -> None:
    smiles = r"O=C(/C=C\n1cnc(-c2cc(C(F)(F)F)cc(C(F)(F)F)c2)n1)NNc1cnccn1"
    assert workbench.simulate(smiles, days=1.0, **GIVEN).ligand == "selinexor"
    liar = tmp_path / "drugs.smi"
    liar.write_text(f"{smiles.replace(chr(92), '/')} selinexor\n")  # the other alkene
    with pytest.raises(MechanismError, match=r"selinexor \(another structure\)"):
        workbench.simulate(liar, days=1.0, **GIVEN)


def test_a_drug_of_ones_own_with_a_model_of_ones_own() -> None:
    run = workbench.simulate(
        "CC(=O)Nc1ccccc1",
        regimen="500 mg once",
        pharmacokinetics=OralModel(1.0, 20.0, 60.0),
        free_fraction=0.8,
        days=1.0,
        k_on_per_molar_per_s=1e5,
        k_off_per_s=0.1,
    )
    assert run.cmax_ng_per_ml > 1000
    assert {p.name: p.value for p in run.parameters}["k_inact"] == 0
    assert max(run.courses["covalent_occupancy"]) == 0
    assert any("no warhead" in warning for warning in run.warnings)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days": 0}, "days is 0"),
        ({"apparent_kd_nm": 5.29}, "not both"),
        ({"days": 1e6}, "days is"),
        ({"mutant_fraction": 1.5}, "mutant_fraction is 1.5"),
        ({"free_fraction": 0.0}, "free_fraction is 0"),
        ({"k_on_per_molar_per_s": -1.0}, "k_on_per_molar_per_s is -1"),
        ({"brain_factor": 0.5}, "without the brain"),
        ({"brain": True, "brain_factor": -1.0}, "brain_factor is -1"),
        ({"regimen": "0 mg daily"}, "'0' (character 1)"),
        ({"regimen": "1 mg/kg daily", "weight_kg": -70.0}, "weight is -70"),
        ({"regimen": "80 mg days 7 weekly", "days": 2}, "has no dose"),
        ({"pharmacokinetics": "aspirin"}, "'aspirin'"),
    ],
)
def test_bad_input_is_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(MechanismError) as caught:
        simulate(**options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
