"""``workbench compounds``: the catalogue as a medicinal chemist asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from workbench.cli import main
from workbench.cli.verbs.compounds import compound_text
from workbench.tables import compounds, warheads


def asked(*words: str, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["compounds", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def text(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["compounds", *words]) == 0
    return capsys.readouterr().out


def test_the_table_lists_every_compound(capsys: pytest.CaptureFixture[str]) -> None:
    lines = text(capsys=capsys).splitlines()
    assert len(lines) == len(compounds()) + 1
    row = next(line for line in lines if line.startswith("selinexor "))
    for cell in ("inhibitor", "triazolyl acrylohydrazide", "7L5E 6XJS", "443.31", "high"):
        assert cell in row
    # probable entries keep their question mark, bound forms are no inhibitors
    assert "5YSU?" in next(line for line in lines if line.startswith("plumbagin"))
    assert "bound form" in next(line for line in lines if "CCD V6A" in line)


@pytest.mark.parametrize("name", ["selinexor", "kpt-330", "XPOVIO", "V6A", "v6a"])
def test_any_name_or_component_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = asked(name, capsys=capsys)
    assert record["name"] == "selinexor"
    assert record["inchikey"] == "DEVSOMFAQLZNKR-RJRFIUFISA-N"
    assert [adduct["label"] for adduct in record["adducts"]] == ["bR", "bS"]
    assert record["properties"]["molecular_weight_g_per_mol"] == pytest.approx(443.31, abs=0.01)
    assert record["brain"]["measured"][0]["low"] == 60.0


def test_one_compound_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    shown = text("eltanexor", capsys=capsys)
    for said in (
        "[CH:1]/n1cnc",
        "bR_aR, bR_aS, bS_aR, bS_aS",
        "428.30 g/mol",
        "lower than selinexor",
    ):
        assert said in shown
    assert "lactone hydrolysis" in text("leptomycin B", capsys=capsys)
    assert "second warhead" in text("15d-PGJ2", capsys=capsys)
    assert "STEREO OMITTED" in text("ratjadone A (flat)", capsys=capsys)


def test_a_bound_form_is_shown_with_its_drug(capsys: pytest.CaptureFixture[str]) -> None:
    record = asked("selinexor bound form (CCD V6A)", capsys=capsys)
    assert (record["kind"], record["parent"]) == ("bound_form", "selinexor")
    assert record["formula"] == "C17H13F6N7O"
    assert "brain" not in record


def test_families(capsys: pytest.CaptureFixture[str]) -> None:
    names = {r["name"] for r in asked("--warhead-family", "LACTONE", capsys=capsys)}
    assert {"leptomycin B", "leptomycin A", "goniothalamin", "ratjadone A (flat)"} <= names
    assert not names & {"selinexor", "curcumin"}


def test_the_table_of_warheads(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in asked("--warheads", capsys=capsys)}
    assert list(rows) == [row.name for row in warheads()]
    assert rows["triazolyl acrylohydrazide"]["example"] == "selinexor"
    assert rows["triazolyl acrylohydrazide"]["family"] == "azolyl vinyl (SINE)"
    lactones = [row for row in rows.values() if "lactone" in row["family"]]
    assert "leptomycin B" in {row["example"] for row in lactones}
    assert asked("--warheads", "--warhead-family", "lactone", capsys=capsys) == lactones


def test_the_table_of_properties(capsys: pytest.CaptureFixture[str]) -> None:
    lines = text("--properties", capsys=capsys).splitlines()
    selinexor = next(line for line in lines if line.startswith("selinexor "))
    eltanexor = next(line for line in lines if line.startswith("eltanexor "))
    assert "60 to 80 percent" in selinexor and "lower than selinexor" in eltanexor
    assert "not measured" in lines[-1]


def test_a_pair_and_its_drawing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawing = tmp_path / "pair.svg"
    words = ("eltanexor", "--compare", "KPT-330", "--svg", str(drawing))
    shown = text(*words, capsys=capsys)
    assert "c1cnc(N[*:23])cn1 to H" in shown and "60 to 80 percent" in shown
    ElementTree.fromstring(drawing.read_text())
    record = asked("eltanexor", "--compare", "selinexor", capsys=capsys)
    assert record["property_changes"]["molecular_weight_g_per_mol"] == pytest.approx(-15.015)
    assert record["brain"]["told_apart"] is False


def test_an_analog_of_ones_own_against_selinexor(capsys: pytest.CaptureFixture[str]) -> None:
    analog = "O=C(/C=C\\n1cnc(-c2cc(Cl)cc(C(F)(F)F)c2)n1)NNc1cnccn1"
    record = asked(analog, "--compare", "selinexor", capsys=capsys)
    (change,) = record["changes"]
    assert change["taken_out"].startswith("FC(F)(F)[*") and change["put_in"].startswith("Cl[*")


def test_a_record_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    record = asked("selinexor", capsys=capsys)
    record["note"] = "\x1b[31mred\x07\r\nsecond line"
    shown = compound_text(record)
    assert "\x1b" not in shown and "\x07" not in shown and "[31mred second line" in shown
