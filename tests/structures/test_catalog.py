"""The catalogue of structures against facts that are known independently of its code."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert entry("7L5E").xpo1_chain_hint == ""
    assert entry("7L5E").confidence == "ligand and resolution verified; construct deduced"
    assert "recalled" in entry("4HAZ").confidence


def test_table_is_that_of_the_facts(shared_structures: Path) -> None:
    import workbench

    facts = shared_structures.parent / "facts" / "structures.csv"
    if not facts.is_file():
        pytest.skip("no table of facts beside the structures")
    shipped = Path(workbench.__file__).parent / "data" / "structures.csv"
    assert shipped.read_text().splitlines() == facts.read_text().splitlines()


@pytest.mark.parametrize("name", ["selinexor", "KPT-330", "V6A", "v6a", " Xpovio "])
def test_by_ligand_under_any_name(name: str) -> None:
    assert ids(ligand=name) == {"7L5E", "6XJS"}


def test_leptomycin_b_opened_and_intact() -> None:
    opened, intact = ids(ligand="LMB"), ids(ligand="LBF")
    assert "4HAT" in opened and intact == {"4HAZ", "4HB0"}
    assert ids(ligand="leptomycin B") == opened | intact


def test_by_species_groove_and_resolution() -> None:
    assert ids(organism="mouse") == {"3GJX", "3NC1", "3NBY", "3NBZ", "3NC0"}
    assert ids(organism="Homo sapiens") == {"6TVO", "3GB8", "AF-O14980-F1"}
    assert ids(groove_state="closed") == {"4HB2", "3M1I"}
    assert {"3GJX", "5DIF", "3NBY"} <= ids(groove_state="occupied")
    assert "3NC1" in ids(groove_state="open")
    assert ids(max_resolution_angstrom=1.8) == {"4WVF", "4HAT", "4HB2"}
    assert ids(organism="yeast", groove_state="closed", max_resolution_angstrom=1.9) == {"4HB2"}


def test_yeast_entries_number_the_cysteine_eleven_later() -> None:
    for row in entries():
        number = int(row.reactive_residue[3:])
        assert number == (539 if species(row) == "yeast" else 528), row.pdb_id


def test_structures_and_compounds_agree() -> None:
    components = {c.pdb_ligand: c for c in compounds() if c.pdb_ligand}
    for row in entries():
        if row.ligand_ccd in components and components[row.ligand_ccd].pdb_entries:
            listed = {
                e for c in compounds() if c.pdb_ligand == row.ligand_ccd for e in c.pdb_entries
            }
            assert row.pdb_id in listed, row.pdb_id


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1ABC"], "no entry '1ABC'"),
        (["../x"], "no entry"),
        (["\u202e7L5E"], "no entry"),
        (["7L5E", "--groove", "open"], "not both"),
        (["--ligand", "aspirin"], "V6A"),
        (["--species", "dog"], "human, mouse, yeast"),
        (["--groove", "wide"], "open, closed, occupied"),
    ],
)
def test_bad_question(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["structures", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "two"])
def test_bad_resolution(text: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["structures", "--resolution", text])
    assert stop.value.code == 2


def test_unknown_entry_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        entry("4HHB")


def test_verb_shows_one_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["structures", "pdb_00007l5e", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["pdb_id"], row["resolution_angstrom"], row["xpo1_chain_hint"]) == (
        "7L5E",
        1.94,
        None,
    )
    assert row["source"].startswith("PDB 7L5E") and row["confidence"]
    assert main(["structures", "--groove", "closed"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "4HB2", "3M1I"]
    assert main(["structures", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 35
    assert main(["structures", "--species", "human", "--resolution", "1.0"]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "no entry" in said.err
