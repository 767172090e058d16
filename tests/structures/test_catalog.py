"""The catalogue of structures against facts that are known independently of its code."""

from __future__ import annotations

import json

import pytest

from workbench.cli import main
from workbench.errors import UsageError
from workbench.structures.catalog import entry, groove, parse_entry_id, select, species
from workbench.tables import compounds, entries


def ids(**filters: object) -> set[str]:
    return {row.pdb_id for row in select(**filters)}  # type: ignore[arg-type]


def test_rows_are_whole_and_unverified_cells_stay_blank() -> None:
    assert len(entries()) == len({row.pdb_id for row in entries()}) == 35
    for row in entries():
        parsed = parse_entry_id(row.pdb_id)
        assert parsed is not None and parsed.text == row.pdb_id
        assert row.confidence and row.source and species(row) and groove(row)
        assert (row.resolution_angstrom is None) == row.pdb_id.startswith("AF-")
        # yeast counts the cysteine eleven higher
        assert int(row.reactive_residue[3:]) == (539 if species(row) == "yeast" else 528)
    assert entry("7L5E").xpo1_chain_hint == ""


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"ligand": "selinexor"}, {"7L5E", "6XJS"}),
        ({"ligand": "KPT-330"}, {"7L5E", "6XJS"}),
        ({"ligand": " v6a "}, {"7L5E", "6XJS"}),
        ({"ligand": "LBF"}, {"4HAZ", "4HB0"}),
        ({"organism": "mouse"}, {"3GJX", "3NC1", "3NBY", "3NBZ", "3NC0"}),
        ({"organism": "Homo sapiens"}, {"6TVO", "3GB8", "AF-O14980-F1"}),
        ({"groove_state": "closed"}, {"4HB2", "3M1I"}),
        ({"max_resolution_angstrom": 1.8}, {"4WVF", "4HAT", "4HB2"}),
        ({"organism": "yeast", "groove_state": "closed", "max_resolution_angstrom": 1.9}, {"4HB2"}),
    ],
)
def test_filters(filters: dict[str, object], found: set[str]) -> None:
    assert ids(**filters) == found


def test_leptomycin_b_opened_and_intact() -> None:
    assert ids(ligand="leptomycin B") == ids(ligand="LMB") | ids(ligand="LBF")
    assert {"3GJX", "5DIF", "3NBY"} <= ids(groove_state="occupied")


def test_structures_and_compounds_agree() -> None:
    listed: dict[str, set[str]] = {}
    for compound in compounds():
        if compound.pdb_ligand and compound.pdb_entries:
            listed.setdefault(compound.pdb_ligand, set()).update(compound.pdb_entries)
    for row in entries():
        assert row.ligand_ccd not in listed or row.pdb_id in listed[row.ligand_ccd], row.pdb_id


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1ABC"], "no entry '1ABC'"),
        (["\u202e7L5E"], "no entry"),
        (["7L5E", "--groove", "open"], "not both"),
        (["--ligand", "aspirin"], "V6A"),
        (["--species", "dog"], "human, mouse, yeast"),
        (["--groove", "wide"], "open, closed, occupied"),
        *((["--resolution", text], "resolution") for text in ("0", "nan", "two")),
    ],
)
def test_bad_question(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["structures", *words]) == 2
    assert said in capsys.readouterr().err
    with pytest.raises(UsageError):
        entry("4HHB")


def test_verb_shows_one_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["structures", "pdb_00007l5e", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["pdb_id"], row["resolution_angstrom"]) == ("7L5E", 1.94)
    assert row["xpo1_chain_hint"] is None and row["source"] and row["confidence"]
    assert main(["structures", "--groove", "closed"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "4HB2", "3M1I"]
    assert main(["structures", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 35
    assert main(["structures", "--species", "human", "--resolution", "1.0"]) == 0
    assert capsys.readouterr().out == ""
