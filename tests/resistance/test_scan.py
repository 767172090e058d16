"""The scan: what C528S loses, what the heterozygous cell keeps, what a difference says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from resistance_cases import CHEAP

import workbench
from workbench.errors import MutationError, OutputError, UsageError
from workbench.mechanism.facts import assumed_rates
from workbench.records.scan import WILD_TYPE, ScanResult
from workbench.resistance import work

INTERFACE = {
    "mutation",
    "ligand",
    "verdict",
    "reason",
    "encounter_score_kcal_per_mol",
    "adduct_score_kcal_per_mol",
    "occupancy",
    "export_capacity",
    "evidence",
    "confidence",
}


def test_c528s_has_no_thiol_and_only_an_encounter_complex(result: ScanResult) -> None:
    pair = result.pair("C528S", "selinexor")
    assert pair.verdict == "no_thiol"
    assert pair.adduct_score_kcal_per_mol is None
    assert pair.encounter_score_kcal_per_mol is not None
    assert pair.encounter_score_kcal_per_mol < -4
    assert pair.confidence == "high"
    assert "alcohol" in pair.reason
    assert any("Neggers 2015" in item.source for item in pair.evidence)
    # all that a cell with nothing but the mutant can lose is the encounter complex: at the
    # highest free concentration, 77 nM, that is 77 / (77 + 1000) with the assumed rates
    assert pair.occupancy["1"] == pytest.approx(77 / 1077, rel=0.03)


def test_the_heterozygous_cell_keeps_half_and_the_wild_type_falls(result: ScanResult) -> None:
    pair = result.pair("C528S", "selinexor")
    assert pair.export_capacity["0"] < 0.25
    assert pair.export_capacity["0.5"] >= 0.5
    assert pair.export_capacity["1"] > 0.9
    held = pair.export_capacity_at_saturation
    assert held is not None
    assert held["0"] == pytest.approx(0.1, abs=1e-3)  # saturation is nine tenths occupied
    assert held["0.5"] >= 0.5
    rates = {row.name: row.value for row in assumed_rates()}
    encounter = rates["k_off"] / rates["k_on"] * 1e9
    apparent = encounter / (1 + rates["k_inact"] / rates["k_rev"])
    assert pair.saturating_nm == pytest.approx(9 * apparent, rel=0.01)
    half = (apparent * encounter) ** 0.5
    assert any(f"keeps half up to {half:.0f} nM" in item.text for item in pair.evidence)


def test_the_wild_type_bonds(result: ScanResult) -> None:
    pair = result.pair(WILD_TYPE, "selinexor")
    assert pair.verdict == "adduct"
    assert pair.adduct_score_kcal_per_mol is not None
    assert pair.adduct_label in ("bR", "bS")
    assert pair.confidence == "high"
    assert "7L5E" in pair.confidence_reason
    assert pair.encounter_difference is None


def test_e571k_keeps_the_thiol_and_makes_no_claim(result: ScanResult) -> None:
    pair = result.pair("E571K", "selinexor")
    assert pair.verdict == "adduct"
    text = " ".join(item.text for item in pair.evidence)
    assert "no claim is made" in text
    # with the wild type's rates, a mutant share changes nothing
    assert len(set(pair.export_capacity.values())) == 1


def test_a_small_difference_reads_as_nothing(result: ScanResult) -> None:
    for pair in result.pairs:
        difference = pair.encounter_difference
        if difference is None:
            continue
        assert difference.tells == (
            abs(difference.kcal_per_mol) > max(difference.spread_kcal_per_mol, 1.5)
        )
        assert ("no difference that this can tell" in str(difference)) != difference.tells


def test_the_list_has_the_keys_that_were_promised(result: ScanResult) -> None:
    for record in json.loads(json.dumps(result.to_dict())):
        assert set(record) >= INTERFACE
        assert list(record["occupancy"]) == ["0", "0.5", "1"]
        assert all(set(item) == {"text", "status", "source"} for item in record["evidence"])
    frame = result.to_frame()
    assert list(frame.mutation) == [WILD_TYPE, "C528S", "E571K"]
    assert frame.adduct_score_kcal_per_mol.isna().tolist() == [False, True, False]


def test_what_lies_outside_the_groove_is_listed(result: ScanResult) -> None:
    ((name, reason),) = result.failures
    assert name == "R749Q"
    assert "749" in reason


def test_finished_pairs_are_not_done_again(
    result: ScanResult, scan_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: work.Scorer, task: work.Task) -> None:
        raise AssertionError(f"{task} was done again")

    monkeypatch.setattr(work.Scorer, "scores", never)
    again = workbench.scan(["C528S"], ["selinexor"], settings=CHEAP, out=scan_folder)
    assert again.pair("C528S", "selinexor") == result.pair("C528S", "selinexor")


def test_changed_settings_are_refused_by_name(result: ScanResult, scan_folder: Path) -> None:
    search = CHEAP.search.model_copy(update={"n_conformers": 5})
    changed = CHEAP.model_copy(update={"search": search})
    with pytest.raises(OutputError, match=r"search\.n_conformers"):
        workbench.scan(["C528S"], ["selinexor"], settings=changed, out=scan_folder)
    with pytest.raises(OutputError, match="seed"):
        workbench.scan(["C528S"], ["selinexor"], settings=CHEAP, seed=2, out=scan_folder)


@pytest.mark.parametrize(
    ("mutations", "ligands", "error", "words"),
    [
        (["C539S"], ["selinexor"], MutationError, "yeast CRM1: in human numbering it is C528S"),
        (["C528Z"], ["selinexor"], MutationError, "none of the twenty"),
        (["S528C"], ["selinexor"], MutationError, "is CYS, not SER"),
        ([" "], ["selinexor"], MutationError, "no mutation"),
        (["C528S"], [], UsageError, "no drug"),
    ],
)
def test_what_makes_no_sense_is_refused(
    mutations: list[str], ligands: list[str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        workbench.scan(mutations, ligands, settings=CHEAP)


def test_a_receptor_without_the_thiol_is_no_start() -> None:
    with pytest.raises(UsageError, match="free thiol"):
        workbench.scan(
            ["E571K"],
            ["selinexor"],
            receptor=workbench.load_receptor("human-groove", mutations=("C528S",)),
            settings=CHEAP,
        )
