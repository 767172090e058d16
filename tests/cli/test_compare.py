"""The verb: refuses before any work, shows what was found, lists what failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.cli.compare import summary, weights
from workbench.records.comparison import ComparedDrug, Comparison, Quantity

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["selinexor"], "at least two"),
        (["selinexor", "KPT-330"], "at least two"),
        (["selinexor", "eltanexor", "--reference", "KPT-185"], "not among the ligands"),
        (["selinexor", "eltanexor", "--reference", HOSTILE], "not among the ligands"),
        (["selinexor", "eltanexor", "--weights", "beauty=1"], "beauty"),
        (["selinexor", "eltanexor", "--mutate", "C528"], "C528"),
        (["nothing.sdf", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_input(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code = main(["compare", *words, "--out", str(out)])
    message = capsys.readouterr().err
    assert code in (1, 2)
    assert said in message
    assert "Traceback" not in message
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "strain", "strain=", "strain=x", "strain=nan", "a=1,a=2"])
def test_weights_that_are_none(text: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["compare", "selinexor", "eltanexor", "--weights", text])
    assert stop.value.code == 2


def test_weights_are_read() -> None:
    assert weights("recognition=1,strain=-0.5") == {"recognition": 1.0, "strain": -0.5}


def test_the_summary_shows_spread_and_gap() -> None:
    blank: dict[str, Any] = dict.fromkeys(
        ("smiles", "inchikey", "folder", "reversibility", "reversibility_status"), ""
    )
    drug = ComparedDrug(
        **blank,
        name="one",
        verdict="adduct",
        reason="",
        diastereomer="bR",
        rank=1,
        preferred=None,
        valid=False,
        adduct_score=Quantity(-10.0, 0.25),
        encounter_score=Quantity(-7.0, None, "one seed"),
        strain=Quantity(3.0, None),
        reaction=Quantity(None, None, "not computed"),
        sg_c_distance=Quantity(1.83),
        c_s_c_angle=Quantity(100.0),
        reversibility_source="",
        contacts={},
        novelty=None,
        core=None,
        brain=(),
        changes=(),
        warnings=(),
        seconds=0.0,
    )
    text = summary(Comparison("one", "human-groove", (drug,), ()))
    assert "one (bR, NOT valid): adduct -10.00 +-0.25, encounter -7.00, strain 3.00" in text
    assert "reaction not computed" in text
