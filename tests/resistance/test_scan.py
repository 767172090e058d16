"""One small scan: what C528S loses, what stays on disk, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbench
from workbench.errors import MutationError, OutputError, UsageError
from workbench.records.scan import WILD_TYPE, ScanResult
from workbench.resistance import scoring
from workbench.settings import EncounterSettings, ScanSettings, SearchSettings

CHEAP = ScanSettings(
    encounter=EncounterSettings(
        exhaustiveness=1,
        n_poses=1,
        n_sampled=2,
        n_forms=1,
        edge_angstrom=20.0,
        max_evaluations=15_000,
    ),
    search=SearchSettings(
        n_conformers=4,
        n_poses=1,
        pool_members=20,
        annealing_per_torsion=20,
        patience_per_torsion=20,
        agreeing_pools=1,
        max_pools=1,
        flexible="none",
        spread_seeds=1,
    ),
)
INTERFACE = {
    "mutation",
    "ligand",
    "verdict",
    "reason",
    "encounter_score_kcal_per_mol",
    "encounter_spread_kcal_per_mol",
    "adduct_score_kcal_per_mol",
    "adduct_spread_kcal_per_mol",
    "contacts_lost",
    "contacts_gained",
    "evidence",
    "confidence",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scan")


@pytest.fixture(scope="module")
def result(folder: Path) -> ScanResult:
    return workbench.scan(["C528S", "E571K", "R749Q"], ["selinexor"], settings=CHEAP, out=folder)


def test_c528s_has_no_thiol_and_only_an_encounter_complex(result: ScanResult) -> None:
    pair = result.pair("C528S", "selinexor")
    assert (pair.verdict, pair.confidence) == ("no_thiol", "high")
    assert pair.adduct_score_kcal_per_mol is None
    assert pair.encounter_score_kcal_per_mol is not None
    assert pair.encounter_score_kcal_per_mol < -4
    assert any("Neggers 2015" in item.source for item in pair.evidence)


def test_the_wild_type_bonds(result: ScanResult) -> None:
    pair = result.pair(WILD_TYPE, "selinexor")
    assert (pair.verdict, pair.confidence) == ("adduct", "high")
    assert pair.adduct_score_kcal_per_mol is not None
    assert pair.adduct_label in ("bR", "bS")
    assert "7L5E" in pair.confidence_reason
    assert pair.encounter_difference is None
    assert pair.contacts_lost == pair.contacts_gained == ()


def test_a_mutant_that_keeps_the_thiol_bonds(result: ScanResult) -> None:
    assert result.pair("E571K", "selinexor").verdict == "adduct"
    grooves = {groove.mutation: groove for groove in result.grooves}
    assert grooves["E571K"].has_thiol
    assert grooves["C528S"].residue == "S528"
    # the side chains of 568 and 571 touch in the wild type
    assert grooves[WILD_TYPE].contact_angstrom == pytest.approx(3.0, abs=1.0)


def test_contacts_are_residues_near_the_pose(result: ScanResult) -> None:
    for pair in result.pairs:
        lost, gained = set(pair.contacts_lost), set(pair.contacts_gained)
        assert not lost & gained
        assert "SER528" not in lost
        assert "CYS528" not in gained


def test_the_list_has_the_keys_of_the_interface(result: ScanResult) -> None:
    for record in json.loads(json.dumps(result.to_dict())):
        assert set(record) >= INTERFACE
        assert not {"occupancy", "export_capacity", "saturating_nm"} & set(record)
        assert all(set(item) == {"text", "status", "source"} for item in record["evidence"])
    frame = result.to_frame()
    assert list(frame.mutation) == [WILD_TYPE, "C528S", "E571K"]
    assert frame.adduct_score_kcal_per_mol.isna().tolist() == [False, True, False]


def test_what_lies_outside_the_groove_is_listed(result: ScanResult) -> None:
    ((name, reason),) = result.failures
    assert name == "R749Q"
    assert "749" in reason


def test_finished_pairs_are_not_done_again(
    result: ScanResult, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: scoring.Scorer, task: scoring.Task) -> None:
        raise AssertionError(f"{task} was done again")

    monkeypatch.setattr(scoring.Scorer, "scores", never)
    again = workbench.scan(["C528S"], ["selinexor"], settings=CHEAP, out=folder)
    assert again.pair("C528S", "selinexor") == result.pair("C528S", "selinexor")


def test_changed_settings_are_refused_by_name(result: ScanResult, folder: Path) -> None:
    search = CHEAP.search.model_copy(update={"n_conformers": 5})
    changed = CHEAP.model_copy(update={"search": search})
    with pytest.raises(OutputError, match=r"search\.n_conformers.*seed"):
        workbench.scan(["C528S"], ["selinexor"], settings=changed, seed=2, out=str(folder))


@pytest.mark.parametrize(
    ("mutations", "ligands", "error", "words"),
    [
        (["C539S"], ["selinexor"], MutationError, "in human numbering it is C528S"),
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
    serine = workbench.load_receptor("human-groove", mutations=("C528S",))
    with pytest.raises(UsageError, match="free thiol"):
        workbench.scan(["E571K"], ["selinexor"], receptor=serine, settings=CHEAP)
